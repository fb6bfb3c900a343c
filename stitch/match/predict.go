package match

import (
	"cmp"
	"math"
)

// Pair is a scored pair of rows, A < B. Bits is the total weight.
type Pair struct {
	A, B uint32
	Bits float64
}

// Probability is the probability that the pair is a match.
func (p Pair) Probability() float64 { return probabilityOf(p.Bits) }

// Predicted holds scored pairs and what was seen on the way. The zero value holds none.
type Predicted struct {
	Pairs      []Pair // at least the floor, by (A, B)
	Vetoed     []Pair // pairs at least the floor that a level forbids
	Candidates int64  // pairs compared
}

// Predict scores the candidate pairs of a blocking and keeps those of at least the given probability. The result is the
// same for any number of workers.
func (s *Scorer) Predict(b *Blocking, least float64, workers int) Predicted {
	floor := math.Inf(-1)
	if least > 0 {
		floor = bitsOf(least)
	}
	jobs := b.jobs()
	type result struct {
		pairs, vetoed []Pair
		n             int64
	}
	parts := make([]result, len(jobs))
	var limits *bounds
	if least > 0 {
		limits = s.newBounds()
	}
	type scratch struct {
		pairs pairer
		bench bench
		memo  *memo
	}
	fresh := func() *scratch {
		return &scratch{pairs: pairer{b: b}, bench: bench{of: limits}, memo: newMemo(s.comps, memoSize)}
	}
	inParallelWith(workers, len(jobs), fresh, func(i int, w *scratch) {
		r := &parts[i]
		for at := jobs[i].from; at < jobs[i].to; at++ {
			if limits != nil {
				w.bench.take(b.rows(jobs[i].rule, at))
			}
			w.pairs.pairs(jobs[i].rule, at, func(j, k int) bool {
				r.n++
				if limits != nil && !limits.may(w.bench.side(j), w.bench.side(k), floor) {
					return true
				}
				x, y := w.pairs.rows[j], w.pairs.rows[k]
				bits, veto, ok := s.pair(x, y, floor, w.memo)
				switch {
				case !ok:
				case veto:
					r.vetoed = append(r.vetoed, Pair{x, y, bits})
				default:
					r.pairs = append(r.pairs, Pair{x, y, bits})
				}
				return true
			})
		}
	})
	var out Predicted
	n, v := 0, 0
	for _, p := range parts {
		n += len(p.pairs)
		v += len(p.vetoed)
		out.Candidates += p.n
	}
	out.Pairs, out.Vetoed = make([]Pair, 0, n), make([]Pair, 0, v)
	for i := range parts {
		out.Pairs = append(out.Pairs, parts[i].pairs...)
		out.Vetoed = append(out.Vetoed, parts[i].vetoed...)
		parts[i] = result{}
	}
	first := func(p Pair) uint32 { return p.A }
	byRows := func(a, b Pair) int { return cmp.Compare(a.B, b.B) }
	out.Pairs = sortByRow(out.Pairs, s.t.n, first, byRows)
	out.Vetoed = sortByRow(out.Vetoed, s.t.n, first, byRows)
	return out
}

// Calibrate fits the prior to the scored pairs: it looks for the λ at which the probabilities of the pairs sum to λ times
// the number of all pairs, from the present prior on (EM with fixed weights; pairs that were not scored count as no
// match). It sets the prior, shifts the pairs and returns the new prior. The shift stays within ±limit bits.
func (s *Scorer) Calibrate(p *Predicted, all, limit float64) float64 {
	start := s.prior
	if !(all > 0) {
		return probabilityOf(start)
	}
	for range emRounds {
		sum := 0.0
		for _, x := range p.Pairs {
			sum += probabilityOf(x.Bits - start + s.prior)
		}
		next := bitsOf(min(max(sum/all, 0.5/all), 0.5))
		next = min(max(next, start-limit), start+limit)
		change := math.Abs(next - s.prior)
		s.prior = next
		if change < 1e-3 {
			break
		}
	}
	shift := s.prior - start
	for i := range p.Pairs {
		p.Pairs[i].Bits += shift
	}
	for i := range p.Vetoed {
		p.Vetoed[i].Bits += shift
	}
	return probabilityOf(s.prior)
}
