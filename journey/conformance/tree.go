package conformance

import (
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/journey"
)

// Compile makes a model of a tree or a graph. A tree gives a block-structured safe net; a graph gives a state machine
// with one state per step, in which "^" is the start and "$" the end. Probabilities and delays play no part. Errors
// name every problem; a flow without a run from start to end gives [ErrNoRun].
func Compile(flow journey.Flow) (*Model, error) {
	switch f := flow.(type) {
	case journey.Tree:
		return compileTree(f)
	case journey.Graph:
		return compileGraph(f)
	}
	return nil, &b2b.InvalidError{Path: "flow", Reason: "neither a tree nor a graph"}
}

func compileTree(t journey.Tree) (*Model, error) {
	var p b2b.Problems
	p.Join("tree", t.Check())
	if err := p.Err(); err != nil {
		return nil, err
	}
	m := treeModel(t)
	m.source = "tree"
	return m, m.finish()
}

// treeModel makes the net of a valid tree.
func treeModel(t journey.Tree) *Model {
	m := newModel(0)
	in, out := m.place(), m.place()
	m.tree(t, in, out)
	m.initial, m.final = m.one(in), m.one(out)
	m.safe = true
	return m
}

// place adds an empty place.
func (m *Model) place() int32 {
	m.places++
	return int32(m.places - 1)
}

// one returns the marking with one token, on place p.
func (m *Model) one(p int32) []uint8 {
	marking := make([]uint8, m.places)
	marking[p] = 1
	return marking
}

// join adds a silent transition.
func (m *Model) join(from, to []int32) { m.add("", from, to) }

// tree adds the net of t between two places. A loop gets places of its own for the body's ends, so that neither a loop
// inside a choice nor a choice inside a loop can run backwards through shared places.
//
// A part without any step is one silent move, whatever its structure: only that can be seen of it.
func (m *Model) tree(t journey.Tree, in, out int32) {
	if !hasStep(t) {
		m.join([]int32{in}, []int32{out})
		return
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
			m.tree(c, in, next)
			in = next
		}
	case journey.Choice:
		for _, c := range t.Children {
			m.tree(c, in, out)
		}
	case journey.Parallel:
		starts, ends := make([]int32, len(t.Children)), make([]int32, len(t.Children))
		for i := range t.Children {
			starts[i], ends[i] = m.place(), m.place()
		}
		m.join([]int32{in}, starts)
		for i, c := range t.Children {
			m.tree(c, starts[i], ends[i])
		}
		m.join(ends, []int32{out})
	case journey.Loop:
		start, end := m.place(), m.place()
		m.join([]int32{in}, []int32{start})
		m.tree(t.Children[0], start, end)
		m.tree(t.Children[1], end, start)
		m.join([]int32{end}, []int32{out})
	case journey.UnknownOp:
	}
}

// hasStep reports whether a tree has a leaf.
func hasStep(t journey.Tree) bool {
	return t.Op == journey.Leaf || slices.ContainsFunc(t.Children, hasStep)
}
