// Package newton finds the maximum of a smooth log-likelihood by Newton's method with Levenberg's damping, from the best of
// several starts, and the inverse of minus the Hessian there. Callers give exact first and second derivatives.
package newton

import (
	"errors"
	"math"
)

// ErrNotConverged says that a likelihood has no maximum inside its parameter space that could be found: most often the
// data do not show what the model wants to know, as when no customer ever left.
var ErrNotConverged = errors.New("likelihood has no interior maximum")

// Point is a log-likelihood with its derivatives. The zero value has no parameters; use [NewPoint]. It is not safe for
// concurrent use.
type Point struct {
	Value float64
	Grad  []float64
	Hess  [][]float64
}

// NewPoint returns a point in k parameters, all zero.
func NewPoint(k int) *Point {
	p := &Point{Grad: make([]float64, k), Hess: make([][]float64, k)}
	for i := range p.Hess {
		p.Hess[i] = make([]float64, k)
	}
	return p
}

// Reset sets everything to zero.
func (p *Point) Reset() {
	p.Value = 0
	clear(p.Grad)
	for i := range p.Hess {
		clear(p.Hess[i])
	}
}

// ToLog turns derivatives by v into derivatives by ln v.
func (p *Point) ToLog(v []float64) {
	for i := range v {
		for j := range v {
			p.Hess[i][j] *= v[i] * v[j]
		}
		p.Hess[i][i] += float64(v[i] * p.Grad[i])
	}
	for i := range v {
		p.Grad[i] *= v[i]
	}
}

// Maximise climbs from the best of several starts, the next best if that fails. It returns the maximum and the inverse of
// minus the Hessian there, which is the covariance of the parameters. n, the number of observations, scales the damping;
// sketch is f on a part of the data, by which the starts are ordered. f adds to a point that is zero. A parameter that
// leaves [−30, 30] has run away: parameters are logarithms or logits.
func Maximise(starts [][]float64, n float64, f, sketch func(theta []float64, at *Point)) (theta []float64, at *Point, cov [][]float64, err error) {
	k := len(starts[0])
	order := make([]float64, len(starts))
	at, trial := NewPoint(k), NewPoint(k)
	for i, s := range starts {
		at.Reset()
		sketch(s, at)
		order[i] = at.Value
	}
	for range starts {
		best := -1
		for i, v := range order {
			if !math.IsNaN(v) && !math.IsInf(v, 0) && (best < 0 || v > order[best]) {
				best = i
			}
		}
		if best < 0 {
			break
		}
		order[best] = math.Inf(-1)
		theta = append([]float64(nil), starts[best]...)
		at.Reset()
		f(theta, at)
		if climb(theta, n, &at, &trial, f) {
			if cov, ok := inverse(negative(at.Hess)); ok {
				return theta, at, cov, nil
			}
		}
	}
	return nil, nil, nil, ErrNotConverged
}

// climb moves theta to a maximum; it reports whether it got there.
func climb(theta []float64, n float64, at, trial **Point, f func([]float64, *Point)) bool {
	k := len(theta)
	lambda := 0.0
	next := make([]float64, k)
	for range 200 {
		m := negative((*at).Hess)
		for i := range m {
			m[i][i] += lambda
		}
		chol, ok := Cholesky(m)
		if !ok {
			lambda = max(2*lambda, 1e-3*n)
			if lambda > 1e12*n {
				return false
			}
			continue
		}
		step := solve(chol, (*at).Grad)
		size, decrement := 0.0, 0.0
		for i, s := range step {
			size = max(size, math.Abs(s))
			decrement += float64(s * (*at).Grad[i])
		}
		if lambda == 0 && decrement < 1e-12 && size < 1e-7 { // the last step is taken, but it changes nothing that can be seen
			for i := range theta {
				theta[i] += step[i]
			}
			(*at).Reset()
			f(theta, *at)
			return true
		}
		shrink := min(1, 2/size)
		for i := range next {
			next[i] = theta[i] + float64(shrink*step[i])
			if math.Abs(next[i]) > 30 { // a parameter runs away to 0 or infinity
				return false
			}
		}
		(*trial).Reset()
		f(next, *trial)
		if v := (*trial).Value; v >= (*at).Value-float64(1e-10*math.Abs((*at).Value)) && !math.IsInf(v, 0) {
			copy(theta, next)
			*at, *trial = *trial, *at
			if lambda /= 8; lambda < 1e-9*n {
				lambda = 0
			}
			continue
		}
		lambda = max(4*lambda, 1e-3*n)
		if lambda > 1e12*n {
			return false
		}
	}
	return false
}

func negative(h [][]float64) [][]float64 {
	out := make([][]float64, len(h))
	for i := range h {
		out[i] = make([]float64, len(h))
		for j := range h {
			out[i][j] = -h[i][j]
		}
	}
	return out
}

// Cholesky returns the lower factor; ok is false for a matrix that is not positive definite.
func Cholesky(m [][]float64) (l [][]float64, ok bool) {
	k := len(m)
	l = make([][]float64, k)
	for i := range l {
		l[i] = make([]float64, k)
		for j := range i + 1 {
			sum := m[i][j]
			for p := range j {
				sum -= float64(l[i][p] * l[j][p])
			}
			if i != j {
				l[i][j] = sum / l[j][j]
				continue
			}
			if !(sum > 0) || math.IsInf(sum, 0) {
				return nil, false
			}
			l[i][i] = math.Sqrt(sum)
		}
	}
	return l, true
}

func solve(l [][]float64, b []float64) []float64 {
	k := len(b)
	x := append([]float64(nil), b...)
	for i := range k {
		for j := range i {
			x[i] -= float64(l[i][j] * x[j])
		}
		x[i] /= l[i][i]
	}
	for i := k - 1; i >= 0; i-- {
		for j := i + 1; j < k; j++ {
			x[i] -= float64(l[j][i] * x[j])
		}
		x[i] /= l[i][i]
	}
	return x
}

func inverse(m [][]float64) (inv [][]float64, ok bool) {
	l, ok := Cholesky(m)
	if !ok {
		return nil, false
	}
	inv = make([][]float64, len(m))
	for j := range m {
		e := make([]float64, len(m))
		e[j] = 1
		inv[j] = solve(l, e)
	}
	return inv, true
}
