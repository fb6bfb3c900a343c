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
	begun    [][]entrance // by node; nil before it was asked for
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

// entrance is one way to begin a part of a tree: the places that become active, ascending, with a probability. Without places the part is
// complete at once.
type entrance struct {
	places []int
	p      float64
}

// begin returns the ways to begin a node, each once.
func (f *flow) begin(n int) []entrance {
	if f.begun == nil {
		f.begun = make([][]entrance, len(f.nodes))
	}
	if f.begun[n] != nil {
		return f.begun[n]
	}
	x := &f.nodes[n]
	var out []entrance
	switch x.op {
	case journey.Leaf:
		out = []entrance{{[]int{x.place}, 1}}
	case journey.Sequence:
		out = f.beginFirst(x.children)
	case journey.Choice:
		for i, c := range x.children {
			out = add(out, f.begin(c), x.weights[i])
		}
	case journey.Parallel:
		out = []entrance{{nil, 1}}
		for _, c := range x.children {
			var both []entrance
			for _, e := range out {
				for _, other := range f.begin(c) {
					both = add(both, []entrance{{slices.Sorted(slices.Values(slices.Concat(e.places, other.places))), other.p}}, e.p)
				}
			}
			out = both
		}
	case journey.Loop:
		out = then(f.begin(x.children[0]), f.again(x))
	case journey.Silent, journey.UnknownOp:
		out = []entrance{{nil, 1}}
	}
	f.begun[n] = out
	return out
}

// again returns the ways on after the body of a loop. Rounds in which nothing happens lead back to the same place: their sum is that of a
// geometric series, so that nothing has to be followed round and round.
func (f *flow) again(x *node) []entrance {
	stop := []entrance{{nil, x.weights[0]}}
	redo := then(f.begin(x.children[1]), f.begin(x.children[0])) // once more up to the end of the body
	silent := 0.0
	var once []entrance
	for _, e := range redo {
		if len(e.places) == 0 {
			silent = x.weights[1] * e.p
		} else {
			once = append(once, e)
		}
	}
	return add(add(nil, stop, 1/(1-silent)), once, x.weights[1]/(1-silent))
}

// beginFirst begins the first of the children that is not complete at once.
func (f *flow) beginFirst(children []int) []entrance {
	out := []entrance{{nil, 1}}
	for _, c := range children {
		out = then(out, f.begin(c))
	}
	return out
}

// then goes on with next where first is complete at once.
func then(first, next []entrance) []entrance {
	var out []entrance
	for _, e := range first {
		if len(e.places) == 0 {
			out = add(out, next, e.p)
		} else {
			out = add(out, []entrance{e}, 1)
		}
	}
	return out
}

// add adds up entrances, those of list by a weight, in the order in which they first come. What cannot happen is left out.
func add(to, list []entrance, weight float64) []entrance {
	for _, e := range list {
		p := float64(weight * e.p)
		if p == 0 {
			continue
		}
		i := slices.IndexFunc(to, func(o entrance) bool { return slices.Equal(o.places, e.places) })
		if i < 0 {
			to = append(to, entrance{e.places, p})
		} else {
			to[i].p += p
		}
	}
	return to
}

// leave goes on after node n is complete.
func (f *flow) leave(n int, active []int, p float64, out *[]branch) {
	x := &f.nodes[n]
	if x.parent < 0 {
		*out = append(*out, branch{p: p, active: active, outcome: f.ended(), edge: -1})
		return
	}
	up := &f.nodes[x.parent]
	on := []entrance{{nil, 1}} // the parent is complete
	switch up.op {
	case journey.Sequence:
		on = f.beginFirst(up.children[x.position+1:])
	case journey.Loop:
		on = f.again(up)
		if x.position == 1 {
			on = then(f.begin(up.children[0]), on)
		}
	case journey.Parallel:
		if slices.ContainsFunc(active, func(i int) bool { return f.under(f.leaf[i], x.parent) }) {
			*out = append(*out, branch{p: p, active: active, outcome: -1, edge: -1})
			return
		}
	case journey.Choice, journey.Leaf, journey.Silent, journey.UnknownOp:
	}
	for _, e := range on {
		if len(e.places) == 0 {
			f.leave(x.parent, active, p*e.p, out)
		} else {
			*out = append(*out, branch{p: p * e.p, active: slices.Concat(active, e.places), outcome: -1, edge: -1})
		}
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
