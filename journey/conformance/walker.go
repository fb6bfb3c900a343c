package conformance

import (
	"slices"

	"github.com/buyerjourney/b2b/journey"
)

// walker is the net of a map in which every branch has a transition of its own, so that a way through the net shows which
// branches were taken.
type walker struct {
	model  *Model
	branch []branch // per transition
	space  *space
}

// branch names what a transition stands for.
type branch struct {
	path  string // of the choice or loop in the flow, "" for none
	index int    // of the branch; of an edge in the graph
}

// visit is one transition of a way through the net. event is the row that it explains, −1 for none.
type visit struct {
	firing int32
	event  int
}

func newWalker(m *journey.Map) *walker {
	w := &walker{model: newModel(0)}
	mark := func(b branch) { // b is what the last transition stands for; those before it that nobody named are nothing
		for len(w.branch) < len(w.model.firings)-1 {
			w.branch = append(w.branch, branch{})
		}
		if len(w.branch) < len(w.model.firings) {
			w.branch = append(w.branch, b)
		}
	}
	switch f := m.Flow.(type) {
	case journey.Tree:
		in, out := w.model.place(), w.model.place()
		w.tree(f, in, out, "flow", mark)
		w.model.initial, w.model.final = w.model.one(in), w.model.one(out)
	case journey.Graph:
		_ = w.model.graph(f) // the map was compiled before
		for i := range f.Edges {
			w.branch = append(w.branch, branch{"flow.edges", i})
		}
	}
	w.model.safe = true
	w.model.order()
	for _, s := range m.Steps {
		if i, ok := w.model.labelOf(s.ID); ok {
			w.model.internal[i] = internalStep(s)
		}
		for _, alias := range s.Aliases {
			w.model.alias(alias, s.ID)
		}
	}
	w.space = newSpace(w.model)
	return w
}

// tree adds the net of t as [Model.tree] does, with one transition at the entrance of each branch.
func (w *walker) tree(t journey.Tree, in, out int32, path string, mark func(branch)) {
	m := w.model
	child := func(i int) string { return path + ".children[" + itoa(i) + "]" }
	enter := func(i int, from int32) int32 {
		p := m.place()
		m.join([]int32{from}, []int32{p})
		mark(branch{path, i})
		return p
	}
	switch t.Op {
	case journey.Leaf:
		m.add(t.Step, []int32{in}, []int32{out})
	case journey.Silent:
		m.join([]int32{in}, []int32{out})
	case journey.Sequence:
		for i, c := range t.Children {
			next := out
			if i < len(t.Children)-1 {
				next = m.place()
			}
			w.tree(c, in, next, child(i), mark)
			in = next
		}
	case journey.Choice:
		for i, c := range t.Children {
			w.tree(c, enter(i, in), out, child(i), mark)
		}
	case journey.Parallel:
		starts, ends := make([]int32, len(t.Children)), make([]int32, len(t.Children))
		for i := range t.Children {
			starts[i], ends[i] = m.place(), m.place()
		}
		m.join([]int32{in}, starts)
		for i, c := range t.Children {
			w.tree(c, starts[i], ends[i], child(i), mark)
		}
		m.join(ends, []int32{out})
	case journey.Loop: // weights are (stop, redo)
		start, end := m.place(), m.place()
		m.join([]int32{in}, []int32{start})
		w.tree(t.Children[0], start, end, child(0), mark)
		m.join([]int32{enter(0, end)}, []int32{out})
		w.tree(t.Children[1], enter(1, end), start, child(1), mark)
	case journey.UnknownOp:
	}
	mark(branch{})
}

// walkLimit bounds the markings times events that are looked at for one way.
const walkLimit = 500_000

// walk finds a way through the net that makes the given steps in order, each of which explains the event beside it (−1 for
// none); internal steps may happen in between. It takes the fewest transitions, the first on ties (breadth first).
func (w *walker) walk(labels []int32, events []int) ([]visit, bool) {
	type node struct {
		marking int32
		at      int
		from    int
		firing  int32
		event   int
	}
	start, goal := w.space.pack(w.model.initial), w.space.pack(w.model.final)
	queue := []node{{start, 0, -1, -1, -1}}
	seen := map[[2]int32]bool{{start, 0}: true}
	for head := 0; head < len(queue) && head < walkLimit; head++ {
		n := queue[head]
		if n.marking == goal && n.at == len(labels) {
			var path []visit
			for i := head; queue[i].from >= 0; i = queue[i].from {
				path = append(path, visit{queue[i].firing, queue[i].event})
			}
			slices.Reverse(path)
			return path, true
		}
		for t := range int32(len(w.model.firings)) {
			l := w.model.firings[t].label
			if w.space.lacking(n.marking, t) >= 0 {
				continue
			}
			try := func(at, event int) {
				w.space.fire(n.marking, t)
				y := w.space.intern(w.space.work)
				if k := [2]int32{y, int32(at)}; !seen[k] {
					seen[k] = true
					queue = append(queue, node{y, at, head, t, event})
				}
			}
			if n.at < len(labels) && l == labels[n.at] {
				try(n.at+1, events[n.at])
			}
			if l == silent || w.model.internal[l] {
				try(n.at, -1)
			}
		}
	}
	return nil, false
}
