package lifetime

import (
	"errors"
	"math"
)

// ErrNotConverged says that a likelihood has no maximum inside its parameter space that could be found: most often the
// data do not show what the model wants to know, as when no customer ever left.
var ErrNotConverged = errors.New("likelihood has no interior maximum")

// point is a log-likelihood with its derivatives in k parameters.
type point struct {
	value float64
	grad  []float64
	hess  [][]float64
}

func newPoint(k int) *point {
	p := &point{grad: make([]float64, k), hess: make([][]float64, k)}
	for i := range p.hess {
		p.hess[i] = make([]float64, k)
	}
	return p
}

func (p *point) reset() {
	p.value = 0
	clear(p.grad)
	for i := range p.hess {
		clear(p.hess[i])
	}
}

// toLog turns derivatives by v into derivatives by ln v.
func (p *point) toLog(v []float64) {
	for i := range v {
		for j := range v {
			p.hess[i][j] *= v[i] * v[j]
		}
		p.hess[i][i] += v[i] * p.grad[i]
	}
	for i := range v {
		p.grad[i] *= v[i]
	}
}

// maximise climbs from the best of several starts by Newton's method with Levenberg's damping. It returns the maximum and
// the inverse of minus the Hessian there. n scales the damping; sketch is f on a part of the data, to order the starts by.
func maximise(starts [][]float64, n float64, f, sketch func(theta []float64, at *point)) (theta []float64, at *point, cov [][]float64, err error) {
	k := len(starts[0])
	order := make([]float64, len(starts))
	at, trial := newPoint(k), newPoint(k)
	for i, s := range starts {
		at.reset()
		sketch(s, at)
		order[i] = at.value
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
		at.reset()
		f(theta, at)
		if climb(theta, n, &at, &trial, f) {
			if cov, ok := inverse(negative(at.hess)); ok {
				return theta, at, cov, nil
			}
		}
	}
	return nil, nil, nil, ErrNotConverged
}

// climb moves theta to a maximum; it reports whether it got there.
func climb(theta []float64, n float64, at, trial **point, f func([]float64, *point)) bool {
	k := len(theta)
	lambda := 0.0
	next := make([]float64, k)
	for range 200 {
		m := negative((*at).hess)
		for i := range m {
			m[i][i] += lambda
		}
		chol, ok := cholesky(m)
		if !ok {
			lambda = max(2*lambda, 1e-3*n)
			if lambda > 1e12*n {
				return false
			}
			continue
		}
		step := solve(chol, (*at).grad)
		size, decrement := 0.0, 0.0
		for i, s := range step {
			size = max(size, math.Abs(s))
			decrement += s * (*at).grad[i]
		}
		if lambda == 0 && decrement < 1e-12 && size < 1e-7 { // the last step is taken, but it changes nothing that can be seen
			for i := range theta {
				theta[i] += step[i]
			}
			(*at).reset()
			f(theta, *at)
			return true
		}
		shrink := min(1, 2/size)
		for i := range next {
			next[i] = theta[i] + shrink*step[i]
			if math.Abs(next[i]) > 30 { // a parameter runs away to 0 or infinity
				return false
			}
		}
		(*trial).reset()
		f(next, *trial)
		if v := (*trial).value; v >= (*at).value-1e-10*math.Abs((*at).value) && !math.IsInf(v, 0) {
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

// cholesky returns the lower factor; ok is false for a matrix that is not positive definite.
func cholesky(m [][]float64) (l [][]float64, ok bool) {
	k := len(m)
	l = make([][]float64, k)
	for i := range l {
		l[i] = make([]float64, k)
		for j := range i + 1 {
			sum := m[i][j]
			for p := range j {
				sum -= l[i][p] * l[j][p]
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
			x[i] -= l[i][j] * x[j]
		}
		x[i] /= l[i][i]
	}
	for i := k - 1; i >= 0; i-- {
		for j := i + 1; j < k; j++ {
			x[i] -= l[j][i] * x[j]
		}
		x[i] /= l[i][i]
	}
	return x
}

func inverse(m [][]float64) (inv [][]float64, ok bool) {
	l, ok := cholesky(m)
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
