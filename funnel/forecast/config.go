package forecast

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
	"github.com/buyerjourney/b2b/internal/enum"
)

// Kernel names a way to turn stage histories into probabilities. It is a closed enumeration; zero is [SemiMarkov].
type Kernel uint8

// The kernels. The first and the last are forecasts; the others are the practice that a back-test compares them with.
const (
	SemiMarkov    Kernel = iota // age-conditional, clock-reset Aalen–Johansen per stage with competing exits
	Exponential                 // memoryless chain, q = N/T, exp(QH)
	WonPerEntered               // of the deals that entered the stage, the share that is won by now
	ClosedOnly                  // of the closed deals that passed the stage, the share that is won
	StageWeights                // hand-set weight of the present stage
	Cure                        // mixture per stage × exit: a share that ever leaves that way, and the law of when
)

var kernels = enum.New[Kernel]("kernel", "semi_markov", "exponential", "won_per_entered", "closed_only", "stage_weights", "cure")

// ParseKernel reads the name of a kernel; the empty text is [SemiMarkov].
func ParseKernel(text string) (Kernel, error) { return kernels.Parse(text) }

// Kernels returns all kernels in their fixed order.
func Kernels() []Kernel {
	return []Kernel{SemiMarkov, Exponential, WonPerEntered, ClosedOnly, StageWeights, Cure}
}

// IsValid reports whether k is a value of the enumeration.
func (k Kernel) IsValid() bool { return kernels.Valid(k) }

// String returns the name.
func (k Kernel) String() string { return kernels.String(k) }

// AppendText implements [encoding.TextAppender].
func (k Kernel) AppendText(dst []byte) ([]byte, error) { return kernels.AppendText(dst, k) }

// MarshalText implements [encoding.TextMarshaler].
func (k Kernel) MarshalText() ([]byte, error) { return kernels.AppendText(nil, k) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseKernel] does.
func (k *Kernel) UnmarshalText(text []byte) error { return kernels.UnmarshalText(k, text) }

// Mode says how a setting is found. It is a closed enumeration; zero is [Auto].
type Mode uint8

// The modes.
const (
	Auto Mode = iota // by the scores of origins that were resolved before the as-of time; plain where there are too few
	Off
	On
)

var modes = enum.New[Mode]("mode", "auto", "off", "on")

// IsValid reports whether m is a value of the enumeration.
func (m Mode) IsValid() bool { return modes.Valid(m) }

// String returns the name.
func (m Mode) String() string { return modes.String(m) }

// AppendText implements [encoding.TextAppender].
func (m Mode) AppendText(dst []byte) ([]byte, error) { return modes.AppendText(dst, m) }

// MarshalText implements [encoding.TextMarshaler].
func (m Mode) MarshalText() ([]byte, error) { return modes.AppendText(nil, m) }

// UnmarshalText implements [encoding.TextUnmarshaler]; the empty text is [Auto].
func (m *Mode) UnmarshalText(text []byte) error { return modes.UnmarshalText(m, text) }

// HalfLife is the age at which a stay counts half: weight 2^(−age/half-life). The zero value is Auto.
type HalfLife struct {
	Mode  Mode
	Value time.Duration // with On
}

// Season lets the rate of every exit hang on the month of the quarter. The zero value is Auto with quarters from January.
type Season struct {
	Mode        Mode
	FiscalStart time.Month // first month of the fiscal year; 0 is January
}

// Drift is the common error of all deals of one forecast: a factor on the odds, log-normal with this standard deviation.
// The zero value is Auto: from the over-dispersion of resolved origins.
type Drift struct {
	Mode Mode
	SD   float64 // with On
}

// Rates gives the price of one unit of a currency in units of the base currency on a day; ok is false where there is
// none. It must be a pure function.
type Rates func(currency string, on funnel.Date) (rate *big.Rat, ok bool)

// Config sets up a forecast. The zero value means: kernel [SemiMarkov], 90 days in one period, levels 0.5, 0.8 and 0.95, all
// settings found by the past, no new business, the currency of the deals, 1000 draws. Source is needed for the interval.
type Config struct {
	Horizon     time.Duration // 0 is 90 days
	Periods     []time.Time   // inner bounds that split the horizon, such as the first days of months; see [Months]
	Levels      []float64
	Kernel      Kernel // the others know no season, no segments and no new business
	HalfLife    HalfLife
	Season      Season
	Drift       Drift
	Segments    Mode                          // On: every segment has its own rates, drawn towards those of all; Auto is Off
	Cohorts     Mode                          // Auto, On: deals of one month of entry share factors, as far as the months differ beyond chance
	NewBusiness Mode                          // On: also what is not yet there; Auto is Off
	Step        time.Duration                 // of the grid of ages; 0: days where times are whole days, else an eighth for point forecasts
	Weights     map[funnel.Stage]b2b.Fraction // hand-set, before those of the pipeline

	Base   string          // currency of all money; "" is the currency of the deals if there is one only
	Rates  Rates           // nil: other currencies are counted and not priced
	Quoted *funnel.State   // the same deals as of an earlier time: amounts quoted then, compared with those won since; may be nil
	Past   *BacktestReport // resolved origins of the same book, for settings, drift, calibration and verdict; may be nil

	BookedFrom time.Time // wins since then are booked in the first period; zero: none are
	Without    Part      // parts of the law that are left out
	Draws      int       // 0 is 1000
	Workers    int       // 0 is 1; the result does not hang on it
	Source     rand.Source
	Progress   func(done, total int) // called in turn from the caller's goroutine; nil is none
}

const (
	day          = 24 * time.Hour
	defaultDraws = 1000
	maxDraws     = 1 << 20
	priorEvents  = 5.0 // κ: strength of every prior, in events
	fewExits     = 5   // a stage × cause with fewer is drawn towards the pipeline
)

// micros returns a duration in microseconds.
func micros(d time.Duration) int64 { return int64(d / time.Microsecond) }

// normal fills the defaults and reports every problem.
func (c Config) normal(asOf time.Time) (Config, error) {
	var p b2b.Problems
	if c.Horizon == 0 {
		c.Horizon = 90 * day
	}
	if c.Draws == 0 {
		c.Draws = defaultDraws
	}
	if len(c.Levels) == 0 {
		c.Levels = []float64{0.5, 0.8, 0.95}
	}
	c.Levels = slices.Clone(c.Levels)
	slices.Sort(c.Levels)
	c.Levels = slices.Compact(c.Levels)
	c.Workers = max(1, c.Workers)
	if c.Season.FiscalStart == 0 {
		c.Season.FiscalStart = time.January
	}
	switch {
	case c.Horizon < time.Hour:
		p.Add("config.horizon", "shorter than an hour")
	case c.Horizon > 100*365*day:
		p.Add("config.horizon", "longer than a hundred years")
	case c.Step > 0 && c.Horizon/c.Step > 1<<14:
		p.Add("config.horizon", "more than 16384 steps")
	}
	if c.Step != 0 && c.Step < time.Minute {
		p.Add("config.step", "shorter than a minute")
	}
	for i, l := range c.Levels {
		if !(l > 0 && l < 1) {
			p.Add("config.levels["+strconv.Itoa(i)+"]", "outside (0,1)")
		}
	}
	for _, m := range []struct {
		path string
		mode Mode
	}{{"half_life", c.HalfLife.Mode}, {"season", c.Season.Mode}, {"drift", c.Drift.Mode}, {"segments", c.Segments}, {"cohorts", c.Cohorts}, {"new_business", c.NewBusiness}} {
		if !m.mode.IsValid() {
			p.Add("config."+m.path+".mode", "unknown")
		}
	}
	if c.HalfLife.Mode == On && c.HalfLife.Value < time.Hour {
		p.Add("config.half_life.value", "shorter than an hour")
	}
	if c.Season.FiscalStart < time.January || c.Season.FiscalStart > time.December {
		p.Add("config.season.fiscal_start", "no month")
	}
	if c.Drift.Mode == On && !(c.Drift.SD >= 0 && c.Drift.SD < 10) {
		p.Add("config.drift.sd", "outside [0,10)")
	}
	if c.Draws < 0 || c.Draws > maxDraws {
		p.Add("config.draws", "outside 0..1048576")
	}
	if c.Base != "" {
		if m, err := b2b.NewMoney(0, c.Base); err != nil {
			p.Add("config.base", "not an ISO 4217 code")
		} else {
			c.Base = m.Currency()
		}
	}
	c.Periods = slices.Clone(c.Periods)
	end := asOf.Add(c.Horizon)
	for i, t := range c.Periods {
		path := "config.periods[" + strconv.Itoa(i) + "]"
		if !t.After(asOf) || !t.Before(end) {
			p.Add(path, "outside the horizon")
		}
		if i > 0 && !t.After(c.Periods[i-1]) {
			p.Add(path, "not after the one before")
		}
	}
	if c.Source == nil {
		p.Add("config.source", "nil")
	}
	c.checkKernel(&p)
	return c, p.Err()
}

// Months returns the first instants of the local months that lie inside (asOf, asOf+horizon), as [Config.Periods].
func Months(asOf time.Time, horizon time.Duration, zone *time.Location) []time.Time {
	if zone == nil {
		zone = time.UTC
	}
	var out []time.Time
	y, m, _ := asOf.In(zone).Date()
	for i := 1; ; i++ {
		t := time.Date(y, m+time.Month(i), 1, 0, 0, 0, 0, zone).UTC()
		if !t.Before(asOf.Add(horizon)) {
			return out
		}
		if t.After(asOf) {
			out = append(out, t)
		}
	}
}

// finite reports whether x is a number.
func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
