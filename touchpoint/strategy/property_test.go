package strategy_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/touchpoint"
	"github.com/buyerjourney/b2b/touchpoint/importance"
	"github.com/buyerjourney/b2b/touchpoint/strategy"
)

// market is a random set of needs, supplies and offers.
type market struct {
	needs    []strategy.Need
	supplies []strategy.Supply
	offers   []strategy.Offer
	budget   float64
}

func genMarket(items int) *rapid.Generator[market] {
	return rapid.Custom(func(t *rapid.T) market {
		var m market
		for i := range rapid.IntRange(1, 6).Draw(t, "needs") {
			m.needs = append(m.needs, strategy.Need{
				Persona: rapid.SampledFrom([]string{"cfo", "user"}).Draw(t, "persona"), Phase: b2b.Phases()[i%4],
				Topic: fmt.Sprint("t", i), Weight: float64(rapid.IntRange(0, 5).Draw(t, "weight")),
			})
		}
		one := b2b.MustFraction(1)
		for i := range rapid.IntRange(0, items).Draw(t, "items") {
			id := touchpoint.ID(fmt.Sprintf("i%02d", i))
			m.offers = append(m.offers, strategy.Offer{Touchpoint: id, Cost: float64(rapid.IntRange(0, 6).Draw(t, "cost"))})
			for range rapid.IntRange(0, 3).Draw(t, "supplies") {
				n := m.needs[rapid.IntRange(0, len(m.needs)-1).Draw(t, "need")]
				m.supplies = append(m.supplies, strategy.Supply{
					Touchpoint: id, Persona: n.Persona, Phase: n.Phase, Topic: n.Topic,
					Fit: b2b.MustFraction(float64(rapid.IntRange(0, 10).Draw(t, "fit")) / 10), Reach: one, Quality: one, Control: one,
				})
			}
		}
		m.budget = float64(rapid.IntRange(0, 15).Draw(t, "budget"))
		return m
	})
}

// value is Σ w·coverage of a set of touchpoints.
func (m market) value(t *rapid.T, in func(touchpoint.ID) bool) float64 {
	var some []strategy.Supply
	for _, s := range m.supplies {
		if in(s.Touchpoint) {
			some = append(some, s)
		}
	}
	c, _, err := strategy.Cover(m.needs, some, strategy.CoverageConfig{})
	if err != nil {
		t.Fatal(err)
	}
	v := 0.0
	for _, n := range c.Needs {
		v += n.Weight * n.Coverage
	}
	return v
}

// propPlan: branch and bound against all sets.
func propPlan(t *rapid.T) {
	m := genMarket(8).Draw(t, "market")
	plan, err := strategy.MakePlan(context.Background(), m.needs, m.supplies, m.offers, m.budget, strategy.CoverageConfig{})
	if err != nil {
		t.Fatal(err)
	}
	bestV, bestC := 0.0, 0.0
	for set := range 1 << len(m.offers) {
		cost := 0.0
		for i, o := range m.offers {
			if set>>i&1 == 1 {
				cost += o.Cost
			}
		}
		if cost > m.budget {
			continue
		}
		v := m.value(t, func(id touchpoint.ID) bool {
			i := slices.IndexFunc(m.offers, func(o strategy.Offer) bool { return o.Touchpoint == id })
			return set>>i&1 == 1
		})
		if v > bestV+1e-9 || v > bestV-1e-9 && cost < bestC {
			bestV, bestC = max(v, bestV), cost
		}
	}
	if math.Abs(plan.Value-bestV) > 1e-9 || plan.Cost > bestC+1e-9 || !plan.Exact || plan.Cost > m.budget {
		t.Errorf("plan is worth %v at %v, the best set %v at %v", plan.Value, plan.Cost, bestV, bestC)
	}
	got := m.value(t, func(id touchpoint.ID) bool { return slices.Contains(plan.Touchpoints, id) })
	if math.Abs(got-plan.Value) > 1e-9 {
		t.Errorf("plan says %v, its touchpoints are worth %v", plan.Value, got)
	}
}

func TestPlanProperties(t *testing.T) { rapid.Check(t, propPlan) }
func FuzzPlanProperties(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propPlan)) }

// propCoverage: monotone and submodular, gaps by phase and by persona sum to the same, order changes nothing.
func propCoverage(t *rapid.T) {
	m := genMarket(6).Draw(t, "market")
	a := rapid.IntRange(0, 63).Draw(t, "small set")
	b := a | rapid.IntRange(0, 63).Draw(t, "more")
	x := rapid.IntRange(0, 5).Draw(t, "one more")
	value := func(set int) float64 {
		return m.value(t, func(id touchpoint.ID) bool {
			var i int
			_, _ = fmt.Sscanf(string(id), "i%d", &i)
			return set>>i&1 == 1
		})
	}
	va, vb, vax, vbx := value(a), value(b), value(a|1<<x), value(b|1<<x)
	if vb < va-1e-9 || vax-va < vbx-vb-1e-9 && b>>x&1 == 0 {
		t.Errorf("not monotone or submodular: %v %v, %v %v", va, vb, vax, vbx)
	}
	c, ok, err := strategy.Cover(m.needs, m.supplies, strategy.CoverageConfig{})
	if err != nil {
		t.Fatal(err)
	}
	sum := func(gaps []strategy.Gap) (g float64) {
		for _, x := range gaps {
			g += x.Gap
		}
		return g
	}
	if p, q, r := sum(c.ByPhase), sum(c.ByPersona), sum(c.ByTopic); math.Abs(p-q) > 1e-9 || math.Abs(p-r) > 1e-9 {
		t.Errorf("gaps %v, %v, %v", p, q, r)
	}
	if ok && (c.Index < 0 || c.Index > 1) {
		t.Errorf("index %v", c.Index)
	}
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	needs, supplies := slices.Clone(m.needs), slices.Clone(m.supplies)
	rng.Shuffle(len(needs), func(i, j int) { needs[i], needs[j] = needs[j], needs[i] })
	rng.Shuffle(len(supplies), func(i, j int) { supplies[i], supplies[j] = supplies[j], supplies[i] })
	d, _, _ := strategy.Cover(needs, supplies, strategy.CoverageConfig{})
	if diff := cmp.Diff(c, d); diff != "" {
		t.Error("hangs on the order", diff)
	}
}

func TestCoverageProperties(t *testing.T) { rapid.Check(t, propCoverage) }
func FuzzCoverageProperties(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propCoverage)) }

// TestGreedyPlan: above 25 touchpoints the plan is worth at least ½(1−1/e) of its upper bound's truth, and says how far it is.
func TestGreedyPlan(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	m := bigMarket(rng, 60)
	plan, err := strategy.MakePlan(t.Context(), m.needs, m.supplies, m.offers, 60, strategy.CoverageConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if plan.Exact || plan.Upper < plan.Value || plan.Value < plan.Upper*(1-1/math.E)/2 || plan.Cost > 60 {
		t.Errorf("%+v", plan)
	}
	// The best 25 of them: exact is at least what greedy gives for the same, and its bound holds.
	some := m.offers[:25]
	exact, err := strategy.MakePlan(t.Context(), m.needs, m.supplies, some, 20, strategy.CoverageConfig{})
	if err != nil {
		t.Fatal(err)
	}
	padded := append(slices.Clone(some), strategy.Offer{Touchpoint: "nothing", Cost: 1})
	greedy, err := strategy.MakePlan(t.Context(), m.needs, m.supplies, padded, 20, strategy.CoverageConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if !exact.Exact || greedy.Exact || greedy.Value > exact.Value+1e-9 || greedy.Upper < exact.Value-1e-9 || greedy.Value < exact.Value*(1-1/math.E)/2 {
		t.Errorf("exact %v, greedy %v, upper %v", exact.Value, greedy.Value, greedy.Upper)
	}
}

func bigMarket(rng *rand.Rand, items int) market {
	var m market
	for i := range 40 {
		m.needs = append(m.needs, strategy.Need{Persona: fmt.Sprint("p", i%5), Phase: b2b.Phases()[i%4], Topic: fmt.Sprint("t", i), Weight: 1 + rng.Float64()})
	}
	one := b2b.MustFraction(1)
	for i := range items {
		id := touchpoint.ID(fmt.Sprintf("i%03d", i))
		m.offers = append(m.offers, strategy.Offer{Touchpoint: id, Cost: 1 + 5*rng.Float64()})
		for range 4 {
			n := m.needs[rng.IntN(len(m.needs))]
			m.supplies = append(m.supplies, strategy.Supply{Touchpoint: id, Persona: n.Persona, Phase: n.Phase, Topic: n.Topic, Fit: b2b.MustFraction(rng.Float64()), Reach: one, Quality: one, Control: one})
		}
	}
	return m
}

func BenchmarkCoveragePlan(b *testing.B) {
	for _, n := range []int{10, 20, 25, 100, 1000} {
		m := bigMarket(rand.New(rand.NewPCG(1, 2)), n)
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := strategy.MakePlan(b.Context(), m.needs, m.supplies, m.offers, 30, strategy.CoverageConfig{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestUnknownWindowsAndCatalogue(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2024, 1, d, 0, 0, 0, 0, time.UTC) }
	c, err := touchpoint.NewCatalogue([]touchpoint.Touchpoint{
		{ID: "site", Owner: touchpoint.Brand, Initiator: touchpoint.ByCustomer},
		{ID: "fair", Recurrence: touchpoint.Temporary, Window: b2b.Window{From: day(10), To: day(12)}, Control: b2b.MustFraction(1)},
		{ID: "old folder"},
	}, touchpoint.ControlPolicy{})
	if err != nil {
		t.Fatal(err)
	}
	one := b2b.MustFraction(1)
	needs := []strategy.Need{
		{Topic: "price", Weight: 2}, {Topic: "demo", Weight: 3, Window: b2b.Window{To: day(5)}}, {Topic: "terms", Weight: 4}, {Topic: "nobody", Weight: 1},
	}
	supplies := []strategy.Supply{
		{Touchpoint: "site", Topic: "price", Fit: one, Reach: one, Quality: one},
		{Touchpoint: "fair", Topic: "demo", Fit: one, Reach: one, Quality: one},
		{Touchpoint: "site", Topic: "terms", Fit: one, Quality: one}, // reach unknown
	}
	got, ok, err := strategy.Cover(needs, supplies, strategy.CoverageConfig{Catalogue: c})
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	near(t, "index", got.Index, 2*.7/(2+3+1)) // control of the site is .7; the need for a demo ends before the fair begins
	near(t, "unknown", got.UnknownWeight, 4)
	if first := got.Needs[0]; first.Topic != "demo" || len(first.Touchpoints) != 0 {
		t.Errorf("needs without supply do not come first: %+v", got.Needs)
	}
	if diff := cmp.Diff([]touchpoint.ID{"fair", "old folder"}, got.Orphans); diff != "" {
		t.Error(diff)
	}
	at, _, _ := strategy.Cover(needs, supplies, strategy.CoverageConfig{Catalogue: c, At: day(11)})
	if len(at.Needs) != 3 {
		t.Errorf("at the fair: %+v", at.Needs)
	}
	if _, ok, err := strategy.Cover(nil, supplies, strategy.CoverageConfig{}); ok || err != nil {
		t.Error("no needs", ok, err)
	}
	_, _, err = strategy.Cover([]strategy.Need{{Weight: -1}}, []strategy.Supply{{}}, strategy.CoverageConfig{})
	if !errors.Is(err, b2b.ErrInvalid) || len(err.(interface{ Unwrap() []error }).Unwrap()) != 2 {
		t.Errorf("not all problems: %v", err)
	}
	plan, err := strategy.MakePlan(t.Context(), needs, supplies, []strategy.Offer{{Touchpoint: "site"}, {Touchpoint: "fair", Cost: 1}}, 0, strategy.CoverageConfig{Catalogue: c})
	if err != nil || !slices.Equal(plan.Touchpoints, []touchpoint.ID{"site"}) || !slices.Equal(plan.Unknown, []touchpoint.ID{"site"}) {
		t.Errorf("%+v, %v", plan, err)
	}
	if _, err := strategy.MakePlan(t.Context(), nil, nil, []strategy.Offer{{Touchpoint: "x", Cost: -1}}, 1, strategy.CoverageConfig{}); !errors.Is(err, b2b.ErrInvalid) {
		t.Errorf("negative cost: %v", err)
	}
}

func TestRankStability(t *testing.T) {
	one := b2b.MustFraction(1)
	candidate := func(id touchpoint.ID, imp float64) strategy.Candidate {
		return strategy.Candidate{
			Touchpoint: id, Importance: b2b.Estimate{Value: imp, Low: imp - .05, High: imp + .05, Level: .95},
			Performance: b2b.Estimate{Value: 3, Low: 2.9, High: 3.1, Level: .95}, Benchmark: b2b.Point(4, ""), Reach: one, Control: one,
		}
	}
	list := []strategy.Candidate{candidate("a", .5), candidate("b", .2), candidate("c", .19), {Touchpoint: "d", Reach: one, Performance: b2b.Point(1, "")}}
	fit := func(list []strategy.Candidate, workers int) *strategy.Ranking {
		r, err := strategy.Rank(t.Context(), list, strategy.RankConfig{ScaleMin: 1, ScaleMax: 5, Replicates: 200, Source: rand.NewPCG(1, 0), Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := fit(list, 1)
	if k, _ := r.Items[0].Rank.Kept.Value(); k != 1 || r.Items[0].Touchpoint != "a" {
		t.Errorf("%+v", r.Items[0])
	}
	if b := r.Items[1]; b.Rank.Low != 2 || b.Rank.High != 3 {
		t.Errorf("%+v", b)
	}
	if diff := cmp.Diff([]touchpoint.ID{"d"}, r.Unknown); diff != "" {
		t.Error(diff)
	}
	slices.Reverse(list)
	if diff := cmp.Diff(r, fit(list, 3), cmp.AllowUnexported(b2b.Fraction{})); diff != "" {
		t.Error(diff)
	}
}

func TestOrganisation(t *testing.T) {
	o, err := strategy.NewOrganisation([]strategy.Link{
		{"demo", "plan", "sales", strategy.Responsible},
		{"demo", "plan", "sales", strategy.Accountable},
		{"demo", "show", "presales", strategy.Responsible},
		{"demo", "follow up", "sales", strategy.Responsible},
		{"contract", "draft", "legal", strategy.Responsible},
		{"contract", "draft", "legal", strategy.Accountable},
		{"contract", "sign", "sales", strategy.Accountable},
		{"invoice", "send", "finance", strategy.Responsible},
		{"invoice", "send", "finance", strategy.Responsible},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []strategy.HandOff{{"demo", "sales", "presales", "plan", "show"}, {"demo", "presales", "sales", "show", "follow up"}}
	if diff := cmp.Diff(want, o.HandOffs("demo")); diff != "" {
		t.Error(diff)
	}
	nobody, several := o.Accountability()
	if !slices.Equal(nobody, []touchpoint.ID{"invoice"}) || !slices.Equal(several, []touchpoint.ID{"contract"}) {
		t.Errorf("nobody %v, several %v", nobody, several)
	}
	if diff := cmp.Diff([]strategy.SinglePoint{{"finance", []touchpoint.ID{"invoice"}}}, o.SinglePoints()); diff != "" {
		t.Error(diff)
	}
	loads := o.Loads([]strategy.Priority{{Touchpoint: "demo", Importance: .5, Gap: 2}, {Touchpoint: "contract", Importance: .1, Gap: 1}})
	if loads[0] != (strategy.Load{"sales", 1.1, 2}) || loads[1].Department != "presales" {
		t.Errorf("%+v", loads)
	}
	team := o.Team([]touchpoint.ID{"demo", "contract", "unknown"})
	if diff := cmp.Diff(strategy.Team{Departments: []string{"sales"}, Exact: true, Uncoverable: []touchpoint.ID{"unknown"}}, team); diff != "" {
		t.Error(diff)
	}
	if _, err := strategy.NewOrganisation([]strategy.Link{{}}); !errors.Is(err, b2b.ErrInvalid) || len(err.(interface{ Unwrap() []error }).Unwrap()) != 4 {
		t.Error(err)
	}
	if team := new(strategy.Organisation).Team(nil); len(team.Departments) != 0 || !team.Exact {
		t.Errorf("%+v", team)
	}
}

// propTeam: the team reaches everything that can be reached, and none smaller does.
func propTeam(t *rapid.T) {
	var links []strategy.Link
	departments := rapid.IntRange(1, 6).Draw(t, "departments")
	for range rapid.IntRange(0, 15).Draw(t, "links") {
		links = append(links, strategy.Link{
			Touchpoint: touchpoint.ID(rune('a' + rapid.IntRange(0, 5).Draw(t, "touchpoint"))), Process: "p",
			Department: fmt.Sprint("d", rapid.IntRange(0, departments-1).Draw(t, "department")), Part: strategy.Informed,
		})
	}
	o, err := strategy.NewOrganisation(links)
	if err != nil {
		t.Fatal(err)
	}
	wanted := []touchpoint.ID{"a", "b", "c", "z"}
	team := o.Team(wanted)
	covers := func(set []string) bool {
		for _, id := range wanted {
			if slices.Contains(team.Uncoverable, id) {
				continue
			}
			if !slices.ContainsFunc(o.DepartmentsOf(id), func(d string) bool { return slices.Contains(set, d) }) {
				return false
			}
		}
		return true
	}
	if !covers(team.Departments) || !slices.Contains(team.Uncoverable, "z") {
		t.Errorf("%+v does not cover", team)
	}
	all := o.Departments()
	for set := range 1 << len(all) {
		var some []string
		for i, d := range all {
			if set>>i&1 == 1 {
				some = append(some, d)
			}
		}
		if len(some) < len(team.Departments) && covers(some) {
			t.Errorf("%v covers too, the team is %v", some, team.Departments)
		}
	}
}

func TestTeamProperties(t *testing.T) { rapid.Check(t, propTeam) }
func FuzzTeamProperties(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propTeam)) }

func TestGreedyTeam(t *testing.T) {
	var links []strategy.Link
	for d := range 25 {
		links = append(links, strategy.Link{Touchpoint: touchpoint.ID(fmt.Sprint("t", d%7)), Process: "p", Department: fmt.Sprintf("d%02d", d), Part: strategy.Consulted})
		links = append(links, strategy.Link{Touchpoint: touchpoint.ID(fmt.Sprint("t", d%3)), Process: "p", Department: "d03", Part: strategy.Consulted})
	}
	o, err := strategy.NewOrganisation(links)
	if err != nil {
		t.Fatal(err)
	}
	team := o.Team([]touchpoint.ID{"t0", "t1", "t2", "t3"})
	if team.Exact || !slices.Equal(team.Departments, []string{"d03"}) {
		t.Errorf("%+v", team)
	}
}

func TestWhatIfAndCore(t *testing.T) {
	s, err := importance.NewSurvey(importance.SurveyConfig{Outcome: "y", Drivers: []string{"a", "b"}})
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		a, b := float64(rng.IntN(5)), float64(rng.IntN(5))
		if err := s.Add(importance.Row{Outcome: importance.Answered(2*a + .1*b + rng.NormFloat64()), Drivers: []importance.Answer{importance.Answered(a), importance.Answered(b)}}); err != nil {
			t.Fatal(err)
		}
	}
	an, err := importance.Analyse(t.Context(), s.Result(), importance.Config{})
	if err != nil {
		t.Fatal(err)
	}
	e, ok := strategy.WhatIf(an, "a", .5, 0)
	if !ok || !e.Contains(1) || math.Abs(e.Value-an.Drivers[0].B/2) > 1e-15 {
		t.Errorf("%v, %v", e, ok)
	}
	if down, _ := strategy.WhatIf(an, "a", -.5, 0); math.Abs(down.Low+e.High) > 1e-15 {
		t.Errorf("%v mirrors %v", down, e)
	}
	if _, ok := strategy.WhatIf(an, "z", 1, 0); ok {
		t.Error("an unknown driver has an effect")
	}
	if diff := cmp.Diff([]touchpoint.ID{"tp:a"}, strategy.Core(an, func(d string) touchpoint.ID { return touchpoint.ID("tp:" + d) })); diff != "" {
		t.Error(diff)
	}
}
