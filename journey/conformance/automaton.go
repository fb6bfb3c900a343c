package conformance

import "slices"

// automaton is a model without silent moves, made as far as it is asked for. Its states are the initial marking and
// the markings right after a step; an edge says that a step can be the next one. Silent moves are made only as far as
// they are needed for the step at hand, and of the markings to which one step leads from one state, those are left out
// that another of them reaches by silent moves alone: whatever can follow there can follow here. So there are far fewer
// states than markings. It is for one goroutine.
//
// The silent moves needed for a step are found by a search over stubborn sets (Valmari 1991; for goals: Kristensen,
// Schmidt & Valmari 2006). At each marking it follows a set of silent transitions such that every silent run to the
// goal holds one of them, and such that the first of them in the run may as well come first: so all goals are found,
// and independent silent moves are not tried in every order.
type automaton struct {
	*space
	limit   int // markings of one search
	start   int32
	goal    int32 // final marking
	marking []int32
	number  []int32 // per marking: state + 1
	ends    []int8  // per state: may end (1), may not (-1), unknown (0)
	entry   []int32 // per state and label: entry of lists + 1, 0 unknown
	lists   [][]int32
	listOf  map[string]int32
	partial bool // some search was cut off since the flag was last cleared
	cut     []bool
	outs    [][]edge // per state: edges of visible steps, nil before they were asked for

	opens     []opening // per door: where it is open, of the marking last asked about
	openFrom  int32
	openStamp int32

	seen   []int32 // per marking: stamp of the last search that met it
	stamp  int32
	queue  []int32
	member []int32 // per transition: stamp of the last stubborn set that held it
	round  int32
	set    []int32
	can    []int32
	best   []int32    // per state: cheapest way to the end, below 0: see toFinal
	runs   *automaton // for cheapestRun; made when needed
}

// edge is one step to another state.
type edge struct {
	label, to int32
}

// opening is what was found out about a door: the transitions with the same needs.
type opening struct {
	markings []int32 // where they can happen
	stamp    int32
	partial  bool
}

// searchLimit bounds the markings of one search over silent moves. Beyond it the search is cut off, and what rests on
// it is not exact.
const searchLimit = 200_000

func newAutomaton(m *Model) *automaton {
	a := &automaton{space: newSpace(m), limit: searchLimit, listOf: map[string]int32{}}
	a.member = make([]int32, len(m.firings))
	a.opens, a.openFrom = make([]opening, m.doors), -1
	a.goal = a.pack(m.final)
	a.start = a.state(a.pack(m.initial))
	return a
}

// labels returns the number of labels.
func (a *automaton) labels() int { return len(a.m.steps) }

// state returns the number of the state at a marking.
func (a *automaton) state(marking int32) int32 {
	for len(a.number) < a.n {
		a.number = append(a.number, 0)
	}
	if n := a.number[marking]; n > 0 {
		return n - 1
	}
	a.marking = append(a.marking, marking)
	a.ends = append(a.ends, 0)
	a.best = append(a.best, unknownCost)
	for range a.labels() {
		a.entry = append(a.entry, 0)
	}
	a.number[marking] = int32(len(a.marking))
	return int32(len(a.marking) - 1)
}

// next returns the states to which a step leads from a state, ascending.
func (a *automaton) next(s, label int32) []int32 {
	at := int(s)*a.labels() + int(label)
	n := a.entry[at]
	if n == 0 {
		n = a.follow(s, label) + 1
		a.entry[at] = n
	}
	if a.cut[n-1] {
		a.partial = true
	}
	return a.lists[n-1]
}

// out returns the visible steps that can be next at a state, by label, then by state.
func (a *automaton) out(s int32) []edge {
	for len(a.outs) <= int(s) {
		a.outs = append(a.outs, nil)
	}
	if a.outs[s] == nil {
		before := a.partial
		a.partial = false
		list := []edge{}
		for l := range int32(a.labels()) {
			if a.m.internal[l] {
				continue
			}
			for _, y := range a.next(s, l) {
				list = append(list, edge{l, y})
			}
		}
		if a.partial { // not kept: whoever asks again shall know
			return list
		}
		a.outs[s] = list
		a.partial = before
	}
	return a.outs[s]
}

// mayEnd reports whether silent moves lead from a state to the final marking.
func (a *automaton) mayEnd(s int32) bool {
	if a.ends[s] == 0 {
		a.ends[s] = -1
		if a.reaches(a.marking[s], a.goal) {
			a.ends[s] = 1
		}
	}
	return a.ends[s] > 0
}

// follow finds the states after a step and returns the number of their list. Equal lists have one number.
func (a *automaton) follow(s, label int32) int32 {
	before := a.partial
	a.partial = false
	var found []int32
	for _, t := range a.m.byLabel[label] {
		found = a.targets(found, a.marking[s], t)
	}
	found = a.earliest(found)
	for i, marking := range found {
		found[i] = a.state(marking)
	}
	slices.Sort(found)
	key := make([]byte, 0, 4*len(found)+1)
	for _, x := range found {
		key = append(key, byte(x), byte(x>>8), byte(x>>16), byte(x>>24))
	}
	if a.partial {
		key = append(key, 1)
	}
	n, ok := a.listOf[string(key)]
	if !ok {
		n = int32(len(a.lists))
		a.lists = append(a.lists, slices.Clip(found))
		a.cut = append(a.cut, a.partial)
		a.listOf[string(key)] = n
	}
	a.partial = a.partial || before
	return n
}

// begin starts a search at a marking.
func (a *automaton) begin(marking int32) {
	a.stamp++
	a.queue = a.queue[:0]
	a.meet(marking)
}

// meet puts a marking into the queue unless it was there before.
func (a *automaton) meet(marking int32) {
	for len(a.seen) < a.n {
		a.seen = append(a.seen, 0)
	}
	if a.seen[marking] != a.stamp {
		a.seen[marking] = a.stamp
		a.queue = append(a.queue, marking)
	}
}

// targets appends the markings right after transition t that are reached from a marking by silent moves and t; those
// that another of them reaches by silent moves independent of t may be left out.
func (a *automaton) targets(dst []int32, from, t int32) []int32 {
	for _, x := range a.openings(from, t) {
		if !a.fire(x, t) {
			a.partial = true // more tokens than a place can count
		} else if y := a.intern(a.work); !slices.Contains(dst, y) {
			dst = append(dst, y)
		}
	}
	return dst
}

// openings returns the markings, reached from one by silent moves, where transition t can happen; it holds until the next call. All steps of
// a state are asked for in a row, and of those with the same needs the first has the work.
func (a *automaton) openings(from, t int32) []int32 {
	if from != a.openFrom {
		a.openFrom = from
		a.openStamp++
	}
	o := &a.opens[a.m.door[t]]
	if o.stamp == a.openStamp {
		a.partial = a.partial || o.partial
		return o.markings
	}
	before := a.partial
	a.partial = false
	o.stamp, o.markings = a.openStamp, o.markings[:0]
	a.begin(from)
	for head := 0; head < len(a.queue); head++ {
		x := a.queue[head]
		a.clearSet()
		if p := a.lacking(x, t); p >= 0 {
			a.wantAll(a.m.producers[p])
		} else {
			o.markings = append(o.markings, x)
			a.wantAll(a.m.rivals[t]) // only what takes tokens of t can lead to another place
		}
		a.advance(x)
		if len(a.queue) > a.limit {
			a.partial = true
			break
		}
	}
	o.partial = a.partial
	a.partial = a.partial || before
	return o.markings
}

// reaches reports whether silent moves lead from one marking to another.
func (a *automaton) reaches(from, to int32) bool {
	a.begin(from)
	for head := 0; head < len(a.queue); head++ {
		x := a.queue[head]
		if x == to {
			return true
		}
		a.aim(x, to)
		a.advance(x)
		if len(a.queue) > a.limit {
			a.partial = true
			break
		}
	}
	return false
}

// aim begins the stubborn set at marking x for the way to another.
func (a *automaton) aim(x, to int32) {
	a.clearSet()
	if p, more := a.differing(x, to); more {
		a.wantAll(a.m.producers[p])
	} else {
		a.wantAll(a.m.consumers[p])
	}
}

// clearSet empties the stubborn set.
func (a *automaton) clearSet() {
	a.round++
	a.set = a.set[:0]
}

// wantAll puts transitions into the stubborn set.
func (a *automaton) wantAll(transitions []int32) {
	for _, t := range transitions {
		if a.member[t] != a.round {
			a.member[t] = a.round
			a.set = append(a.set, t)
		}
	}
}

// ready completes the stubborn set at marking x and returns those of its transitions that can happen: with a transition that can, whatever
// takes tokens from the same place belongs to the set; with one that cannot, whatever puts tokens on a place that it lacks.
func (a *automaton) ready(x int32) []int32 {
	a.can = a.can[:0]
	for i := 0; i < len(a.set); i++ {
		t := a.set[i]
		if p := a.lacking(x, t); p >= 0 {
			a.wantAll(a.m.producers[p])
			continue
		}
		a.wantAll(a.m.rivals[t])
		a.can = append(a.can, t)
	}
	return a.can
}

// advance makes the moves of the stubborn set at marking x.
func (a *automaton) advance(x int32) {
	for _, t := range a.ready(x) {
		if a.fire(x, t) {
			a.meet(a.intern(a.work))
		} else {
			a.partial = true // more tokens than a place can count
		}
	}
}

// earliest keeps of some markings those that no other reaches by silent moves; of markings that reach one another, the
// first. It works in place.
func (a *automaton) earliest(markings []int32) []int32 {
	for i := 0; i < len(markings); i++ {
		for j := 0; j < len(markings); j++ {
			if i != j && a.reaches(markings[i], markings[j]) {
				markings = slices.Delete(markings, j, j+1)
				if j < i {
					i--
				}
				j--
			}
		}
	}
	return markings
}

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
