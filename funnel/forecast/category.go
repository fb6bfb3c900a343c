package forecast

import (
	"context"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
)

// CategoryLine is one line of the roll-up of forecast categories: judged amounts, which never change probabilities.
type CategoryLine struct {
	Category   funnel.Category
	Deals      int       // in the category itself
	Amount     b2b.Money // in the category itself
	Cumulative b2b.Money // of this category and the surer ones; of Omitted and unknown alone
	// Quantile is where the cumulative amount lies in the law of booked and open revenue: the chance that no more than it is
	// sold. It is not given for Omitted and unknown.
	Quantile Maybe
}

// Categories rolls up the open deals by category, from Closed (with what is booked) over Commit, MostLikely and BestCase to
// PipelineCategory, then Omitted and unknown apart. The category of a deal is its own, else that of its stage.
func (m *Model) Categories(ctx context.Context) ([]CategoryLine, error) {
	en, err := m.e.simulate(ctx, m.root, m.c.Draws, m.c.Workers, false, m.c.Progress)
	if err != nil {
		return nil, err
	}
	booked, n := m.money.booked(m.e, m.c.BookedFrom)
	sums := make([]int64, funnel.Closed+1)
	deals := make([]int, funnel.Closed+1)
	sums[funnel.Closed], deals[funnel.Closed] = booked.Minor(), n
	for i := range m.e.open {
		d := &m.e.open[i]
		c := m.s.Deal(int(d.deal)).Category
		if c == funnel.UnknownCategory {
			c = m.e.p.places[d.place].Def.Category
		}
		deals[c]++
		if d.valued == quoted {
			sums[c] += d.amount
		}
	}
	totals := make([]float64, m.c.Draws)
	for r := range totals {
		totals[r] = float64(booked.Minor())
		for j := range en.periods {
			totals[r] += float64(en.revenue[r*en.periods+j])
		}
	}
	slices.Sort(totals)
	var out []CategoryLine
	var cumulative int64
	for _, c := range []funnel.Category{funnel.Closed, funnel.Commit, funnel.MostLikely, funnel.BestCase, funnel.PipelineCategory, funnel.Omitted, funnel.UnknownCategory} {
		line := CategoryLine{Category: c, Deals: deals[c], Amount: m.money.round(float64(sums[c]), quoted)}
		if c == funnel.Omitted || c == funnel.UnknownCategory {
			line.Cumulative = line.Amount
		} else {
			cumulative += sums[c]
			line.Cumulative = m.money.round(float64(cumulative), quoted)
			below, _ := slices.BinarySearchFunc(totals, float64(cumulative), func(a, b float64) int {
				if a <= b {
					return -1
				}
				return 1
			})
			line.Quantile = Maybe{float64(below) / float64(len(totals)), m.money.base != ""}
		}
		out = append(out, line)
	}
	return out, nil
}

// Judgements collects hand-set probabilities by their value at past times, and what became of the deals: those that sellers
// gave, and those of the stages. Only deals that have ended by now count.
func Judgements(b *funnel.Book, c BacktestConfig) (sellers, stages []Judgement, err error) {
	if b == nil {
		return nil, nil, &b2b.InvalidError{Path: "book", Reason: "nil"}
	}
	final := b.At(b2b.View{At: c.AsOf, Known: c.AsOf})
	if c, err = c.normal(final.AsOf()); err != nil {
		return nil, nil, err
	}
	panel := newPanel(final)
	for _, t := range c.Origins {
		won := panel.wonBetween(t.UnixMicro(), panel.asOf)
		s := b.At(b2b.View{At: t, Known: t})
		for _, d := range s.Open() {
			n, ok := final.Find(d.ID)
			if !ok {
				continue
			}
			_, sold := won[int32(n)]
			if !sold && final.IsOpen(n) {
				continue
			}
			if p, ok := d.Probability.Value(); ok {
				sellers = append(sellers, Judgement{Stage: d.Stage, P: p, Won: sold})
			}
			w := c.Forecast.Weights[d.Stage]
			if !w.IsKnown() {
				for _, pl := range s.Pipelines() {
					if pl.ID() == d.Pipeline {
						def, _ := pl.Stage(d.Stage, t)
						w = def.Probability
					}
				}
			}
			if p, ok := w.Value(); ok {
				stages = append(stages, Judgement{Stage: d.Stage, P: p, Won: sold})
			}
		}
	}
	return sellers, stages, nil
}
