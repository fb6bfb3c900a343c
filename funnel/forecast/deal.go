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

// dealForecasts lists the open deals by id.
func (m *Model) dealForecasts(en *ensemble) []DealForecast {
	e := m.e
	n := len(e.ends)
	level := m.c.Levels[len(m.c.Levels)-1]
	if i := slices.Index(m.c.Levels, 0.8); i >= 0 {
		level = 0.8
	}
	z := stat.Z(level)
	out := make([]DealForecast, 0, len(e.open))
	for i := range e.open {
		d := &e.open[i]
		deal := m.s.Deal(int(d.deal))
		at := int(d.key) * n
		f := DealForecast{Deal: deal.ID, Stage: deal.Stage, Age: time.Duration(d.age) * time.Microsecond, Flags: deal.Flags &^ funnel.Stale}
		if m.c.Kernel.aged() && e.fine.stale(e.keys[d.key]) {
			f.Flags |= funnel.Stale
		}
		p := e.chance[at+n-1]
		f.P = b2b.Point(p, "no draws of the rates")
		if k := len(en.logit); k > 0 && m.c.Draws > 1 && e.skip&Parameters == 0 && k <= maxIntervals {
			mean := en.logit[d.key] / float64(en.draws)
			sd := math.Sqrt(max(0, en.logit2[d.key]/float64(en.draws)-float64(mean*mean)))
			center := logit(clamp(p))
			// There and back through the log odds is not exact: a narrow interval still contains the chance.
			low, high := min(p, expit(center-float64(z*sd))), max(p, expit(center+float64(z*sd)))
			f.P = b2b.Estimate{Value: p, Low: low, High: high, Level: level, Method: "Bayesian bootstrap by case, normal on the log odds"}
			if p == 0 || p == 1 {
				f.P = b2b.Point(p, "certain under the rates")
			}
		}
		before := 0.0
		for j := range n {
			f.ByPeriod = append(f.ByPeriod, e.chance[at+j]-before)
			before = e.chance[at+j]
		}
		f.ExpectedValue = m.money.round(p*e.worth(d), d.valued)
		f.Why = m.why(d)
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b DealForecast) int { return cmp.Compare(a.Deal, b.Deal) })
	return out
}
