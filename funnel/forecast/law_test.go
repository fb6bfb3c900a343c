package forecast_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel/forecast"
	"github.com/buyerjourney/b2b/internal/realdata"
)

type scoring struct {
	Pipeline struct {
		P         []float64          `json:"p"`
		Amount    []float64          `json:"amount"`
		Count     []float64          `json:"count_pmf"`
		Mean      float64            `json:"mean"`
		Var       float64            `json:"var"`
		Quantiles map[string]float64 `json:"quantiles_exact"`
		Target    map[string]float64 `json:"prob_ge_target"`
	} `json:"pipeline_distribution"`
}

func near(got, want, tol float64) bool { return math.Abs(got-want) <= tol*max(1, math.Abs(want)) }

// TestRevenueLaw checks the law of 30 deals of intervals_scoring.json: convolution in Python, integers.
func TestRevenueLaw(t *testing.T) {
	var o scoring
	if err := json.Unmarshal(realdata.Oracle(t, "funnel/intervals_scoring.json"), &o); err != nil {
		t.Fatal(err)
	}
	amounts := make([]int64, len(o.Pipeline.Amount))
	for i, a := range o.Pipeline.Amount {
		amounts[i] = int64(a)
	}
	l, err := forecast.RevenueLaw(amounts, o.Pipeline.P)
	if err != nil {
		t.Fatal(err)
	}
	if !near(l.Mean(), o.Pipeline.Mean, 1e-12) || !near(l.Variance(), o.Pipeline.Var, 1e-12) || l.Rounding() != 0 {
		t.Errorf("mean %v variance %v rounding %v", l.Mean(), l.Variance(), l.Rounding())
	}
	for q, want := range o.Pipeline.Quantiles {
		var p float64
		if err := json.Unmarshal([]byte(q), &p); err != nil {
			t.Fatal(err)
		}
		if got := l.Quantile(p); float64(got) != want {
			t.Errorf("quantile %v: got %v, want %v", q, got, want)
		}
	}
	for x, want := range o.Pipeline.Target {
		var y int64
		if err := json.Unmarshal([]byte(x), &y); err != nil {
			t.Fatal(err)
		}
		if got := l.AtLeast(y); !near(got, want, 1e-10) {
			t.Errorf("P(≥ %v): got %v, want %v", x, got, want)
		}
	}
	c, err := forecast.CountLaw(o.Pipeline.P)
	if err != nil {
		t.Fatal(err)
	}
	low, unit, p := c.Masses()
	if unit != 1 {
		t.Fatal(unit)
	}
	for i, m := range p {
		if !near(m, o.Pipeline.Count[int(low)+i], 1e-12) {
			t.Errorf("P(%d): got %v, want %v", i, m, o.Pipeline.Count[int(low)+i])
		}
	}
}

// propLaw compares the law with a naive convolution, over sizes that need transforms.
func propLaw(t *rapid.T) {
	n := rapid.IntRange(0, 120).Draw(t, "n")
	most := rapid.SampledFrom([]int64{1, 7, 300, 3000}).Draw(t, "most")
	amounts, p := make([]int64, n), make([]float64, n)
	naive := map[int64]float64{0: 1}
	var total int64
	for i := range amounts {
		amounts[i] = rapid.Int64Range(-most/8, most).Draw(t, "amount")
		p[i] = rapid.SampledFrom([]float64{0, .01, .3, .5, .97, 1}).Draw(t, "p")
		total += max(amounts[i], -amounts[i])
		next := map[int64]float64{}
		for x, m := range naive {
			if p[i] < 1 {
				next[x] += m * (1 - p[i])
			}
			if p[i] > 0 {
				next[x+amounts[i]] += m * p[i]
			}
		}
		naive = next
	}
	l, err := forecast.RevenueLaw(amounts, p)
	if err != nil {
		t.Fatal(err)
	}
	low, unit, masses := l.Masses()
	sum, mean := 0.0, 0.0
	for i, m := range masses {
		x := low + int64(i)*unit
		sum += m
		mean += m * float64(x)
		if math.Abs(m-naive[x]) > 1e-13 {
			t.Fatalf("P(%d) = %v, want %v", x, m, naive[x])
		}
	}
	if !near(sum, 1, 1e-12) || !near(mean, l.Mean(), 1e-9) {
		t.Fatalf("sum %v, mean %v and %v", sum, mean, l.Mean())
	}
	if l.Rounding() != 0 {
		t.Fatal("rounded where the support is small")
	}
	for _, q := range []float64{.05, .5, .95} {
		x := l.Quantile(q)
		if l.CDF(x) < q-1e-12 || l.CDF(x-1) > q+1e-12 || !near(l.CDF(x-1)+l.AtLeast(x), 1, 1e-12) {
			t.Fatalf("quantile %v of %v: F = %v, before %v", x, q, l.CDF(x), l.CDF(x-1))
		}
	}
	if total > 0 && l.CRPS(float64(total)+1) <= 0 {
		t.Fatal("an outcome that was impossible costs nothing")
	}
}

func TestLawProperties(t *testing.T) { rapid.Check(t, propLaw) }

func FuzzLaw(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propLaw)) }

// TestLawLarge: a support beyond 2²⁰ units is rounded to a grid, by no more than half a step per deal, and keeps its mean. The normal
// approximation would not do: the law is skew.
func TestLawLarge(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	amounts, p := make([]int64, 400), make([]float64, 400)
	for i := range amounts {
		amounts[i] = 1 + rng.Int64N(1_000_000)
		p[i] = rng.Float64() / 4
	}
	l, err := forecast.RevenueLaw(amounts, p)
	if err != nil {
		t.Fatal(err)
	}
	low, unit, masses := l.Masses()
	mean := 0.0
	for i, m := range masses {
		mean += m * float64(low+int64(i)*unit)
	}
	if l.Rounding() <= 0 || math.Abs(mean-l.Mean()) > float64(l.Rounding()) || float64(l.Rounding()) > 400*float64(unit)/2 {
		t.Errorf("rounded by %v: mean %v, on the grid %v", l.Rounding(), l.Mean(), mean)
	}
	if _, err := forecast.RevenueLaw([]int64{1 << 62, 1 << 62}, []float64{.5, .5}); !errors.Is(err, b2b.ErrInvalid) {
		t.Errorf("overflow: %v", err)
	}
	if _, err := forecast.CountLaw([]float64{.5, math.NaN(), 2}); err == nil || !strings.Contains(err.Error(), "p[1]") || !strings.Contains(err.Error(), "p[2]") {
		t.Errorf("all problems: %v", err)
	}
}
