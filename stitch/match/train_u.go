package match

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"github.com/buyerjourney/b2b"
)

// AllPairs is the number of pairs of the table; with cross those of different sources.
func AllPairs(t *Table, cross bool) float64 {
	n := float64(t.n)
	total := n * (n - 1) / 2
	if !cross {
		return total
	}
	per := make([]float64, len(t.names))
	for _, s := range t.source {
		per[s]++
	}
	for _, c := range per {
		total -= c * (c - 1) / 2
	}
	return total
}

// patternOf compares two rows.
func patternOf(comps []comparison, t *Table, a, b uint32, m *memo) pattern {
	var p pattern
	ra, rb := t.row(a), t.row(b)
	for i := range comps {
		l := comps[i].level(t, a, b, ra, rb, m)
		p.set(i, l)
	}
	swapped(comps, &p)
	return p
}

// swapped leaves the given name out where the surname says that both names are swapped.
func swapped(comps []comparison, p *pattern) {
	for i := range comps {
		c := &comps[i]
		if c.swap < 0 {
			continue
		}
		if l := p.get(i); l != missing && c.levels[l-1].Test == SwapName {
			p[c.swap/16] &^= 15 << (c.swap % 16 * 4)
		}
	}
}

// sampleU learns u from random pairs, of exact levels from the counts of values.
func (tr *trainer) sampleU() error {
	draws := tr.cfg.Draws
	if draws <= 0 {
		draws = defaultDraws
	}
	const chunks = 8
	part := make([]tally, chunks)
	if tr.pairs <= float64(draws) {
		m := newMemo(tr.comps, memoSize)
		for a := range uint32(tr.t.n) {
			for b := a + 1; b < uint32(tr.t.n); b++ {
				if !tr.cfg.Cross || !tr.t.sameSource(a, b) {
					part[0].add(patternOf(tr.comps, tr.t, a, b, m), 1)
					tr.report.Draws++
				}
			}
		}
	} else {
		if tr.cfg.Source == nil {
			return &b2b.InvalidError{Path: "source", Reason: "is needed to draw random pairs"}
		}
		list := tr.draw(draws)
		tr.report.Draws = len(list)
		inParallel(tr.cfg.Workers, chunks, func(i int) { // without a memo: few pairs of values come twice
			for _, c := range list[len(list)*i/chunks : len(list)*(i+1)/chunks] {
				part[i].add(patternOf(tr.comps, tr.t, uint32(c>>32), uint32(c), nil), 1)
			}
		})
	}
	total := sumTallies(part)
	if tr.pairs <= float64(draws) {
		tr.all = total
	}
	tr.u = like(tr.sumM)
	for _, c := range total {
		for i := range tr.units {
			if l := tr.units[i].level(tr.comps, &c.pattern); l != missing {
				tr.u[i][l-1] += float64(c.n)
			}
		}
	}
	for i := range tr.units {
		tr.smoothU(i)
	}
	tr.start()
	return nil
}

// draw returns distinct random pairs as row<<32|row, ascending.
func (tr *trainer) draw(draws int) []uint64 {
	r := rand.New(tr.cfg.Source)
	n := uint64(tr.t.n)
	list := make([]uint64, 0, draws)
	for len(list) < draws {
		for len(list) < draws {
			a, b := r.Uint64N(n), r.Uint64N(n)
			if a == b || (tr.cfg.Cross && tr.t.sameSource(uint32(a), uint32(b))) {
				continue
			}
			list = append(list, min(a, b)<<32|max(a, b))
		}
		list = sortByRow(list, tr.t.n, func(pair uint64) uint32 { return uint32(pair >> 32) }, cmp.Compare[uint64])
		list = slices.Compact(list)
	}
	return list
}

// smoothU turns the counts of a unit into probabilities.
func (tr *trainer) smoothU(i int) {
	u := tr.u[i]
	total := 0.0
	for _, n := range u {
		total += n
	}
	all := total + float64(len(u))
	for l := range u {
		if u[l] == 0 {
			u[l] = 1 / all
		} else {
			u[l] /= total
		}
	}
	if c := &tr.comps[tr.units[i].comps[0]]; tr.units[i].joint < 0 && c.levels[0].Test == Exact {
		u[0] = c.col.collision()
	}
	tr.mixChance(i, total)
	normalise(u)
}

func normalise(p []float64) {
	sum := 0.0
	for l := range p {
		p[l] = min(max(p[l], minProb), maxProb)
		sum += p[l]
	}
	for l := range p {
		p[l] = min(max(p[l]/sum, minProb), maxProb)
	}
}

// collision is the probability that two random rows with a value have equal ones.
func (c *column) collision() float64 {
	if c.held < 2 {
		return minProb
	}
	sum := 0.0
	for _, n := range c.count {
		sum += float64(float64(n) * float64(max(n, 1)-1))
	}
	return sum / (float64(c.held) * float64(c.held-1))
}

// cleanU takes the matches out of u: random pairs hold some, which matters where they are few of few. At least a tenth of
// each share stays.
func (tr *trainer) cleanU(lambda float64) bool {
	if lambda <= 0 {
		return false
	}
	for i := range tr.units {
		m := tr.learned(i)
		for l := range tr.u[i] {
			if tr.fixed[i][l] {
				continue
			}
			tr.u[i][l] = max((tr.u[i][l]-float64(lambda*m[l]))/(1-lambda), tr.u[i][l]/10)
		}
		normalise(tr.u[i])
	}
	return true
}

// again forgets the runs.
func (tr *trainer) again() {
	for i := range tr.units {
		clear(tr.sumM[i])
		tr.weight[i], tr.by[i] = 0, nil
	}
	tr.runs, tr.report.Runs = nil, nil
}
