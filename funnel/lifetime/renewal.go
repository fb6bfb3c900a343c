package lifetime

import (
	"math"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/newton"
	"github.com/buyerjourney/b2b/internal/stat"
)

// RenewalCohort is contracts that began together: Survivors[0] of them at the start, Survivors[k] after k renewals. What is
// left at the end is still under contract and counts as censored, so that cohorts of different age belong together.
type RenewalCohort struct {
	Survivors []int64
}

// Renewal is the shifted-beta-geometric model (Fader and Hardie 2007): a customer leaves at each renewal with his own
// probability θ ~ Beta(α, β). It is immutable and safe for concurrent use.
type Renewal struct {
	Alpha, Beta float64
	LogLik      float64

	cov [][]float64
}

// NewRenewal returns a model with given parameters, without uncertainty.
func NewRenewal(alpha, beta float64) (*Renewal, error) {
	if !(alpha > 0 && beta > 0) || math.IsInf(alpha+beta, 0) {
		return nil, &b2b.InvalidError{Path: "alpha", Reason: "alpha or beta not positive and finite"}
	}
	return &Renewal{Alpha: alpha, Beta: beta}, nil
}

// FitRenewal fits the model by maximum likelihood. Survivors that grow are an error; no renewal that was decided both ways
// is a [b2b.ErrTooFew]; data without an interior maximum, as where all leave alike, [ErrNotConverged].
func FitRenewal(cohorts ...RenewalCohort) (*Renewal, error) {
	var p b2b.Problems
	var lost, active []float64 // by number of renewals decided
	at := func(list *[]float64, i int) *float64 {
		for len(*list) <= i {
			*list = append(*list, 0)
		}
		return &(*list)[i]
	}
	var left, stayed float64
	for i, c := range cohorts {
		for k, n := range c.Survivors {
			path := "cohorts[" + strconv.Itoa(i) + "].survivors[" + strconv.Itoa(k) + "]"
			switch {
			case n < 0:
				p.Add(path, "negative")
			case k > 0 && n > c.Survivors[k-1]:
				p.Add(path, "more than before")
			case k > 0:
				d := float64(c.Survivors[k-1] - n)
				*at(&lost, k) += d
				left += d
				stayed += float64(n)
			}
		}
		if k := len(c.Survivors) - 1; k >= 0 {
			*at(&active, k) += float64(max(0, c.Survivors[k]))
		}
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	if left == 0 || stayed == 0 {
		return nil, b2b.ErrTooFew
	}
	top := max(len(lost), len(active))
	ta, tb := make([][3]float64, top+1), make([][3]float64, top+1) // steps of b, of a+b
	evaluate := func(theta []float64, pt *newton.Point) {
		v := [2]float64{math.Exp(theta[0]), math.Exp(theta[1])}
		a, b := v[0], v[1]
		steps(ta, b)
		steps(tb, a+b)
		var value stat.Compensated
		for t, n := range lost { // P(T=t) = B(a+1, b+t−1)/B(a, b)
			if n == 0 {
				continue
			}
			x, y := &ta[t-1], &tb[t]
			value.Add(n * (theta[0] + x[0] - y[0]))
			pt.Grad[0] += float64(n * (1/a - y[1]))
			pt.Grad[1] += float64(n * (x[1] - y[1]))
			pt.Hess[0][0] += float64(n * (-1/(a*a) - y[2]))
			pt.Hess[0][1] -= float64(n * y[2])
			pt.Hess[1][1] += float64(n * (x[2] - y[2]))
		}
		for t, n := range active { // S(t) = B(a, b+t)/B(a, b)
			if n == 0 {
				continue
			}
			x, y := &ta[t], &tb[t]
			value.Add(n * (x[0] - y[0]))
			pt.Grad[0] -= float64(n * y[1])
			pt.Grad[1] += float64(n * (x[1] - y[1]))
			pt.Hess[0][0] -= float64(n * y[2])
			pt.Hess[0][1] -= float64(n * y[2])
			pt.Hess[1][1] += float64(n * (x[2] - y[2]))
		}
		pt.Hess[1][0] = pt.Hess[0][1]
		pt.Value = value.Sum()
		pt.ToLog(v[:])
	}
	starts := [][]float64{{0, 0}, {-0.5, 0.5}, {0, 1.5}, {1, 3}, {-1, -1}}
	theta, pt, cov, err := newton.Maximise(starts, left+stayed, evaluate, evaluate)
	if err != nil {
		return nil, err
	}
	return &Renewal{Alpha: math.Exp(theta[0]), Beta: math.Exp(theta[1]), LogLik: pt.Value, cov: cov}, nil
}

// Retention returns the share of those who decide on their n-th renewal, n ≥ 1, that renews: it rises with n, since those
// who leave easily have left.
func (r *Renewal) Retention(n int) float64 {
	t := float64(max(n, 1))
	return (r.Beta + t - 1) / (r.Alpha + r.Beta + t - 1)
}

// Survival returns the share that is still under contract after n renewals.
func (r *Renewal) Survival(n int) float64 {
	if n <= 0 {
		return 1
	}
	t := float64(n)
	return math.Exp(lgamma(r.Beta+t) - lgamma(r.Beta) - lgamma(r.Alpha+r.Beta+t) + lgamma(r.Alpha+r.Beta))
}

// Value returns the expected discounted number of payments of a new customer, the first at once: Σ S(t)/(1+d)^t =
// ₂F₁(1, β; α+β; 1/(1+d)). The discount d > 0 is per period.
func (r *Renewal) Value(discount float64) (float64, error) { return r.discounted(r.Beta, discount) }

// Residual returns the expected discounted number of payments of a customer who is about to decide on his n-th renewal,
// n ≥ 1, payment at renewal: r_n·₂F₁(1, β+n; α+β+n; 1/(1+d)).
func (r *Renewal) Residual(n int, discount float64) (float64, error) {
	if n < 1 {
		return 0, &b2b.InvalidError{Path: "n", Reason: "below 1"}
	}
	v, err := r.discounted(r.Beta+float64(n), discount)
	return r.Retention(n) * v, err
}

func (r *Renewal) discounted(b, discount float64) (float64, error) {
	if !(discount > 0) || math.IsInf(discount, 0) {
		return 0, &b2b.InvalidError{Path: "discount", Reason: "not positive and finite"}
	}
	v, ok := hypergeometric(1, b, r.Alpha+b, 1/(1+discount))
	if !ok {
		return 0, ErrNotConverged
	}
	return v, nil
}

// Parameters returns alpha and beta as [Model.Parameters] does.
func (r *Renewal) Parameters(level float64) []Parameter {
	return parameters([]string{"alpha", "beta"}, []float64{r.Alpha, r.Beta}, r.cov, level)
}
