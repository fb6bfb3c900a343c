package conformance

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/touchpoint"
)

func itoa(i int) string { return strconv.Itoa(i) }

func internalStep(s journey.Step) bool {
	return s.Visibility == touchpoint.BuyerInternal || s.Visibility == touchpoint.SellerInternal
}

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

// findPaths finds the way of each variant through the map, along its alignment.
func (e *enricher) findPaths() {
	e.walker = newWalker(e.m)
	e.paths = make([][]visit, len(e.result.Alignments))
	missing := make([]bool, len(e.paths))
	for i, a := range e.result.Alignments {
		var labels []int32
		var events []int
		event := 0
		for _, mv := range a.Moves {
			if mv.Kind != Log {
				l, _ := e.walker.model.labelOf(mv.Step)
				labels = append(labels, l)
				if mv.Kind == Sync {
					events = append(events, event)
				} else {
					events = append(events, -1)
				}
			}
			if mv.Kind != Unmatched {
				event++
			}
		}
		path, ok := e.walker.walk(labels, events)
		if !ok || !a.Exact {
			missing[i] = true
			continue
		}
		e.paths[i] = path
	}
	if list := e.journeysOf(func(v int) bool { return missing[v] }); len(list) > 0 {
		e.changes = append(e.changes, Change{Kind: NotExplained, Path: "flow", N: len(list), Journeys: list})
	}
}

// taken counts how often the branches of a choice or loop were taken, and who took each.
func (e *enricher) taken(path string, branches int) (counts []int64, who [][]int) {
	counts = make([]int64, branches)
	by := make([]map[int]bool, branches)
	for i := range by {
		by[i] = make(map[int]bool)
	}
	for v, p := range e.paths {
		for _, x := range p {
			if b := e.walker.branch[x.firing]; b.path == path {
				counts[b.index] += e.result.Variants.Count(v)
				by[b.index][v] = true
			}
		}
	}
	who = make([][]int, branches)
	for i := range who {
		who[i] = e.journeysOf(func(v int) bool { return by[i][v] })
	}
	return counts, who
}

// tree returns t with the weights that follow from the counts.
func (e *enricher) tree(t journey.Tree) journey.Tree { return e.weigh(t, "flow") }

func (e *enricher) weigh(t journey.Tree, path string) journey.Tree {
	children := make([]journey.Tree, len(t.Children))
	for i, c := range t.Children {
		children[i] = e.weigh(c, path+".children["+itoa(i)+"]")
	}
	t.Children = children
	branches := 0
	switch t.Op {
	case journey.Choice:
		branches = len(t.Children)
	case journey.Loop:
		branches = 2
	case journey.UnknownOp, journey.Leaf, journey.Silent, journey.Sequence, journey.Parallel:
	}
	if branches == 0 {
		return t
	}
	counts, who := e.taken(path, branches)
	p := make([]float64, branches)
	for i := range p {
		p[i] = 1
		if t.Weights != nil {
			p[i] = t.Weights[i]
		}
	}
	n := prior(journey.Evidence{N: t.N}, branches)
	after, total := posterior(p, n, counts)
	if total == 0 {
		return t
	}
	for i, x := range after {
		e.changes = append(e.changes, Change{
			Kind: Probability, Path: path + ".weights[" + itoa(i) + "]", Before: p[i], After: x, N: int(counts[i]), Journeys: who[i],
			Observed: float64(total) >= n,
		})
	}
	t.Weights, t.N = after, n+float64(total)
	return t
}

// posterior normalises p and returns the Dirichlet mean after the counts.
func posterior(p []float64, n float64, counts []int64) (after []float64, total int64) {
	sum := 0.0
	for i, x := range p {
		sum += x
		total += counts[i]
	}
	after = make([]float64, len(p))
	for i := range p {
		if sum > 0 {
			p[i] /= sum
		}
		after[i] = (float64(n*p[i]) + float64(counts[i])) / (n + float64(total))
	}
	return after, total
}

// graph gives the edges the shares that follow from the counts. Where a share is unknown, it is an equal part of what the
// known ones leave.
func (e *enricher) graph(g journey.Graph) {
	counts, who := e.taken("flow.edges", len(g.Edges))
	from := make(map[journey.StepID][]int)
	var order []journey.StepID
	for i, x := range g.Edges {
		if len(from[x.From]) == 0 {
			order = append(order, x.From)
		}
		from[x.From] = append(from[x.From], i)
	}
	for _, s := range order {
		list := from[s]
		p, c := make([]float64, len(list)), make([]int64, len(list))
		left, unknown := 1.0, 0
		ev := journey.Evidence{}
		for k, i := range list {
			x := g.Edges[i]
			c[k] = counts[i]
			if v, ok := x.P.Value(); ok {
				p[k] = v
				left -= v
			} else {
				unknown++
			}
			if x.Evidence.N > ev.N {
				ev.N = x.Evidence.N
			}
			if x.Evidence.Basis == journey.Interview {
				ev.Basis = journey.Interview
			}
		}
		for k, i := range list {
			if !g.Edges[i].P.IsKnown() {
				p[k] = max(0, left) / float64(unknown)
			}
		}
		n := prior(ev, len(list))
		after, total := posterior(p, n, c)
		if total == 0 {
			continue
		}
		for k, i := range list {
			x := &g.Edges[i]
			x.P = b2b.MustFraction(min(1, after[k]))
			x.Evidence.N = n + float64(total)
			if float64(total) >= n {
				x.Evidence.Basis = journey.Observed
			}
			e.changes = append(e.changes, Change{
				Kind: Probability, Path: "flow.edges[" + itoa(i) + "].p", Step: x.From, Other: x.To, Before: p[k], After: after[k],
				N: int(c[k]), Journeys: who[i], Observed: float64(total) >= n,
			})
		}
	}
	e.delays(g)
}

// orderedPairs returns the pairs of steps that a flow has in one order only, the earlier first.
func orderedPairs(f journey.Flow) [][2]journey.StepID {
	var pairs [][2]journey.StepID
	switch f := f.(type) {
	case journey.Tree:
		treePairs(f, &pairs)
	case journey.Graph:
		pairs = graphPairs(f)
	}
	slices.SortFunc(pairs, func(a, b [2]journey.StepID) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	return slices.Compact(pairs)
}

// treePairs collects pairs of different children of a sequence outside any loop.
func treePairs(t journey.Tree, pairs *[][2]journey.StepID) {
	if t.Op == journey.Loop {
		return
	}
	for i, c := range t.Children {
		treePairs(c, pairs)
		if t.Op != journey.Sequence {
			continue
		}
		for _, later := range t.Children[i+1:] {
			for _, a := range c.Steps() {
				for _, b := range later.Steps() {
					if a != b {
						*pairs = append(*pairs, [2]journey.StepID{a, b})
					}
				}
			}
		}
	}
}

// graphPairs returns pairs of which the first reaches the second and not the other way round.
func graphPairs(g journey.Graph) [][2]journey.StepID {
	next := make(map[journey.StepID][]journey.StepID)
	for _, e := range g.Edges {
		if e.From != journey.Start && e.To != journey.End {
			next[e.From] = append(next[e.From], e.To)
		}
	}
	reach := make(map[journey.StepID]map[journey.StepID]bool)
	for s := range next {
		seen := make(map[journey.StepID]bool)
		stack := slices.Clone(next[s])
		for len(stack) > 0 {
			x := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if !seen[x] {
				seen[x] = true
				stack = append(stack, next[x]...)
			}
		}
		reach[s] = seen
	}
	var pairs [][2]journey.StepID
	for a, to := range reach {
		for b := range to {
			if a != b && !reach[b][a] {
				pairs = append(pairs, [2]journey.StepID{a, b})
			}
		}
	}
	return pairs
}
