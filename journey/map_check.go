package journey

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/touchpoint"
)

// Finding is something about a valid map that its maker should look at. Code is one of dead-end, unreachable, no-path-to-goal,
// no-department, no-touchpoint, no-phase, phase-backwards, unknown-actor, unknown-share, no-duration and no-flow. The zero value is
// no finding.
type Finding struct {
	Path, Code string
	Step       StepID
	Text       string
}

// Check returns the findings, steps first in their order, then edges.
func (m *Map) Check() []Finding {
	var out []Finding
	add := func(path, code string, step StepID, text string) {
		out = append(out, Finding{Path: path, Code: code, Step: step, Text: text})
	}
	edges := m.Edges()
	next, prev := make(map[StepID][]StepID), make(map[StepID][]StepID)
	for _, e := range edges {
		next[e.From], prev[e.To] = append(next[e.From], e.To), append(prev[e.To], e.From)
	}
	reached := closure(next, Start)
	goals := m.Goals
	if len(goals) == 0 {
		goals = []StepID{End}
	}
	hasPath := closure(prev, goals...)
	for i := range m.Steps {
		s := &m.Steps[i]
		path := "map.steps[" + strconv.Itoa(i) + "]"
		if m.Flow != nil {
			if !reached[s.ID] {
				add(path, "unreachable", s.ID, "no way leads here from the start")
			}
			if !slices.Contains(m.Goals, s.ID) && !slices.Contains(m.Exits, s.ID) {
				if len(next[s.ID]) == 0 {
					add(path, "dead-end", s.ID, "nothing follows, and it is neither goal nor exit")
				} else if !hasPath[s.ID] {
					add(path, "no-path-to-goal", s.ID, "no way leads from here to a goal")
				}
			}
		}
		if s.Actor == Seller && s.Department == "" {
			add(path+".department", "no-department", s.ID, "the seller's step has no responsible department")
		}
		if s.Visibility == touchpoint.Shared && s.Touchpoint == "" {
			add(path+".touchpoint", "no-touchpoint", s.ID, "both sides see the step, and no touchpoint says where")
		}
		if s.Phase == b2b.UnknownPhase {
			add(path+".phase", "no-phase", s.ID, "the sales phase is unknown")
		}
		if s.Actor == UnknownActor {
			add(path+".actor", "unknown-actor", s.ID, "nobody knows who makes this step")
		}
		if s.Duration.Family == Unset {
			add(path+".duration", "no-duration", s.ID, "the duration is unknown")
		}
	}
	if m.Flow == nil {
		add("map.flow", "no-flow", "", "the steps have no order")
	}
	phase := make(map[StepID]b2b.Phase)
	for _, s := range m.Steps {
		phase[s.ID] = s.Phase
	}
	_, drawn := m.Flow.(Graph)
	for i, e := range edges {
		path := "map.flow"
		if drawn {
			path += ".edges[" + strconv.Itoa(i) + "]"
		}
		if a, b := phase[e.From], phase[e.To]; a != b2b.UnknownPhase && b != b2b.UnknownPhase && b < a {
			add(path, "phase-backwards", e.To, "leads from "+a.String()+" back to "+b.String())
		}
		if drawn && !e.P.IsKnown() && len(next[e.From]) > 1 {
			add(path+".p", "unknown-share", e.From, "the share of this way is unknown")
		}
	}
	return out
}

// closure returns everything that can be reached from the roots, themselves included.
func closure(next map[StepID][]StepID, roots ...StepID) map[StepID]bool {
	seen := make(map[StepID]bool)
	stack := slices.Clone(roots)
	for len(stack) > 0 {
		s := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[s] {
			continue
		}
		seen[s] = true
		stack = append(stack, next[s]...)
	}
	return seen
}

// Edges returns which step may come directly after which, with the ends. For a [Graph] these are its edges in their order; for a
// [Tree] all direct successions that some run shows, by (from, to), without shares.
func (m *Map) Edges() []Edge {
	switch f := m.Flow.(type) {
	case Graph:
		return slices.Clone(f.Edges)
	case Tree:
		b := borderOf(f)
		edges := slices.Clone(b.pairs)
		for _, s := range b.first {
			edges = append(edges, [2]StepID{Start, s})
		}
		for _, s := range b.last {
			edges = append(edges, [2]StepID{s, End})
		}
		if b.empty {
			edges = append(edges, [2]StepID{Start, End})
		}
		slices.SortFunc(edges, comparePairs)
		edges = slices.Compact(edges)
		out := make([]Edge, len(edges))
		for i, e := range edges {
			out[i] = Edge{From: e[0], To: e[1]}
		}
		return out
	default:
		return nil
	}
}

func comparePairs(a, b [2]StepID) int {
	return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
}

// border says how the runs of a tree begin, end and go on.
type border struct {
	first, last []StepID
	pairs       [][2]StepID
	empty       bool // some run has no step
	all         []StepID
}

func borderOf(t Tree) border {
	switch t.Op {
	case Leaf:
		s := []StepID{t.Step}
		return border{first: s, last: s, all: s}
	case Sequence:
		b := border{empty: true}
		for _, c := range t.Children {
			n := borderOf(c)
			b.pairs = append(append(b.pairs, n.pairs...), cross(b.last, n.first)...)
			if b.empty {
				b.first = union(b.first, n.first)
			}
			if n.empty {
				b.last = union(b.last, n.last)
			} else {
				b.last = n.last
			}
			b.empty = b.empty && n.empty
			b.all = union(b.all, n.all)
		}
		return b
	case Choice:
		var b border
		for _, c := range t.Children {
			n := borderOf(c)
			b.first, b.last, b.all = union(b.first, n.first), union(b.last, n.last), union(b.all, n.all)
			b.pairs = append(b.pairs, n.pairs...)
			b.empty = b.empty || n.empty
		}
		return b
	case Parallel:
		b := border{empty: true}
		for _, c := range t.Children {
			n := borderOf(c)
			b.pairs = append(append(append(b.pairs, n.pairs...), cross(b.all, n.all)...), cross(n.all, b.all)...)
			b.first, b.last, b.all = union(b.first, n.first), union(b.last, n.last), union(b.all, n.all)
			b.empty = b.empty && n.empty
		}
		return b
	case Loop:
		if len(t.Children) != 2 {
			return border{empty: true}
		}
		body, redo := borderOf(t.Children[0]), borderOf(t.Children[1])
		b := border{first: body.first, last: body.last, all: union(body.all, redo.all), empty: body.empty}
		b.pairs = append(append(append(b.pairs, body.pairs...), redo.pairs...), cross(body.last, redo.first)...)
		b.pairs = append(b.pairs, cross(redo.last, body.first)...)
		if redo.empty {
			b.pairs = append(b.pairs, cross(body.last, body.first)...)
		}
		if body.empty {
			b.pairs = append(b.pairs, cross(redo.last, redo.first)...)
			b.first, b.last = union(b.first, redo.first), union(b.last, redo.last)
		}
		return b
	case Silent, UnknownOp:
	}
	return border{empty: true}
}

func cross(a, b []StepID) [][2]StepID {
	out := make([][2]StepID, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			out = append(out, [2]StepID{x, y})
		}
	}
	return out
}

// union returns the steps of both lists, sorted, each once.
func union(a, b []StepID) []StepID {
	out := append(slices.Clone(a), b...)
	slices.Sort(out)
	return slices.Compact(out)
}
