package funnel

import (
	"math"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/enum"
	"github.com/buyerjourney/b2b/internal/stat"
)

// Rate is a share of units with its interval and the counts behind it. Where Why is not empty there is no number: the
// estimate is zero and Why says what is missing.
type Rate struct {
	b2b.Estimate
	AtRisk, Events, Censored int
	Truncated                int     // units that were under way before the observation began
	Unresolved               float64 // share of which the end is not known
	Why                      string
}

// CountInterval names a method for the interval of a share k/n. It is a closed enumeration; zero is [Wilson].
type CountInterval uint8

// The methods for shares (Brown, Cai and DasGupta 2001, Statistical Science 16:101).
const (
	Wilson CountInterval = iota
	Jeffreys
	ClopperPearson
	AgrestiCoull
)

var countIntervals = enum.New[CountInterval]("interval", "wilson", "jeffreys", "clopper-pearson", "agresti-coull")

// IsValid reports whether c is a value of the enumeration.
func (c CountInterval) IsValid() bool { return countIntervals.Valid(c) }

// String returns the name in lower case.
func (c CountInterval) String() string { return countIntervals.String(c) }

// AppendText implements [encoding.TextAppender].
func (c CountInterval) AppendText(dst []byte) ([]byte, error) {
	return countIntervals.AppendText(dst, c)
}

// MarshalText implements [encoding.TextMarshaler].
func (c CountInterval) MarshalText() ([]byte, error) { return countIntervals.AppendText(nil, c) }

// UnmarshalText implements [encoding.TextUnmarshaler]; the empty text is [Wilson].
func (c *CountInterval) UnmarshalText(text []byte) error {
	return countIntervals.UnmarshalText(c, text)
}

// Share returns the rate k of n with an interval at a level (0 is 0.95). Wilson gives Low exactly 0 for k = 0 and High
// exactly 1 for k = n. n = 0, and counts that are no counts, give a Why.
func Share(k, n int, level float64, method CountInterval) Rate {
	r := Rate{AtRisk: n, Events: k}
	level = levelOr(level)
	switch {
	case n == 0:
		r.Why = "nothing to count"
		return r
	case k < 0 || k > n || !(level > 0 && level < 1) || !method.IsValid():
		r.Why = "not a share"
		return r
	}
	var low, high float64
	x, m := float64(k), float64(n)
	switch method {
	case Jeffreys:
		low, high = stat.Jeffreys(x, m, level)
	case ClopperPearson:
		low, high = stat.ClopperPearson(x, m, level)
	case AgrestiCoull:
		low, high = stat.AgrestiCoull(x, m, level)
	case Wilson:
		low, high = stat.Wilson(x, m, level)
	}
	r.Estimate = b2b.Estimate{Value: x / m, Low: low, High: high, Level: level, Method: method.String()}
	return r
}

// Difference returns a − b of two rates that were counted, with the interval of Newcombe (1998, method 10) at the level
// of a. ok is false where one of them counts nothing.
func Difference(a, b Rate) (d b2b.Estimate, ok bool) {
	if a.AtRisk <= 0 || b.AtRisk <= 0 {
		return b2b.Estimate{}, false
	}
	level := levelOr(a.Level)
	k1, n1, k2, n2 := float64(a.Events), float64(a.AtRisk), float64(b.Events), float64(b.AtRisk)
	low, high := stat.Newcombe(k1, n1, k2, n2, level)
	return b2b.Estimate{Value: k1/n1 - k2/n2, Low: low, High: high, Level: level, Method: "Newcombe"}, true
}

// Shrink draws the shares of many small segments towards their common mean: beta-binomial with the prior fitted by
// moments (Kleinman 1973), the posterior mean and equal-tailed interval of each. Segments that do not differ beyond
// chance all get the common rate. Only Events and AtRisk are read; a segment without units gets the prior.
func Shrink(segments []Rate, level float64) []Rate {
	level = levelOr(level)
	out := make([]Rate, len(segments))
	a, b, ok := betaPrior(segments)
	for i, s := range segments {
		out[i] = Rate{AtRisk: s.AtRisk, Events: s.Events, Censored: s.Censored, Truncated: s.Truncated}
		if !ok {
			out[i].Why = "no segment counts anything"
			continue
		}
		p, q := a+float64(s.Events), b+float64(s.AtRisk-s.Events)
		tail := (1 - level) / 2
		out[i].Estimate = b2b.Estimate{
			Value: p / (p + q), Low: stat.BetaQuantile(tail, p, q), High: stat.BetaQuantile(1-tail, p, q),
			Level: level, Method: "beta-binomial, empirical Bayes by moments",
		}
	}
	return out
}

// maxPrior is the strength of the prior where segments differ no more than chance explains.
const maxPrior = 1e6

// betaPrior fits Beta(a, b) to the shares by moments: the weighted mean, and the between-segment variance that is left
// after binomial noise. ok is false where nothing was counted.
func betaPrior(segments []Rate) (a, b float64, ok bool) {
	var n, k, squares, groups float64
	for _, s := range segments {
		if s.AtRisk <= 0 {
			continue
		}
		m := float64(s.AtRisk)
		n += m
		k += float64(s.Events)
		squares += float64(m * m)
		groups++
	}
	if n == 0 {
		return 0, 0, false
	}
	p := (k + 0.5) / (n + 1) // off the boundary, so that the prior is proper
	strength := maxPrior
	if groups > 1 && n > groups {
		var between float64
		for _, s := range segments {
			if s.AtRisk > 0 {
				d := float64(s.Events)/float64(s.AtRisk) - p
				between += float64(float64(s.AtRisk) * d * d)
			}
		}
		// E[between] = p(1−p)·[(groups−1) + ρ(n − Σm²/n − (groups−1))], ρ = 1/(a+b+1)
		rho := (between/(p*(1-p)) - (groups - 1)) / (n - squares/n - (groups - 1))
		if rho > 0 && !math.IsInf(rho, 0) {
			strength = min(maxPrior, max(0.5, 1/min(rho, 0.999)-1))
		}
	}
	return float64(p * strength), float64((1 - p) * strength), true
}

func levelOr(level float64) float64 {
	if level == 0 {
		return b2b.DefaultLevel
	}
	return level
}
