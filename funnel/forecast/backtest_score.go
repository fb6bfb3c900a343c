package forecast

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
	"github.com/buyerjourney/b2b/internal/stat"
)

// pit is the share of draws below the outcome, plus half of those equal to it.
func pit(sorted []float64, y float64) float64 {
	low, _ := slices.BinarySearch(sorted, y)
	high, _ := slices.BinarySearchFunc(sorted, y, func(a, b float64) int {
		if a <= b {
			return -1
		}
		return 1
	})
	return (float64(low) + float64(high)) / 2 / float64(max(1, len(sorted)))
}

// calibrate gives every row of the tested kernel its calibrated intervals, from the errors that its settings made at
// origins that were resolved before.
func (b *backtest) calibrate() {
	r := &b.report
	for i := range r.Rows {
		row := &r.Rows[i]
		if row.Kernel != r.Kernel || row.Missing {
			continue
		}
		n, _ := slices.BinarySearchFunc(r.Origins, row.Origin, time.Time.Compare)
		set := settings{halfLife: r.Settings[n].HalfLife, season: r.Settings[n].Season}
		series := r.series(set, row.Measure)
		for j := range row.Intervals {
			iv := &row.Intervals[j]
			c := calibrator{level: iv.Level, m: b.offsets[n][row.Measure], rows: series}
			iv.Calibrated = c.interval(row.Origin.UnixMicro(), row.Forecast)
			iv.Why = why(iv.Calibrated)
		}
	}
}

func why(e b2b.Estimate) string {
	if e.Level > 0 {
		return ""
	}
	return e.Method
}

// offset is m of the relative error: 1 for counts, the median amount of deals for revenue.
func (m *money) offset(measure Measure) float64 {
	if measure == Wins {
		return 1
	}
	var list []int64
	for i, k := range m.known {
		if k == quoted && m.amount[i] > 0 {
			list = append(list, m.amount[i])
		}
	}
	if len(list) == 0 {
		return 1
	}
	slices.Sort(list)
	return float64(list[(len(list)-1)/2])
}

// series returns what settings forecast at every origin, warm-up included, by origin.
func (r *BacktestReport) series(set settings, m Measure) []past {
	var out []past
	for _, t := range r.tracks {
		if t.set == set {
			out = append(out, past{at: t.at, end: t.end, forecast: t.forecast[m], actual: t.actual[m]})
		}
	}
	slices.SortFunc(out, func(a, b past) int { return cmp.Compare(a.at, b.at) })
	return out
}

// score sums up the rows.
func (b *backtest) score() {
	r := &b.report
	for i, k := range b.c.Kernels {
		for _, m := range []Measure{Wins, Revenue} {
			if m == Revenue && b.money.base == "" {
				continue
			}
			s := r.scoreOf(k, m, b.c.Forecast.Levels)
			if m == Wins {
				s.Reliability = Judge(b.pairs[i], b.hits[i])
			}
			r.Scores = append(r.Scores, s)
		}
	}
	for i := range r.Scores {
		s := &r.Scores[i]
		if s.Kernel == r.Kernel {
			continue
		}
		if own, ok := r.Score(r.Kernel, s.Measure); ok && own.CRPS.OK && s.CRPS.OK && s.CRPS.Value > 0 {
			s.Skill = Maybe{1 - own.CRPS.Value/s.CRPS.Value, true}
		}
	}
}

// Score returns the score of a kernel and measure.
func (r *BacktestReport) Score(k Kernel, m Measure) (Score, bool) {
	for _, s := range r.Scores {
		if s.Kernel == k && s.Measure == m {
			return s, true
		}
	}
	return Score{}, false
}

func (r *BacktestReport) scoreOf(k Kernel, m Measure, levels []float64) Score {
	s := Score{Kernel: k, Measure: m}
	var sumF, sumY, ae, ape, crps stat.Compensated
	large := 0
	loss := map[float64]*stat.Compensated{}
	var probs []float64
	var rows []*BacktestRow
	for i := range r.Rows {
		row := &r.Rows[i]
		if row.Kernel != k || row.Measure != m || row.Missing {
			continue
		}
		rows = append(rows, row)
		sumF.Add(row.Forecast)
		sumY.Add(row.Actual)
		e := math.Abs(row.Forecast - row.Actual)
		ae.Add(e)
		if row.Actual >= 1 {
			large++
			ape.Add(e / row.Actual)
		}
		crps.Add(row.CRPS)
		for _, q := range row.Quantiles {
			if loss[q.P] == nil {
				loss[q.P] = &stat.Compensated{}
				probs = append(probs, q.P)
			}
			loss[q.P].Add(Pinball(q.Value, row.Actual, q.P))
		}
	}
	s.N = len(rows)
	if s.N == 0 {
		s.Verdict, s.Reasons = funnel.Refused, []string{"the kernel has nothing to say about some stage"}
		if len(r.Rows) == 0 {
			s.Verdict, s.Reasons = funnel.TooLittleHistory, []string{"no origin has a history"}
		}
		return s
	}
	n := float64(s.N)
	if sumY.Sum() > 0 {
		s.BiasPct = Maybe{100 * (sumF.Sum()/sumY.Sum() - 1), true}
	}
	s.MAE, s.CRPS = Maybe{ae.Sum() / n, true}, Maybe{crps.Sum() / n, true}
	if large > 0 {
		s.MAPEPct = Maybe{100 * ape.Sum() / float64(large), true}
	}
	slices.Sort(probs)
	for _, p := range probs {
		s.Pinball = append(s.Pinball, Quantile{p, loss[p].Sum() / n})
	}
	for j, l := range levels {
		s.Coverage = append(s.Coverage, r.coverage(rows, j, l))
	}
	s.Verdict, s.Reasons = s.judge()
	return s
}

func (r *BacktestReport) coverage(rows []*BacktestRow, j int, level float64) Coverage {
	c := Coverage{Level: level, N: len(rows)}
	var hit, calHit float64
	var width, score, calWidth, calScore stat.Compensated
	var calibrated []time.Time
	for _, row := range rows {
		iv := row.Intervals[j]
		hit += step(iv.Low <= row.Actual && row.Actual <= iv.High)
		width.Add(iv.High - iv.Low)
		score.Add(IntervalScore(iv.Low, iv.High, row.Actual, level))
		if cal := iv.Calibrated; cal.Level > 0 {
			calibrated = append(calibrated, row.Origin)
			calHit += step(cal.Contains(row.Actual))
			calWidth.Add(cal.High - cal.Low)
			calScore.Add(IntervalScore(cal.Low, cal.High, row.Actual, level))
		}
	}
	n := float64(len(rows))
	c.Model = covered(hit/n, r.Effective)
	c.ModelWidth, c.ModelScore = width.Sum()/n, score.Sum()/n
	if c.CalN = len(calibrated); c.CalN > 0 {
		n := float64(c.CalN)
		c.CalEffective = effective(calibrated, r.Horizon)
		c.Calibrated = covered(calHit/n, c.CalEffective)
		c.CalWidth, c.CalScore = calWidth.Sum()/n, calScore.Sum()/n
	}
	return c
}

// covered is a coverage with its Wilson interval at the effective number of origins.
func covered(share float64, n int) b2b.Estimate {
	low, high := stat.WilsonFloat(share, float64(n), b2b.DefaultLevel)
	return b2b.Estimate{Value: share, Low: low, High: high, Level: b2b.DefaultLevel, Method: "Wilson, effective number of origins"}
}

func appendOnce(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
