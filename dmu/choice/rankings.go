package choice

import "github.com/buyerjourney/b2b/internal/stream"

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
