package lifetime_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b/funnel/lifetime"
)

// drawLoop draws a chain that everybody leaves, and few referrals.
func drawLoop(t *rapid.T) (states []string, p, g [][]float64) {
	n := rapid.IntRange(1, 5).Draw(t, "states")
	for i := range n {
		states = append(states, string(rune('a'+i)))
		row, referrals := make([]float64, n), make([]float64, n)
		sum := 0.0
		for j := range n {
			row[j] = float64(rapid.IntRange(0, 9).Draw(t, "p"))
			referrals[j] = float64(rapid.IntRange(0, 9).Draw(t, "g")) / 200
			sum += row[j]
		}
		for j := range row {
			row[j] /= sum + 1 + float64(rapid.IntRange(0, 9).Draw(t, "leave"))
		}
		p, g = append(p, row), append(g, referrals)
	}
	return states, p, g
}

func loopOf(t *rapid.T, states []string, p, g [][]float64) *lifetime.Loop {
	t.Helper()
	l, err := lifetime.NewLoop(states, p, g)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func sameNumber(a, b float64) bool { return math.Abs(a-b) <= 1e-8*math.Max(1, math.Abs(b)) }

// Value is linear in the reward; referrals never lower it where rewards are not negative; R is linear in G and below 1
// just where growth is; other names for the stages change nothing.
func propLoop(t *rapid.T) {
	states, p, g := drawLoop(t)
	n := len(states)
	l := loopOf(t, states, p, g)
	if l.IsSupercritical() != (l.Growth() >= 1) && math.Abs(l.Growth()-1) > 1e-9 {
		t.Fatalf("R %g, growth %g", l.Reproduction(), l.Growth())
	}
	double := make([][]float64, n)
	for i := range g {
		double[i] = make([]float64, n)
		for j := range g[i] {
			double[i][j] = 2 * g[i][j]
		}
	}
	if twice := loopOf(t, states, p, double).Reproduction(); !sameNumber(twice, 2*l.Reproduction()) {
		t.Fatalf("R of twice the referrals: %g, want %g", twice, 2*l.Reproduction())
	}
	config := lifetime.ValueConfig{Periods: rapid.IntRange(0, 12).Draw(t, "periods"), Discount: float64(rapid.IntRange(0, 3).Draw(t, "discount")) / 10}
	if config.Periods == 0 && l.IsSupercritical() {
		config.Periods = 5
	}
	one, two, both := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range n {
		one[i], two[i] = float64(rapid.IntRange(0, 50).Draw(t, "reward")), float64(rapid.IntRange(0, 50).Draw(t, "reward"))
		both[i] = one[i] + two[i]
	}
	value := func(l *lifetime.Loop, reward []float64) lifetime.LoopValue {
		t.Helper()
		v, err := l.Value(reward, config)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	a, b, c := value(l, one), value(l, two), value(l, both)
	order := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)).Perm(n)
	q, h, names, reward := make([][]float64, n), make([][]float64, n), make([]string, n), make([]float64, n)
	for i, s := range order {
		names[i], reward[i] = states[s], both[s]
		q[i], h[i] = make([]float64, n), make([]float64, n)
		for j, r := range order {
			q[i][j], h[i][j] = p[s][r], g[s][r]
		}
	}
	d := value(loopOf(t, names, q, h), reward)
	for i := range n {
		if !sameNumber(a.With[i]+b.With[i], c.With[i]) || !sameNumber(a.Without[i]+b.Without[i], c.Without[i]) {
			t.Fatalf("not linear in the reward at %d: %v + %v, want %v", i, a, b, c)
		}
		if c.With[i] < c.Without[i]-1e-9 {
			t.Fatalf("referrals lower the value at %d: %v", i, c)
		}
		if s := order[i]; !sameNumber(d.With[i], c.With[s]) || !sameNumber(d.Without[i], c.Without[s]) {
			t.Fatalf("another order of the stages: %v, want %v in order %v", d, c, order)
		}
	}
}

func TestLoopInvariants(t *testing.T) { rapid.Check(t, propLoop) }

func FuzzLoop(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propLoop)) }

// Whatever a customer did: he is alive with a probability, more time means no fewer purchases, and no more than his rate
// allows.
func propPurchases(t *rapid.T) {
	kind := rapid.SampledFrom([]lifetime.Kind{lifetime.MBGNBD, lifetime.BGNBD}).Draw(t, "kind")
	positive := rapid.Float64Range(0.05, 20)
	m, err := lifetime.NewModel(kind, positive.Draw(t, "r"), positive.Draw(t, "alpha"), positive.Draw(t, "a"), positive.Draw(t, "b"))
	if err != nil {
		t.Fatal(err)
	}
	s := lifetime.Summary{X: rapid.IntRange(0, 30).Draw(t, "x"), T: rapid.Float64Range(1, 100).Draw(t, "T")}
	if s.X > 0 {
		s.Tx = s.T * rapid.Float64Range(0.01, 1).Draw(t, "t_x")
	}
	alive := m.Alive(s)
	if !(alive >= 0 && alive <= 1) {
		t.Fatalf("alive with probability %g", alive)
	}
	before := 0.0
	for _, h := range []float64{0.5, 1, 10, 100} {
		now := m.Purchases(s, h)
		if bound := alive * (m.R + float64(s.X)) / (m.Alpha + s.T) * h; !(now >= before-1e-9 && now <= bound*(1+1e-6)+1e-12) {
			t.Fatalf("%g purchases in %g after %g, bound %g", now, h, before, bound)
		}
		before = now
	}
}

func TestPurchases(t *testing.T) { rapid.Check(t, propPurchases) }

// Retention of renewals rises, survival is its product, and all of it follows from the model alone.
func propRenewal(t *rapid.T) {
	m, err := lifetime.NewRenewal(rapid.Float64Range(0.05, 10).Draw(t, "alpha"), rapid.Float64Range(0.05, 10).Draw(t, "beta"))
	if err != nil {
		t.Fatal(err)
	}
	left := 1.0
	for n := 1; n <= 12; n++ {
		r := m.Retention(n)
		left *= r
		if !(r > 0 && r < 1) || n > 1 && r < m.Retention(n-1) || !sameNumber(m.Survival(n), left) {
			t.Fatalf("renewal %d: retention %g, survival %g, product %g", n, r, m.Survival(n), left)
		}
	}
}

func TestRenewalInvariants(t *testing.T) { rapid.Check(t, propRenewal) }
