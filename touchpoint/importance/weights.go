package importance

import (
	"errors"
	"math"
	"slices"
	"strings"

	"github.com/buyerjourney/b2b/internal/linear"
)

// ErrSingular says that a measure does not exist because of what the drivers are to one another, or to the outcome. The error
// that wraps it names the drivers.
var ErrSingular = errors.New("singular")

// singularError names drivers that depend on one another.
type singularError struct {
	drivers []string
	what    string
}

func (e *singularError) Error() string { return e.what + ": " + strings.Join(e.drivers, ", ") }
func (e *singularError) Unwrap() error { return ErrSingular }

// measures are all that follows from the correlations of drivers and outcome.
type measures struct {
	p          int
	r, rxy     []float64 // correlations of drivers, p×p, and with the outcome
	lambda     []float64 // R^½
	beta       []float64
	vif        []float64
	johnson    []float64
	car        []float64
	lmg        []float64
	r2         float64
	dependent  []int // drivers that depend on one another; none if R is regular
	relatives  linear.Relative
	chol, unit []float64
	subsets    lmg
}

func newMeasures(p int) *measures {
	vec := func() []float64 { return make([]float64, p) }
	return &measures{
		p: p, r: make([]float64, p*p), rxy: vec(), beta: vec(), vif: vec(), lmg: vec(), chol: make([]float64, p*p), unit: vec(),
	}
}

// correlate fills R and r from the moments; it returns the index of the first column that does not vary, p being the
// outcome, and −1 if all do.
func (m *measures) correlate(x *moments) int {
	p, n := m.p, m.p+1
	for j := range n {
		if !(x.cov[j*n+j] > 0) {
			return j
		}
	}
	sd := func(j int) float64 { return math.Sqrt(x.cov[j*n+j]) }
	for i := range p {
		for j := range p {
			m.r[i*p+j] = x.cov[i*n+j] / (sd(i) * sd(j))
		}
		m.r[i*p+i] = 1
		m.rxy[i] = x.cov[i*n+p] / (sd(i) * sd(p))
	}
	return -1
}

// relative finds Johnson's weights and CAR.
func (m *measures) relative() {
	m.relatives.Fit(m.r, m.rxy, m.p)
	m.lambda, m.johnson, m.car, m.r2 = m.relatives.Root, m.relatives.Johnson, m.relatives.CAR, m.relatives.R2
}

// regress finds β and VIF; where R is singular it names the drivers that depend on one another and returns false.
func (m *measures) regress() bool {
	p := m.p
	copy(m.chol, m.r)
	one := func(int) float64 { return 1 }
	if at := linear.Cholesky(m.chol, p, one); at >= 0 {
		m.dependent = m.dependency(at)
		return false
	}
	m.dependent = nil
	copy(m.beta, m.rxy)
	linear.SolveCholesky(m.chol, p, m.beta)
	m.r2 = 0
	for i := range p {
		m.r2 += float64(m.beta[i] * m.rxy[i])
		clear(m.unit)
		m.unit[i] = 1
		linear.SolveCholesky(m.chol, p, m.unit)
		m.vif[i] = m.unit[i]
	}
	return true
}

// dependency returns driver at and the earlier drivers of which it is a combination.
func (m *measures) dependency(at int) []int {
	p := m.p
	l := make([]float64, at*at)
	x := make([]float64, at)
	for i := range at {
		for j := range i + 1 {
			l[i*at+j] = m.chol[i*p+j]
		}
		x[i] = m.r[at*p+i]
	}
	linear.SolveCholesky(l, at, x)
	var out []int
	for i, c := range x {
		if math.Abs(c) > 1e-6 {
			out = append(out, i)
		}
	}
	out = append(out, at)
	slices.Sort(out)
	return out
}
