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
