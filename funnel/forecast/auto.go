package forecast

import (
	"math"
	"slices"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
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

// judge says how far forecasts with these scores may be trusted, at the level nearest to 80 %.
func (s *Score) judge() (funnel.Verdict, []string) {
	if s.N < minOrigins || len(s.Coverage) == 0 {
		return funnel.TooLittleHistory, []string{"fewer than 6 resolved origins"}
	}
	c := s.Coverage[0]
	for _, x := range s.Coverage {
		if math.Abs(x.Level-autoLevel) < math.Abs(c.Level-autoLevel) {
			c = x
		}
	}
	holds := func(low, high float64) bool { return low <= c.Level && c.Level <= high }
	if holds(c.Model.Low, c.Model.High) {
		return funnel.Trusted, nil
	}
	reasons := []string{"the coverage of the model's own interval excludes its level"}
	if c.CalN >= minCalibrated && holds(c.Calibrated.Low, c.Calibrated.High) {
		return funnel.CalibratedOnly, reasons
	}
	if c.CalN < minCalibrated {
		return funnel.NotHonest, append(reasons, "fewer than 10 origins could be calibrated")
	}
	return funnel.NotHonest, append(reasons, "so does that of the calibrated interval")
}

// verdict is the verdict on forecasts of a kernel and a horizon by a back-test of the same.
func (r *BacktestReport) verdict(kernel Kernel, horizon time.Duration) (funnel.Verdict, []string) {
	if r == nil {
		return funnel.TooLittleHistory, []string{"no back-test was given"}
	}
	if r.Horizon != horizon {
		return funnel.TooLittleHistory, []string{"the back-test was of another horizon"}
	}
	if r.Kernel != kernel {
		return funnel.TooLittleHistory, []string{"the back-test was of another kernel"}
	}
	s, ok := r.Score(kernel, Wins)
	if !ok {
		return funnel.TooLittleHistory, []string{"the back-test left out kernel " + kernel.String()}
	}
	return s.Verdict, s.Reasons
}

// calibrate gives the open pipeline and the total of the whole horizon the intervals that the errors of the past support.
// What is booked does not err; new business is taken to err as the open pipeline does.
func (m *Model) calibrate(f *Forecast) {
	past := m.c.Past
	for _, measure := range []Measure{Wins, Revenue} {
		booked := float64(f.Whole.BookedWins)
		if measure == Revenue {
			booked = float64(f.Whole.Booked.Minor())
		}
		for n, d := range []*Distribution{f.Whole.Open.of(measure), f.Whole.Total.of(measure)} {
			certain := float64(n) * booked
			for i := range d.Intervals {
				iv := &d.Intervals[i]
				switch {
				case past == nil:
				case past.Horizon != m.c.Horizon:
					iv.Why = "the back-test was of another horizon"
				case past.Kernel != m.c.Kernel:
					iv.Why = "the back-test was of another kernel"
				default:
					c := calibrator{level: iv.Level, m: m.money.offset(measure), rows: past.series(m.e.set, measure)}
					iv.Calibrated = shift(c.interval(m.e.p.asOf, d.Mean-certain), certain)
					iv.Why = why(iv.Calibrated)
				}
			}
		}
	}
}

// shift adds a certain amount to an estimate.
func shift(e b2b.Estimate, by float64) b2b.Estimate {
	e.Value, e.Low, e.High = e.Value+by, e.Low+by, e.High+by
	return e
}

func (o *Outlook) of(m Measure) *Distribution {
	if m == Revenue {
		return &o.Revenue
	}
	return &o.Wins
}
