package survival

import (
	"math"
	"slices"

	"github.com/buyerjourney/b2b/internal/newton"
)

// likelihood returns the likelihood of the data with c free or held.
func (c CureConfig) likelihood(data *cureData) *cureLikelihood {
	return &cureLikelihood{data: data, family: c.Family, free: !c.Plain, held: 1}
}

func logit(p float64) float64 { return math.Log(p / (1 - p)) }

func expit(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// cureLikelihood evaluates the log-likelihood with its derivatives by the free parameters: logit c (unless it is held),
// then μ, ln σ, Q as far as the family leaves them free.
type cureLikelihood struct {
	data   *cureData
	family Family
	free   bool    // c is free
	held   float64 // else it is this
}

// start returns starting points for a logit of c.
func (f *cureLikelihood) start(lc float64) [][]float64 {
	var head []float64
	if f.free {
		head = []float64{lc}
	}
	mu, s := f.data.meanLog, math.Log(f.data.sdLog)
	with := func(rest ...float64) []float64 { return append(slices.Clone(head), rest...) }
	switch f.family {
	case Exponential:
		return [][]float64{with(mu + 0.5)}
	case Weibull, Gamma:
		return [][]float64{with(mu+0.5, s)}
	case Lognormal:
		return [][]float64{with(mu, s)}
	case GenGamma:
	}
	return [][]float64{with(mu, s, 0.3), with(mu, s, -0.5)}
}

func (f *cureLikelihood) unpack(theta []float64) (c, mu, sigma, q float64) {
	c = f.held
	if f.free {
		c, theta = expit(theta[0]), theta[1:]
	}
	mu, sigma = theta[0], 1.0
	if len(theta) > 1 {
		sigma = math.Exp(theta[1])
	}
	switch f.family {
	case Weibull, Exponential:
		q = 1
	case Gamma:
		q = sigma
	case GenGamma:
		q = theta[2]
	case Lognormal:
	}
	return c, mu, sigma, q
}

// stepQ is the step of the differences by Q: derivatives of the incomplete gamma function by its shape have no closed form.
const stepQ = 1e-3

func (f *cureLikelihood) evaluate(theta []float64, at *newton.Point) {
	c, mu, sigma, q := f.unpack(theta)
	var mid, low, high [1 + 3 + 6]float64 // value; gradient and Hessian by (logit c, μ, ln σ)
	f.data.sum(c, mu, sigma, q, &mid)
	var byQ [4]float64 // derivative by Q of the value and of the gradient
	var qq float64
	if f.family == Gamma || f.family == GenGamma {
		f.data.sum(c, mu, sigma, q-stepQ, &low)
		f.data.sum(c, mu, sigma, q+stepQ, &high)
		for i := range byQ {
			byQ[i] = (high[i] - low[i]) / (2 * stepQ)
		}
		qq = (high[0] - 2*mid[0] + low[0]) / (stepQ * stepQ)
	}
	grad := [4]float64{mid[1], mid[2], mid[3], byQ[0]}
	hess := [4][4]float64{
		{mid[4], mid[5], mid[6], byQ[1]},
		{mid[5], mid[7], mid[8], byQ[2]},
		{mid[6], mid[8], mid[9], byQ[3]},
		{byQ[1], byQ[2], byQ[3], qq},
	}
	if f.family == Gamma { // Q = σ moves with ln σ
		hess[2][2] += float64(2*sigma*hess[2][3]) + float64(sigma*sigma*hess[3][3]) + float64(sigma*grad[3])
		hess[0][2] += float64(sigma * hess[0][3])
		hess[1][2] += float64(sigma * hess[1][3])
		hess[2][0], hess[2][1] = hess[0][2], hess[1][2]
		grad[2] += float64(sigma * grad[3])
	}
	first := 1
	if f.free {
		first = 0
	}
	at.Value = mid[0]
	for i := range at.Grad {
		at.Grad[i] = grad[first+i]
		for j := range at.Grad {
			at.Hess[i][j] = hess[first+i][first+j]
		}
	}
}
