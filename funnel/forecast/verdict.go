package forecast

import (
	"math"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
)

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
