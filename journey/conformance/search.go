package conformance

import (
	"cmp"
	"context"
	"slices"
)

// searcher finds optimal alignments of many sequences with one automaton: a shortest path over (number of events
// explained, state). Sequences are visited in lexicographic order, so that those with a common beginning share its
// layers. The greatest cost looked at grows from round to round, and only sequences without an answer stay. It is for
// one goroutine.
type searcher struct {
	a         *automaton
	logCost   []int32 // per label
	modelCost []int32 // per label
	visible   []int32 // labels that a model move costs something
	maxStates int
	witnesses bool
	prefix    bool  // running journeys: any state from which the end can be reached will do
	least     int32 // least cost of any move
	layers    []layer
	depth     int // layers in use
	dist      []int32
	stamp     []int32
	round     int32
	buckets   [][]int32
}

// layer holds the states that explain a beginning of a sequence, each with its least cost, in order of cost.
type layer struct {
	states, costs []int32
	total         int  // entries of this layer and those before it
	partial       bool // some entry may be missing or too dear
}

// answer is what the search says of one sequence. Where exact is false, cost is a proven lower bound.
type answer struct {
	cost  int32
	exact bool
	moves []step // of an optimal alignment, in canonical order; nil where cost is 0

	// Of running journeys:
	since  int // first event whose explanation costs something, -1
	ends   []int32
	mayEnd bool
	toEnd  int32
	next   []int32
}

// step is one move in terms of labels.
type step struct {
	kind  MoveKind
	label int32
}

// automatonLimit bounds the markings that an automaton may remember; past it, the next sequence starts with a new one.
const automatonLimit = 1 << 23

// inOrder returns the indices of sequences in lexicographic order.
func inOrder(sequences [][]int32) []int {
	order := make([]int, len(sequences))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Or(slices.Compare(sequences[i], sequences[j]), cmp.Compare(i, j)) })
	return order
}

// align answers the sequences with the given indices, which are in lexicographic order. deepest bounds the cost that is
// worth looking at: with only log moves and the shortest run everything can be explained. It stops early where ctx is
// cancelled.
func (s *searcher) align(ctx context.Context, sequences [][]int32, order []int, answers []answer, deepest []int32) {
	for bound, proven := int32(0), int32(0); len(order) > 0; bound, proven = bound+max(bound/4, s.least), bound+1 {
		s.depth = 0
		var previous []int32
		left := order[:0]
		for _, i := range order {
			if ctx.Err() != nil {
				return
			}
			q := sequences[i]
			if s.a.n > automatonLimit {
				s.a = newAutomaton(s.a.m)
				s.depth = 0
			}
			keep := 0
			for keep < s.depth-1 && keep < len(q) && keep < len(previous) && q[keep] == previous[keep] {
				keep++
			}
			s.depth = min(s.depth, keep+1)
			previous = q
			within := s.explain(q, bound)
			last := &s.layers[s.depth-1]
			cost := int32(-1)
			if within {
				cost = s.cheapestEnd(last)
			}
			switch {
			case cost >= 0 && (!last.partial || cost == proven): // nothing is cheaper than what was proven
				answers[i] = s.found(q, cost)
			case !within || last.partial || bound >= deepest[i]:
				answers[i] = answer{cost: proven} // all cheaper ways were looked at before
			default:
				left = append(left, i)
			}
		}
		order = left
	}
}

// found makes the answer from the layers of a sequence.
func (s *searcher) found(q []int32, cost int32) answer {
	a := answer{cost: cost, exact: true}
	if cost > 0 && s.witnesses {
		a.moves = s.witness(q, cost)
	}
	if s.prefix {
		a.since = slices.IndexFunc(s.layers[1:len(q)+1], func(l layer) bool { return len(l.costs) == 0 || l.costs[0] > 0 })
		last := &s.layers[len(q)]
		for i, x := range last.states {
			if last.costs[i] == cost {
				a.ends = append(a.ends, x)
			}
		}
		s.outlook(&a)
	}
	return a
}

// outlook says what may come next after the states in ends.
func (s *searcher) outlook(a *answer) {
	a.toEnd = -1
	for _, x := range a.ends {
		a.mayEnd = a.mayEnd || s.a.mayEnd(x)
		if d := s.a.toFinal(x, s.modelCost); d >= 0 && (a.toEnd < 0 || d < a.toEnd) {
			a.toEnd = d
		}
	}
	for l := range int32(s.a.labels()) {
		if slices.ContainsFunc(a.ends, func(x int32) bool {
			return slices.ContainsFunc(s.a.next(x, l), func(y int32) bool { return s.a.toFinal(y, s.modelCost) >= 0 })
		}) {
			a.next = append(a.next, l)
		}
	}
}

// explain makes the layers of a sequence, up to a cost. It returns false if that took more states than allowed; the
// layers are then incomplete.
func (s *searcher) explain(q []int32, bound int32) bool {
	if s.depth == 0 {
		s.push(nil, silent, bound)
	}
	for s.depth <= len(q) {
		parent := s.layers[s.depth-1]
		if parent.total > s.maxStates {
			return false
		}
		s.push(&parent, q[s.depth-1], bound)
	}
	return s.layers[s.depth-1].total <= s.maxStates
}

// push makes the layer after parent: the event is either explained by a step of the model or left over. Then come the
// steps of the model that have no event. A nil parent makes the first layer.
func (s *searcher) push(parent *layer, label, bound int32) {
	if len(s.layers) == s.depth {
		s.layers = append(s.layers, layer{})
	}
	l := &s.layers[s.depth]
	s.depth++
	l.states, l.costs, l.total, l.partial = l.states[:0], l.costs[:0], 0, false
	s.round++
	for len(s.buckets) <= int(bound) {
		s.buckets = append(s.buckets, nil)
	}
	for c := range bound + 1 {
		s.buckets[c] = s.buckets[c][:0]
	}
	s.a.partial = false
	if parent == nil {
		s.relax(s.a.start, 0, bound)
	} else {
		l.total, l.partial = parent.total, parent.partial
		for i, x := range parent.states {
			c := parent.costs[i]
			for _, y := range s.a.next(x, label) {
				s.relax(y, c, bound)
			}
			s.relax(x, c+s.logCost[label], bound)
		}
	}
	for c := range bound + 1 {
		for k := 0; k < len(s.buckets[c]); k++ {
			x := s.buckets[c][k]
			if s.dist[x] != c {
				continue
			}
			l.states, l.costs = append(l.states, x), append(l.costs, c)
			if c+s.least > bound {
				continue
			}
			for _, e := range s.a.out(x) {
				s.relax(e.to, c+s.modelCost[e.label], bound)
			}
		}
	}
	l.total += len(l.states)
	l.partial = l.partial || s.a.partial
}

func (s *searcher) relax(x, cost, bound int32) {
	if cost > bound || s.prefix && s.a.toFinal(x, s.modelCost) < 0 {
		return
	}
	for len(s.dist) < len(s.a.marking) {
		s.dist = append(s.dist, 0)
		s.stamp = append(s.stamp, 0)
	}
	if s.stamp[x] == s.round && s.dist[x] <= cost {
		return
	}
	s.stamp[x], s.dist[x] = s.round, cost
	s.buckets[cost] = append(s.buckets[cost], x)
}

// cheapestEnd returns the least cost of a state at which the journey may end, below 0 if there is none.
func (s *searcher) cheapestEnd(l *layer) int32 {
	for i, x := range l.states {
		if s.ending(x) {
			return l.costs[i]
		}
	}
	return -1
}

// ending reports whether a sequence may stop at a state.
func (s *searcher) ending(x int32) bool { return s.prefix || s.a.mayEnd(x) }

// witness returns the canonical one of all optimal alignments: of its moves in order, each is the least that is
// possible, synchronous before log before model, then by step. The layers of the sequence are in place.
//
// It goes back from the end to mark which states lie on an optimal path, then forward with all marked states that the
// moves chosen so far lead to.
func (s *searcher) witness(q []int32, cost int32) []step {
	n := len(q)
	marked := make([]map[int32]int32, n+1) // state to cost, of those on an optimal path
	costOf := func(i int, x int32) (int32, bool) { c, ok := marked[i][x]; return c, ok }
	for i := n; i >= 0; i-- {
		l := &s.layers[i]
		marked[i] = make(map[int32]int32)
		for k, v := range slices.Backward(l.states) {
			x, c := v, l.costs[k]
			if c > cost {
				continue
			}
			if s.onPath(i, x, c, cost, q, marked, costOf) {
				marked[i][x] = c
			}
		}
	}
	var moves []step
	here, i, c := []int32{s.a.start}, 0, int32(0)
	for {
		if i == n && c == cost && slices.ContainsFunc(here, s.ending) {
			return moves
		}
		if i < n {
			if to := s.through(here, q[i], i+1, c, costOf); len(to) > 0 {
				moves, here, i = append(moves, step{Sync, q[i]}), to, i+1
				continue
			}
			d := c + s.logCost[q[i]]
			var to []int32
			for _, x := range here {
				if e, ok := costOf(i+1, x); ok && e == d {
					to = append(to, x)
				}
			}
			if len(to) > 0 {
				moves, here, i, c = append(moves, step{Log, q[i]}), to, i+1, d
				continue
			}
		}
		found := false
		for _, v := range s.visible {
			if to := s.through(here, v, i, c+s.modelCost[v], costOf); len(to) > 0 {
				moves, here, c, found = append(moves, step{Unmatched, v}), to, c+s.modelCost[v], true
				break
			}
		}
		if !found {
			return nil
		}
	}
}

// onPath reports whether an optimal path leads on from state x at cost c after i events.
func (s *searcher) onPath(i int, x, c, cost int32, q []int32, marked []map[int32]int32, costOf func(int, int32) (int32, bool)) bool {
	if i == len(q) {
		if c == cost && s.ending(x) {
			return true
		}
	} else {
		if e, ok := costOf(i+1, x); ok && e == c+s.logCost[q[i]] {
			return true
		}
		if len(marked[i+1]) > 0 {
			for _, y := range s.a.next(x, q[i]) {
				if e, ok := costOf(i+1, y); ok && e == c {
					return true
				}
			}
		}
	}
	if len(marked[i]) == 0 || c == cost {
		return false
	}
	for _, v := range s.a.out(x) {
		if e, ok := costOf(i, v.to); ok && e == c+s.modelCost[v.label] {
			return true
		}
	}
	return false
}

// through returns the marked states after i events at cost c to which a step leads from any of the states, ascending.
func (s *searcher) through(from []int32, label int32, i int, c int32, costOf func(int, int32) (int32, bool)) []int32 {
	var to []int32
	for _, x := range from {
		for _, y := range s.a.next(x, label) {
			if e, ok := costOf(i, y); ok && e == c {
				to = append(to, y)
			}
		}
	}
	slices.Sort(to)
	return slices.Compact(to)
}
