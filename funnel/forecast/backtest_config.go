package forecast

import (
	"slices"
	"strconv"
	"time"

	"github.com/buyerjourney/b2b"
)

// BacktestConfig sets up a back-test. Forecast holds the settings that are tested, its Kernel is the one that is tuned,
// calibrated, judged, and measured against the others; its Periods, Past and Quoted are not
// read. Origins, or else Count origins that lie Every apart before the end of the book less the horizon; zero values are
// 12 origins, a week apart.
type BacktestConfig struct {
	Forecast Config
	AsOf     time.Time // what was not known then is not looked at; zero is the end of the book
	Origins  []time.Time
	Every    time.Duration
	Count    int
	Kernels  []Kernel // none: that of Forecast, semi-Markov and the baselines
	Warmup   int      // origins before the first that are forecast for choosing, drift and calibration only
}

const defaultRuns = 12

// normal fills the defaults of a back-test.
func (c BacktestConfig) normal(last time.Time) (BacktestConfig, error) {
	var p b2b.Problems
	c.Forecast.Periods, c.Forecast.Past, c.Forecast.Quoted = nil, nil, nil
	f, err := c.Forecast.normal(last)
	p.Join("forecast", err)
	c.Forecast = f
	if c.Every == 0 {
		c.Every = 7 * day
	}
	if c.Count == 0 {
		c.Count = defaultRuns
	}
	if c.Every < time.Hour {
		p.Add("every", "shorter than an hour")
	}
	if c.Count < 0 || c.Count > 10000 {
		p.Add("count", "outside 0..10000")
	}
	if len(c.Kernels) == 0 {
		c.Kernels = append(Kernels(), c.Forecast.Kernel)
		c.Kernels = slices.DeleteFunc(c.Kernels, func(k Kernel) bool { return k == Cure && c.Forecast.Kernel != Cure })
	}
	c.Kernels = slices.Clone(c.Kernels)
	slices.Sort(c.Kernels)
	c.Kernels = slices.Compact(c.Kernels)
	for i, k := range c.Kernels {
		if !k.IsValid() {
			p.Add("kernels["+strconv.Itoa(i)+"]", "unknown")
		}
	}
	if c.Warmup < 0 || c.Warmup > 10000 {
		p.Add("warmup", "outside 0..10000")
	}
	end := last.Add(-c.Forecast.Horizon)
	if len(c.Origins) == 0 && p.Len() == 0 {
		for i := range c.Count {
			c.Origins = append(c.Origins, end.Add(-time.Duration(c.Count-1-i)*c.Every))
		}
	} else {
		c.Origins = slices.Clone(c.Origins)
		for i, t := range c.Origins {
			c.Origins[i] = t.UTC().Truncate(time.Microsecond)
			if t.After(end) {
				p.Add("origins["+strconv.Itoa(i)+"]", "its horizon is not over")
			}
		}
		slices.SortFunc(c.Origins, time.Time.Compare)
		c.Origins = slices.CompactFunc(c.Origins, time.Time.Equal)
	}
	return c, p.Err()
}

// spacing returns the distance between origins if it is always the same.
func spacing(origins []time.Time) time.Duration {
	if len(origins) < 2 {
		return 0
	}
	d := origins[1].Sub(origins[0])
	for i := 2; i < len(origins); i++ {
		if origins[i].Sub(origins[i-1]) != d {
			return 0
		}
	}
	return d
}

// effective is the greatest number of origins whose horizons do not overlap.
func effective(origins []time.Time, horizon time.Duration) int {
	n := 0
	var free time.Time
	for _, t := range origins {
		if n == 0 || !t.Before(free) {
			n++
			free = t.Add(horizon)
		}
	}
	return n
}
