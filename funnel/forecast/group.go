package forecast

import (
	"math"
	"slices"
	"time"

	"github.com/buyerjourney/b2b/internal/stream"
)

// shared holds the factor of every group of deals on the exits towards every destination, r = (d+κ)/(E+κ): d are the exits
// of the group, E those that the rates of all deals let expect of them. A group with few exits stays near 1.
type shared struct {
	factor [][]float64 // [group][destination]
	shape  [][]float64 // d + κ, for drawing
	expect [][]float64 // E
	square []float64   // [destination]: Σ weight² of the exits
}

// tally counts the exits of every group and what is expected of it, under the rates and the season of f and the factors of
// base, which may be nil. groupOf is the group of every deal.
func tally(p *panel, f *fitted, halfLife time.Duration, groups int, groupOf []int32, base *grouping) *shared {
	b := f.b
	codes := p.codes()
	s := &shared{factor: make([][]float64, groups), shape: make([][]float64, groups), expect: make([][]float64, groups), square: make([]float64, codes)}
	for g := range s.factor {
		s.factor[g], s.shape[g], s.expect[g] = make([]float64, codes), make([]float64, codes), make([]float64, codes)
	}
	// Expected exits up to an age: sums of the rates over the cells; under a season a stay is walked cell by cell.
	sums := make([]float64, len(b.cols)*(b.cells+1))
	for i, c := range b.cols {
		for l, h := range f.k.row(i)[:b.cells] {
			if l > f.k.last[c.place] { // the tail has no exits of its own
				h = 0
			}
			sums[i*(b.cells+1)+l+1] = sums[i*(b.cells+1)+l] + h
		}
	}
	for i := range p.deals {
		g := groupOf[i]
		of := base.of(p.groupOf(int32(i)))
		for j := p.from[i]; j < p.from[i+1]; j++ {
			late := p.rise[j] - p.in[j]
			if late > 0 && p.out[j] <= p.rise[j] {
				continue
			}
			w := recency(p.asOf, p.in[j], micros(halfLife))
			place := int(p.at[j])
			to := int((p.out[j] - p.in[j]) / b.step) // last cell at risk
			if p.to[j] >= 0 {
				s.shape[g][p.to[j]] += w
				s.square[p.to[j]] += float64(w * w)
				if (p.out[j]-p.in[j])%b.step > 0 {
					to++
				}
			}
			from := 0
			if late > 0 {
				from = int(late/b.step) + 1
			}
			to = min(to, b.cells-1)
			for n, c := range b.exits(place) {
				col := b.first[place] + n
				w := w
				if of != nil {
					w *= of[c.to]
				}
				if f.season == nil {
					s.expect[g][c.to] += float64(w * (sums[col*(b.cells+1)+to+1] - sums[col*(b.cells+1)+from]))
					continue
				}
				for l := from; l <= min(to, f.k.last[place]); l++ {
					q := int(f.cal.class(p.in[j] + int64(l)*b.step))
					band := int(f.season.band[int(c.to)*b.cells+l])
					s.expect[g][c.to] += float64(w * f.k.row(col)[l] * f.season.factor[f.season.at(q, int(c.to), band)])
				}
			}
		}
	}
	return s
}

// shrink computes the factors; kappa is the strength of the prior in events, per destination. Infinity leaves the group alone.
func (s *shared) shrink(kappa func(to int) float64) {
	for c := range s.square {
		k := kappa(c)
		for g := range s.factor {
			s.factor[g][c] = 1
			if !math.IsInf(k, 1) {
				s.shape[g][c] += k
				s.factor[g][c] = s.shape[g][c] / (s.expect[g][c] + k)
			} else {
				s.shape[g][c] = 0
			}
		}
	}
}

// draw returns factors from their posterior; nil of nil.
func (s *shared) draw(rng *stream.Rand) *shared {
	if s == nil {
		return nil
	}
	out := &shared{factor: make([][]float64, len(s.factor))}
	for g, shapes := range s.shape {
		out.factor[g] = slices.Clone(s.factor[g])
		for c, d := range shapes {
			if d > 0 {
				out.factor[g][c] *= rng.Gamma(d) / d
			}
		}
	}
	return out
}

// grouping is what tells deals apart beside place and age: their segment and the month of their entry.
type grouping struct {
	segment *shared // nil: segments are not told apart
	cohort  *shared // nil: months of entry do not differ beyond chance
}

// newGrouping estimates the factors of f's panel; nil where deals are not told apart.
func newGrouping(p *panel, f *fitted, halfLife time.Duration) *grouping {
	g := &grouping{}
	if p.segments != nil {
		g.segment = tally(p, f, halfLife, len(p.segments), p.segment, nil)
		g.segment.shrink(func(int) float64 { return priorEvents })
	}
	if p.cohorts > 0 {
		s := tally(p, f, halfLife, p.cohorts, p.cohort, g)
		if s.frail() {
			g.cohort = s
		}
	}
	if g.segment == nil && g.cohort == nil {
		return nil
	}
	return g
}

// of returns the factors per destination of deals of a group; nil is none.
func (g *grouping) of(k group) []float64 {
	if g == nil {
		return nil
	}
	a, b := g.segment.of(k.segment), g.cohort.of(k.cohort)
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	out := slices.Clone(a)
	for c, x := range b {
		out[c] *= x
	}
	return out
}

func (s *shared) of(group int32) []float64 {
	if s == nil || group < 0 {
		return nil
	}
	return s.factor[group]
}

// draw returns factors from their posterior; nil of nil.
func (g *grouping) draw(rng *stream.Rand) *grouping {
	if g == nil {
		return nil
	}
	return &grouping{segment: g.segment.draw(rng), cohort: g.cohort.draw(rng)}
}
