package forecast

import (
	"math"
	"slices"
	"time"

	"github.com/buyerjourney/b2b/internal/stat"
)

// candidates returns the settings to choose from, the simplest first.
func (c Config) candidates() []settings {
	halves := []time.Duration{0}
	if !c.Kernel.aged() {
		return []settings{{}}
	}
	switch c.HalfLife.Mode {
	case Auto:
		halves = []time.Duration{0, 180 * day, 90 * day, 45 * day}
	case On:
		halves = []time.Duration{c.HalfLife.Value}
	case Off:
	}
	seasons := []bool{false}
	switch c.Season.Mode {
	case Auto:
		if c.Kernel == SemiMarkov {
			seasons = []bool{false, true}
		}
	case On:
		seasons = []bool{true}
	case Off:
	}
	var out []settings
	for _, s := range seasons {
		for _, h := range halves {
			out = append(out, settings{halfLife: h, season: s})
		}
	}
	return out
}

// choose returns the candidate with the least mean interval score over resolved origins; a simpler one wins if its scores
// are higher by no more than one standard error of the difference. Fewer than six resolved origins choose nothing.
func choose(candidates []settings, tracks []track, resolved func(track) bool) (settings, string) {
	if len(candidates) == 1 {
		return candidates[0], ""
	}
	scores := make([][]float64, len(candidates))
	for _, t := range tracks {
		if i := slices.Index(candidates, t.set); i >= 0 && resolved(t) {
			scores[i] = append(scores[i], t.score)
		}
	}
	n := len(scores[0])
	best, least := 0, math.Inf(1)
	for i, s := range scores {
		if len(s) != n || n < minOrigins {
			return candidates[0], "fewer than 6 resolved origins: the plain settings are used"
		}
		if m := meanOf(s); m < least {
			best, least = i, m
		}
	}
	for i := range best {
		diff := make([]float64, n)
		for j := range diff {
			diff[j] = scores[i][j] - scores[best][j]
		}
		v, _ := stat.Variance(diff)
		if meanOf(diff) <= math.Sqrt(v/float64(n)) {
			return candidates[i], ""
		}
	}
	return candidates[best], ""
}

// driftOf returns the standard deviation of the common factor on the odds that explains how much more the resolved
// origins missed than their own law foresees: τ² = max(0, mean z² − 1)·mean variance / mean (Σp(1−p))².
func (c Config) driftOf(tracks []track, set settings, resolved func(track) bool) float64 {
	if !c.Kernel.aged() {
		return 0
	}
	switch c.Drift.Mode {
	case Off:
		return 0
	case On:
		return c.Drift.SD
	case Auto:
	}
	var z2, sd2, spread2 stat.Compensated
	n := 0
	for _, t := range tracks {
		if t.set != set || !resolved(t) || t.sd2 <= 0 || t.spread <= 0 {
			continue
		}
		n++
		e := t.actual[Wins] - t.forecast[Wins]
		z2.Add(e * e / t.sd2)
		sd2.Add(t.sd2)
		spread2.Add(t.spread * t.spread)
	}
	if n < minOrigins || spread2.Sum() <= 0 {
		return 0
	}
	return min(maxDrift, math.Sqrt(max(0, z2.Sum()/float64(n)-1)*sd2.Sum()/spread2.Sum()))
}

const maxDrift = 2

// settle returns the settings of a forecast as of a time, in µs, and its drift, from the origins of the past that were
// resolved by then.
func (c Config) settle(asOf int64) (settings, float64, []string) {
	candidates := c.candidates()
	if c.Past == nil || c.Past.Kernel != c.Kernel {
		var notes []string
		if len(candidates) > 1 {
			notes = append(notes, "no back-test of the kernel was given: half-life and season are plain")
		}
		return candidates[0], c.driftOf(nil, candidates[0], nil), notes
	}
	resolved := func(t track) bool { return t.end <= asOf }
	set, note := choose(candidates, c.Past.tracks, resolved)
	drift := c.driftOf(c.Past.tracks, set, resolved)
	if note != "" {
		return set, drift, []string{note}
	}
	return set, drift, nil
}
