package simulation

import (
	"slices"

	"github.com/buyerjourney/b2b/journey"
)

// A flow says which places a journey can be in and how it goes on. A place is one occurrence of a step in the flow: a step of a
// graph, a leaf of a tree. Several places are active at once only inside parallel blocks.
type flow struct {
	places []place
	start  []branch // where a journey begins
	// graph: ways[i] is how a journey goes on after place i, by itself
	ways [][]branch
	// tree: the nodes, and the node of each place
	nodes    []node
	leaf     []int
	parallel bool
}

// place is one occurrence of a step.
type place struct {
	step int
	next int // outcome that completing it means, −1 none: a goal or an exit ends the journey
}

// branch is one way on: the places that become active, or an outcome, with a probability.
type branch struct {
	p       float64
	active  []int
	outcome int // −1: none
	delay   journey.Duration
	edge    int // index of the edge in the map, −1 none
}

// node is one node of a tree in flat form.
type node struct {
	op       journey.Op
	parent   int
	position int // among the children of the parent
	children []int
	place    int       // of a leaf
	weights  []float64 // normalised; of a choice per child, of a loop (stop, redo)
}

// leastMass is the probability below which a silent way round a loop is no longer followed.
const leastMass = 1e-14

// expand returns the ways on after place i is complete while the places of active (i not among them) go on. A branch keeps active.
func (f *flow) expand(active []int, i int) []branch {
	if o := f.places[i].next; o >= 0 {
		return []branch{{p: 1, outcome: o, edge: -1}}
	}
	if f.nodes == nil {
		return f.ways[i]
	}
	var out []branch
	f.leave(f.leaf[i], active, 1, &out)
	return merge(out)
}

// enter begins a node: ways is called with the places that are active then and whether the node is complete at once.
func (f *flow) enter(n int, active []int, p float64, ways func(active []int, p float64, complete bool)) {
	if p < leastMass {
		return
	}
	x := &f.nodes[n]
	switch x.op {
	case journey.Leaf:
		ways(append(slices.Clone(active), x.place), p, false)
	case journey.Sequence:
		f.enterFrom(x.children, active, p, ways)
	case journey.Choice:
		for i, c := range x.children {
			f.enter(c, active, p*x.weights[i], ways)
		}
	case journey.Parallel:
		f.enterAll(x.children, active, p, true, ways)
	case journey.Loop:
		f.enter(x.children[0], active, p, func(active []int, p float64, complete bool) {
			if !complete {
				ways(active, p, false)
				return
			}
			f.again(x, active, p, ways)
		})
	case journey.Silent, journey.UnknownOp:
		ways(active, p, true)
	}
}

// again decides after the body of a loop.
func (f *flow) again(x *node, active []int, p float64, ways func([]int, float64, bool)) {
	if w := x.weights[0]; w > 0 {
		ways(active, p*w, true)
	}
	f.enter(x.children[1], active, p*x.weights[1], func(active []int, p float64, complete bool) {
		if !complete {
			ways(active, p, false)
			return
		}
		f.enter(x.children[0], active, p, func(active []int, p float64, complete bool) {
			if !complete {
				ways(active, p, false)
				return
			}
			f.again(x, active, p, ways)
		})
	})
}

// enterFrom begins the children one after the other while they are complete at once.
func (f *flow) enterFrom(children, active []int, p float64, ways func([]int, float64, bool)) {
	if len(children) == 0 {
		ways(active, p, true)
		return
	}
	f.enter(children[0], active, p, func(active []int, p float64, complete bool) {
		if complete {
			f.enterFrom(children[1:], active, p, ways)
		} else {
			ways(active, p, false)
		}
	})
}

func (f *flow) enterAll(children, active []int, p float64, complete bool, ways func([]int, float64, bool)) {
	if len(children) == 0 {
		ways(active, p, complete)
		return
	}
	f.enter(children[0], active, p, func(active []int, p float64, now bool) {
		f.enterAll(children[1:], active, p, complete && now, ways)
	})
}

// leave goes on after node n is complete.
func (f *flow) leave(n int, active []int, p float64, out *[]branch) {
	if p < leastMass {
		return
	}
	x := &f.nodes[n]
	if x.parent < 0 {
		*out = append(*out, branch{p: p, active: active, outcome: f.ended(), edge: -1})
		return
	}
	up := &f.nodes[x.parent]
	ways := func(active []int, p float64, complete bool) {
		if complete {
			f.leave(x.parent, active, p, out)
		} else {
			*out = append(*out, branch{p: p, active: active, outcome: -1, edge: -1})
		}
	}
	switch up.op {
	case journey.Sequence:
		f.enterFrom(up.children[x.position+1:], active, p, ways)
	case journey.Loop:
		if x.position == 0 {
			f.again(up, active, p, ways)
			return
		}
		f.enter(up.children[0], active, p, func(active []int, p float64, complete bool) {
			if complete {
				f.again(up, active, p, ways)
			} else {
				ways(active, p, false)
			}
		})
	case journey.Parallel:
		if slices.ContainsFunc(active, func(i int) bool { return f.under(f.leaf[i], x.parent) }) {
			*out = append(*out, branch{p: p, active: active, outcome: -1, edge: -1})
			return
		}
		f.leave(x.parent, active, p, out)
	case journey.Choice, journey.Leaf, journey.Silent, journey.UnknownOp:
		f.leave(x.parent, active, p, out)
	}
}

// under reports whether a node lies below another.
func (f *flow) under(n, above int) bool {
	for ; n >= 0; n = f.nodes[n].parent {
		if n == above {
			return true
		}
	}
	return false
}

// ended is the outcome of a tree that is complete.
func (f *flow) ended() int { return 0 }

// merge adds up ways that lead to the same places, in the order in which they first come.
func merge(list []branch) []branch {
	var out []branch
	for _, b := range list {
		slices.Sort(b.active)
		i := slices.IndexFunc(out, func(o branch) bool { return o.outcome == b.outcome && slices.Equal(o.active, b.active) })
		if i < 0 {
			out = append(out, b)
		} else {
			out[i].p += b.p
		}
	}
	return out
}

// flatten adds a tree to the flow and returns its node.
func (f *flow) flatten(t journey.Tree, parent, position int, stepOf map[journey.StepID]int, outcomeOf func(journey.StepID) int) int {
	n := len(f.nodes)
	f.nodes = append(f.nodes, node{op: t.Op, parent: parent, position: position})
	switch t.Op {
	case journey.Leaf:
		f.nodes[n].place = len(f.places)
		f.places = append(f.places, place{step: stepOf[t.Step], next: outcomeOf(t.Step)})
		f.leaf = append(f.leaf, n)
	case journey.Choice, journey.Loop:
		f.nodes[n].weights = shares(t.Weights, max(len(t.Children), 1))
	case journey.Parallel:
		f.parallel = f.parallel || len(t.Children) > 1
	case journey.Sequence, journey.Silent, journey.UnknownOp:
	}
	for i, c := range t.Children {
		child := f.flatten(c, n, i, stepOf, outcomeOf)
		f.nodes[n].children = append(f.nodes[n].children, child)
	}
	return n
}

// shares normalises weights; unknown ones are equal.
func shares(weights []float64, n int) []float64 {
	out := make([]float64, n)
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	for i := range out {
		if len(weights) == n && sum > 0 {
			out[i] = weights[i] / sum
		} else {
			out[i] = 1 / float64(n)
		}
	}
	return out
}

// leastStop is the least share of stopping of a loop whose body and redo may both pass in silence. Without a bound such a loop could go round
// any number of times at one moment.
const leastStop = .01

// tame bounds the silent rounds of loops.
func (f *flow) tame() {
	var silent func(n int) bool
	silent = func(n int) bool {
		x := &f.nodes[n]
		some, all := false, true
		for _, c := range x.children {
			s := silent(c)
			some, all = some || s, all && s
		}
		switch x.op {
		case journey.Silent:
			return true
		case journey.Choice:
			return some
		case journey.Sequence, journey.Parallel:
			return all
		case journey.Loop:
			if all && x.weights[0] < leastStop {
				x.weights = []float64{leastStop, 1 - leastStop}
			}
			return silent(x.children[0])
		case journey.Leaf, journey.UnknownOp:
		}
		return false
	}
	if len(f.nodes) > 0 {
		silent(0)
	}
}
