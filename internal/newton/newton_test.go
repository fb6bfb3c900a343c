package newton_test

import (
	"errors"
	"math"
	"testing"

	"github.com/buyerjourney/b2b/internal/newton"
)

// exponential is the log-likelihood of n exponential times with sum s, by the logarithm of the rate: its maximum is ln(n/s).
func exponential(n, s float64) func(theta []float64, at *newton.Point) {
	return func(theta []float64, at *newton.Point) {
		rate := math.Exp(theta[0])
		at.Value = n*theta[0] - rate*s
		at.Grad[0] = n/rate - s
		at.Hess[0][0] = -n / (rate * rate)
		at.ToLog([]float64{rate})
	}
}

func TestMaximise(t *testing.T) {
	f := exponential(50, 20)
	theta, at, cov, err := newton.Maximise([][]float64{{-5}, {6}}, 50, f, f)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(theta[0]-math.Log(2.5)) > 1e-12 || math.Abs(cov[0][0]-1.0/50) > 1e-12 || math.Abs(at.Grad[0]) > 1e-9 {
		t.Errorf("got %v, covariance %v, gradient %v", theta, cov, at.Grad)
	}
}

func TestNoInteriorMaximum(t *testing.T) {
	f := func(theta []float64, at *newton.Point) { // rises for ever
		at.Value = -math.Exp(-theta[0])
		at.Grad[0] = math.Exp(-theta[0])
		at.Hess[0][0] = -math.Exp(-theta[0])
	}
	if _, _, _, err := newton.Maximise([][]float64{{0}}, 1, f, f); !errors.Is(err, newton.ErrNotConverged) {
		t.Errorf("got %v", err)
	}
}

func TestCholesky(t *testing.T) {
	l, ok := newton.Cholesky([][]float64{{4, 2}, {2, 5}})
	if !ok || l[0][0] != 2 || l[1][0] != 1 || l[1][1] != 2 {
		t.Errorf("got %v", l)
	}
	if _, ok := newton.Cholesky([][]float64{{1, 2}, {2, 1}}); ok {
		t.Error("an indefinite matrix has no factor")
	}
}
