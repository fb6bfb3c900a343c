package experience

import (
	"math"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stat"
)

// trinomial are counts of low, middle and high scores; the net share is s = (r−d)/n with variance v/n, v = (r+d)/n − s².
type trinomial struct{ d, p, r float64 }

func (c trinomial) n() float64   { return c.d + c.p + c.r }
func (c trinomial) net() float64 { return (c.r - c.d) / c.n() }

func (c trinomial) variance() float64 {
	s := c.net()
	return max(0, (c.r+c.d)/c.n()-float64(s*s))
}

// tangoBounds are the net shares δ at which the score statistic is ±z (Tango 1998, Statistics in Medicine 17, for a
// difference of paired proportions, which a net share is): T(δ) = (r−d−nδ)/√(n(2q+δ(1−δ))), with q the estimate of the low
// share under δ. T falls in δ, so that the bounds are found by bisection.
func (c trinomial) tangoBounds(z float64) (low, high float64) {
	s := c.net()
	low, high = -1, 1
	if c.score(-1) > z {
		low = bisect(-1, s, func(x float64) bool { return c.score(x) > z })
	}
	if c.score(1) < -z {
		high = bisect(s, 1, func(x float64) bool { return c.score(x) >= -z })
	}
	return low, high
}

// bisect returns the point between a, where before holds, and b, where it does not, at which it ends to hold.
func bisect(a, b float64, before func(float64) bool) float64 {
	for range 200 {
		m := a + (b-a)/2
		if m <= a || m >= b {
			break
		}
		if before(m) {
			a = m
		} else {
			b = m
		}
	}
	return a + (b-a)/2
}

func (c trinomial) score(delta float64) float64 {
	n := c.n()
	a := 2 * n
	b := -c.r - c.d + float64((2*n-c.r+c.d)*delta)
	k := -c.d * delta * (1 - delta)
	q := (math.Sqrt(max(0, float64(b*b)-float64(4*a*k))) - b) / (2 * a)
	num := c.r - c.d - float64(n*delta)
	den := n * (2*q + float64(delta*(1-delta)))
	switch {
	case den > 0:
		return num / math.Sqrt(den)
	case num > 0:
		return math.Inf(1)
	case num < 0:
		return math.Inf(-1)
	}
	return 0
}

// NetShare returns the net share of counted low, middle and high scores with an interval: Score (also for the zero Interval),
// Wald, AdjustedWald or StudentT. ok is false without counts. Negative counts, another interval, and a Wald or t interval of
// zero width are errors.
func NetShare(low, middle, high int64, interval Interval, level float64) (e b2b.Estimate, ok bool, err error) {
	var p b2b.Problems
	if low < 0 || middle < 0 || high < 0 {
		p.Add("counts", "negative")
	}
	if level == 0 {
		level = b2b.DefaultLevel
	}
	if !(level > 0 && level < 1) {
		p.Add("level", "outside (0,1)")
	}
	if err := p.Err(); err != nil {
		return e, false, err
	}
	c := trinomial{float64(low), float64(middle), float64(high)}
	if c.n() == 0 {
		return e, false, nil
	}
	e, err = c.estimate(interval, level, 1)
	return e, err == nil, err
}

// estimate returns the net share with its interval; shrink multiplies distances from the estimate (finite population).
func (c trinomial) estimate(interval Interval, level, shrink float64) (b2b.Estimate, error) {
	s, n := c.net(), c.n()
	if interval == UnknownInterval {
		interval = Score
	}
	z := stat.Z(level)
	e := b2b.Estimate{Value: s, Level: level, Method: interval.String()}
	switch interval {
	case Score:
		low, high := c.tangoBounds(z)
		e.Low, e.High = s-float64((s-low)*shrink), s+float64((high-s)*shrink)
	case Wald, StudentT:
		v := c.variance()
		if interval == StudentT {
			if n < 2 {
				return e, errZeroWidth
			}
			v *= n / (n - 1)
			z = stat.TQuantile((1+level)/2, n-1)
		}
		half := float64(z * math.Sqrt(v/n) * shrink)
		if half == 0 {
			return e, errZeroWidth
		}
		e.Low, e.High = s-half, s+half
	case AdjustedWald:
		adjusted := trinomial{c.d + 0.75, c.p + 1.5, c.r + 0.75}
		half := float64(z * math.Sqrt(adjusted.variance()/adjusted.n()) * shrink)
		e.Low, e.High = max(-1, adjusted.net()-half), min(1, adjusted.net()+half)
	case UnknownInterval, Wilson, ClopperPearson, AgrestiCoull, ClusterRobust:
		return e, &b2b.InvalidError{Path: "interval", Reason: "not for a net share of counts"}
	default:
		return e, &b2b.InvalidError{Path: "interval", Reason: "no value of the enumeration"}
	}
	return e, nil
}

// errZeroWidth refuses an interval that would claim certainty.
var errZeroWidth error = &b2b.InvalidError{Path: "interval", Reason: "would have zero width; the score interval has not"}
