package lifetime

import (
	"math"

	"gonum.org/v1/gonum/mathext"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/newton"
	"github.com/buyerjourney/b2b/internal/stat"
)

// Spend is the Gamma-Gamma model of the spend per purchase: each purchase of a customer is Gamma(p, ν), and ν varies
// between customers as Gamma(q, γ). It is immutable and safe for concurrent use.
type Spend struct {
	P, Q, Gamma float64
	LogLik      float64
	Customers   int // with a repeat purchase and a positive mean spend
	// Correlation is Spearman's, of x and the mean spend; the model takes it for 0. CorrelationKnown is false where one of
	// them does not vary.
	Correlation      float64
	CorrelationKnown bool

	cov [][]float64 // of the logarithms
}

// NewSpend returns a model with given parameters, without uncertainty.
func NewSpend(p, q, gamma float64) (*Spend, error) {
	var problems b2b.Problems
	for i, x := range [...]float64{p, q, gamma} {
		if !(x > 0) || math.IsInf(x, 0) {
			problems.Add([...]string{"p", "q", "gamma"}[i], "not positive and finite")
		}
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return &Spend{P: p, Q: q, Gamma: gamma}, nil
}

// FitSpend fits the model to the customers with a known mean spend, by maximum likelihood. Fewer than five of them are a
// [b2b.ErrTooFew]; data without an interior maximum, as where all spend the same, [ErrNotConverged].
func FitSpend(summaries []Summary) (*Spend, error) {
	var x, m []float64
	total := 0.0
	for _, s := range summaries {
		if s.Priced && s.X > 0 && s.MeanSpend > 0 && !math.IsInf(s.MeanSpend, 0) {
			x = append(x, float64(s.X))
			m = append(m, s.MeanSpend)
			total += s.MeanSpend
		}
	}
	if len(x) < 5 {
		return nil, b2b.ErrTooFew
	}
	n := float64(len(x))
	scale := total / n
	constant := 0.0
	for i := range m {
		m[i] /= scale
		constant -= math.Log(scale)
	}
	evaluate := func(theta []float64, at *newton.Point) {
		v := [3]float64{math.Exp(theta[0]), math.Exp(theta[1]), math.Exp(theta[2])}
		p, q, g := v[0], v[1], v[2]
		var value stat.Compensated
		lgq, psiQ, triQ := lgamma(q), mathext.Digamma(q), trigamma(q)
		for i, xi := range x {
			px := float64(p * xi)
			mx := float64(m[i] * xi)
			s := px + q
			logD := math.Log(g + mx)
			psiS, psiP := mathext.Digamma(s), mathext.Digamma(px)
			triS, triP := trigamma(s), trigamma(px)
			logMX := math.Log(mx)
			value.Add(lgamma(s) - lgamma(px) - lgq + float64(q*theta[2]) + float64(px*logMX) - math.Log(m[i]) - float64(s*logD))
			inv := 1 / (g + mx)
			at.Grad[0] += float64(xi * (psiS - psiP + logMX - logD))
			at.Grad[1] += psiS - psiQ + theta[2] - logD
			at.Grad[2] += q/g - float64(s*inv)
			at.Hess[0][0] += float64(xi * xi * (triS - triP))
			at.Hess[0][1] += float64(xi * triS)
			at.Hess[0][2] -= float64(xi * inv)
			at.Hess[1][1] += triS - triQ
			at.Hess[1][2] += 1/g - inv
			at.Hess[2][2] += -q/(g*g) + float64(s*inv*inv)
		}
		for i := range 3 {
			for j := range i {
				at.Hess[i][j] = at.Hess[j][i]
			}
		}
		at.Value = value.Sum()
		at.ToLog(v[:])
	}
	var starts [][]float64
	for _, p := range []float64{1, 6} {
		for _, q := range []float64{2, 4, 10} {
			starts = append(starts, []float64{math.Log(p), math.Log(q), math.Log((q - 1) / p)})
		}
	}
	theta, at, cov, err := newton.Maximise(starts, n, evaluate, evaluate)
	if err != nil {
		return nil, err
	}
	out := &Spend{P: math.Exp(theta[0]), Q: math.Exp(theta[1]), Gamma: math.Exp(theta[2]) * scale, LogLik: at.Value + constant, Customers: len(x), cov: cov}
	out.Correlation, out.CorrelationKnown = stat.Spearman(x, m)
	return out, nil
}

// Mean returns the expected spend per purchase of a customer; one without a known mean spend gets that of all. Where q ≤ 1
// and little is known of the customer there is no mean, and ok is false.
func (s *Spend) Mean(c Summary) (mean float64, ok bool) {
	x, m := 0.0, 0.0
	if c.Priced {
		x, m = float64(c.X), c.MeanSpend
	}
	d := float64(s.P*x) + s.Q - 1
	if d <= 0 {
		return 0, false
	}
	return s.P * (s.Gamma + float64(x*m)) / d, true
}

// Parameters returns p, q, gamma as [Model.Parameters] does.
func (s *Spend) Parameters(level float64) []Parameter {
	return parameters([]string{"p", "q", "gamma"}, []float64{s.P, s.Q, s.Gamma}, s.cov, level)
}
