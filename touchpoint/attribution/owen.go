package attribution

import (
	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/touchpoint"
)

// Owen divides an account's journey by the Owen value (1977) of the unanimity game of its (person, name) pairs with persons as
// a-priori unions: each person gets the same, divided equally among the distinct names that the person touched. A pair's
// part is credited to its first touch. Touches without a person form one union, the unknown.
type Owen struct {
	Name func(touchpoint.Touch) string // what makes names distinct; nil: the touchpoint
}

// SeatLinear divides an account's journey in proportion to a weight per seat. Where all weights are 0 every touch gets the
// same. A meeting of several persons is one touch per seat at the table.
type SeatLinear struct {
	Weights map[b2b.SeatID]float64 // ≥ 0
	Other   float64                // of a seat without a weight, ≥ 0
}

// String returns "owen".
func (Owen) String() string { return "owen" }

// String returns "seat-linear".
func (SeatLinear) String() string { return "seat-linear" }

func (Owen) check(*b2b.Problems) {}

func (m SeatLinear) check(p *b2b.Problems) {
	checkWeights(p, "model.weights", m.Weights)
	checkWeights(p, "model", map[string]float64{"other": m.Other})
}

func (m Owen) divide(touches []touchpoint.Touch, _ []Milestone) []float64 {
	if len(touches) == 0 {
		return nil
	}
	type pair struct {
		person b2b.PersonID
		name   string
	}
	first := make(map[pair]bool)
	names := make(map[b2b.PersonID]float64)
	out := make([]float64, len(touches))
	for i, t := range touches {
		p := pair{t.Person, string(t.Touchpoint)}
		if m.Name != nil {
			p.name = m.Name(t)
		}
		if !first[p] {
			first[p] = true
			names[t.Person]++
			out[i] = 1
		}
	}
	for i, t := range touches {
		out[i] /= float64(len(names)) * names[t.Person]
	}
	return out
}

func (m SeatLinear) divide(touches []touchpoint.Touch, _ []Milestone) []float64 {
	if len(touches) == 0 {
		return nil
	}
	type place struct {
		source, id string
		seat       b2b.SeatID
	}
	seen := make(map[place]bool)
	out := make([]float64, len(touches))
	for i, t := range touches {
		p := place{t.Source, t.ID, t.Seat}
		if t.ID != "" && seen[p] {
			continue
		}
		seen[p] = true
		w, ok := m.Weights[t.Seat]
		if !ok {
			w = m.Other
		}
		out[i] = w
	}
	if !normalise(out) {
		for i := range out {
			out[i] = 1 / float64(len(out))
		}
	}
	return out
}
