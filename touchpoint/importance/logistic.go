package importance

import (
	"math"
)

// logit is a logistic regression of a 0/1 outcome on the drivers.
type logit struct {
	intercept float64
	b         []float64 // by driver, per unit
	se        []float64
	logLik    float64
	null      float64 // log-likelihood of the intercept alone
	r2o       float64 // squared correlation of outcome and fitted probability
	sdEta     float64 // standard deviation of the linear predictor
}

// fitLogit finds the maximum of the likelihood by Newton's method (IRLS) to a relative change of 1e-12. weights and rows are
// parallel; start, if not nil, is a solution nearby. It returns false where the maximum does not exist (perfect
// separation) or the information is singular. Rows come in a canonical order, since the sums are floating point.
func fitLogit(s *Sample, order []int32, weight func(k int) float64, center []float64, start *logit) (*logit, bool) {
	p := s.drivers()
	n := p + 1
	beta := make([]float64, n) // intercept last, at the center
	if start != nil {
		copy(beta, start.b)
		beta[p] = start.intercept
		for j := range p {
			beta[p] += start.b[j] * center[j]
		}
	}
	h, g, row := make([]float64, n*n), make([]float64, n), make([]float64, n)
	row[p] = 1
	logLik := 0.0
	converged := false
	for range 60 {
		clear(h)
		clear(g)
		logLik = 0
		for k, r := range order {
			w := weight(k)
			if w == 0 {
				continue
			}
			cells := s.row(int(r))
			eta := beta[p]
			for j, x := range cells[:p] {
				row[j] = x - center[j]
				eta += float64(row[j] * beta[j])
			}
			e := math.Exp(-math.Abs(eta))
			prob := 1 / (1 + e)
			if eta < 0 {
				prob = e * prob
			}
			y := cells[p]
			logLik += w * (y*eta - max(eta, 0) - math.Log1p(e))
			d, v := w*(y-prob), w*prob*(1-prob)
			for i, x := range row {
				g[i] += float64(d * x)
				vx := v * x
				out := h[i*n : i*n+i+1]
				for j := range out {
					out[j] += float64(vx * row[j])
				}
			}
		}
		diagonal := make([]float64, n)
		for i := range n {
			diagonal[i] = h[i*n+i]
			if !(diagonal[i] > 1e-8) {
				return nil, false // fitted probabilities of 0 and 1 everywhere
			}
		}
		if cholesky(h, n, func(i int) float64 { return diagonal[i] }) >= 0 {
			return nil, false
		}
		solveCholesky(h, n, g)
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
		converged = step <= 1e-9*max(1, size) // one step more is quadratic: below 1e-12
	}
	if !converged {
		return nil, false
	}
	f := &logit{b: beta[:p], se: make([]float64, p), intercept: beta[p], logLik: logLik}
	unit := make([]float64, n)
	for j := range p {
		clear(unit)
		unit[j] = 1
		solveCholesky(h, n, unit)
		f.se[j] = math.Sqrt(unit[j])
		f.intercept -= float64(beta[j] * center[j])
	}
	f.describe(s, order, weight)
	return f, true
}

// describe finds the spread of the linear predictor and how the probabilities agree with the outcome.
func (f *logit) describe(s *Sample, order []int32, weight func(k int) float64) {
	p := s.drivers()
	var w, y, q, yy, qq, yq, e, ee float64
	center := f.eta(s.row(int(order[0])), p)
	for k, r := range order {
		c := weight(k)
		if c == 0 {
			continue
		}
		cells := s.row(int(r))
		eta := f.eta(cells, p)
		prob := 1 / (1 + math.Exp(-eta))
		d := eta - center
		w += c
		y += c * cells[p]
		q += c * prob
		yy += c * cells[p] * cells[p]
		qq += c * prob * prob
		yq += c * cells[p] * prob
		e += c * d
		ee += c * d * d
	}
	y, q, e = y/w, q/w, e/w
	vy, vq := yy/w-y*y, qq/w-q*q
	cov := yq/w - y*q
	if vy > 0 && vq > 0 {
		f.r2o = cov * cov / (vy * vq)
	}
	f.sdEta = math.Sqrt(max(0, ee/w-e*e) * w / (w - 1))
	if y > 0 && y < 1 {
		f.null = w * (y*math.Log(y) + (1-y)*math.Log(1-y))
	}
}

func (f *logit) eta(cells []float64, p int) float64 {
	eta := f.intercept
	for j, x := range cells[:p] {
		eta += float64(x * f.b[j])
	}
	return eta
}

// relativeLogistic fills out with relative weights of a logistic regression (Tonidandel and LeBreton 2010): Z is the
// orthonormal set nearest to the standardised drivers X = ZΛ, so that its coefficients are Λ·b·sd; standardised by
// β* = b_Z·√R_O²/sd(logit p̂), ε_j = Σ_k Λ_jk²·β*_k².
func relativeLogistic(f *logit, m *measures, sd, out []float64) {
	p := m.p
	star := make([]float64, p)
	for i := range p {
		for j := range p {
			star[i] += float64(m.lambda[i*p+j] * f.b[j] * sd[j])
		}
		star[i] *= math.Sqrt(f.r2o) / f.sdEta
	}
	for i := range p {
		out[i] = 0
		for k := range p {
			out[i] += float64(m.lambda[i*p+k] * m.lambda[i*p+k] * star[k] * star[k])
		}
	}
}
