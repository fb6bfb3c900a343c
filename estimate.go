package b2b

import (
	"math"
	"strconv"
)

// DefaultLevel is the level of an interval where a configuration leaves it at zero.
const DefaultLevel = 0.95

// Estimate is a number with its uncertainty: the one shape used wherever an interval is given. Where the number itself
// may be absent, functions return (Estimate, bool).
//
// Level 0 says that there is no interval: then Low and High equal Value and Method says why. The zero value is the
// number 0 without an interval.
type Estimate struct {
	Value  float64 `json:"value"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
	Level  float64 `json:"level,omitzero"`
	Method string  `json:"method,omitzero"`
}

// Point returns an estimate without an interval; why says why there is none.
func Point(value float64, why string) Estimate {
	return Estimate{Value: value, Low: value, High: value, Method: why}
}

// Interval returns the bounds; ok is false if the estimate has none.
func (e Estimate) Interval() (low, high float64, ok bool) { return e.Low, e.High, e.Level > 0 }

// Width returns High − Low, which is 0 without an interval.
func (e Estimate) Width() float64 { return e.High - e.Low }

// Contains reports whether x lies within the interval, bounds included; it is false without an interval.
func (e Estimate) Contains(x float64) bool { return e.Level > 0 && e.Low <= x && x <= e.High }

// Scale returns the estimate of k times the number. A negative k exchanges the bounds.
func (e Estimate) Scale(k float64) Estimate {
	e.Value, e.Low, e.High = k*e.Value, k*e.Low, k*e.High
	if k < 0 {
		e.Low, e.High = e.High, e.Low
	}
	return e
}

// Check reports every way in which the estimate is malformed: a number that is NaN or infinite, a level outside [0,1),
// bounds in the wrong order, or bounds that differ from the value where there is no interval. A value outside its
// interval is allowed, since some methods (adjusted Wald, percentile bootstrap) do that.
func (e Estimate) Check() error {
	var p Problems
	for _, f := range [...]struct {
		name string
		x    float64
	}{{"value", e.Value}, {"low", e.Low}, {"high", e.High}, {"level", e.Level}} {
		if math.IsNaN(f.x) || math.IsInf(f.x, 0) {
			p.Add(f.name, "not a finite number")
		}
	}
	switch {
	case p.Len() > 0:
	case e.Level < 0 || e.Level >= 1:
		p.Add("level", "outside [0,1)")
	case e.Low > e.High:
		p.Add("low", "above high")
	case e.Level == 0 && (e.Low != e.Value || e.High != e.Value):
		p.Add("level", "bounds without a level")
	}
	return p.Err()
}

// String returns "0.4 [0.3, 0.5] 95 %", or the value alone where there is no interval.
func (e Estimate) String() string {
	num := func(x float64) string { return strconv.FormatFloat(x, 'g', 6, 64) }
	if e.Level <= 0 {
		return num(e.Value)
	}
	return num(e.Value) + " [" + num(e.Low) + ", " + num(e.High) + "] " + num(100*e.Level) + " %"
}
