package choice

import (
	"math"

	"github.com/buyerjourney/b2b/internal/stream"
)

// simulate estimates a rule by drawing votes or rankings of all members.
func (d *decision) simulate(rule Rule, p Preferences) Outcome {
	_, alternatives := p.size()
	rng := d.root.SourceN("choice", 0, uint64(rule))
	out := newTally(alternatives)
	switch rule {
	case Voting, WeightedVoting, WeightedMajority:
		d.drawVotes(rule, p, &rng, out)
	case PreferencePerturbation:
		d.drawRankings(p, nil, &rng, out)
	case WeightedPerturbation:
		w, _ := d.quantised()
		d.drawRankings(p, w, &rng, out)
	case UnknownRule, WeightedProbability, Equiprobability, Autocracy, Majority, MinimumEndorsement, Unanimity,
		Acquiescence, Acceptability, LogPool: // always exact
	}
	draws := float64(d.opt.Draws)
	q := out.p()
	for a := range q {
		q[a] /= draws
	}
	o := Outcome{P: q, Method: Simulated, StdErr: make([]float64, alternatives)}
	if rule == WeightedMajority || (d.opt.Ties == NoDecisionTies && (rule == Voting || rule == WeightedVoting)) {
		o.NoDecision = partial(q).NoDecision
	} else {
		o.P = scaled(q)
	}
	for a, x := range o.P {
		o.StdErr[a] = math.Sqrt(max(0, x*(1-x)) / draws)
	}
	return o
}

func (d *decision) drawVotes(rule Rule, p Preferences, rng *stream.Rand, out *tally) {
	_, alternatives := p.size()
	w, equal := d.quantised()
	total := int64(0)
	for _, x := range w {
		total += x
	}
	all, first, second := indices(alternatives), make([]int, 0, alternatives), make([]int, 0, alternatives)
	count, weight := make([]int64, alternatives), make([]int64, alternatives)
	for range d.opt.Draws {
		clear(count)
		clear(weight)
		for i, row := range p.p {
			a := pick(rng, row, 1)
			count[a]++
			weight[a] += w[i]
		}
		if rule == WeightedMajority {
			first = leaders(weight, 0, all, first)
			if 2*weight[first[0]] > total+2*equal {
				out.share(1, first[:1], SplitTies)
			}
			continue
		}
		if rule == WeightedVoting {
			out.share(1, leaders(weight, equal, all, first), d.opt.Ties)
			continue
		}
		first = leaders(count, 0, all, first)
		if len(first) > 1 && d.opt.Ties == InfluenceTies {
			second = leaders(weight, equal, first, second)
			out.share(1, second, SplitTies)
			continue
		}
		out.share(1, first, d.opt.Ties)
	}
}

// pick draws an index with probability row[i]/total. Elements below 0 are taken.
func pick(rng *stream.Rand, row []float64, total float64) int {
	u := rng.Float64() * total
	last := -1
	for a, x := range row {
		if x <= 0 {
			continue
		}
		last = a
		if u < x {
			return a
		}
		u -= x
	}
	return last // rounding
}

// tableAlternatives bounds J for drawing a whole ranking from the table of all J! at once.
const tableAlternatives = 5

func (d *decision) drawRankings(p Preferences, w []int64, rng *stream.Rand, out *tally) {
	_, alternatives := p.size()
	cost := make([]int64, alternatives)
	if alternatives <= tableAlternatives {
		tables := newRankingTables(p, w)
		for range d.opt.Draws {
			clear(cost)
			for i := range tables {
				for a, c := range tables[i].draw(rng) {
					cost[a] += c
				}
			}
			out.byCost(1, cost)
		}
		return
	}
	rest := make([]float64, alternatives)
	order := make([]int, alternatives)
	for range d.opt.Draws {
		clear(cost)
		for i, row := range p.p {
			weight := int64(1)
			if w != nil {
				weight = w[i]
			}
			drawRanking(rng, row, rest, order)
			for k, a := range order {
				cost[a] += weight * int64(k)
			}
		}
		out.byCost(1, cost)
	}
}

// rankingTable is one member's rankings with their cumulated probabilities.
type rankingTable struct {
	upTo []float64
	cost [][]int64 // weight times rank
}

func newRankingTables(p Preferences, w []int64) []rankingTable {
	tables := make([]rankingTable, len(p.p))
	for i, row := range p.p {
		sum := 0.0
		for _, r := range rankings(row) {
			if w != nil {
				for a := range r.rank {
					r.rank[a] *= w[i]
				}
			}
			sum += r.p
			tables[i].upTo, tables[i].cost = append(tables[i].upTo, sum), append(tables[i].cost, r.rank)
		}
	}
	return tables
}

func (t *rankingTable) draw(rng *stream.Rand) []int64 {
	last := len(t.upTo) - 1
	u := rng.Float64() * t.upTo[last]
	lo, hi := 0, last
	for lo < hi {
		if mid := (lo + hi) / 2; t.upTo[mid] > u {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return t.cost[lo]
}

// drawRanking draws without replacement; what has probability zero ranks last in random order.
func drawRanking(rng *stream.Rand, row, rest []float64, order []int) {
	copy(rest, row)
	left := 0.0
	for _, x := range row {
		left += x
	}
	n := len(row)
	for k := range n {
		a := -1
		if left > 1e-15 {
			a = pick(rng, rest, left)
		}
		if a < 0 { // nothing of positive probability is left
			zeros := 0
			for b := range n {
				if rest[b] >= 0 {
					zeros++
					if rng.IntN(zeros) == 0 {
						a = b
					}
				}
			}
			left = 0
		} else {
			left = 0
			for b, x := range rest {
				if b != a && x > 0 {
					left += x
				}
			}
		}
		order[k] = a
		rest[a] = -1
	}
}
