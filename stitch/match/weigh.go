package match

import (
	"math"
)

// Pair returns the total weight of two rows in bits, prior included, and whether a level forbids that they match.
func (s *Scorer) Pair(a, b uint32) (bits float64, veto bool) {
	bits, veto, _ = s.pair(a, b, math.Inf(-1), nil)
	return bits, veto
}

// pair scores two rows; ok is false, and the weight of no use, where the total must stay below the floor. What costs
// little comes first: missing and equal values, mail and dates.
func (s *Scorer) pair(a, b uint32, floor float64, m *memo) (total float64, veto, ok bool) {
	ra, rb := s.t.row(a), s.t.row(b)
	if !s.plain {
		total, veto = s.grouped(a, b, ra, rb, m)
		return total, veto, total >= floor
	}
	var weight [maxFields]float64
	var open [maxFields]int8
	n, swap := 0, -1
	bound := s.prior
	for i := range s.comps {
		x, y := ra[i], rb[i]
		c := &s.comps[i]
		switch {
		case c.swapAt > 0 && x != y && c.swapHolds(s.t, ra, rb):
			l := c.level(s.t, a, b, ra, rb, m)
			weight[i] = s.bits[i][l] + s.tfBits(i, l, x, y)
			veto = veto || s.vetoes[i][l]
			bound += math.Abs(weight[i]) + 2*maxBits // rare: no early end
			if c.levels[l-1].Test == SwapName {
				swap = c.swap
			}
		case x == 0 || y == 0:
		case x == y || c.kind == Date || (c.mail && (c.col.restID[x] != c.col.restID[y] || c.col.auxID[x] == c.col.auxID[y])):
			l := c.level(s.t, a, b, ra, rb, m)
			w := s.bits[i][l] + s.tfBits(i, l, x, y)
			veto = veto || s.vetoes[i][l]
			weight[i] = w
			bound += w
		default:
			open[n] = int8(i)
			n++
			bound += s.most[i]
		}
	}
	if bound < floor {
		return 0, false, false
	}
	for k := range n {
		i := int(open[k])
		c := &s.comps[i]
		l := c.level(s.t, a, b, ra, rb, m)
		w := s.bits[i][l] + s.tfBits(i, l, ra[i], rb[i])
		veto = veto || s.vetoes[i][l]
		weight[i] = w
		bound += w - s.most[i]
		if bound < floor {
			return 0, false, false
		}
	}
	if swap >= 0 {
		weight[swap] = 0
	}
	total = s.prior
	for i := range s.comps {
		total += weight[i]
	}
	return total, veto, total >= floor
}

// grouped scores with joint and strongest groups.
func (s *Scorer) grouped(a, b uint32, ra, rb []uint32, m *memo) (total float64, veto bool) {
	p := patternOf(s.comps, s.t, a, b, m)
	var plus, minus [maxFields]float64
	total = s.prior
	for i := range s.comps {
		l := p.get(i)
		if l == missing {
			continue
		}
		veto = veto || s.vetoes[i][l]
		w := s.bits[i][l] + s.tfBits(i, l, ra[i], rb[i])
		if g := s.group[i]; g >= 0 {
			plus[g], minus[g] = max(plus[g], w), min(minus[g], w)
			continue
		}
		total += w
	}
	for g := range s.groups {
		total += plus[g] + minus[g]
	}
	for i := range s.units {
		if s.joint[i] != nil {
			total += s.joint[i][s.units[i].level(s.comps, &p)]
		}
	}
	return total, veto
}

// Rescore scores the pairs again, in place, and drops those below the probability.
func (s *Scorer) Rescore(p *Predicted, least float64, workers int) {
	floor := bitsOf(least)
	const chunk = 1 << 16
	n := (len(p.Pairs) + chunk - 1) / chunk
	inParallel(workers, n, func(j int) {
		m := newMemo(s.comps, memoSize)
		for i := j * chunk; i < min((j+1)*chunk, len(p.Pairs)); i++ {
			p.Pairs[i].Bits, _, _ = s.pair(p.Pairs[i].A, p.Pairs[i].B, math.Inf(-1), m)
		}
	})
	out := p.Pairs[:0]
	for _, x := range p.Pairs {
		if x.Bits >= floor {
			out = append(out, x)
		}
	}
	p.Pairs = out
}
