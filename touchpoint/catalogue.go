package touchpoint

import (
	"cmp"
	"iter"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
)

// Catalogue is a set of touchpoints with their control policy. It is immutable and safe for concurrent use. The zero
// value is an empty catalogue with the default policy; make others with [NewCatalogue].
type Catalogue struct {
	policy ControlPolicy
	points []Touchpoint // by ID
	names  map[string]int
}

// NewCatalogue checks the touchpoints and returns them as a catalogue, in the order of their IDs. It copies what it
// keeps. Errors, all at once, with paths such as touchpoints[3].aliases[0]: what [Touchpoint.Check] reports, an ID that
// occurs twice, an alias that two touchpoints claim or that is the ID of another. O(n log n).
func NewCatalogue(touchpoints []Touchpoint, policy ControlPolicy) (*Catalogue, error) {
	var p b2b.Problems
	first := make(map[ID]int, len(touchpoints))
	for i, t := range touchpoints {
		if _, seen := first[t.ID]; !seen {
			first[t.ID] = i
		}
	}
	claimed := make(map[string]int)
	for i, t := range touchpoints {
		path := "touchpoints[" + strconv.Itoa(i) + "]"
		p.Join(path, t.Check())
		if j := first[t.ID]; t.ID != "" && j != i {
			p.Addf(path+".id", "same as touchpoints[%d].id", j)
		}
		for k, a := range t.Aliases {
			at := path + ".aliases[" + strconv.Itoa(k) + "]"
			if j, ok := first[ID(a)]; ok && a != "" && j != i {
				p.Addf(at, "is the id of touchpoints[%d]", j)
			}
			if j, ok := claimed[a]; ok && a != "" && j != i {
				p.Addf(at, "claimed by touchpoints[%d] too", j)
			} else {
				claimed[a] = i
			}
		}
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	c := &Catalogue{policy: policy, points: make([]Touchpoint, len(touchpoints)), names: make(map[string]int, len(touchpoints)+len(claimed))}
	for i, t := range touchpoints {
		c.points[i] = t.clean()
	}
	slices.SortFunc(c.points, func(a, b Touchpoint) int { return cmp.Compare(a.ID, b.ID) })
	for i, t := range c.points {
		for _, a := range t.Aliases {
			c.names[a] = i
		}
	}
	for i, t := range c.points {
		c.names[string(t.ID)] = i // an ID wins over an alias
	}
	return c, nil
}

// Policy returns the control policy.
func (c *Catalogue) Policy() ControlPolicy { return c.policy }

// Len returns the number of touchpoints.
func (c *Catalogue) Len() int { return len(c.points) }

// All iterates over the touchpoints in the order of their IDs. Each is a copy.
func (c *Catalogue) All() iter.Seq[Touchpoint] {
	return func(yield func(Touchpoint) bool) {
		for _, t := range c.points {
			if !yield(t.clean()) {
				return
			}
		}
	}
}

// InPhase iterates over the touchpoints of a phase in the order of their IDs. Each is a copy.
func (c *Catalogue) InPhase(phase b2b.Phase) iter.Seq[Touchpoint] {
	return func(yield func(Touchpoint) bool) {
		for _, t := range c.points {
			if t.Phase == phase && !yield(t.clean()) {
				return
			}
		}
	}
}

// Lookup returns the touchpoint with the ID.
func (c *Catalogue) Lookup(id ID) (Touchpoint, bool) {
	if t := c.find(id); t != nil {
		return t.clean(), true
	}
	return Touchpoint{}, false
}

// Resolve returns the ID of the touchpoint that another system calls name: an ID first, else an alias.
func (c *Catalogue) Resolve(name string) (ID, bool) {
	i, ok := c.names[name]
	if !ok {
		return "", false
	}
	return c.points[i].ID, true
}

// Phase returns the phase of the touchpoint; it is [b2b.UnknownPhase] for an ID that the catalogue does not have.
func (c *Catalogue) Phase(id ID) b2b.Phase {
	if t := c.find(id); t != nil {
		return t.Phase
	}
	return b2b.UnknownPhase
}

// Control returns how far the touchpoint can be influenced, in [0,1]; ok is false if the catalogue does not have it or
// its owner or initiator is unknown.
func (c *Catalogue) Control(id ID) (degree float64, ok bool) {
	if t := c.find(id); t != nil {
		return c.policy.Degree(*t)
	}
	return 0, false
}

// InContactStrategy reports whether the touchpoint belongs to the contact strategy: it can be influenced, and it lies in
// one phase and leads to another. Any other phase will do, since the loyalty loop leads back to Attract or Convince. ok is
// false if the catalogue does not have the touchpoint or its control is unknown.
func (c *Catalogue) InContactStrategy(id ID) (in, ok bool) {
	t := c.find(id)
	if t == nil {
		return false, false
	}
	degree, ok := c.policy.Degree(*t)
	if !ok {
		return false, false
	}
	return degree >= c.policy.Threshold() && t.Phase != b2b.UnknownPhase && t.LeadsTo != b2b.UnknownPhase && t.LeadsTo != t.Phase, true
}

// find returns the touchpoint with the ID, nil if there is none.
func (c *Catalogue) find(id ID) *Touchpoint {
	if i, ok := c.names[string(id)]; ok && c.points[i].ID == id {
		return &c.points[i]
	}
	return nil
}
