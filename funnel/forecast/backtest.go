package forecast

import (
	"time"

	"github.com/buyerjourney/b2b/funnel"
)

// BacktestReport x.
type BacktestReport struct{}

func (r *BacktestReport) verdict(time.Duration) (funnel.Verdict, []string) {
	return funnel.TooLittleHistory, []string{"no back-test was given"}
}
func (m *Model) calibrate(*Forecast) {}
func (c Config) settle(asOf int64) (settings, float64, []string) {
	return settings{}, 0, nil
}
