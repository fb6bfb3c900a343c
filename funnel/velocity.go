package funnel

import (
	"math/rand/v2"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stat"
	"github.com/buyerjourney/b2b/internal/stream"
)

// VelocityConfig sets up [SalesVelocity]. Source is required.
type VelocityConfig struct {
	From   Target  // deals count from their first entry into it; empty: their opening
	Level  float64 // 0 is 0.95
	Draws  int     // of the bootstrap; 0 is 1000
	Source rand.Source
}

// Velocity is the sales velocity of CRM systems: open deals × win rate × mean amount won / mean days to a win. It is a
// habit, not a forecast: the win rate counts closed deals only, and the mean cycle is of deals that are already won, which
// were quicker than those that will be. Put it beside the rate of package forecast, which knows the age of every deal.
type Velocity struct {
	PerDay    b2b.Estimate // major units of Currency per day; percentile bootstrap over deals
	Currency  string
	Open      int
	WinRate   Rate    // of closed deals
	MeanWon   float64 // major units
	CycleDays float64 // of won deals: biased towards the quick ones
	Why       string  // why there is no number
}

// SalesVelocity computes the velocity as of a state. Amounts in several currencies are a [*b2b.CurrencyError]; convert
// them first.
func SalesVelocity(s *State, c VelocityConfig) (Velocity, error) {
	root, err := stream.New(c.Source)
	if err != nil {
		return Velocity{}, err
	}
	if !(c.Level >= 0 && c.Level < 1) || c.Draws < 0 {
		return Velocity{}, &b2b.InvalidError{Path: "config", Reason: "level outside [0,1) or negative draws"}
	}
	level, draws := levelOr(c.Level), c.Draws
	if draws == 0 {
		draws = 1000
	}
	var from []bool
	if !c.From.IsZero() {
		from = c.From.in(s)
	}
	type deal struct {
		amount, days float64
		end          Outcome
		priced       bool
	}
	var v Velocity
	var deals []deal
	for _, x := range s.courses(from, Target{Outcomes: []Outcome{Won}}.in(s), PerDeal) {
		m := s.deals[x.deal].amount
		d := deal{end: x.end, days: float64(x.exit-x.entry) / microPerDay}
		if x.end == Won && m.IsGiven() {
			if v.Currency != "" && v.Currency != m.Currency() {
				return Velocity{}, &b2b.CurrencyError{A: v.Currency, B: m.Currency()}
			}
			v.Currency, d.amount, d.priced = m.Currency(), m.Float64(), true
		}
		deals = append(deals, d)
	}
	rate := func(pick func(i int) (deal, int)) (perDay float64, open, won, closed int, meanWon, days float64, ok bool) {
		var amount, cycle stat.Compensated
		priced := 0
		for i := range deals {
			d, w := pick(i)
			switch d.end {
			case UnknownOutcome:
				open += w
			case Won:
				won += w
				cycle.Add(float64(w) * d.days)
				if d.priced {
					priced += w
					amount.Add(float64(w) * d.amount)
				}
			case Open, OnHold, Lost, NoDecision, Disqualified, Churned:
				closed += w
			default: // another sale
				closed += w
			}
		}
		if won == 0 || priced == 0 || cycle.Sum() <= 0 {
			return 0, open, won, closed, 0, 0, false
		}
		meanWon, days = amount.Sum()/float64(priced), cycle.Sum()/float64(won)
		return float64(open) * (float64(won) / float64(won+closed)) * meanWon / days, open, won, closed, meanWon, days, true
	}
	perDay, open, won, closed, meanWon, days, ok := rate(func(i int) (deal, int) { return deals[i], 1 })
	v.Open, v.MeanWon, v.CycleDays = open, meanWon, days
	v.WinRate = biased(Share(won, won+closed, c.Level, Wilson), "what is still under way is left out")
	if !ok {
		v.Why = "no won deal with an amount and a time"
		return v, nil
	}
	sample := make([]float64, 0, draws)
	for b := range draws {
		r := root.SourceN("velocity", uint64(b), 0)
		if x, _, _, _, _, _, ok := rate(func(i int) (deal, int) { return deals[i], r.Poisson1() }); ok {
			sample = append(sample, x)
		}
	}
	slices.Sort(sample)
	v.PerDay = b2b.Point(perDay, "no draw had a won deal")
	low, ok1 := stat.Quantile7(sample, (1-level)/2)
	high, ok2 := stat.Quantile7(sample, (1+level)/2)
	if ok1 && ok2 {
		v.PerDay = b2b.Estimate{Value: perDay, Low: low, High: high, Level: level, Method: "Poisson bootstrap over deals, percentiles"}
	}
	return v, nil
}
