package linear_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b/internal/linear"
)

func near(t interface {
	Helper()
	Errorf(format string, args ...any)
}, what string, got, want float64,
) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-10*max(1, math.Abs(want))) {
		t.Errorf("%s: got %.15g, want %.15g", what, got, want)
	}
}

// genColumns draws correlated columns and an outcome.
func genColumns() *rapid.Generator[[][]float64] {
	return rapid.Custom(func(t *rapid.T) [][]float64 {
		p, n := rapid.IntRange(1, 6).Draw(t, "columns"), rapid.IntRange(10, 40).Draw(t, "rows")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		all := make([][]float64, p+1)
		for range n {
			common, y := rng.NormFloat64(), rng.NormFloat64()
			for j := range p {
				x := common + rng.NormFloat64()
				all[j] = append(all[j], x)
				y += x / float64(j+1)
			}
			all[p] = append(all[p], y)
		}
		return all
	})
}

// propSpectrum: V·D·V' is the matrix again, its powers multiply, and a regression found through it is that of least squares.
func propSpectrum(t *rapid.T) {
	all := genColumns().Draw(t, "columns")
	p := len(all) - 1
	columns, y := all[:p], all[p]
	ones := make([]float64, len(y))
	for i := range ones {
		ones[i] = 1
	}
	r, rxy := make([]float64, p*p), make([]float64, p)
	if !linear.Correlations(columns, y, ones, r, rxy) {
		t.Fatal("a column does not vary")
	}
	var s linear.Spectrum
	s.Decompose(r, p)
	whole, half := make([]float64, p*p), make([]float64, p*p)
	s.Power(1, whole)
	s.Power(0.5, half)
	for i := range p {
		for j := range p {
			near(t, "R", whole[i*p+j], r[i*p+j])
			square := 0.0
			for k := range p {
				square += half[i*p+k] * half[k*p+j]
			}
			near(t, "root squared", square, r[i*p+j])
		}
	}
	f, ok := linear.FitOLS(columns, y)
	if !ok {
		t.Fatal("no regression")
	}
	var w linear.Relative
	w.Fit(r, rxy, p)
	near(t, "R2", w.R2, f.R2)
	sum := 0.0
	for _, x := range w.Johnson {
		sum += x
	}
	near(t, "sum of relative weights", sum, w.R2)
	chol := append([]float64(nil), r...)
	if at := linear.Cholesky(chol, p, func(int) float64 { return 1 }); at >= 0 {
		t.Fatal("dependent", at)
	}
	beta := append([]float64(nil), rxy...)
	linear.SolveCholesky(chol, p, beta)
	for i := range p { // R·β = r
		got := 0.0
		for j := range p {
			got += r[i*p+j] * beta[j]
		}
		near(t, "normal equations", got, rxy[i])
	}
}

func TestSpectrum(t *testing.T) { rapid.Check(t, propSpectrum) }
func FuzzSpectrum(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propSpectrum)) }

// Anscombe (1973), first data set: intercept 3.00009, slope 0.50009, R² 0.66654, standard errors 1.12475 and 0.11791.
func TestAnscombe(t *testing.T) {
	x := []float64{10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5}
	y := []float64{8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68}
	f, ok := linear.FitOLS([][]float64{x}, y)
	if !ok || f.DF != 9 {
		t.Fatal(ok, f.DF)
	}
	for what, pair := range map[string][2]float64{
		"intercept": {f.Coef[0], 3.00009}, "slope": {f.Coef[1], .50009}, "R2": {f.R2, .66654},
		"se of the intercept": {f.SE[0], 1.12475}, "se of the slope": {f.SE[1], .11791},
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-5 {
			t.Errorf("%s: got %v, want %v", what, pair[0], pair[1])
		}
	}
}

func TestDependentColumns(t *testing.T) {
	x := []float64{1, 2, 3, 4, 5, 6}
	twice := []float64{2, 4, 6, 8, 10, 12}
	if _, ok := linear.FitOLS([][]float64{x, twice}, []float64{1, 0, 1, 0, 1, 0}); ok {
		t.Error("a regression on two columns that are one")
	}
	if at := linear.Cholesky([]float64{1, 1, 1, 1}, 2, func(int) float64 { return 1 }); at != 1 {
		t.Errorf("dependent row %d, want 1", at)
	}
	if linear.Correlations([][]float64{{3, 3, 3}}, []float64{1, 2, 3}, []float64{1, 1, 1}, make([]float64, 1), make([]float64, 1)) {
		t.Error("a constant column correlates")
	}
}
