package stitch

import (
	"slices"
)

// component is a set of profiles outside of which no rule can link any of them. It is immutable once resolved.
type component struct {
	level    Level
	members  []uint32 // by profile id
	entities []*entity
	refusals []refusal
	clashes  []clash
	proposed []proposal // by the scorer
	next     int64      // until then the result stays as it is
}

// entity is one person or account. It is immutable; a new one replaces it.
type entity struct {
	id           string
	level        Level
	founder      uint32
	members      []uint32 // by profile id
	links        []link   // those that united the members, in order
	affiliations []Affiliation
	relations    []Relation
	shared       []refusal // evidence from shared ranges, relations inside the entity
	component    *component
}

// link is a reason why two profiles are together; a is the smaller profile id.
type link struct {
	a, b   uint32
	rule   int32 // −1 = judgement
	values []uint32
	rank   rank
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
	u := newUnion(e, c.level, c.members, nil)
	edges := u.judge(c)
	u.vetoByRules()
	arrivals, more := u.collect()
	u.run(arrivals, append(edges, more...))
	c.proposed = u.proposed
	e.entities(u, c)
}
