package survival_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b/funnel/survival"
	"github.com/buyerjourney/b2b/internal/law"
)

func genSpell() *rapid.Generator[survival.Spell] {
	return rapid.Custom(func(t *rapid.T) survival.Spell {
		scale := rapid.SampledFrom([]float64{1, 0.25, 0.1}).Draw(t, "scale")
		s := survival.Spell{Case: rapid.IntRange(0, 5).Draw(t, "case")}
		s.Entry = scale * float64(rapid.SampledFrom([]int{0, 0, 0, 1, 3, 6}).Draw(t, "entry"))
		s.Exit = s.Entry + scale*float64(rapid.IntRange(0, 12).Draw(t, "length"))
		s.Cause = rapid.IntRange(0, 2).Draw(t, "cause")
		if s.Exit == s.Entry && s.Cause == 0 {
			s.Exit++
		}
		return s
	})
}

func genSpells() *rapid.Generator[[]survival.Spell] { return rapid.SliceOfN(genSpell(), 1, 25) }

// naive computes the curves at each distinct time from the definition, by counting all spells anew.
func naive(spells []survival.Spell) (times, surv []float64, causes [2][]float64) {
	for _, s := range spells {
		times = append(times, s.Exit)
	}
	slices.Sort(times)
	times = slices.Compact(times)
	p := 1.0
	var f [2]float64
	for _, t := range times {
		var n float64
		var d [2]float64
		for _, s := range spells {
			w := s.Weight
			if w == 0 {
				w = 1
			}
			if s.Entry < t && t <= s.Exit || s.Entry == t && (t == 0 || s.Exit == t) {
				n += w
			}
			if s.Exit == t && s.Cause > 0 {
				d[s.Cause-1] += w
			}
		}
		for k := range f {
			if n > 0 {
				f[k] += p * d[k] / n
			}
			causes[k] = append(causes[k], f[k])
		}
		if n > 0 {
			p *= (n - d[0] - d[1]) / n
		}
		surv = append(surv, p)
	}
	return times, surv, causes
}

var close12 = cmpopts.EquateApprox(1e-12, 1e-12)

func propCurvesFollowTheDefinition(t *rapid.T) {
	spells := genSpells().Draw(t, "spells")
	if rapid.Bool().Draw(t, "weighted") {
		for i := range spells {
			spells[i].Weight = float64(rapid.IntRange(1, 4).Draw(t, "weight"))
		}
	}
	inc, err := survival.AalenJohansen(spells, 2, survival.Config{})
	if err != nil {
		t.Fatal(err)
	}
	times, surv, causes := naive(spells)
	for _, c := range []struct {
		name      string
		want, got []float64
	}{
		{"times", times, inc.Survival.Time},
		{"survival", surv, inc.Survival.Value},
		{"cause 1", causes[0], inc.Causes[0].Value},
		{"cause 2", causes[1], inc.Causes[1].Value},
	} {
		if d := cmp.Diff(c.want, c.got, close12); d != "" {
			t.Fatalf("%s (-want +got):\n%s", c.name, d)
		}
	}
	for i := range times {
		if sum := surv[i] + inc.Causes[0].Value[i] + inc.Causes[1].Value[i]; math.Abs(sum-1) > 1e-12 {
			t.Fatalf("shares sum to %.17g", sum)
		}
		e, _ := inc.Causes[0].At(times[i])
		if err := e.Check(); err != nil || e.Level > 0 && (e.Low < 0 || e.High > 1) {
			t.Fatalf("estimate %v: %v", e, err)
		}
	}
}

func TestCurvesFollowTheDefinition(t *testing.T) { rapid.Check(t, propCurvesFollowTheDefinition) }

func FuzzCurves(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propCurvesFollowTheDefinition)) }

// The order of spells changes no bit; weights of two are two spells; the accumulator gives the same bits.
func propManyWaysOneCurve(t *rapid.T) {
	spells := genSpells().Draw(t, "spells")
	want, err := survival.AalenJohansen(spells, 2, survival.Config{})
	if err != nil {
		t.Fatal(err)
	}
	check := func(what string, got survival.Incidence) {
		t.Helper()
		for k := range want.Causes {
			if !slices.Equal(want.Causes[k].Value, got.Causes[k].Value) || !slices.Equal(want.Causes[k].Variance, got.Causes[k].Variance) || !slices.Equal(want.Causes[k].AtRisk, got.Causes[k].AtRisk) {
				t.Fatalf("%s: %v, want %v", what, got.Causes[k], want.Causes[k])
			}
		}
	}
	shuffled := slices.Clone(spells)
	rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	got, err := survival.AalenJohansen(shuffled, 2, survival.Config{})
	if err != nil {
		t.Fatal(err)
	}
	check("another order", got)
	var a, b survival.CurveAcc
	for i, s := range shuffled {
		acc := &a
		if i%3 == 0 {
			acc = &b
		}
		if err := acc.Add(s); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Merge(&b); err != nil {
		t.Fatal(err)
	}
	if got, err = a.Incidence(2, survival.Config{}); err != nil {
		t.Fatal(err)
	}
	check("accumulated", got)
	twice, heavy := slices.Concat(spells, spells), slices.Clone(spells)
	for i := range heavy {
		heavy[i].Weight = 2
	}
	x, err1 := survival.KaplanMeier(twice, survival.Config{})
	y, err2 := survival.KaplanMeier(heavy, survival.Config{})
	if err1 != nil || err2 != nil || !slices.Equal(x.Value, y.Value) || !slices.Equal(x.AtRisk, y.AtRisk) {
		t.Fatalf("weights of two: %v and %v", x, y)
	}
}

func TestManyWaysOneCurve(t *testing.T) { rapid.Check(t, propManyWaysOneCurve) }

func TestCurveAccumulator(t *testing.T) {
	law.Accumulator(t, func() *survival.CurveAcc { return &survival.CurveAcc{} }, genSpell())
}

// With one stage and absorbing exits the multi-state recursion is the competing-risks curve, variance included; the
// jackknife of both agrees too.
func propOneStageIsCompetingRisks(t *rapid.T) {
	spells := genSpells().Draw(t, "spells")
	var kept []survival.Spell
	var stays []survival.Stay
	for i, s := range spells {
		s.Case, s.Entry = i, 0
		kept = append(kept, s)
		to := -1
		if s.Cause > 0 {
			to = s.Cause
		}
		stays = append(stays, survival.Stay{State: 0, To: to, Exit: s.Exit, Case: i})
	}
	for _, robust := range []bool{false, true} {
		inc, err := survival.AalenJohansen(kept, 2, survival.Config{Robust: robust})
		if err != nil {
			t.Fatal(err)
		}
		occ, err := survival.MultiState(stays, 3, survival.MultiStateConfig{From: -1, Start: []float64{1, 0, 0}, Robust: robust})
		if err != nil {
			t.Fatal(err)
		}
		for i, at := range inc.Causes[0].Time {
			p, _ := occ.At(at)
			for k := range 2 {
				if math.Abs(p[k+1].Value-inc.Causes[k].Value[i]) > 1e-12 {
					t.Fatalf("share at %g: %g and %g", at, p[k+1].Value, inc.Causes[k].Value[i])
				}
				if a, b := occ.StdErr(at, k+1), math.Sqrt(inc.Causes[k].Variance[i]); math.Abs(a-b) > 1e-7 {
					t.Fatalf("standard error at %g, robust %v: %g and %g", at, robust, a, b)
				}
			}
		}
	}
}

func TestOneStageIsCompetingRisks(t *testing.T) { rapid.Check(t, propOneStageIsCompetingRisks) }

// Without censoring the occupancy is a plain count, whatever the transitions, and its variance is binomial.
func TestOccupancyCounts(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 0))
	const cases, end = 60, 20
	var stays []survival.Stay
	at := make([][]int, end+1)
	for i := range at {
		at[i] = make([]int, 4)
	}
	for c := range cases {
		state, now := 0, 0
		for now < end {
			next := now + r.IntN(4)
			to := (state + 1 + r.IntN(3)) % 4
			if next > end {
				next = end
			}
			for h := now; h < next; h++ {
				at[h][state]++
			}
			if next == end {
				stays = append(stays, survival.Stay{State: state, To: -1, Entry: float64(now), Exit: end + 1, Case: c})
				break
			}
			stays = append(stays, survival.Stay{State: state, To: to, Entry: float64(now), Exit: float64(next), Case: c})
			state, now = to, next
		}
	}
	start := []float64{1, 0, 0, 0}
	occ, err := survival.MultiState(stays, 4, survival.MultiStateConfig{From: -1, Start: start})
	if err != nil {
		t.Fatal(err)
	}
	for h := range end {
		p, ok := occ.At(float64(h))
		for s := range p {
			want := float64(at[h][s]) / cases
			if !ok || math.Abs(p[s].Value-want) > 1e-12 {
				t.Fatalf("state %d at %d: got %g, want %g", s, h, p[s].Value, want)
			}
			if se := occ.StdErr(float64(h), s); math.Abs(se*se-want*(1-want)/cases) > 1e-9 {
				t.Fatalf("variance of state %d at %d: got %g, want %g", s, h, se*se, want*(1-want)/cases)
			}
		}
	}
}

func TestInvalidSpells(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	_, err := survival.AalenJohansen([]survival.Spell{
		{Exit: 1}, {Exit: nan}, {Entry: 2, Exit: 1}, {Exit: inf}, {Exit: 1, Weight: -1}, {Exit: 1, Cause: 3}, {Entry: 1, Exit: 1},
	}, 2, survival.Config{Level: 2})
	want := "config.level: outside [0,1)\nspells[1].exit: not a finite number\nspells[2].exit: before entry\nspells[3].exit: not a finite number\n" +
		"spells[4].weight: negative or not a finite number\nspells[5].cause: out of range\nspells[6].exit: equal to entry without an event"
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

// The special members of the generalised gamma, and no break where Q goes through 0.
func TestGenGammaMembers(t *testing.T) {
	for _, w := range []float64{-3, -1, -0.1, 0, 0.4, 1.5, 3} {
		near(t, "Weibull", survival.GenGammaCDF(w, 1), 1-math.Exp(-math.Exp(w)), 1e-14)
		near(t, "lognormal", survival.GenGammaCDF(w, 0), 0.5*math.Erfc(-w/math.Sqrt2), 1e-14)
		for _, q := range []float64{-0.5, -0.011, -0.0099, -1e-4, 1e-4, 0.0099, 0.011, 0.099, 0.101, 0.5, 2} {
			const h = 1e-5
			slope := (survival.GenGammaCDF(w+h, q) - survival.GenGammaCDF(w-h, q)) / (2 * h)
			near(t, "density", slope, math.Exp(survival.GenGammaLogDensity(w, q)), 1e-7)
		}
		for _, q := range []float64{-0.01, 0.01} { // where the expansion takes over
			near(t, "across", survival.GenGammaCDF(w, q*0.99999), survival.GenGammaCDF(w, q*1.00001), 1e-7)
		}
	}
}
