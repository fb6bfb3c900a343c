package inference_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/dmu/inference"
)

func drawConfig(t *rapid.T) inference.Config {
	return inference.Config{
		Alpha:      rapid.SampledFrom([]float64{0, .1, 2}).Draw(t, "alpha"),
		Cap:        rapid.SampledFrom([]float64{0, 1, 20, -1}).Draw(t, "cap"),
		TitleCap:   rapid.SampledFrom([]float64{0, 1, -1}).Draw(t, "title cap"),
		Prior:      rapid.SampledFrom([]inference.PriorKind{inference.Empirical, inference.Uniform}).Draw(t, "prior"),
		UnseenCell: rapid.Bool().Draw(t, "unseen cell"),
		Predictive: rapid.SampledFrom([]inference.PredictiveKind{inference.PlugIn, inference.DirichletMultinomial}).Draw(t, "predictive"),
	}
}

func drawPersons(t *rapid.T) []dmu.PersonSteps {
	persons := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) dmu.PersonSteps {
		return dmu.PersonSteps{Seat: genSeat.Draw(t, "seat"), Title: genTitle.Draw(t, "title"), Steps: genSteps.Draw(t, "steps")}
	}), 0, 8).Draw(t, "persons")
	return append(persons, dmu.PersonSteps{Seat: "user", Steps: []dmu.StepCount{{Step: "page", N: 3}}},
		dmu.PersonSteps{Seat: "legal", Title: "Legal counsel", Steps: []dmu.StepCount{{Step: "terms", N: 2}}})
}

func train(t interface{ Fatal(args ...any) }, persons []dmu.PersonSteps, cfg inference.Config) *inference.Model {
	var tr inference.Trainer
	for _, p := range persons {
		if err := tr.Add(p); err != nil {
			t.Fatal(err)
		}
	}
	m, err := tr.Model(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A posterior is a distribution without zeros; an explanation adds up to its log odds; the order of steps and their division
// over rows change no bit.
func propScore(t *rapid.T) {
	m := train(t, drawPersons(t), drawConfig(t))
	steps := append(genSteps.Draw(t, "steps"), dmu.StepCount{Step: "never seen", N: rapid.Int64Range(0, 3).Draw(t, "unseen")})
	title := genTitle.Draw(t, "title")
	p := make([]float64, len(m.Seats()))
	v := m.Score(p, steps, title)
	sum := 0.0
	for _, x := range p {
		if !(x > 0 && x <= 1) {
			t.Fatalf("p = %v", p)
		}
		sum += x
	}
	if math.Abs(sum-1) > 1e-12 {
		t.Fatalf("sum = %v", sum)
	}
	if v.P < v.PRunnerUp || v.KL < 0 || v.Margin != v.P-v.PRunnerUp {
		t.Fatalf("%+v", v)
	}
	e := m.Explain(steps, title)
	if e.Verdict != v {
		t.Fatalf("explained %+v, scored %+v", e.Verdict, v)
	}
	parts := 0.0
	for _, part := range e.Parts {
		parts += part.Nats
	}
	odds := math.Log(v.P / v.PRunnerUp)
	if tol := 1e-9 * max(1, math.Abs(odds)); math.Abs(parts-odds) > tol || math.Abs(e.LogOdds-odds) > tol {
		t.Fatalf("parts %v, log odds %v, log(p/p) %v", parts, e.LogOdds, odds)
	}
	other := slices.Clone(steps)
	for i := range other {
		half := other[i].N / 2
		other[i].N -= half
		other = append(other, dmu.StepCount{Step: other[i].Step, N: half})
	}
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	rng.Shuffle(len(other), func(i, j int) { other[i], other[j] = other[j], other[i] })
	q := make([]float64, len(p))
	if w := m.Score(q, other, title); w != v || !slices.Equal(p, q) {
		t.Fatalf("split and shuffled: %+v, was %+v", w, v)
	}
}

// Beyond the cap more of the same says no more.
func propCap(t *rapid.T) {
	cfg := drawConfig(t)
	cfg.Cap, cfg.Predictive = 5, inference.PlugIn
	m := train(t, drawPersons(t), cfg)
	steps := append(genSteps.Draw(t, "steps"), dmu.StepCount{Step: "page", N: 5})
	k := rapid.Int64Range(1, 1000).Draw(t, "k")
	more := slices.Clone(steps)
	for i := range more {
		more[i].N *= k
	}
	p, q := make([]float64, len(m.Seats())), make([]float64, len(m.Seats()))
	m.Score(p, steps, "")
	m.Score(q, more, "")
	for r := range p {
		if math.Abs(p[r]-q[r]) > 1e-12 {
			t.Fatalf("%v, times %d %v", p, k, q)
		}
	}
}

// Without is training without the person, over the same vocabulary of steps.
func propWithout(t *rapid.T) {
	cfg := drawConfig(t)
	persons := drawPersons(t)
	i := rapid.IntRange(0, len(persons)-1).Draw(t, "left out")
	left := persons[i]
	// Two more persons hold every seat, so that none vanishes.
	for _, s := range []b2b.SeatID{"user", "legal", "buyer"} {
		persons = append(persons, dmu.PersonSteps{Seat: s, Title: "Buyer", Steps: []dmu.StepCount{{Step: "demo", N: 1}}})
	}
	without, err := train(t, persons, cfg).Without(left)
	if err != nil {
		t.Fatal(err)
	}
	rest := slices.Delete(slices.Clone(persons), i, i+1)
	vocabulary := dmu.PersonSteps{Steps: left.Steps} // unlabelled: the steps only
	retrained := train(t, append(rest, vocabulary), cfg)
	steps, title := genSteps.Draw(t, "steps"), genTitle.Draw(t, "title")
	p, q := make([]float64, len(without.Seats())), make([]float64, len(without.Seats()))
	// A title of the left-out person's own; for others' titles Without keeps the cells of a person without a title.
	if left.Title == "" {
		title = ""
	}
	v, w := without.Score(p, steps, title), retrained.Score(q, steps, title)
	for r := range p {
		if math.Abs(p[r]-q[r]) > 1e-9 {
			t.Fatalf("without %v, retrained %v", p, q)
		}
	}
	if math.Abs(v.KL-w.KL) > 1e-9 {
		t.Fatalf("KL %v and %v", v.KL, w.KL)
	}
	diagnosed := map[string]inference.Diagnosis{}
	for _, d := range retrained.Diagnose() {
		diagnosed[d.Step] = d
	}
	for _, d := range without.Diagnose() {
		if o := diagnosed[d.Step]; math.Abs(d.Bits-o.Bits) > 1e-9 || d.Takers != o.Takers || d.Signature != o.Signature {
			t.Fatalf("%+v, retrained %+v", d, o)
		}
	}
}

// The dynamic programme equals enumeration; without limits the marginals are the single posteriors.
func propJoint(t *rapid.T) {
	n, seats := rapid.IntRange(1, 5).Draw(t, "persons"), rapid.IntRange(1, 4).Draw(t, "seats")
	cfg := inference.JointConfig{}
	for r := range seats {
		id := b2b.SeatID(rune('a' + r))
		cfg.Seats = append(cfg.Seats, id)
		if lo, hi := rapid.IntRange(0, 2).Draw(t, "min"), rapid.IntRange(-1, 3).Draw(t, "max"); lo > 0 || hi != 0 {
			if hi > 0 || (hi < 0 && lo > 0) { // −1 is nobody
				hi = max(hi, lo)
			}
			cfg.Limits = append(cfg.Limits, inference.Limit{Seat: id, Min: lo, Max: hi})
		}
	}
	for range n {
		row := make([]float64, seats)
		for r := range row {
			row[r] = rapid.SampledFrom([]float64{1, .5, .25, 1e-9, 1e-300}).Draw(t, "p")
		}
		cfg.P = append(cfg.P, row)
	}
	want, feasible := enumerate(cfg)
	got, err := inference.Joint(cfg)
	if (err == nil) != feasible {
		t.Fatalf("feasible %v, error %v", feasible, err)
	}
	if err != nil {
		return
	}
	if !slices.Equal(got.Seats, want.Seats) || math.Abs(got.P-want.P) > 1e-9 {
		t.Fatalf("%v %v, want %v %v", got.Seats, got.P, want.Seats, want.P)
	}
	for i := range got.Marginals {
		for r, p := range got.Marginals[i] {
			if math.Abs(p-want.Marginals[i][r]) > 1e-9 {
				t.Fatalf("marginals %v, want %v", got.Marginals, want.Marginals)
			}
		}
	}
}

// enumerate is the naive model of Joint, in logarithms.
func enumerate(cfg inference.JointConfig) (a inference.Assignment, feasible bool) {
	n, seats := len(cfg.P), len(cfg.Seats)
	var all [][]int
	var logs []float64
	z := make([]int, n)
	for {
		count := make([]int, seats)
		sum := 0.0
		for i, r := range z {
			count[r]++
			sum += math.Log(cfg.P[i][r])
		}
		ok := true
		for _, l := range cfg.Limits {
			c := count[slices.Index(cfg.Seats, l.Seat)]
			ok = ok && c >= l.Min && (l.Max == 0 || c <= max(0, l.Max))
		}
		if ok {
			all, logs = append(all, slices.Clone(z)), append(logs, sum)
		}
		i := n - 1
		for ; i >= 0 && z[i] == seats-1; i-- {
			z[i] = 0
		}
		if i < 0 {
			break
		}
		z[i]++
	}
	if len(all) == 0 {
		return a, false
	}
	top := slices.Max(logs)
	best := slices.IndexFunc(logs, func(x float64) bool { return x > top-1e-12*max(1, math.Abs(top)) })
	total := 0.0
	for _, x := range logs {
		total += math.Exp(x - top)
	}
	a.P = 1 / total
	a.Marginals = make([][]float64, n)
	for i := range n {
		a.Seats = append(a.Seats, cfg.Seats[all[best][i]])
		a.Marginals[i] = make([]float64, seats)
		for k, zz := range all {
			a.Marginals[i][zz[i]] += math.Exp(logs[k]-top) / total
		}
	}
	return a, true
}

// Permuting or renaming persons changes no group; a step repeated with the same performers joins its twin.
func propDiscover(t *rapid.T) {
	var persons []dmu.PersonSteps
	for i := range rapid.IntRange(1, 6).Draw(t, "persons") {
		persons = append(persons, dmu.PersonSteps{Person: b2b.PersonID(rune('a' + i)), Steps: genSteps.Draw(t, "steps")})
	}
	d, err := inference.Discover(persons, 0)
	if err != nil {
		t.Fatal(err)
	}
	renamed := slices.Clone(persons)
	slices.Reverse(renamed)
	for i := range renamed {
		renamed[i].Person = b2b.PersonID(rune('k' + i))
	}
	r, err := inference.Discover(renamed, 0)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.EqualFunc(d.Groups, r.Groups, slices.Equal) {
		t.Fatalf("%v, renamed %v", d.Groups, r.Groups)
	}
	twin := slices.Clone(persons)
	many, active := false, 0
	for i := range twin {
		if persons[i].Total() > 0 {
			active++
		}
		twin[i].Steps = slices.Clone(twin[i].Steps)
		for _, s := range persons[i].Steps {
			if s.Step == "page" {
				twin[i].Steps = append(twin[i].Steps, dmu.StepCount{Step: "page 2", N: s.N})
				many = many || s.N > 2
			}
		}
	}
	w, err := inference.Discover(twin, 0)
	if err != nil {
		t.Fatal(err)
	}
	if many && active > 1 { // one person alone tells nothing apart
		for _, g := range w.Groups {
			if slices.Contains(g, "page") != slices.Contains(g, "page 2") {
				t.Fatalf("twins apart: %v", w.Groups)
			}
		}
	}
}

func TestScoreProperties(t *testing.T) { rapid.Check(t, propScore) }
func TestCap(t *testing.T)             { rapid.Check(t, propCap) }
func TestWithout(t *testing.T)         { rapid.Check(t, propWithout) }
func TestJoint(t *testing.T)           { rapid.Check(t, propJoint) }
func TestDiscover(t *testing.T)        { rapid.Check(t, propDiscover) }

func FuzzScore(f *testing.F)    { f.Fuzz(rapid.MakeFuzz(propScore)) }
func FuzzWithout(f *testing.F)  { f.Fuzz(rapid.MakeFuzz(propWithout)) }
func FuzzJoint(f *testing.F)    { f.Fuzz(rapid.MakeFuzz(propJoint)) }
func FuzzDiscover(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propDiscover)) }
