package conformance

import (
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/touchpoint"
)

func itoa(i int) string { return strconv.Itoa(i) }

func internalStep(s journey.Step) bool {
	return s.Visibility == touchpoint.BuyerInternal || s.Visibility == touchpoint.SellerInternal
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
