package forecast

import (
	"time"

	"github.com/buyerjourney/b2b/internal/stream"
)

// segmental holds the factor of every segment on the exits towards every destination, r = (d+κ)/(E+κ): d are the exits of
// the segment's deals, E those that the rates of all deals let expect of them. A small segment stays near 1.
type segmental struct {
	factor [][]float64 // [segment][destination]
	shape  [][]float64 // d + κ, for drawing
}

// newSegmental estimates the factors, under the rates and the season of f.
func newSegmental(p *panel, f *fitted, halfLife time.Duration) *segmental {
	b := f.b
	codes := p.codes()
	s := &segmental{factor: make([][]float64, len(p.segments)), shape: make([][]float64, len(p.segments))}
	expect := make([][]float64, len(p.segments))
	for g := range s.factor {
		s.factor[g], s.shape[g], expect[g] = make([]float64, codes), make([]float64, codes), make([]float64, codes)
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
		g := p.segment[i]
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
				if f.season == nil {
					expect[g][c.to] += w * (sums[col*(b.cells+1)+to+1] - sums[col*(b.cells+1)+from])
					continue
				}
				for l := from; l <= min(to, f.k.last[place]); l++ {
					q := int(f.cal.class(p.in[j] + int64(l)*b.step))
					band := int(f.season.band[int(c.to)*b.cells+l])
					expect[g][c.to] += w * f.k.row(col)[l] * f.season.factor[f.season.at(q, int(c.to), band)]
				}
			}
		}
	}
	for g := range s.factor {
		for c := range codes {
			s.shape[g][c] += priorEvents
			s.factor[g][c] = s.shape[g][c] / (expect[g][c] + priorEvents)
		}
	}
	return s
}

// factors returns the estimated factors; nil of nil.
func (s *segmental) factors() [][]float64 {
	if s == nil {
		return nil
	}
	return s.factor
}

// draw returns factors from their posterior; nil of nil.
func (s *segmental) draw(rng *stream.Rand) [][]float64 {
	if s == nil {
		return nil
	}
	out := make([][]float64, len(s.factor))
	for g, shapes := range s.shape {
		out[g] = make([]float64, len(shapes))
		for c, d := range shapes {
			out[g][c] = s.factor[g][c] * rng.Gamma(d) / d
		}
	}
	return out
}
