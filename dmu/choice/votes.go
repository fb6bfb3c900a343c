package choice

import (
	"math"
	"slices"

	"github.com/buyerjourney/b2b/internal/stat"
)

// quantum is the unit of weight sums in states: 2⁻⁴⁰ of the total weight.
const quantum = 1 << 40

// quantised returns the weights in quanta, and by how many quanta two sums may differ and still be equal: 1e−12 of the
// total, and half a quantum of rounding per member on either side.
func (d *decision) quantised() (w []int64, equal int64) {
	w = make([]int64, len(d.w))
	for i, x := range d.w {
		w[i] = int64(math.RoundToEven(x * quantum))
	}
	return w, int64(len(w)) + 2
}

// tally accumulates shares of probability by alternative.
type tally struct {
	shares []stat.Compensated
}

func newTally(alternatives int) *tally { return &tally{make([]stat.Compensated, alternatives)} }

// leaders returns those of the alternatives among whose score is within equal of their largest; dst is reused.
func leaders(score []int64, equal int64, among []int, dst []int) []int {
	dst = dst[:0]
	best := int64(math.MinInt64)
	for _, a := range among {
		best = max(best, score[a])
	}
	for _, a := range among {
		if score[a] >= best-equal {
			dst = append(dst, a)
		}
	}
	return dst
}

// share divides mass p equally among the winners; ties may instead be no decision.
func (t *tally) share(p float64, winners []int, ties Ties) {
	if len(winners) > 1 && ties == NoDecisionTies {
		return
	}
	for _, a := range winners {
		t.shares[a].Add(p / float64(len(winners)))
	}
}

func (t *tally) p() []float64 {
	out := make([]float64, len(t.shares))
	for a := range out {
		out[a] = t.shares[a].Sum()
	}
	return out
}

func indices(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// votes is the exact distribution over tallies. The last alternative's votes are what is left, so that its coordinate is
// dropped. Ties by influence carry the weight of each side as well.
func (d *decision) votes(p Preferences) (Outcome, error) {
	members, alternatives := p.size()
	limit := float64(d.opt.MaxStates)
	if tallies(p.undecided(), alternatives) > limit {
		return Outcome{}, errStates // so many can occur at least
	}
	if tallies(members, alternatives) <= limit && d.opt.Ties != InfluenceTies {
		if g, ok := newGrid(members+1, alternatives-1); ok {
			return d.votesOnGrid(p, g), nil
		}
	}
	byInfluence := d.opt.Ties == InfluenceTies
	dim := alternatives - 1
	if byInfluence {
		dim *= 2
	}
	w, equal := d.quantised()
	c := newConvolver(dim, d.opt.MaxStates)
	moves := make([][]int64, alternatives)
	total := int64(0)
	for i, row := range p.p {
		total += w[i]
		for a := range moves {
			moves[a] = make([]int64, dim)
			if a < alternatives-1 {
				moves[a][a] = 1
				if byInfluence {
					moves[a][alternatives-1+a] = w[i]
				}
			}
		}
		if err := c.add(moves, row); err != nil {
			return Outcome{}, err
		}
	}
	out := newTally(alternatives)
	all, first, second := indices(alternatives), make([]int, 0, alternatives), make([]int, 0, alternatives)
	count, weight := make([]int64, alternatives), make([]int64, alternatives)
	for s, mass := range c.now.p {
		state := c.now.state(s)
		complete(count, state[:alternatives-1], int64(members))
		first = leaders(count, 0, all, first)
		if byInfluence && len(first) > 1 {
			complete(weight, state[alternatives-1:], total)
			second = leaders(weight, equal, first, second)
			out.share(mass, second, SplitTies)
			continue
		}
		out.share(mass, first, d.opt.Ties)
	}
	return d.tied(out.p()), nil
}

// undecided counts the members who may choose any alternative.
func (p Preferences) undecided() int {
	n := 0
	for _, row := range p.p {
		if slices.Min(row) > 0 {
			n++
		}
	}
	return n
}

// tallies returns the number of tallies of a vote, C(D+J−1, J−1).
func tallies(members, alternatives int) float64 {
	n := 1.0
	for k := 1; k < alternatives; k++ {
		n = n * float64(members+k) / float64(k)
	}
	return n
}

// votesOnGrid is votes where the tallies fit a dense table.
func (d *decision) votesOnGrid(p Preferences, g *grid) Outcome {
	members, alternatives := p.size()
	offsets, unit := make([]int, alternatives), make([]int64, alternatives-1)
	for a := range unit {
		unit[a] = 1
		offsets[a] = g.offset(unit)
		unit[a] = 0
	}
	for _, row := range p.p {
		g.add(offsets, row)
	}
	out := newTally(alternatives)
	all, winners, count := indices(alternatives), make([]int, 0, alternatives), make([]int64, alternatives)
	g.each(int64(members), count, func(mass float64) {
		winners = leaders(count, 0, all, winners)
		out.share(mass, winners, d.opt.Ties)
	})
	return d.tied(out.p())
}

// tied is the outcome of a vote: what no alternative got is no decision, and is rounding where ties are broken.
func (d *decision) tied(p []float64) Outcome {
	if d.opt.Ties == NoDecisionTies {
		return partial(p)
	}
	return whole(p)
}

// complete writes the state and, as the last element, what is left of the total.
func complete(dst, state []int64, total int64) {
	copy(dst, state)
	for _, x := range state {
		total -= x
	}
	dst[len(dst)-1] = total
}

// weightedVotes is the exact distribution over weight sums.
func (d *decision) weightedVotes(p Preferences) (Outcome, error) {
	_, alternatives := p.size()
	w, equal := d.quantised()
	c := newConvolver(alternatives-1, d.opt.MaxStates)
	moves := make([][]int64, alternatives)
	total := int64(0)
	for i, row := range p.p {
		if w[i] == 0 {
			continue
		}
		total += w[i]
		for a := range moves {
			moves[a] = make([]int64, alternatives-1)
			if a < alternatives-1 {
				moves[a][a] = w[i]
			}
		}
		if err := c.add(moves, row); err != nil {
			return Outcome{}, err
		}
	}
	out := newTally(alternatives)
	all, winners, weight := indices(alternatives), make([]int, 0, alternatives), make([]int64, alternatives)
	for s, mass := range c.now.p {
		complete(weight, c.now.state(s), total)
		winners = leaders(weight, equal, all, winners)
		out.share(mass, winners, d.opt.Ties)
	}
	return d.tied(out.p()), nil
}

// weightedMajority needs one alternative at a time: the distribution of the weight of its voters.
func (d *decision) weightedMajority(p Preferences) (Outcome, error) {
	_, alternatives := p.size()
	w, equal := d.quantised()
	out := newTally(alternatives)
	total := int64(0)
	for _, x := range w {
		total += x
	}
	for a := range alternatives {
		c := newConvolver(1, d.opt.MaxStates)
		for i, row := range p.p {
			if w[i] == 0 {
				continue
			}
			yes := min(1, row[a])
			if err := c.add([][]int64{{w[i]}, {0}}, []float64{yes, 1 - yes}); err != nil {
				return Outcome{}, err
			}
		}
		for s, mass := range c.now.p {
			if 2*c.now.state(s)[0] > total+2*equal {
				out.shares[a].Add(mass)
			}
		}
	}
	return partial(out.p()), nil
}
