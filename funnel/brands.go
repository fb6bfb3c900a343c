package funnel

import (
	"math"
	"slices"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stat"
)

// BrandSummary is how one brand fares in the sets of all deals that somebody asked about.
type BrandSummary struct {
	Brand                string
	Share                Rate // of sets that contain it at the end of what is seen of them
	Initial, AddedLater  int  // deals in which it was there from the start, or came during the evaluation
	Readds               int
	Dropped, Entered     b2b.Estimate // per set-month: of sets with it, and of sets without it (Poisson, exact)
	IfInitial, IfAdded   Rate         // chosen, of decided deals with the brand in the initial set, or added later
	Difference           b2b.Estimate // IfAdded − IfInitial (Newcombe): the claim that evaluation decides, on own data
	DifferenceKnown      bool
	OwnDropped, OwnUndid int // own brand only: deals that dropped it, and those of them that took it back
}

// ConsiderationSummary is the sets of all deals as of a time.
type ConsiderationSummary struct {
	Deals, Unknown int            // deals with any record; those of whose set nobody can say anything
	Brands         []BrandSummary // by name
}

const daysPerMonth = 30.4375

// Summary returns how the brands fare, from what happened up to asOf. A deal is watched from its first record to its
// decision, or to asOf.
func (c *Consideration) Summary(asOf time.Time) ConsiderationSummary {
	var out ConsiderationSummary
	type tallies struct {
		BrandSummary
		in, drops, adds               int
		with                          float64
		chosenInitial, decidedInitial int
		chosenAdded, decidedAdded     int
	}
	brands := map[string]*tallies{}
	total, watched := 0, 0.0
	for _, id := range c.order {
		d := c.deals[id]
		if d.first.After(asOf) {
			continue
		}
		out.Deals++
		if !d.asked {
			out.Unknown++
			continue
		}
		end, decided := asOf, false
		if !d.decided.IsZero() && !d.decided.After(asOf) {
			end, decided = d.decided, true
		}
		total++
		watched += months(end.Sub(d.first))
		seen := map[string]bool{}
		for _, s := range d.stays {
			if s.In.After(end) {
				continue
			}
			b := brands[s.Brand]
			if b == nil {
				b = &tallies{BrandSummary: BrandSummary{Brand: s.Brand}}
				brands[s.Brand] = b
			}
			from, to := s.In, end
			if from.Before(d.first) {
				from = d.first
			}
			left := !s.Out.IsZero() && !s.Out.After(end)
			if left {
				to = s.Out
				b.drops++
			} else {
				b.in++
			}
			b.with += months(to.Sub(from))
			switch {
			case s.Readded:
				b.Readds++
				b.adds++
			case s.Initial:
				b.Initial++
			default:
				b.AddedLater++
				b.adds++
			}
			chosen := decided && d.chosen == s.Brand
			if decided && !seen[s.Brand] {
				if s.Initial {
					b.decidedInitial++
					b.chosenInitial += count(chosen)
				} else {
					b.decidedAdded++
					b.chosenAdded += count(chosen)
				}
			}
			if s.Brand == c.own && !seen[s.Brand] && left {
				b.OwnDropped++
			}
			if s.Brand == c.own && s.Readded {
				b.OwnUndid++
			}
			seen[s.Brand] = true
		}
	}
	names := make([]string, 0, len(brands))
	for name := range brands {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		b := brands[name]
		b.Share = Share(b.in, total, 0, Wilson)
		b.Dropped = perMonth(b.drops, b.with)
		b.Entered = perMonth(b.adds, max(0, watched-b.with))
		b.IfInitial = Share(b.chosenInitial, b.decidedInitial, 0, Wilson)
		b.IfAdded = Share(b.chosenAdded, b.decidedAdded, 0, Wilson)
		b.Difference, b.DifferenceKnown = Difference(b.IfAdded, b.IfInitial)
		out.Brands = append(out.Brands, b.BrandSummary)
	}
	return out
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func months(d time.Duration) float64 { return math.Max(0, d.Hours()/24/daysPerMonth) }

func perMonth(events int, exposure float64) b2b.Estimate {
	low, high, ok := stat.PoissonExact(float64(events), exposure, b2b.DefaultLevel)
	if !ok {
		return b2b.Point(0, "no exposure")
	}
	return b2b.Estimate{Value: float64(events) / exposure, Low: low, High: high, Level: b2b.DefaultLevel, Method: "Poisson, exact"}
}
