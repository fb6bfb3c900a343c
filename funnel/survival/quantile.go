package survival

import (
	"errors"
	"math"

	"github.com/buyerjourney/b2b"
)

// Quantile is the time by which a share has ended, with the interval of Brookmeyer and Crowley (1982): the times at which
// the band of the curve, not the curve, crosses the share.
type Quantile struct {
	b2b.Estimate
	Open bool // the band does not cross the share within the data: High is the last time, the true bound lies beyond
}

// Quantile returns the smallest time by which the share q in (0,1) has ended. ok is false where the curve does not reach
// it. Where the curve lies on the level for a while, Config.Midpoint takes the middle of that while instead of its start.
func (c *StepCurve) Quantile(q float64) (quantile Quantile, ok bool) {
	if !(q > 0 && q < 1) {
		return Quantile{}, false
	}
	t, ok := c.crossing(q, func(i int) float64 { return c.Value[i] })
	if !ok {
		return Quantile{}, false
	}
	first, okFirst := c.crossing(q, func(i int) float64 { low, high := c.band(i); return c.early(low, high) })
	last, okLast := c.crossing(q, func(i int) float64 { low, high := c.band(i); return c.early(high, low) })
	quantile = Quantile{
		Estimate: b2b.Estimate{Value: t, Low: first, High: last, Level: c.config.level(), Method: "Brookmeyer-Crowley"},
		Open:     !okLast,
	}
	if !okFirst {
		quantile.Low = t
	}
	if !okLast {
		quantile.High = max(t, c.Time[len(c.Time)-1])
	}
	return quantile, true
}

// early picks, of the lower and upper bound, the one that crosses a level early.
func (c *StepCurve) early(low, high float64) float64 {
	if c.Start == 1 {
		return low
	}
	return high
}

func (c *StepCurve) band(i int) (low, high float64) {
	e := c.estimate(i)
	return e.Low, e.High
}

// crossing returns the first time at which a curve has reached the share q.
func (c *StepCurve) crossing(q float64, value func(i int) float64) (t float64, ok bool) {
	const tolerance = 1e-12
	level := math.Abs(c.Start - q)
	distance := func(i int) float64 { // > 0: not reached
		if c.Start == 1 {
			return value(i) - level
		}
		return level - value(i)
	}
	for i := range c.Time {
		d := distance(i)
		if d > tolerance {
			continue
		}
		if c.config.Midpoint && d >= -tolerance {
			for j := i + 1; j < len(c.Time); j++ {
				if distance(j) < -tolerance {
					return (c.Time[i] + c.Time[j]) / 2, true
				}
			}
		}
		return c.Time[i], true
	}
	return 0, false
}

// ErrBeyond says that a curve is asked for times after its last one.
var ErrBeyond = errors.New("beyond the last time of the curve")

// Mean returns the mean time spent up to tau: ∫S for a curve of survival, the mean time since the event, ∫F, for one of
// incidence. Its variance is Σ A² d/(n(n−d)) with A the area from the step to tau (Klein and Moeschberger 2003);
// incidences have no interval. A tau beyond the last time is an [ErrBeyond], unless nobody is left there.
func (c *StepCurve) Mean(tau float64) (b2b.Estimate, error) {
	if !(tau >= 0) || math.IsInf(tau, 0) {
		return b2b.Estimate{}, &b2b.InvalidError{Path: "tau", Reason: "negative or not a finite number"}
	}
	if len(c.Time) == 0 || tau > c.Time[len(c.Time)-1] && !c.ended() {
		return b2b.Estimate{}, ErrBeyond
	}
	end := c.index(tau)
	area := make([]float64, end+1) // from step i to tau
	after, right := 0.0, tau
	for i := end; i >= 0; i-- {
		after += float64(c.Value[i] * (right - c.Time[i]))
		right = c.Time[i]
		area[i] = after
	}
	mean := after + float64(c.Start*right)
	if c.Start != 1 {
		return b2b.Point(mean, "variance of a mean incidence is not computed"), nil
	}
	var variance float64
	for i, a := range area {
		if n, d := c.AtRisk[i], c.Events[i]; d > 0 && n > d {
			variance += a * a * d / (n * (n - d))
		}
	}
	half := float64(quantileNormal((1+c.config.level())/2) * math.Sqrt(variance))
	return b2b.Estimate{
		Value: mean, Low: max(0, mean-half), High: min(tau, mean+half), Level: c.config.level(), Method: "restricted mean, normal",
	}, nil
}
