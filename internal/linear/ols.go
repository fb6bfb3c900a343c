package linear

import (
	"math"

	"github.com/buyerjourney/b2b/internal/stat"
)

// OLS is an ordinary least squares regression with an intercept.
type OLS struct {
	Coef []float64 // intercept first, then one per column
	SE   []float64
	R2   float64
	RSS  float64 // residual sum of squares
	DF   int     // n − columns − 1
}

// FitOLS regresses y on the columns (each as long as y). ok is false if there are too few rows or the columns depend on one
// another. Columns and y are centred first, so that large offsets cost no accuracy.
func FitOLS(columns [][]float64, y []float64) (f OLS, ok bool) {
	n, p := len(y), len(columns)
	if n < p+2 {
		return f, false
	}
	my, _ := stat.Mean(y)
	mean := make([]float64, p)
	for j, c := range columns {
		mean[j], _ = stat.Mean(c)
	}
	a, b := make([]float64, p*p), make([]float64, p)
	for j, c := range columns {
		for k, d := range columns[:j+1] {
			a[j*p+k] = dot(c, d, mean[j], mean[k])
		}
		b[j] = dot(c, y, mean[j], my)
	}
	diagonal := make([]float64, p)
	for j := range p {
		diagonal[j] = a[j*p+j]
		if !(diagonal[j] > 0) {
			return f, false
		}
	}
	if Cholesky(a, p, func(i int) float64 { return diagonal[i] }) >= 0 {
		return f, false
	}
	beta := append([]float64(nil), b...)
	SolveCholesky(a, p, beta)
	tss := dot(y, y, my, my)
	var rss stat.Compensated
	for i, v := range y {
		e := v - my
		for j, c := range columns {
			e -= float64(beta[j] * (c[i] - mean[j]))
		}
		rss.Add(float64(e * e))
	}
	f = OLS{Coef: make([]float64, p+1), SE: make([]float64, p+1), RSS: rss.Sum(), DF: n - p - 1}
	if tss > 0 {
		f.R2 = 1 - f.RSS/tss
	}
	s2 := f.RSS / float64(f.DF)
	f.Coef[0] = my
	inverse := make([][]float64, p)
	for j := range p {
		u := make([]float64, p)
		u[j] = 1
		SolveCholesky(a, p, u)
		inverse[j] = u
		f.Coef[j+1] = beta[j]
		f.SE[j+1] = math.Sqrt(s2 * u[j])
		f.Coef[0] -= float64(beta[j] * mean[j])
	}
	v := 1 / float64(n)
	for j := range p {
		for k := range p {
			v += float64(mean[j] * mean[k] * inverse[j][k])
		}
	}
	f.SE[0] = math.Sqrt(s2 * v)
	return f, true
}

func dot(x, y []float64, mx, my float64) float64 {
	var s stat.Compensated
	for i, v := range x {
		s.Add(float64((v - mx) * (y[i] - my)))
	}
	return s.Sum()
}
