package forecast

import (
	"math"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
)

// ConformalQuantile returns the ⌈(n+1)(1−α)⌉-th smallest of |residuals|: an interval of that half-width around a new point
// forecast covers the outcome with probability at least 1−α where past and future are exchangeable (Vovk, Gammerman and
// Shafer 2005; split conformal, Lei et al. 2018). ok is false where the rank exceeds n.
func ConformalQuantile(residuals []float64, alpha float64) (q float64, ok bool) {
	abs := make([]float64, len(residuals))
	for i, r := range residuals {
		abs[i] = math.Abs(r)
	}
	slices.Sort(abs)
	return rank(abs, alpha)
}

// rank returns the ⌈(n+1)(1−α)⌉-th smallest value.
func rank(sorted []float64, alpha float64) (float64, bool) {
	n := len(sorted)
	k := int(math.Ceil(float64(float64(n+1)*(1-alpha)) - 1e-9))
	if k < 1 || k > n {
		return 0, false
	}
	return sorted[k-1], true
}

// Adaptive keeps the miss rate of a sequence of intervals at its target although past and future are not exchangeable
// (Gibbs and Candès 2021): α ← α + γ(target − miss), so that a miss widens the next interval and a hit narrows it. The zero
// value is of no use; see [NewAdaptive]. Not safe for concurrent use.
type Adaptive struct {
	target, alpha float64
}

const adaptiveStep = 0.05

// NewAdaptive starts at a level, such as 0.8.
func NewAdaptive(level float64) *Adaptive { return &Adaptive{target: 1 - level, alpha: 1 - level} }

// Observe records whether the last interval missed the outcome; n is the number of residuals that it was made of, which
// bounds α from below by 1/(n+1).
func (a *Adaptive) Observe(miss bool, n int) {
	a.alpha += float64(adaptiveStep * (a.target - step(miss)))
	a.alpha = min(max(a.alpha, 1/float64(n+1)), 0.5)
}

// Alpha returns the miss rate to ask of the next interval.
func (a *Adaptive) Alpha() float64 { return a.alpha }

// past is one resolved origin of a series of forecasts.
type past struct {
	at, end          int64 // µs: origin, end of its horizon
	forecast, actual float64
}

// calibrator makes intervals from the relative errors of resolved origins, e = log((y+m)/(ŷ+m)).
type calibrator struct {
	level float64
	m     float64
	rows  []past // by origin
}

// twoSided is the number of errors from which each side has its own quantile.
const twoSided = 19

// errorsUntil returns the errors of origins that were resolved by a time.
func (c *calibrator) errorsUntil(at int64) []float64 {
	var e []float64
	for _, r := range c.rows {
		if r.end <= at {
			e = append(e, math.Log((r.actual+c.m)/(r.forecast+c.m)))
		}
	}
	return e
}

// interval returns the calibrated interval around a forecast made at a time. Where there is none, the estimate has no level
// and its method says why. α follows the hits and misses of the intervals that the resolved origins would have had.
func (c *calibrator) interval(at int64, forecast float64) b2b.Estimate {
	adaptive := NewAdaptive(c.level)
	for i, r := range c.rows {
		if r.end > at || r.at >= at {
			continue
		}
		errs := c.errorsUntil(r.at)
		low, high, ok := c.bounds(errs, 1-c.level, r.forecast)
		if a, b, better := c.bounds(errs, adaptive.Alpha(), r.forecast); better {
			low, high, ok = a, b, true
		}
		if ok {
			adaptive.Observe(r.actual < low || r.actual > high, len(c.errorsUntil(c.rows[i].at)))
		}
	}
	errs := c.errorsUntil(at)
	low, high, ok := c.bounds(errs, adaptive.Alpha(), forecast)
	if !ok {
		low, high, ok = c.bounds(errs, 1-c.level, forecast) // α was driven below what so few errors can tell
	}
	if !ok {
		return b2b.Point(forecast, "too few resolved origins for this level: "+strconv.Itoa(len(errs))+" of "+strconv.Itoa(leastErrors(c.level)))
	}
	return b2b.Estimate{Value: forecast, Low: low, High: high, Level: c.level, Method: "adaptive conformal, errors of resolved origins on the log scale"}
}

// leastErrors is the least n of which the rank ⌈(n+1)·level⌉ does not exceed n: 4 for 80 %, 9 for 90 %, 19 for 95 %.
func leastErrors(level float64) int {
	return int(math.Ceil(level/(1-level) - 1e-9))
}

func (c *calibrator) bounds(errs []float64, alpha, forecast float64) (low, high float64, ok bool) {
	n := len(errs)
	down, up := 0.0, 0.0
	if n >= twoSided {
		sorted := slices.Clone(errs)
		slices.Sort(sorted)
		up, ok = rank(sorted, alpha/2)
		if ok {
			for i := range sorted {
				sorted[i] = -sorted[i]
			}
			slices.Reverse(sorted)
			down, ok = rank(sorted, alpha/2)
		}
	}
	if !ok {
		q, fine := ConformalQuantile(errs, alpha)
		if !fine {
			return 0, 0, false
		}
		down, up = q, q
	}
	low = float64(math.Exp(-down)*(forecast+c.m)) - c.m
	high = float64(math.Exp(up)*(forecast+c.m)) - c.m
	return max(0, min(low, forecast)), max(high, forecast), true
}
