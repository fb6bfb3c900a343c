package forecast

import (
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
	"github.com/buyerjourney/b2b/internal/enum"
)

// Measure is what is forecast. It is a closed enumeration; zero is [Wins].
type Measure uint8

// The measures.
const (
	Wins    Measure = iota // number of deals won
	Revenue                // minor units of the base currency
)

var measures = enum.New[Measure]("measure", "wins", "revenue")

// IsValid reports whether m is a value of the enumeration.
func (m Measure) IsValid() bool { return measures.Valid(m) }

// String returns the name.
func (m Measure) String() string { return measures.String(m) }

// AppendText implements [encoding.TextAppender].
func (m Measure) AppendText(dst []byte) ([]byte, error) { return measures.AppendText(dst, m) }

// MarshalText implements [encoding.TextMarshaler].
func (m Measure) MarshalText() ([]byte, error) { return measures.AppendText(nil, m) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (m *Measure) UnmarshalText(text []byte) error { return measures.UnmarshalText(m, text) }

// BacktestReport says how the forecasts that would have been made in the past turned out. It is a plain value.
type BacktestReport struct {
	Kernel    Kernel // that was tested
	Horizon   time.Duration
	Every     time.Duration // between origins; 0 if they are not evenly spaced
	Origins   []time.Time
	Effective int // greatest number of origins whose horizons do not overlap
	Rows      []BacktestRow
	Scores    []Score
	Settings  []Settings // in use at each origin
	Currency  string     // of all money; "" where no deal has an amount
	Hindsight bool       // some changes have no time of recording: what was known then is a guess
	Notes     []string

	tracks []track // of every candidate of the settings
}

// BacktestRow is one forecast of the past: the open deals of one origin under one kernel. Missing rows are those for which
// the kernel has nothing to say.
type BacktestRow struct {
	Origin           time.Time
	Kernel           Kernel
	Measure          Measure
	Deals            int // open at the origin
	Missing          bool
	Forecast, Actual float64
	Intervals        []Interval
	Quantiles        []Quantile
	CRPS             float64
	PIT              float64 // middle of the probability integral transform
	Brier            float64 // mean over the deals
}

// Maybe is a number that may be absent.
type Maybe struct {
	Value float64
	OK    bool
}

// Score sums up the rows of one kernel and measure.
type Score struct {
	Kernel      Kernel
	Measure     Measure
	N           int   // origins
	BiasPct     Maybe // 100·(Σ forecast / Σ actual − 1)
	MAE         Maybe
	MAPEPct     Maybe // over origins with an actual of at least 1
	CRPS        Maybe
	Skill       Maybe // 1 − CRPS of the tested kernel / CRPS of this one
	Coverage    []Coverage
	Pinball     []Quantile // mean loss per probability
	Reliability Reliability
	Verdict     funnel.Verdict
	Reasons     []string
}

// Coverage is how often intervals of one level held the outcome, and how wide they were.
type Coverage struct {
	Level        float64
	Model        b2b.Estimate // share, with Wilson interval at the effective number of origins
	ModelWidth   float64
	ModelScore   float64 // mean interval score
	N            int
	Calibrated   b2b.Estimate // over the origins that could be calibrated
	CalWidth     float64
	CalScore     float64
	CalN         int
	CalEffective int
}
