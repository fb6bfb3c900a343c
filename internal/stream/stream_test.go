package stream_test

import (
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mathext"

	"github.com/buyerjourney/b2b/internal/stream"
)

var _ rand.Source = (*stream.Rand)(nil)

// counted counts the numbers that are drawn from it.
type counted struct {
	rand.Source
	n int
}

func (c *counted) Uint64() uint64 { c.n++; return c.Source.Uint64() }

func TestNew(t *testing.T) {
	if _, err := stream.New(nil); !errors.Is(err, stream.ErrNoSource) {
		t.Errorf("nil source: %v", err)
	}
	src := &counted{Source: rand.NewPCG(1, 2)}
	r, err := stream.New(src)
	if err != nil || src.n != 2 {
		t.Fatalf("%d numbers drawn, %v", src.n, err)
	}
	p := rand.NewPCG(1, 2)
	if want := (stream.Root{A: p.Uint64(), B: p.Uint64()}); r != want {
		t.Errorf("root is %v, want %v", r, want)
	}
}

// FNV-1a 64 of "" is 14695981039346656037 and of "a" 0xaf63dc4c8601ec8c (Fowler, Noll and Vo's test vectors); splitmix64's
// finaliser sends golden·1 to 0xe220a8397b1dcdaf, the first output of the reference code with seed 0 (Vigna, splitmix64.c).
func TestReference(t *testing.T) {
	g := stream.NewRand(0)
	for i, want := range []uint64{0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4, 0x06c45d188009454f, 0xf88bb8a8724c81ec} {
		if got := g.Uint64(); got != want {
			t.Errorf("number %d of seed 0 is %#x, want %#x", i, got, want)
		}
	}
	// If z goes in, mix(z) is the first output of the seed z − golden.
	for s, fnv := range map[string]uint64{"": 14695981039346656037, "a": 0xaf63dc4c8601ec8c} {
		g := stream.NewRand(fnv - 0x9e3779b97f4a7c15)
		if got, want := stream.Hash(s), g.Uint64(); got != want {
			t.Errorf("hash of %q is %#x, want %#x", s, got, want)
		}
	}
}

func TestStreams(t *testing.T) {
	seen := map[uint64]string{}
	put := func(name string, v uint64) {
		if was, ok := seen[v]; ok {
			t.Errorf("%s and %s begin alike", name, was)
		}
		seen[v] = name
	}
	for _, root := range []stream.Root{{}, {A: 1}, {B: 1}, {A: 1, B: 1}, {A: 2, B: 1}, {A: 1, B: 2}} {
		for _, purpose := range []string{"", "boot", "tree"} {
			for rep := range uint64(5) {
				for key := range uint64(5) {
					put("n", root.Uint64(purpose, rep, key))
				}
				for _, key := range []string{"", "a", "b", "\x00"} {
					put("s", root.Source(purpose, rep, key).Uint64())
				}
			}
		}
	}
	r := stream.Root{A: 3, B: 4}
	a, b := r.SourceN("x", 1, 2), r.SourceN("x", 1, 2)
	for range 10 {
		if a.Uint64() != b.Uint64() {
			t.Fatal("the same stream differs")
		}
	}
	s, n := r.SourceS("x", 1, "k"), r.SourceN("x", 1, stream.Hash("k"))
	if s != n {
		t.Error("SourceS is not SourceN of the hash")
	}
	if p := r.Purpose("x").SourceN(1, 2); p != r.SourceN("x", 1, 2) {
		t.Error("the purpose gives another stream")
	}
	if r.Sub("x", 0, 1) == r.Sub("x", 1, 0) || r.Sub("x", 0, 1) != r.Sub("x", 0, 1) {
		t.Error("sub-roots")
	}
}

// TestFixed pins the streams: results with a seed must stay what they are.
func TestFixed(t *testing.T) {
	r := stream.Root{A: 1, B: 2}
	if got := r.Uint64("boot", 3, 4); got != fixedN {
		t.Errorf("SourceN begins with %#x", got)
	}
	if got := r.Source("boot", 3, "k").Uint64(); got != fixedS {
		t.Errorf("Source begins with %#x", got)
	}
}

// TestPoisson1Table derives the table from e in exact arithmetic: P(X ≤ k) = Σ 1/(e·j!).
func TestPoisson1Table(t *testing.T) {
	e, term := new(big.Rat), big.NewRat(1, 1)
	for j := int64(1); j < 60; j++ {
		e.Add(e, term)
		term.Quo(term, big.NewRat(j, 1))
	}
	scale := new(big.Rat).Quo(new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), 64)), e)
	sum, term := new(big.Rat), big.NewRat(1, 1)
	table := stream.Poisson1Table()
	for k, got := range table {
		sum.Add(sum, term)
		term.Quo(term, big.NewRat(int64(k)+1, 1))
		x, _ := new(big.Int).SetString(new(big.Rat).Mul(sum, scale).FloatString(0), 10)
		if !x.IsUint64() || x.Uint64() != got {
			t.Errorf("2^64·P(X ≤ %d) is %v, the table has %d", k, x, got)
		}
	}
	if len(table) != 20 {
		t.Errorf("%d entries", len(table))
	}
}

func TestDraws(t *testing.T) {
	// One draw each: two generators stay in step.
	for name, f := range map[string]func(*stream.Rand){
		"Float64":  func(g *stream.Rand) { g.Float64() },
		"Exp":      func(g *stream.Rand) { g.ExpFloat64() },
		"Norm":     func(g *stream.Rand) { g.NormFloat64() },
		"Poisson1": func(g *stream.Rand) { g.Poisson1() },
		"Poisson":  func(g *stream.Rand) { g.Poisson(9.5) },
		"Bool":     func(g *stream.Rand) { g.Bool(0.5) },
	} {
		a, b := stream.NewRand(5), stream.NewRand(5)
		for range 100 {
			f(&a)
			b.Uint64()
		}
		if a != b {
			t.Errorf("%s takes another number of draws than one", name)
		}
	}
	g := stream.NewRand(1)
	was := g
	if g.Poisson(0) != 0 || g.Poisson(-1) != 0 || g.Poisson(math.NaN()) != 0 || g.Gamma(0) != 0 || g.Gamma(math.NaN()) != 0 ||
		g.Gamma(math.Inf(1)) != 0 || g.Beta(0, 1) != 0 || g.Beta(1, 0) != 1 || g.IntN(1) != 0 || g.IntN(-3) != 0 || g != was {
		t.Error("arguments without a distribution")
	}
}

const many = 200000

// moments checks mean and variance of many draws within 5 standard errors of the theory; kurt is the fourth central moment.
func moments(t *testing.T, name string, draw func() float64, mean, variance, fourth float64) {
	t.Helper()
	var m, v float64
	for range many {
		x := draw()
		if math.IsNaN(x) || math.IsInf(x, 0) {
			t.Fatalf("%s draws %v", name, x)
		}
		m += x
		v += (x - mean) * (x - mean)
	}
	m /= many
	v /= many
	if d := math.Abs(m - mean); d > 5*math.Sqrt(variance/many) {
		t.Errorf("%s: mean %g, want %g", name, m, mean)
	}
	if d := math.Abs(v - variance); d > 5*math.Sqrt((fourth-variance*variance)/many) {
		t.Errorf("%s: variance %g, want %g", name, v, variance)
	}
}

func TestMoments(t *testing.T) {
	g := stream.NewRand(42)
	moments(t, "uniform", g.Float64, 0.5, 1.0/12, 1.0/80)
	moments(t, "exponential", g.ExpFloat64, 1, 1, 9)
	moments(t, "normal", g.NormFloat64, 0, 1, 3)
	moments(t, "Poisson1", func() float64 { return float64(g.Poisson1()) }, 1, 1, 4)
	for _, l := range []float64{0.01, 1, 9.99, 10, 33.3, 1000, 1e6} {
		moments(t, "Poisson", func() float64 { return float64(g.Poisson(l)) }, l, l, l+3*l*l)
	}
	for _, a := range []float64{0.1, 0.5, 1, 2.5, 100} {
		moments(t, "gamma", func() float64 { return g.Gamma(a) }, a, a, 3*a*a+6*a)
	}
	for _, s := range [][2]float64{{0.01, 0.02}, {0.5, 0.5}, {1, 1}, {2, 5}, {300, 200}} {
		a, b := s[0], s[1]
		n := a + b
		v := a * b / (n * n * (n + 1))
		kurt := 3 + 6*((a-b)*(a-b)*(n+1)-a*b*(n+2))/(a*b*(n+2)*(n+3))
		moments(t, "beta", func() float64 { return g.Beta(a, b) }, a/n, v, kurt*v*v)
	}
	alpha := []float64{1, 0, 2, 0.5}
	x := make([]float64, 4)
	moments(t, "Dirichlet", func() float64 {
		g.Dirichlet(x, alpha)
		if s := x[0] + x[2] + x[3]; x[1] != 0 || math.Abs(s-1) > 1e-15 {
			t.Fatalf("Dirichlet %v", x)
		}
		return x[2]
	}, 2/3.5, 2*1.5/(3.5*3.5*4.5), 3*math.Pow(2*1.5/(3.5*3.5*4.5), 2)) // kurtosis at most 3 here
	for range 1000 {
		g.Dirichlet(x, []float64{1e-8, 1e-300, 1e-8, 0})
		if s := x[0] + x[1] + x[2]; !(math.Abs(s-1) < 1e-15) {
			t.Fatalf("tiny alphas: %v", x)
		}
	}
	g.Dirichlet(x, []float64{0, 0, -1, math.NaN()})
	if x[0] != 0 || x[3] != 0 {
		t.Errorf("no alpha: %v", x)
	}
}

// TestFit compares frequencies with probabilities by chi-squared.
func TestFit(t *testing.T) {
	g := stream.NewRand(7)
	for _, l := range []float64{1, 3.5, 12, 40} {
		draw := func() int { return g.Poisson(l) }
		if l == 1 {
			draw = g.Poisson1
		}
		var seen [200]float64
		for range many {
			seen[min(draw(), len(seen)-1)]++
		}
		var chi, rest, restSeen, cells float64
		for k := range seen {
			lg, _ := math.Lgamma(float64(k) + 1)
			p := math.Exp(float64(k)*math.Log(l) - l - lg)
			if p*many < 10 {
				rest += p
				restSeen += seen[k]
				continue
			}
			chi += (seen[k] - p*many) * (seen[k] - p*many) / (p * many)
			cells++
		}
		chi += (restSeen - rest*many) * (restSeen - rest*many) / max(rest*many, 1)
		if p := mathext.GammaIncRegComp(cells/2, chi/2); p < 1e-4 {
			t.Errorf("Poisson %g: chi-squared %g of %g cells, p = %g", l, chi, cells, p)
		}
	}
	var seen [7]float64
	for range many {
		seen[g.IntN(7)]++
	}
	var chi float64
	for _, n := range seen {
		chi += (n - many/7.0) * (n - many/7.0) / (many / 7.0)
	}
	if chi > 30 { // p = 4e-5 with 6 degrees of freedom
		t.Errorf("IntN: chi-squared %g", chi)
	}
}

func TestShuffle(t *testing.T) {
	g := stream.NewRand(9)
	var seen [3][3]int
	for range 9000 {
		x := [3]int{0, 1, 2}
		g.Shuffle(3, func(i, j int) { x[i], x[j] = x[j], x[i] })
		for i, v := range x {
			seen[i][v]++
		}
	}
	for _, row := range seen {
		for _, n := range row {
			if n < 2770 || n > 3230 { // 5 standard deviations of 44.7
				t.Errorf("a place is taken %d times of 3000", n)
			}
		}
	}
}

func TestNoAllocation(t *testing.T) {
	r := stream.Root{A: 1, B: 2}
	var sink float64
	if n := testing.AllocsPerRun(100, func() {
		g := r.SourceN("purpose", 1, 2)
		sink += g.Float64() + g.NormFloat64() + g.ExpFloat64() + g.Gamma(2) + g.Beta(1, 2) + float64(g.Poisson(20)+g.Poisson1())
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	_ = sink
}

func BenchmarkSourceN(b *testing.B) {
	r := stream.Root{A: 1, B: 2}
	b.ReportAllocs()
	var i uint64
	for b.Loop() {
		i++
		g := r.SourceN("bootstrap", 1, i)
		g.Poisson1()
	}
}

func BenchmarkNorm(b *testing.B) {
	g := stream.NewRand(1)
	b.ReportAllocs()
	for b.Loop() {
		g.NormFloat64()
	}
}

func TestBool(t *testing.T) {
	g := stream.NewRand(5)
	hits := 0
	for range 10_000 {
		if g.Bool(0) || !g.Bool(1) {
			t.Fatal("what is impossible happened, or what is certain did not")
		}
		if g.Bool(.25) {
			hits++
		}
	}
	if math.Abs(float64(hits)-2500) > 5*math.Sqrt(10_000*.25*.75) {
		t.Errorf("%d of 10000 with probability .25", hits)
	}
}

// Without the rejection of Lemire's method the residues of a number below 3·2⁶¹ would come 3 : 3 : 2.
func TestIntNHasNoBias(t *testing.T) {
	g, n := stream.NewRand(6), int64(3<<61)
	var count [3]float64
	for range 9000 {
		count[g.IntN(int(n))%3]++
	}
	for r, k := range count {
		if math.Abs(k-3000) > 5*math.Sqrt(9000*2.0/9) {
			t.Errorf("residue %d: %v of 9000, want about 3000", r, k)
		}
	}
}
