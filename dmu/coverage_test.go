package dmu_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
)

func read(t testing.TB, file string, v any) {
	t.Helper()
	data, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatal(err)
	}
}

func must[T any](t testing.TB) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-12 }

// isFraction reports whether f is known and within 1e−12 of want.
func isFraction(f b2b.Fraction, want float64) bool {
	v, ok := f.Value()
	return ok && near(v, want)
}

type exact struct{ Float float64 }

// coverage.json: the product formula equals enumeration; completeness by the table of Adobe's documentation.
func TestOracleCoverage(t *testing.T) {
	var o struct {
		Adobe struct {
			Role []struct {
				Role               string
				Required, Assigned int
				Completeness       exact
			} `json:"role_completeness"`
			Group struct {
				Roles [][]any
				Value exact
			} `json:"group_completeness"`
		}
		Probabilistic struct {
			Posteriors map[string]map[string]string `json:"role_posteriors"`
			Reach      map[string]string
			Importance map[string]string
			Covered    map[string]exact `json:"prob_role_covered"`
			Weighted   exact            `json:"weighted_coverage"`
			All        exact            `json:"prob_all_required_covered"`
			Gains      map[string]exact `json:"gain_in_weighted_coverage_if_person_fully_reached"`
			Next       string           `json:"next_best_contact"`
		}
		Threading struct {
			Engagement map[string]int64
			Effective  exact `json:"effective_number_of_contacts"`
		}
	}
	read(t, "coverage.json", &o)
	for _, r := range o.Adobe.Role {
		var members []dmu.Member
		for i := range r.Assigned {
			members = append(members, dmu.Member{ID: b2b.PersonID(rune('a' + i)), Assignments: []dmu.Assignment{{Seat: "s", Source: dmu.Manual}}})
		}
		u := must[dmu.Unit](t)(dmu.NewUnit(dmu.UnitConfig{
			Template: dmu.MustTemplate(dmu.Seat{ID: "s", Min: r.Required, Required: true}), Members: members,
		}))
		c := must[dmu.Coverage](t)(dmu.Cover(u, dmu.CoverageConfig{}))
		if !near(c.Seats[0].Completeness, r.Completeness.Float) || !isFraction(c.Completeness, r.Completeness.Float) {
			t.Errorf("%+v: %v", r, c.Completeness)
		}
		if want := r.Assigned >= r.Required; (c.Seats[0].State == dmu.Uncovered) != want || c.Seats[0].State == dmu.Covered {
			t.Errorf("%+v: nobody is reached, state %v", r, c.Seats[0].State)
		}
	}
	rat := func(s string) float64 {
		x, ok := new(big.Rat).SetString(s)
		if !ok {
			t.Fatalf("not a rational: %q", s)
		}
		f, _ := x.Float64()
		return f
	}
	p := o.Probabilistic
	var seats []dmu.Seat
	for _, s := range []string{"user", "influencer", "buyer", "decider", "legal"} {
		seats = append(seats, dmu.Seat{ID: b2b.SeatID(s), Importance: rat(p.Importance[s]), Required: true})
	}
	var members []dmu.Member
	levels := map[string]dmu.Reach{"0": dmu.Known, "1/2": dmu.Contacted, "1": dmu.Engaged}
	for _, id := range []string{"ann", "bob", "cas", "dee"} {
		m := dmu.Member{ID: b2b.PersonID(id), Reach: levels[p.Reach[id]]}
		for s, q := range p.Posteriors[id] {
			m.Posterior = append(m.Posterior, dmu.SeatP{Seat: b2b.SeatID(s), P: rat(q)})
		}
		members = append(members, m)
	}
	u := must[dmu.Unit](t)(dmu.NewUnit(dmu.UnitConfig{Template: dmu.MustTemplate(seats...), Members: members}))
	c := must[dmu.Coverage](t)(dmu.Cover(u, dmu.CoverageConfig{}))
	for _, s := range c.Seats {
		if !near(s.P, p.Covered[string(s.Seat.ID)].Float) || s.State != dmu.Unknown {
			t.Errorf("%s: %v %v, want %v", s.Seat.ID, s.P, s.State, p.Covered[string(s.Seat.ID)].Float)
		}
	}
	if !isFraction(c.Weighted, p.Weighted.Float) || !isFraction(c.AllRequired, p.All.Float) {
		t.Errorf("weighted %v, all %v", c.Weighted, c.AllRequired)
	}
	if c.Next[0].Person != b2b.PersonID(p.Next) {
		t.Errorf("next %v, want %s", c.Next, p.Next)
	}
	positive := 0
	for id, g := range p.Gains {
		i := slices.IndexFunc(c.Next, func(x dmu.ContactGain) bool { return x.Person == b2b.PersonID(id) })
		switch {
		case g.Float == 0 && i >= 0, g.Float > 0 && (i < 0 || !near(c.Next[i].Gain, g.Float)):
			t.Errorf("gain of %s: %+v, want %v", id, c.Next, g.Float)
		case g.Float > 0:
			positive++
		}
	}
	if positive != 2 {
		t.Errorf("%d gains", positive)
	}
	var engagement []int64
	for _, n := range o.Threading.Engagement {
		engagement = append(engagement, n)
	}
	if got, ok := dmu.Threading(engagement); !ok || !near(got, o.Threading.Effective.Float) || got < dmu.SingleThreaded {
		t.Errorf("threading %v %v", got, ok)
	}
}

func TestThreading(t *testing.T) {
	for _, tt := range []struct {
		in   []int64
		want float64
		ok   bool
	}{{nil, 0, false}, {[]int64{0, 0}, 0, false}, {[]int64{3, -1}, 0, false}, {[]int64{9}, 1, true}, {[]int64{2, 2, 2}, 3, true}} {
		if got, ok := dmu.Threading(tt.in); ok != tt.ok || !near(got, tt.want) {
			t.Errorf("%v: %v %v", tt.in, got, ok)
		}
	}
}

// Specification, section 3.
func TestUnseenSeats(t *testing.T) {
	for _, tt := range []struct {
		n    int
		mean float64
		want float64
	}{{3, 7, 4.090811}, {7, 7, 1.738595}, {3, 3, .911358}, {1, 1, 0}, {0, 1, 1}, {0, 7, 7}, {1, 7, 6}} {
		e := must[b2b.Estimate](t)(dmu.UnseenSeats(tt.n, tt.mean))
		if math.Abs(e.Value-tt.want) > 1e-6 || e.Check() != nil || e.Low > e.Value+1 || e.Low < 0 || e.Level != .9 {
			t.Errorf("n=%d mean=%v: %+v, want %v", tt.n, tt.mean, e, tt.want)
		}
	}
	for _, mean := range []float64{.5, math.NaN(), math.Inf(1)} {
		if _, err := dmu.UnseenSeats(-1, mean); !errors.Is(err, b2b.ErrInvalid) {
			t.Errorf("mean %v: %v", mean, err)
		}
	}
	// Far beyond what the mean makes likely the answer stays finite and small.
	if e := must[b2b.Estimate](t)(dmu.UnseenSeats(400, 2)); !(e.Value >= 0 && e.Value < 1) {
		t.Errorf("%+v", e)
	}
}

// drawUnit draws up to 6 members and 4 seats with assignments, posteriors and reach.
func drawUnit(t *rapid.T) (dmu.UnitConfig, int) {
	r := rapid.IntRange(1, 4).Draw(t, "seats")
	var cfg dmu.UnitConfig
	var seats []dmu.Seat
	for i := range r {
		seats = append(seats, dmu.Seat{
			ID: b2b.SeatID(rune('p' + i)), Min: rapid.IntRange(0, 2).Draw(t, "min"),
			Required: rapid.Bool().Draw(t, "required"), Importance: float64(rapid.IntRange(0, 3).Draw(t, "importance")),
		})
	}
	cfg.Template = dmu.MustTemplate(seats...)
	for i := range rapid.IntRange(0, 6).Draw(t, "members") {
		m := dmu.Member{ID: b2b.PersonID(rune('a' + i)), Reach: rapid.SampledFrom([]dmu.Reach{0, 1, 2, 3, 4}).Draw(t, "reach")}
		switch rapid.IntRange(0, 2).Draw(t, "kind") {
		case 1:
			left := 1.0
			for _, s := range seats {
				q := left * rapid.SampledFrom([]float64{0, .25, .5, 1}).Draw(t, "p")
				left -= q
				m.Posterior = append(m.Posterior, dmu.SeatP{Seat: s.ID, P: q})
			}
		case 2:
			for _, s := range seats {
				if rapid.Bool().Draw(t, "holds") {
					m.Assignments = append(m.Assignments, dmu.Assignment{Seat: s.ID, Source: dmu.Manual})
				}
			}
		}
		cfg.Members = append(cfg.Members, m)
	}
	return cfg, r
}

// enumerateCoverage goes through who is reached and which seat each plays.
func enumerateCoverage(u dmu.Unit) (cov []float64, all float64) {
	seats, members := u.Template().Seats(), u.Members()
	cov = make([]float64, len(seats))
	rho := []float64{0, 0, .5, 1, 1}
	var walk func(i int, p float64, count []int)
	walk = func(i int, p float64, count []int) {
		if p == 0 {
			return
		}
		if i == len(members) {
			ok := true
			for r, s := range seats {
				if count[r] >= max(1, s.Min) {
					cov[r] += p
				} else if s.Required {
					ok = false
				}
			}
			if ok {
				all += p
			}
			return
		}
		m := members[i]
		q := rho[m.Reach]
		walk(i+1, p*(1-q), count)
		if held := u.Seats(m.ID); len(held) > 0 {
			c := slices.Clone(count)
			for r, s := range seats {
				if slices.Contains(held, s.ID) {
					c[r]++
				}
			}
			walk(i+1, p*q, c)
			return
		}
		rest := 1.0
		for r, s := range seats {
			for _, sp := range m.Posterior {
				if sp.Seat == s.ID {
					c := slices.Clone(count)
					c[r]++
					walk(i+1, p*q*sp.P, c)
					rest -= sp.P
				}
			}
		}
		walk(i+1, p*q*rest, count)
	}
	walk(0, 1, make([]int, len(seats)))
	return cov, all
}

// The dynamic programmes equal enumeration; everything stays in [0,1]; no seat is likelier than all; more reach never hurts;
// a member of whom nothing is known changes nothing.
func propCoverage(t *rapid.T) {
	cfg, r := drawUnit(t)
	u, err := dmu.NewUnit(cfg)
	if err != nil {
		t.Fatal(err)
	}
	c, err := dmu.Cover(u, dmu.CoverageConfig{})
	if err != nil {
		t.Fatal(err)
	}
	cov, all := enumerateCoverage(u)
	least := 1.0
	for k, s := range c.Seats {
		if !near(s.P, cov[k]) || s.P < 0 || s.P > 1 || s.Completeness < 0 || s.Completeness > 1 {
			t.Fatalf("seat %s: %+v, want %v", s.Seat.ID, s, cov[k])
		}
		if s.Seat.Required {
			least = min(least, s.P)
		}
	}
	if got, ok := c.AllRequired.Value(); ok && (!near(got, all) || got > least+1e-12) {
		t.Fatalf("all %v, want %v, least %v", got, all, least)
	}
	if len(c.Gaps) != r-count(c.Seats, func(s dmu.SeatCoverage) bool { return s.State == dmu.Covered }) {
		t.Fatalf("gaps %+v of %+v", c.Gaps, c.Seats)
	}
	more := cfg
	more.Members = append(slices.Clone(cfg.Members), dmu.Member{ID: "stranger", Reach: dmu.Committed})
	same, err := dmu.NewUnit(more)
	if err != nil {
		t.Fatal(err)
	}
	d, err := dmu.Cover(same, dmu.CoverageConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(c.Seats, d.Seats) || c.Weighted != d.Weighted || c.AllRequired != d.AllRequired {
		t.Fatalf("a stranger changed the coverage: %+v, %+v", c, d)
	}
	if len(cfg.Members) == 0 {
		return
	}
	i := rapid.IntRange(0, len(cfg.Members)-1).Draw(t, "reached")
	id := cfg.Members[i].ID
	v, _, err := u.With(dmu.SetReach{Person: id, Reach: dmu.Committed})
	if err != nil {
		t.Fatal(err)
	}
	e, err := dmu.Cover(v, dmu.CoverageConfig{})
	if err != nil {
		t.Fatal(err)
	}
	for k := range e.Seats {
		if e.Seats[k].P < c.Seats[k].P-1e-15 {
			t.Fatalf("reaching %s lowers %s", id, e.Seats[k].Seat.ID)
		}
	}
	before, known := c.Weighted.Value()
	after, _ := e.Weighted.Value()
	gain := 0.0
	if k := slices.IndexFunc(c.Next, func(g dmu.ContactGain) bool { return g.Person == id }); k >= 0 {
		gain = c.Next[k].Gain
	}
	if known && math.Abs(after-before-gain) > 1e-12 {
		t.Fatalf("gain of %s is %v, weighted goes from %v to %v", id, gain, before, after)
	}
}

func count[T any](list []T, f func(T) bool) (n int) {
	for _, x := range list {
		if f(x) {
			n++
		}
	}
	return n
}

// Greedy plans reach 1 − 1/e of the best list where the bound is claimed.
func propPlan(t *rapid.T) {
	cfg, _ := drawUnit(t)
	u, err := dmu.NewUnit(cfg)
	if err != nil {
		t.Fatal(err)
	}
	c, err := dmu.Cover(u, dmu.CoverageConfig{})
	if err != nil {
		t.Fatal(err)
	}
	m := rapid.IntRange(0, 4).Draw(t, "m")
	plan := c.Plan(m)
	if len(plan.Contacts) > m {
		t.Fatalf("%d contacts of %d", len(plan.Contacts), m)
	}
	base, ok := c.Weighted.Value()
	if !ok {
		return
	}
	reach := func(ids []b2b.PersonID) float64 {
		v := u
		for _, id := range ids {
			if v, _, err = v.With(dmu.SetReach{Person: id, Reach: dmu.Committed}); err != nil {
				t.Fatal(err)
			}
		}
		d, err := dmu.Cover(v, dmu.CoverageConfig{})
		if err != nil {
			t.Fatal(err)
		}
		return d.Weighted.Or(0) - base
	}
	var ids []b2b.PersonID
	sum := 0.0
	for _, g := range plan.Contacts {
		ids = append(ids, g.Person)
		sum += g.Gain
	}
	if got := reach(ids); math.Abs(got-sum) > 1e-12 {
		t.Fatalf("plan says %v, brings %v", sum, got)
	}
	best := 0.0
	for s := range 1 << len(cfg.Members) {
		var list []b2b.PersonID
		for i, x := range cfg.Members {
			if s>>i&1 == 1 {
				list = append(list, x.ID)
			}
		}
		if len(list) <= m {
			best = max(best, reach(list))
		}
	}
	if plan.Bounded && sum < (1-1/math.E)*best-1e-12 {
		t.Fatalf("plan brings %v, the best list %v", sum, best)
	}
}

func TestCoverageProperties(t *testing.T) { rapid.Check(t, propCoverage) }
func TestPlan(t *testing.T)               { rapid.Check(t, propPlan) }

func FuzzCoverage(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propCoverage)) }
func FuzzPlan(f *testing.F)     { f.Fuzz(rapid.MakeFuzz(propPlan)) }

// Unknown is not zero: without required seats, importance or weights there is nothing to say.
func TestCoverageUnknown(t *testing.T) {
	u := must[dmu.Unit](t)(dmu.NewUnit(dmu.UnitConfig{Template: dmu.MustTemplate(dmu.Seat{ID: "x"})}))
	c := must[dmu.Coverage](t)(dmu.Cover(u, dmu.CoverageConfig{}))
	if c.Completeness.IsKnown() || c.Weighted.IsKnown() || c.AllRequired.IsKnown() || c.Influence.IsKnown() || len(c.Next) != 0 {
		t.Errorf("%+v", c)
	}
	if plan := c.Plan(3); len(plan.Contacts) != 0 {
		t.Errorf("%+v", plan)
	}
	_, err := dmu.Cover(u, dmu.CoverageConfig{
		Rho: []float64{0, 2, 0, 0, 0}, Threshold: 9, Costs: []float64{1}, Weights: []float64{-1},
	})
	want := "config.rho[1]: outside [0,1]\nconfig.threshold: no such value\nconfig.costs: not one per member\n" +
		"config.weights: not one per member\nconfig.weights[0]: not a finite number ≥ 0"
	if err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
}

func TestGaps(t *testing.T) {
	u := must[dmu.Unit](t)(dmu.NewUnit(dmu.UnitConfig{
		Template: dmu.MustTemplate(
			dmu.Seat{ID: "user", Importance: 1}, dmu.Seat{ID: "legal", Importance: 2, Required: true},
			dmu.Seat{ID: "decider", Importance: 3}),
		Members: []dmu.Member{
			{ID: "b", Posterior: []dmu.SeatP{{Seat: "legal", P: .3}, {Seat: "user", P: .7}}},
			{ID: "a", Posterior: []dmu.SeatP{{Seat: "legal", P: .3}}},
			{ID: "c", Reach: dmu.Known, Assignments: []dmu.Assignment{{Seat: "decider", Source: dmu.Imported}}},
			{ID: "d", Reach: dmu.Engaged, Assignments: []dmu.Assignment{{Seat: "user", Source: dmu.Manual}}},
		},
	}))
	c := must[dmu.Coverage](t)(dmu.Cover(u, dmu.CoverageConfig{
		Telling: []dmu.SeatStep{{Seat: "legal", Step: "review terms", Bits: .7}}, Weights: []float64{1, 1, 1, 2},
	}))
	if len(c.Gaps) != 2 || c.Gaps[0].Seat.ID != "decider" || c.Gaps[0].State != dmu.Uncovered ||
		c.Gaps[0].Candidates[0] != (dmu.Candidate{Person: "c", P: 1, Source: dmu.Imported}) {
		t.Errorf("%+v", c.Gaps)
	}
	legal := c.Gaps[1]
	if legal.State != dmu.Unknown || legal.Telling.Step != "review terms" || !near(legal.Missing, 2) ||
		!slices.Equal(legal.Candidates, []dmu.Candidate{{"a", .3, dmu.Inferred}, {"b", .3, dmu.Inferred}}) {
		t.Errorf("%+v", legal)
	}
	if !isFraction(c.Influence, .4) || !isFraction(c.Completeness, 0) {
		t.Errorf("influence %v, completeness %v", c.Influence, c.Completeness)
	}
}

// Who was dismissed from a seat is no candidate for it, whatever the posterior says.
func TestDismissedIsNoCandidate(t *testing.T) {
	u := must[dmu.Unit](t)(dmu.NewUnit(dmu.UnitConfig{
		Template: dmu.MustTemplate(dmu.Seat{ID: "legal", Importance: 1}, dmu.Seat{ID: "user", Importance: 1}),
		Members:  []dmu.Member{{ID: "a", Reach: dmu.Engaged, Posterior: []dmu.SeatP{{"legal", .7}, {"user", .3}}}},
	}))
	u, _, err := u.With(dmu.Dismiss{Person: "a", Seat: "legal", At: day(1)})
	if err != nil {
		t.Fatal(err)
	}
	c := must[dmu.Coverage](t)(dmu.Cover(u, dmu.CoverageConfig{}))
	if c.Seats[0].P != 0 || !near(c.Seats[1].P, .3) || len(c.Gaps[0].Candidates) != 0 {
		t.Errorf("%+v", c)
	}
}

func BenchmarkCoverage(b *testing.B) {
	b.Run("n12r7", func(b *testing.B) {
		var seats []dmu.Seat
		for r := range 7 {
			seats = append(seats, dmu.Seat{ID: b2b.SeatID(rune('p' + r)), Min: 1 + r%2, Required: true, Importance: 1})
		}
		var members []dmu.Member
		for i := range 12 {
			m := dmu.Member{ID: b2b.PersonID(rune('a' + i)), Reach: dmu.Reach(i % 5)}
			for r := range seats {
				m.Posterior = append(m.Posterior, dmu.SeatP{Seat: seats[(r+i)%7].ID, P: []float64{.4, .2, .1, .1, .1, .05, .05}[r]})
			}
			members = append(members, m)
		}
		u, err := dmu.NewUnit(dmu.UnitConfig{Template: dmu.MustTemplate(seats...), Members: members})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			if _, err := dmu.Cover(u, dmu.CoverageConfig{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
