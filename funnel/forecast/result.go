package forecast

import (
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
)

// Forecast is what will be sold, with its uncertainty. It is a plain value; slices belong to the caller.
type Forecast struct {
	AsOf     time.Time
	Periods  []PeriodForecast // in order; together they are the horizon
	Whole    PeriodForecast   // the whole horizon
	Deals    []DealForecast   // open deals by id
	Unpriced []Unpriced       // by currency
	Currency string           // of all money; "" where no deal has an amount
	Settings Settings
	// Stale is the share of open deals that are older in their stage than every deal that left it, Unresolved the share
	// whose end lies beyond all experience: neither won nor lost at the end of the horizon.
	Stale, Unresolved float64
	Parts             []PartShare // shares of the variance of the number of wins of the open deals
	Verdict           funnel.Verdict
	Reasons           []string // of the verdict
	Notes             []string
}

// Settings are the settings in use, whether given or found.
type Settings struct {
	Kernel   Kernel
	HalfLife time.Duration // 0: all history counts alike
	Season   bool
	DriftSD  float64
}

// PeriodForecast is the forecast of one period. Total is Booked + Open + New.
type PeriodForecast struct {
	Window     b2b.Window
	Booked     b2b.Money // already won in the period, as of the view
	BookedWins int
	Open, New  Outlook // of deals that are open now, and of those that are not yet there
	Total      Outlook
}

// Outlook is the law of the number of wins and of revenue in minor units.
type Outlook struct {
	Wins, Revenue Distribution
}

// Distribution is a predictive law: its mean, its quantiles, and an interval per level. Counts have whole quantiles. The
// zero value is a law that is not known.
type Distribution struct {
	Mean      float64
	Quantiles []Quantile
	Intervals []Interval
}

// Quantile is the least value with at least a share P of the law at or below it.
type Quantile struct {
	P     float64 `json:"p"`
	Value float64 `json:"value"`
}

// Interval is a central interval of a law at a level, and beside it the interval that the errors of the past support.
type Interval struct {
	Level     float64
	Low, High float64
	// Calibrated is the interval by the errors of resolved origins; where it has no level, Why says what is missing.
	Calibrated b2b.Estimate
	Why        string
}

// DealForecast is the forecast of one open deal.
type DealForecast struct {
	Deal          b2b.DealID
	Stage         funnel.Stage
	Age           time.Duration // in its stage
	P             b2b.Estimate  // chance to be won within the horizon
	ByPeriod      []float64     // chance to be won within each period
	ExpectedValue b2b.Money     // P × expected amount, rounded; not given where the deal has no price
	Why           []Term        // adds up to the log odds of P
	Flags         funnel.Flags
}

// Term is one part of an explanation, on the scale of log odds.
type Term struct {
	Name  string // "base", "stage", "age", "recency", "season", "segment", "cohort"
	Value float64
}

// PartShare is the share of one source in the variance.
type PartShare struct {
	Part  Part
	Share float64
}

// Unpriced counts the open deals of a currency that has no rate.
type Unpriced struct {
	Currency string
	Deals    int
}
