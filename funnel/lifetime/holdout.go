package lifetime

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
	"github.com/buyerjourney/b2b/internal/stat"
)

// HoldoutConfig sets up [Holdout]. Periods and Source are required.
type HoldoutConfig struct {
	Summary SummaryConfig
	Periods float64 // units kept for checking, counted back from AsOf
	Kind    Kind
	Level   float64 // 0 is 0.95
	Draws   int     // 0 is 1000
	Source  rand.Source
}

// Check is how a model that knew only the time before the holdout did in it.
type Check struct {
	Customers int          // seen before the holdout
	Actual    float64      // their purchase days in it
	Expected  b2b.Estimate // with the predictive interval of the total
	MAE, RMSE float64      // per customer
	BiasPct   float64      // 100·(expected/actual − 1); 0 where nothing was bought
	Verdict   funnel.Verdict
	Why       string // why the verdict is what it is
}

// minCustomers is the number of customers with a repeat purchase below which there is no judging.
const minCustomers = 20

// Holdout fits a model to what happened before the last units and compares what it expects of them with what came. The
// verdict is Trusted if the interval of the total contains what came, Not honest if not, Too little history where fewer
// than twenty customers had come back before, and Refused where no model could be fitted.
func Holdout(transactions []Transaction, c HoldoutConfig) (Check, error) {
	if !(c.Periods > 0) || math.IsInf(c.Periods, 0) {
		return Check{}, &b2b.InvalidError{Path: "config.periods", Reason: "not positive and finite"}
	}
	unit := c.Summary.Unit
	if unit == 0 {
		unit = Week
	}
	before := c.Summary
	before.AsOf = c.Summary.AsOf.Add(-time.Duration(c.Periods * float64(unit)))
	calibration, _, err := Summaries(transactions, before)
	if err != nil {
		return Check{}, err
	}
	all, _, err := Summaries(transactions, c.Summary)
	if err != nil {
		return Check{}, err
	}
	total := make(map[string]int, len(all))
	for _, s := range all {
		total[s.Customer] = s.X
	}
	check := Check{Customers: len(calibration)}
	repeaters := 0
	for _, s := range calibration {
		check.Actual += float64(total[s.Customer] - s.X)
		if s.X > 0 {
			repeaters++
		}
	}
	model, err := Fit(calibration, c.Kind)
	if err != nil {
		check.Verdict, check.Why = funnel.Refused, "no model could be fitted before the holdout: "+err.Error()
		return check, nil
	}
	projection, err := model.Project(calibration, ProjectConfig{Horizon: c.Periods, Unit: unit, Level: c.Level, Draws: c.Draws, Source: c.Source})
	if err != nil {
		return Check{}, err
	}
	check.Expected = projection.Purchases
	var absolute, squares stat.Compensated
	for i, s := range calibration {
		d := projection.Customers[i].Purchases.Value - float64(total[s.Customer]-s.X)
		absolute.Add(math.Abs(d))
		squares.Add(d * d)
	}
	n := float64(len(calibration))
	check.MAE, check.RMSE = absolute.Sum()/n, math.Sqrt(squares.Sum()/n)
	if check.Actual > 0 {
		check.BiasPct = 100 * (check.Expected.Value/check.Actual - 1)
	}
	switch {
	case repeaters < minCustomers:
		check.Verdict, check.Why = funnel.TooLittleHistory, "fewer than twenty customers had come back before the holdout"
	case check.Expected.Contains(check.Actual):
		check.Verdict, check.Why = funnel.Trusted, "what came in the holdout lies in the interval"
	default:
		check.Verdict, check.Why = funnel.NotHonest, "what came in the holdout lies outside the interval"
	}
	return check, nil
}
