package importance

import (
	"math"

	"github.com/buyerjourney/b2b/internal/linear"
)

// logit is a logistic regression of a 0/1 outcome on the drivers.
type logit struct {
	intercept float64
	b         []float64 // by driver, per unit
	se        []float64
	logLik    float64
	null      float64 // log-likelihood of the intercept alone
	r2o       float64 // squared correlation of outcome and fitted probability
	spread    float64 // of the linear predictor, as moments.spread
}

// logitRows are the rows of a logistic regression, packed in canonical order: drivers less their means, a one for the
// intercept, the outcome.
type logitRows struct {
	p      int
	center []float64
	cells  []float64 // p+2 per row
	weight []float64
	unit   []int32
}

func (s *Sample) logitRows(u *units, center []float64) *logitRows {
	p := s.drivers()
	d := &logitRows{p: p, center: center[:p], cells: make([]float64, 0, s.n*(p+2)), weight: make([]float64, s.n), unit: u.of}
	for k, r := range u.order {
		row := s.row(int(r))
		for j, x := range row[:p] {
			d.cells = append(d.cells, x-center[j])
		}
		d.cells = append(d.cells, 1, row[p])
		d.weight[k] = s.tag(int(r)).weight
	}
	return d
}

// weights returns the weights of the rows, each times that of its unit; nil is 1 for every unit.
func (d *logitRows) weights(unit []float64) []float64 {
	if unit == nil {
		return d.weight
	}
	out := make([]float64, len(d.weight))
	for k, w := range d.weight {
		out[k] = w * unit[d.unit[k]]
	}
	return out
}

// How small a step must be before the last one: for the answer itself below 1e-12 after it, for a replicate below 1e-6.
const (
	settlePoint     = 1e-9
	settleReplicate = 1e-3
)

// fit finds the maximum of the likelihood by Newton's method (IRLS): when a step is below settle, relative to the largest
// coefficient, one more is made, which is quadratic. start, if not nil, is a solution nearby. It returns false where the maximum does not exist (perfect separation) or the information is singular.
func (d *logitRows) fit(weights []float64, start *logit, settle float64) (*logit, bool) {
	p := d.p
	n := p + 1
	beta := make([]float64, n) // intercept last, at the means
	if start != nil {
		copy(beta, start.b)
		beta[p] = start.intercept
		for j := range p {
			beta[p] += float64(start.b[j] * d.center[j])
		}
	}
	h, g := make([]float64, n*n), make([]float64, n)
	sums := newton{n: n, h: h, g: g}
	logLik := 0.0
	converged := false
	for range 60 {
		clear(h)
		clear(g)
		logLik = 0
		for k, w := range weights {
			if w == 0 {
				continue
			}
			cells := d.cells[k*(n+1) : (k+1)*(n+1)]
			row, y := cells[:n], cells[n]
			eta := 0.0
			for j, x := range row {
				eta += float64(x * beta[j])
			}
			e := math.Exp(-math.Abs(eta))
			prob := 1 / (1 + e)
			if eta < 0 {
				prob = e * prob
			}
			if converged { // the last pass
				logLik += float64(w * (float64(y*eta) - max(eta, 0) - math.Log1p(e)))
			}
			sums.add(row, w*(y-prob), w*prob*(1-prob))
		}
		sums.flush()
		diagonal := make([]float64, n)
		for i := range n {
			diagonal[i] = h[i*n+i]
			if !(diagonal[i] > 1e-8) {
				return nil, false // fitted probabilities of 0 and 1 everywhere
			}
		}
		if linear.Cholesky(h, n, func(i int) float64 { return diagonal[i] }) >= 0 {
			return nil, false
		}
		linear.SolveCholesky(h, n, g)
		size, step := 0.0, 0.0
		for i := range beta {
			beta[i] += g[i]
			size, step = max(size, math.Abs(beta[i])), max(step, math.Abs(g[i]))
		}
		if size > 1e6 || math.IsNaN(step) {
			return nil, false
		}
		if converged {
			break
		}
		converged = step <= settle*max(1, size)
	}
	if !converged {
		return nil, false
	}
	f := &logit{b: beta[:p], se: make([]float64, p), intercept: beta[p], logLik: logLik}
	unit := make([]float64, n)
	for j := range p {
		clear(unit)
		unit[j] = 1
		linear.SolveCholesky(h, n, unit)
		f.se[j] = math.Sqrt(unit[j])
		f.intercept -= float64(beta[j] * d.center[j])
	}
	d.describe(f, beta, weights)
	return f, true
}

// newton sums what one step needs: the gradient Σ r·x and the lower triangle of the information Σ v·x·xᵀ. Rows are kept until
// there are four, which one pass adds, one after the other.
type newton struct {
	n, used int
	h, g    []float64
	rows    [4][]float64
	r, v    [4]float64
}

// add adds a row, which must stay as it is until flush, with its residual and its variance.
func (s *newton) add(row []float64, r, v float64) {
	s.rows[s.used], s.r[s.used], s.v[s.used] = row, r, v
	if s.used++; s.used == len(s.rows) {
		s.flush()
	}
}

// flush adds the rows that are kept.
func (s *newton) flush() {
	if s.used == 0 {
		return
	}
	for i := s.used; i < len(s.rows); i++ {
		s.rows[i], s.r[i], s.v[i] = s.rows[0], 0, 0
	}
	s.used = 0
	n, r, v := s.n, s.r, s.v
	a, b, c, d := s.rows[0][:n], s.rows[1][:n], s.rows[2][:n], s.rows[3][:n]
	for i := range n {
		s.g[i] = s.g[i] + float64(r[0]*a[i]) + float64(r[1]*b[i]) + float64(r[2]*c[i]) + float64(r[3]*d[i])
		va, vb, vc, vd := v[0]*a[i], v[1]*b[i], v[2]*c[i], v[3]*d[i]
		out := s.h[i*n : i*n+i+1]
		a, b, c, d := a[:len(out)], b[:len(out)], c[:len(out)], d[:len(out)]
		for j, x := range out {
			out[j] = x + float64(va*a[j]) + float64(vb*b[j]) + float64(vc*c[j]) + float64(vd*d[j])
		}
	}
}

// describe finds the spread of the linear predictor and how the probabilities agree with the outcome.
func (d *logitRows) describe(f *logit, beta, weights []float64) {
	n := d.p + 1
	var w, y, q, yy, qq, yq, e, ee float64
	center := beta[d.p] // the predictor at the means
	for k, c := range weights {
		if c == 0 {
			continue
		}
		cells := d.cells[k*(n+1) : (k+1)*(n+1)]
		eta := 0.0
		for j, x := range cells[:n] {
			eta += float64(x * beta[j])
		}
		prob, out, off := 1/(1+math.Exp(-eta)), cells[n], eta-center
		w += c
		y += float64(c * out)
		q += float64(c * prob)
		yy += float64(c * out * out)
		qq += float64(c * prob * prob)
		yq += float64(c * out * prob)
		e += float64(c * off)
		ee += float64(c * off * off)
	}
	y, q, e = y/w, q/w, e/w
	vy, vq := yy/w-float64(y*y), qq/w-float64(q*q)
	cov := yq/w - float64(y*q)
	if vy > 0 && vq > 0 {
		f.r2o = cov * cov / (vy * vq)
	}
	f.spread = math.Sqrt(max(0, ee/w-float64(e*e)))
	if y > 0 && y < 1 {
		f.null = w * (float64(y*math.Log(y)) + float64((1-y)*math.Log(1-y)))
	}
}

// relativeLogistic fills out with relative weights of a logistic regression (Tonidandel and LeBreton 2010): Z is the
// orthonormal set nearest to the standardised drivers X = ZΛ, so that its coefficients are Λ·b·sd; standardised by
// β* = b_Z·√R_O²/sd(logit p̂), ε_j = Σ_k Λ_jk²·β*_k². Both deviations have the divisor Σw, whose choice cancels.
func relativeLogistic(f *logit, m *measures, spread, out []float64) {
	p := m.p
	if f.spread == 0 { // no driver predicts anything
		clear(out)
		return
	}
	star := make([]float64, p)
	for i := range p {
		for j := range p {
			star[i] += float64(m.lambda[i*p+j] * f.b[j] * spread[j])
		}
		star[i] *= math.Sqrt(f.r2o) / f.spread
	}
	for i := range p {
		out[i] = 0
		for k := range p {
			out[i] += float64(m.lambda[i*p+k] * m.lambda[i*p+k] * star[k] * star[k])
		}
	}
}
