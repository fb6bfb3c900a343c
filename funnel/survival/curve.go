package survival

import (
	"math"
	"sort"

	"github.com/buyerjourney/b2b"
)

// StepCurve is a step function of time that was estimated from spells: a share that survives, from 1 down, or a share
// that has ended by one cause, from 0 up. It steps at the columns' times and is constant in between. The columns are
// shared and must not be written; the zero value is a curve without data. It is immutable and safe for concurrent use.
type StepCurve struct {
	Start    float64   // value before the first step: 1 for survival, 0 for incidence
	Time     []float64 // distinct times of events and of censoring, ascending
	Value    []float64 // value from Time[i] on
	Variance []float64 // of Value[i]; only the first Known are known
	AtRisk   []float64 // just before Time[i]; weighted
	Events   []float64 // of the curve's own cause at Time[i]; weighted
	Known    int       // number of leading variances that are known; after all at risk had their event there are none

	config Config
}

// At returns the value at t with its interval. ok is false for a curve without data and for t after the last time
// unless the curve cannot change any more; the value is then the last one. Where no event came before t the lower bound
// of a share that survives is α^(1/n) at the number n at risk: "exact, no events".
func (c *StepCurve) At(t float64) (e b2b.Estimate, ok bool) {
	if len(c.Time) == 0 || math.IsNaN(t) {
		return b2b.Point(c.Start, "no data"), false
	}
	i := c.index(t)
	e = c.estimate(i)
	return e, t <= c.Time[len(c.Time)-1] || c.ended()
}

// ValueAt returns the value at t without an interval: a lookup for inner loops. Beyond the last time it is the last value.
func (c *StepCurve) ValueAt(t float64) float64 {
	if i := c.index(t); i >= 0 {
		return c.Value[i]
	}
	return c.Start
}

// Last returns the value after the last time, or Start where there are no data.
func (c *StepCurve) Last() float64 {
	if len(c.Value) == 0 {
		return c.Start
	}
	return c.Value[len(c.Value)-1]
}

// Level returns the level of the curve's intervals.
func (c *StepCurve) Level() float64 { return c.config.level() }

// index returns the last step at or before t, −1 if there is none.
func (c *StepCurve) index(t float64) int {
	return sort.Search(len(c.Time), func(i int) bool { return c.Time[i] > t }) - 1
}

// ended reports whether nobody is left after the last time.
func (c *StepCurve) ended() bool { return c.Start == 1 && c.Last() == 0 }

func (c *StepCurve) estimate(i int) b2b.Estimate {
	value, variance, known, n := c.Start, 0.0, true, 0.0
	if i >= 0 {
		value, variance, known = c.Value[i], c.Variance[i], i < c.Known
		n = c.AtRisk[i]
	} else if len(c.AtRisk) > 0 {
		n = c.AtRisk[0]
	}
	level := c.config.level()
	if !known {
		return b2b.Point(value, "variance unknown: all at risk had the event")
	}
	if value == c.Start && variance == 0 {
		if n <= 0 {
			return b2b.Point(value, "nobody at risk")
		}
		e := b2b.Estimate{Value: value, Low: value, High: value, Level: level, Method: "exact, no events"}
		bound := math.Exp(math.Log(1-level) / n)
		if c.Start == 1 {
			e.Low = bound
		} else {
			e.High = 1 - bound
		}
		return e
	}
	z := quantileNormal((1 + level) / 2)
	if c.Start == 1 {
		low, high := c.config.Interval.bounds(value, math.Sqrt(variance), z)
		return b2b.Estimate{Value: value, Low: low, High: high, Level: level, Method: c.config.Interval.method("Kaplan-Meier")}
	}
	low, high := c.config.Interval.bounds(1-value, math.Sqrt(variance), z)
	return b2b.Estimate{Value: value, Low: 1 - high, High: 1 - low, Level: level, Method: c.config.Interval.method("Aalen-Johansen")}
}

func (i Interval) method(curve string) string {
	switch i {
	case Log:
		return curve + ", log"
	case Plain:
		return curve + ", plain"
	case LogLog:
	}
	return curve + ", log(-log)"
}

// bounds returns the interval of a survival probability s with standard error se at the normal quantile z.
func (i Interval) bounds(s, se, z float64) (low, high float64) {
	if s <= 0 || s >= 1 {
		return clamp(s), clamp(s)
	}
	switch i {
	case Plain:
		return clamp(s - float64(z*se)), clamp(s + float64(z*se))
	case Log:
		theta := z * se / s
		return clamp(s * math.Exp(-theta)), clamp(s * math.Exp(theta))
	case LogLog:
	}
	log := math.Log(s)
	theta := z * se / (s * -log)
	return clamp(math.Exp(log * math.Exp(theta))), clamp(math.Exp(log * math.Exp(-theta)))
}

func clamp(p float64) float64 { return min(1, max(0, p)) }

// quantileNormal is the standard normal quantile.
func quantileNormal(p float64) float64 { return float64(-math.Sqrt2 * math.Erfcinv(2*p)) }
