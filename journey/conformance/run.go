package conformance

import "slices"

// unknownCost stands for a way to the end that was not looked for, noWay for none.
const (
	unknownCost = -1
	noWay       = -2
)

// fewStates is how many states toFinal looks at before it turns to [automaton.cheapestRun].
const fewStates = 1000

// toFinal returns the least cost of the steps from a state to the end, noWay if there is none, given the cost of each
// label. It keeps what it finds: one automaton is always asked with the same costs.
func (a *automaton) toFinal(s int32, cost []int32) int32 {
	if a.best[s] != unknownCost {
		return a.best[s]
	}
	dist := map[int32]int32{s: 0}
	least, step := int32(noWay), slices.Min(append([]int32{1 << 30}, cost...))
	buckets := [][]int32{{s}}
search:
	for d := int32(0); int(d) < len(buckets) && (least < 0 || d < least); d++ {
		for i := 0; i < len(buckets[d]); i++ {
			x := buckets[d][i]
			if dist[x] != d {
				continue
			}
			if b := a.best[x]; b >= 0 || b == noWay {
				if b >= 0 && (least < 0 || d+b < least) {
					least = d + b
				}
				continue
			}
			if a.mayEnd(x) {
				if least < 0 || d < least {
					least = d
				}
				break
			}
			for l := range int32(a.labels()) {
				if a.m.internal[l] || least >= 0 && least <= d+step {
					continue // done by silent moves; nothing better can come
				}
				nd := d + cost[l]
				for _, y := range a.next(x, l) {
					if old, ok := dist[y]; ok && old <= nd {
						continue
					}
					dist[y] = nd
					if (least < 0 || nd < least) && a.mayEnd(y) {
						least = nd
					}
					for len(buckets) <= int(nd) {
						buckets = append(buckets, nil)
					}
					buckets[nd] = append(buckets[nd], y)
				}
			}
			if len(dist) > fewStates {
				least = a.cheapestRun(a.marking[s], cost)
				break search
			}
		}
	}
	if !a.partial || least >= 0 {
		a.best[s] = least
	}
	return least
}

// cheapestRun returns the least cost of the steps from a marking to the final one, given the cost of each label; noWay if there is no way, or
// if the search was cut off, which partial then says. The order of steps costs nothing, so the search goes over stubborn sets of all moves,
// visible ones too: of steps that may happen in any order it tries one order. So it is fast where branches are many and parallel, and
// otherwise slower than a search over the states of the automaton.
func (a *automaton) cheapestRun(marking int32, cost []int32) int32 {
	if a.runs == nil {
		a.runs = newAutomaton(a.m.unseenAll())
	}
	r := a.runs
	from := r.intern(a.at(marking))
	dist := map[int32]int32{from: 0}
	buckets := [][]int32{{from}}
	r.partial = false
	for d := int32(0); int(d) < len(buckets); d++ {
		for i := 0; i < len(buckets[d]); i++ {
			x := buckets[d][i]
			if dist[x] != d {
				continue
			}
			if x == r.goal {
				return d
			}
			r.aim(x, r.goal)
			for _, t := range r.ready(x) {
				if !r.fire(x, t) {
					r.partial = true // more tokens than a place can count
					continue
				}
				nd, l := d, a.m.firings[t].label
				if !a.m.unseen(t) {
					nd += cost[l]
				}
				y := r.intern(r.work)
				if old, ok := dist[y]; ok && old <= nd {
					continue
				}
				dist[y] = nd
				for len(buckets) <= int(nd) {
					buckets = append(buckets, nil)
				}
				buckets[nd] = append(buckets[nd], y)
			}
			if len(dist) > a.limit {
				a.partial = true
				return noWay
			}
		}
	}
	a.partial = a.partial || r.partial
	return noWay
}

// unseenAll returns a copy of m in which every step may happen unseen.
func (m *Model) unseenAll() *Model {
	c := *m
	c.internal = make([]bool, len(m.steps))
	for i := range c.internal {
		c.internal[i] = true
	}
	c.relate()
	return &c
}
