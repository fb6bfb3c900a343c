package experience

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/touchpoint"
)

// ChannelLevel is the level of one channel of a touchpoint or journey.
type ChannelLevel struct {
	Channel touchpoint.Channel
	Level   Level
}

// Consistency says whether the experience is the same whatever the channel (dezelfde beleving, ongeacht het kanaal). It is an
// immutable value.
type Consistency struct {
	Pairs []ChannelPair // by the names of both
	Index float64       // 1 − sd/sd_max in [0,1]: sd of the channel means weighted by responses, sd_max half the scale; 1 with one channel
}

// ChannelPair compares two channels, A before B in the order of names.
type ChannelPair struct {
	A, B    touchpoint.Channel
	Gap     b2b.Estimate // A − B, in the direction of good
	Verdict Verdict      // within the margin, as for a benchmark
}

// Consistent compares the channels pair by pair. margin > 0 is required. No channel, a channel twice, or two scales
// ([ErrScaleMismatch]) are errors.
func Consistent(channels []ChannelLevel, margin float64) (Consistency, error) {
	var p b2b.Problems
	if len(channels) == 0 {
		p.Add("channels", "none")
	}
	if !(margin > 0) || math.IsInf(margin, 1) {
		p.Add("margin", "not a finite number above 0")
	}
	seen := make(map[touchpoint.Channel]bool)
	for i, c := range channels {
		if seen[c.Channel] {
			p.Add("channels["+strconv.Itoa(i)+"].channel", "twice")
		}
		seen[c.Channel] = true
		if c.Level.N < 1 {
			p.Add("channels["+strconv.Itoa(i)+"].level", "empty")
		}
	}
	if err := p.Err(); err != nil {
		return Consistency{}, err
	}
	sorted := slices.SortedFunc(slices.Values(channels), func(a, b ChannelLevel) int { return cmp.Compare(a.Channel, b.Channel) })
	scale := sorted[0].Level.Scale
	var n, sum float64
	for _, c := range sorted {
		if c.Level.Scale != scale {
			return Consistency{}, ErrScaleMismatch
		}
		n += float64(c.Level.N)
		sum += float64(float64(c.Level.N) * c.Level.Mean)
	}
	out := Consistency{Index: 1}
	v := 0.0
	for i, a := range sorted {
		d := a.Level.Mean - sum/n
		v += float64(float64(a.Level.N) * d * d)
		for _, b := range sorted[i+1:] {
			gap, se, df := welch(a.Level, b.Level)
			pair := ChannelPair{A: a.Channel, B: b.Channel}
			pair.Gap, pair.Verdict = verdict(gap, se, df, margin)
			out.Pairs = append(out.Pairs, pair)
		}
	}
	if len(sorted) > 1 {
		out.Index = max(0, 1-math.Sqrt(v/n)/((scale.Max-scale.Min)/2))
	}
	return out, nil
}
