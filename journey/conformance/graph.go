package conformance

import (
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/touchpoint"
)

// compileGraph makes a state machine: one place per step, which holds the token after the step, and one for the start.
func compileGraph(g journey.Graph) (*Model, error) {
	m := newModel(0)
	if err := m.graph(g); err != nil {
		return nil, err
	}
	m.source, m.safe = "graph", true
	return m, m.finish()
}

func (m *Model) graph(g journey.Graph) error {
	var p b2b.Problems
	start, end := m.place(), m.place()
	after := map[journey.StepID]int32{journey.Start: start}
	place := func(s journey.StepID) int32 {
		q, ok := after[s]
		if !ok {
			q = m.place()
			after[s] = q
		}
		return q
	}
	for i, e := range g.Edges {
		path := "graph.edges[" + strconv.Itoa(i) + "]"
		switch {
		case e.From == "" || e.From == journey.End:
			p.Add(path+".from", "not a step or the start")
		case e.To == "" || e.To == journey.Start:
			p.Add(path+".to", "not a step or the end")
		case e.To == journey.End:
			m.join([]int32{place(e.From)}, []int32{end})
		default:
			m.add(e.To, []int32{place(e.From)}, []int32{place(e.To)})
		}
	}
	m.initial, m.final = m.one(start), m.one(end)
	return p.Err()
}

// CompileMap makes a model of the flow of a map. Steps that are internal to the buyer or the seller may happen unseen,
// at no cost; where a row recorded one, it is matched. A map without a flow is an error.
func CompileMap(m *journey.Map) (*Model, error) {
	var made *Model
	var err error
	switch f := m.Flow.(type) {
	case journey.Tree:
		made = treeModel(f)
	case journey.Graph:
		made = newModel(0)
		err = made.graph(f)
		made.safe = true
	default:
		err = &b2b.InvalidError{Path: "map.flow", Reason: "a map without a flow allows no journey"}
	}
	if err != nil {
		return nil, err
	}
	made.source = "map"
	made.order()
	for _, s := range m.Steps {
		if i, ok := made.labelOf(s.ID); ok {
			made.internal[i] = s.Visibility == touchpoint.BuyerInternal || s.Visibility == touchpoint.SellerInternal
		}
		for _, alias := range s.Aliases {
			made.alias(alias, s.ID)
		}
	}
	return made, made.settle()
}
