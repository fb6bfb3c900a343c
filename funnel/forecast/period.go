package forecast

import (
	"math"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stat"
)

// point is the expected number of wins and the expected revenue per period.
type point struct{ wins, revenue []float64 }

func (m *Model) expected() (out [2]point) {
	e := m.e
	n := len(e.ends)
	out[0] = point{make([]float64, n), make([]float64, n)}
	out[1] = point{make([]float64, n), make([]float64, n)}
	wins, revenue := make([]stat.Compensated, n), make([]stat.Compensated, n)
	for i := range e.open {
		d := &e.open[i]
		before := 0.0
		for j := range n {
			p := e.chance[int(d.key)*n+j]
			wins[j].Add(p - before)
			revenue[j].Add((p - before) * e.worth(d))
			before = p
		}
	}
	for j := range n {
		out[0].wins[j], out[0].revenue[j] = wins[j].Sum(), revenue[j].Sum()
	}
	if m.arrivals != nil {
		copy(out[1].wins, m.arrivals.wins)
		for j, w := range m.arrivals.wins {
			out[1].revenue[j] = w * e.size
		}
	}
	return out
}

// period summarises periods from ≤ j < to.
func (m *Model) period(w b2b.Window, en, fresh *ensemble, expected [2]point, from, to int) PeriodForecast {
	out := PeriodForecast{Window: w}
	if from == 0 {
		out.Booked, out.BookedWins = m.money.booked(m.e, m.c.BookedFrom)
	}
	booked := float64(out.Booked.Minor())
	n := m.c.Draws
	wins, revenue := make([]float64, n), make([]float64, n)
	build := func(sources ...int) Outlook {
		clear(wins)
		clear(revenue)
		var meanWins, meanRevenue float64
		for _, s := range sources {
			src := en
			if s == 1 {
				src = fresh
			}
			for j := from; j < to; j++ {
				meanWins += expected[s].wins[j]
				meanRevenue += expected[s].revenue[j]
				if src == nil {
					continue
				}
				for r := range n {
					wins[r] += float64(src.wins[r*src.periods+j])
					revenue[r] += float64(src.revenue[r*src.periods+j])
				}
			}
		}
		if len(sources) == 2 {
			meanWins += float64(out.BookedWins)
			meanRevenue += booked
			for r := range n {
				wins[r] += float64(out.BookedWins)
				revenue[r] += booked
			}
		}
		return Outlook{Wins: summarise(meanWins, wins, m.c.Levels), Revenue: summarise(meanRevenue, revenue, m.c.Levels)}
	}
	out.Open = build(0)
	out.New = build(1)
	out.Total = build(0, 1)
	return out
}

// summarise makes a distribution of draws, which it sorts.
func summarise(mean float64, draws []float64, levels []float64) Distribution {
	slices.Sort(draws)
	d := Distribution{Mean: mean}
	if len(draws) == 0 {
		return d
	}
	ps := []float64{0.5}
	for _, l := range levels {
		ps = append(ps, tailOf(l), 1-tailOf(l))
		d.Intervals = append(d.Intervals, Interval{
			Level: l, Low: mixtureQuantile(draws, tailOf(l)), High: mixtureQuantile(draws, 1-tailOf(l)), Why: "no back-test was given",
		})
	}
	slices.Sort(ps)
	for _, p := range slices.Compact(ps) {
		d.Quantiles = append(d.Quantiles, Quantile{P: p, Value: mixtureQuantile(draws, p)})
	}
	return d
}

// tailOf returns (1−level)/2, free of the last digit's noise: 0.1 for 0.8.
func tailOf(level float64) float64 { return math.Round((1-level)/2*1e12) / 1e12 }

// parts splits the variance of the number of wins: of the rates, of the common error, of the single deals.
func (en *ensemble) parts(skip Part) []PartShare {
	rates, _ := stat.Variance(en.rates)
	tilted, _ := stat.Variance(en.tilted)
	binomial, _ := stat.Mean(en.binomial)
	drift := max(0, tilted-rates)
	if skip&Process != 0 {
		binomial = 0
	}
	total := rates + drift + binomial
	if total <= 0 {
		return nil
	}
	return []PartShare{{Parameters, rates / total}, {Process, binomial / total}, {Drifting, drift / total}}
}
