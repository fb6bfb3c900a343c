package stitch

import (
	"slices"
)

// component is a set of profiles outside of which no rule can link any of them. It is immutable once resolved.
type component struct {
	level    Level
	members  []uint32 // by profile id
	entities []*entity
	rare     *findings // nil for most
	next     int64     // until then the result stays as it is
}

// findings is what few components have.
type findings struct {
	refusals []refusal
	clashes  []clash
	proposed []proposal // by the scorer
}

var nothingFound findings

// found returns the findings for reading.
func (c *component) found() *findings {
	if c.rare == nil {
		return &nothingFound
	}
	return c.rare
}

// note returns the findings for changing, while the component is resolved.
func (c *component) note() *findings {
	if c.rare == nil {
		c.rare = &findings{}
	}
	return c.rare
}

// entity is one person or account. It is immutable; a new one replaces it.
type entity struct {
	id           string
	level        Level
	founder      uint32
	members      []uint32 // by profile id
	links        []link   // those that united the members, in order
	affiliations []belonging
	aside        *aside // nil for most
	component    *component
}

// aside is what few entities have.
type aside struct {
	relations []Relation
	shared    []refusal // evidence from shared ranges, relations inside the entity
}

var nothingAside aside

// beside returns what few entities have, for reading.
func (e *entity) beside() *aside {
	if e.aside == nil {
		return &nothingAside
	}
	return e.aside
}

// link is a reason why two profiles are together; a is the smaller profile id.
type link struct {
	a, b  uint32
	rule  int32  // −1 = judgement
	value uint32 // of the rule's Same condition, the combination where it has several, or none
	rank  rank
}

// valuesOf returns the values that a link rests on.
func (s *store) valuesOf(l link) []uint32 {
	switch {
	case l.value == none:
		return nil
	case l.rule >= 0 && s.c.rules[l.rule].combined():
		return s.combos.at(l.value).values
	}
	return []uint32{l.value}
}

// refusal is a link that did not come about: the first, in the order of links, between two entities.
type refusal struct {
	link link
	by   blocker // a and b are profiles here
}

// clash is a contradiction inside one component.
type clash struct {
	kind  ContradictionKind
	a, b  uint32 // profiles, or none
	rule  string
	value Kind
}

func (s *store) sortProfiles(list []uint32) {
	if len(list) < 2 {
		return
	}
	slices.SortFunc(list, func(a, b uint32) int { return s.profiles.at(a).id.Compare(s.profiles.at(b).id) })
}

// resolve finds the entities among the members of a component, which are sorted by profile id.
func (e *eval) resolve(c *component) {
	defer func() { c.next = min(c.next, e.next) }()
	if len(c.members) == 1 {
		e.single(c)
		return
	}
	u := &e.scratch
	u.reset(e, c.level, c.members, nil)
	edges := u.judge(c)
	u.vetoByRules()
	arrivals, more := u.collect()
	u.run(arrivals, append(edges, more...))
	if len(u.proposed) > 0 {
		c.note().proposed = u.proposed
	}
	e.entities(u, c)
}
