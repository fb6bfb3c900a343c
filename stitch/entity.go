package stitch

import (
	"cmp"
	"encoding/base32"
	"slices"
)

// single makes the entity of a profile that nothing can be linked with.
func (e *eval) single(c *component) {
	m := c.members[0]
	ent := e.answers.entities.one(entity{level: c.level, component: c, founder: m, members: c.members, id: e.s.c.entityID(c.level, e.s.profiles.at(m).id)})
	c.entities = append(e.answers.lists.take(1), ent)
	u := union{e: e, level: c.level}
	e.guards = u.guardValues(e.guards[:0], e.s.profiles.at(m))
	if g := u.exceeds(e.guards); g >= 0 {
		c.note().clashes = append(c.found().clashes, clash{kind: TooManyValues, a: m, b: none, value: e.s.c.guards[g].kind})
	}
}

// entities turns the clusters into entities, refusals and contradictions.
func (e *eval) entities(u *union, c *component) {
	u.index = u.index[:0] // member → entity; entities stand in the order of their first members
	for range u.members {
		u.index = append(u.index, -1)
	}
	index := u.index
	for i, m := range u.members {
		root := u.find(int32(i))
		if index[root] < 0 {
			index[root] = int32(len(c.entities))
			n := int(u.size[root])
			ent := e.answers.entities.one(entity{level: c.level, component: c, members: e.answers.codes.take(n), links: e.answers.links.take(n - 1)})
			if c.entities == nil {
				c.entities = e.answers.lists.take(1)
			}
			c.entities = append(c.entities, ent)
			if g := u.exceeds(u.guarded[root]); g >= 0 {
				c.note().clashes = append(c.found().clashes, clash{kind: TooManyValues, a: m, b: none, value: e.s.c.guards[g].kind})
			}
		}
		index[i] = index[root]
		ent := c.entities[index[i]]
		ent.members = append(ent.members, m)
	}
	for _, x := range u.links {
		ent := c.entities[index[x.lo]]
		ent.links = append(ent.links, u.link(x))
	}
	for _, ent := range c.entities {
		ent.founder = e.founder(ent.members)
		ent.id = e.s.c.entityID(ent.level, e.s.profiles.at(ent.founder).id)
	}
	if len(u.refused)+len(u.forced) == 0 {
		return
	}
	type meeting struct{ a, b int32 }
	met := map[meeting]bool{}
	for _, r := range u.refused {
		m := meeting{min(index[r.edge.lo], index[r.edge.hi]), max(index[r.edge.lo], index[r.edge.hi])}
		if m.a != m.b && !met[m] {
			met[m] = true
			c.note().refusals = append(c.found().refusals, u.refusal(r))
		}
	}
	for _, r := range u.forced {
		c.note().clashes = append(c.found().clashes, clash{kind: AlwaysAgainstRule, a: u.members[r.edge.lo], b: u.members[r.edge.hi], rule: u.refusal(r).name(e.s)})
	}
}

func (u *union) link(x edge) link {
	return link{a: u.members[x.lo], b: u.members[x.hi], rule: x.rule, value: x.value, rank: x.rank}
}

func (u *union) refusal(r refused) refusal {
	out := refusal{link: u.link(r.edge), by: r.by}
	out.by.a, out.by.b = int32(none>>1), int32(none>>1)
	if r.by.cause == VetoedByJudgement || r.by.cause == VetoedByRule {
		out.by.a, out.by.b = int32(u.members[r.by.a]), int32(u.members[r.by.b])
	}
	return out
}

// name says what stood in the way: a rule, a guarded kind, or a fact.
func (r refusal) name(s *store) string {
	switch r.by.cause {
	case VetoedByJudgement:
		return s.facts[r.by.fact].id
	case VetoedByRule:
		return s.c.rules[r.by.rule].name
	case RefusedByGuard:
		return string(s.c.guards[r.by.guard].kind)
	case UnknownCause, SharedRange, SameEntity:
		return ""
	default:
		return ""
	}
}

// founder returns the member that gives the entity its id: pinned first, then known first, then the smallest profile id.
func (e *eval) founder(members []uint32) uint32 {
	return slices.MinFunc(members, func(a, b uint32) int {
		p, q := e.s.profiles.at(a), e.s.profiles.at(b)
		pinned := func(p *profile) int {
			if p.words().pins > 0 {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(pinned(p), pinned(q)), cmp.Compare(p.recorded, q.recorded), p.id.Compare(q.id))
	})
}

var idText = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// entityID returns the id that a founder gives: "p_" or "a_" and 80 bits of a keyed hash.
func (c *Compiled) entityID(l Level, founder ProfileID) string {
	if c.config.IDs != nil {
		return c.config.IDs(l, founder)
	}
	sum := mac(c.config.Key, l.String(), founder.Source, founder.ID)
	var text [18]byte
	copy(text[:], "p_")
	if l == Account {
		text[0] = 'a'
	}
	idText.Encode(text[2:], sum[:10])
	return string(text[:])
}
