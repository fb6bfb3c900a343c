package experience

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stat"
)

// Moment is one experience within a journey. It is a comparable value.
type Moment struct {
	At     time.Time
	ID     string
	Score  float64
	Weight float64 // for Weighted; 0 means 1
}

// AggregatorConfig holds the constants of the aggregators. The zero value means the defaults in brackets, but for Neutral, which
// is taken as it is: the neutral point of the scale.
type AggregatorConfig struct {
	Neutral float64
	Decay   float64 // δ of Recency and Primacy, in (0,1] (0.9)
	Loss    float64 // factor of losses, ≥ 1 (2.25)
}

func (c AggregatorConfig) withDefaults() AggregatorConfig {
	if c.Decay == 0 {
		c.Decay = 0.9
	}
	if c.Loss == 0 {
		c.Loss = 2.25
	}
	return c
}

func (c AggregatorConfig) check(p *b2b.Problems) {
	if math.IsNaN(c.Neutral) || math.IsInf(c.Neutral, 0) {
		p.Add("config.neutral", "not a finite number")
	}
	if !(c.Decay > 0 && c.Decay <= 1) {
		p.Add("config.decay", "outside (0,1]")
	}
	if !(c.Loss >= 1) || math.IsInf(c.Loss, 1) {
		p.Add("config.loss", "below 1")
	}
}

// Aggregate turns the moments, taken in the order of (At, ID), into one number; ok is false without moments. A score or weight
// that is not finite, a negative weight, and a constant out of range are errors. O(n log n).
func (a Aggregator) Aggregate(moments []Moment, cfg AggregatorConfig) (x float64, ok bool, err error) {
	cfg = cfg.withDefaults()
	var p b2b.Problems
	cfg.check(&p)
	if a == UnknownAggregator || !a.IsValid() {
		p.Add("aggregator", "no value of the enumeration")
	}
	for _, m := range moments {
		if math.IsNaN(m.Score) || math.IsInf(m.Score, 0) || !(m.Weight >= 0) || math.IsInf(m.Weight, 1) {
			p.Add("moments", "a score or weight that is not a finite number, or a negative weight")
			break
		}
	}
	if err := p.Err(); err != nil {
		return 0, false, err
	}
	if len(moments) == 0 {
		return 0, false, nil
	}
	sorted := slices.SortedStableFunc(slices.Values(moments), compareMoments)
	return a.of(sorted, cfg), true, nil
}

// of aggregates sorted moments, of which there is at least one.
func (a Aggregator) of(m []Moment, cfg AggregatorConfig) float64 {
	n := len(m)
	x := make([]float64, n)
	for i := range m {
		x[i] = m[i].Score
	}
	last := x[n-1]
	switch a {
	case Sum:
		return stat.Sum(x)
	case Mean:
		return mean(x)
	case TimeAverage:
		return timeAverage(m, x)
	case Max:
		return slices.Max(x)
	case Min:
		return slices.Min(x)
	case First:
		return x[0]
	case Last:
		return last
	case Peak:
		return peak(x, cfg.Neutral)
	case PeakEnd:
		return (peak(x, cfg.Neutral) + last) / 2
	case MaxEnd:
		return (slices.Max(x) + last) / 2
	case MinEnd:
		return (slices.Min(x) + last) / 2
	case PeakTroughEnd:
		return (slices.Max(x) + slices.Min(x) + last) / 3
	case Recency:
		return geometric(x, cfg.Decay, true)
	case Primacy:
		return geometric(x, cfg.Decay, false)
	case Trend:
		return trend(x)
	case SD:
		v, _ := stat.Variance(x)
		return math.Sqrt(v)
	case Range:
		return slices.Max(x) - slices.Min(x)
	case LossAverse:
		for i := range x {
			if x[i] -= cfg.Neutral; x[i] < 0 {
				x[i] *= cfg.Loss
			}
		}
		return mean(x)
	case Weighted:
		return weighted(m)
	case UnknownAggregator:
		return 0
	default:
		return 0
	}
}

func mean(x []float64) float64 {
	m, _ := stat.Mean(x)
	return m
}

func timeAverage(m []Moment, x []float64) float64 {
	n := len(m)
	span := m[n-1].At.Sub(m[0].At).Seconds()
	if span <= 0 {
		return mean(x)
	}
	var area stat.Compensated
	for i := 1; i < n; i++ {
		area.Add((x[i-1] + x[i]) / 2 * m[i].At.Sub(m[i-1].At).Seconds())
	}
	return area.Sum() / span
}

func peak(x []float64, neutral float64) float64 {
	best := x[0]
	for _, v := range x {
		if math.Abs(v-neutral) >= math.Abs(best-neutral) {
			best = v
		}
	}
	return best
}

// geometric weights the scores by powers of decay, falling towards the past (recency) or towards the end.
func geometric(x []float64, decay float64, recent bool) float64 {
	sum, weights, w := 0.0, 0.0, 1.0
	for i := range x {
		v := x[i]
		if recent {
			v = x[len(x)-1-i]
		}
		sum += float64(w * v)
		weights += w
		w *= decay
	}
	return sum / weights
}

func trend(x []float64) float64 {
	n := float64(len(x))
	if n < 2 {
		return 0
	}
	t, tt := 0.0, 0.0
	for i, v := range x {
		d := float64(i) - (n-1)/2 // these sum to 0, so that the mean need not be taken off; whole scores then tie exactly
		t += float64(d * v)
		tt += float64(d * d)
	}
	return t / tt
}

func weighted(m []Moment) float64 {
	sum, weights := 0.0, 0.0
	for _, v := range m {
		w := v.Weight
		if w == 0 {
			w = 1
		}
		sum += float64(w * v.Score)
		weights += w
	}
	return sum / weights
}

func compareMoments(a, b Moment) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) }
