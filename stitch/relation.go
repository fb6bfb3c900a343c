package stitch

import (
	"cmp"
	"slices"

	"github.com/buyerjourney/b2b"
)

// Relation says that two entities of one level are related and not the same: a parent and its subsidiary, the members of
// a household. It reads from A to B.
type Relation struct {
	A, B     string // ids of entities
	Relation string
	Valid    b2b.Window
	Rule     string // the rule, "" for a statement
	Fact     string // the statement
	// The pair of profiles that the evidence is about.
	ProfileA, ProfileB ProfileID
}

func compareRelations(a, b Relation) int {
	return cmp.Or(cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B), cmp.Compare(a.Relation, b.Relation), a.Valid.From.Compare(b.Valid.From),
		a.Valid.To.Compare(b.Valid.To), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Fact, b.Fact), a.ProfileA.Compare(b.ProfileA), a.ProfileB.Compare(b.ProfileB))
}

// relations returns every relation that an entity takes part in, and the pairs that became one entity.
func (e *eval) relations(ent *entity) (out []Relation, refusals []refusal) {
	for _, m := range ent.members {
		p := e.s.profiles.at(m)
		for _, f := range p.words().related {
			rec := &e.s.facts[f]
			b, ok := rec.body.(Related)
			if !ok {
				continue
			}
			ca, oka := e.s.codeOf(b.A)
			cb, okb := e.s.codeOf(b.B)
			if !oka || !okb {
				continue
			}
			x, y := e.s.profiles.at(ca), e.s.profiles.at(cb)
			if x.entity == nil || y.entity == nil || x.level != y.level {
				continue
			}
			if x.entity.id == y.entity.id {
				if m == ca {
					refusals = append(refusals, refusal{link: orderLink(e.s, link{a: ca, b: cb, rule: -1, value: none, rank: rank{fact: f}}), by: blocker{cause: SameEntity, fact: f}})
				}
				continue
			}
			out = append(out, Relation{A: x.entity.id, B: y.entity.id, Relation: b.Relation, Valid: b.Valid.UTC(), Fact: rec.id, ProfileA: b.A, ProfileB: b.B})
		}
		e.relateByRules(m, p, &out, &refusals)
	}
	for i := range out {
		e.horizon(bounds(out[i].Valid))
	}
	slices.SortFunc(out, compareRelations)
	out = slices.CompactFunc(out, func(a, b Relation) bool { return compareRelations(a, b) == 0 })
	slices.SortFunc(refusals, func(a, b refusal) int { return e.s.compareRefusals(a, b) })
	return out, refusals
}

func orderLink(s *store, l link) link {
	if s.profiles.at(l.a).id.Compare(s.profiles.at(l.b).id) > 0 {
		l.a, l.b = l.b, l.a
	}
	return l
}

func (e *eval) relateByRules(m uint32, p *profile, out *[]Relation, refusals *[]refusal) {
	if !e.s.relates {
		return
	}
	tested := map[[2]uint32]bool{}
	try := func(ri int, holders []uint32) {
		r := &e.s.c.rules[ri]
		if !e.inForce(r) {
			return
		}
		for _, q := range holders {
			key := [2]uint32{uint32(ri), q}
			b := e.s.profiles.at(q)
			if q == m || tested[key] || b.entity == nil || b.level != p.level {
				continue
			}
			tested[key] = true
			found, ok := e.pair(r, p, b)
			if !ok {
				continue
			}
			x, y := p, b
			if p.id.Compare(b.id) > 0 {
				x, y = b, p
			}
			if x.entity.id == y.entity.id {
				if x == p {
					*refusals = append(*refusals, refusal{link: link{a: m, b: q, rule: int32(ri), value: none}, by: blocker{cause: SameEntity}})
				}
				continue
			}
			*out = append(*out, Relation{
				A: x.entity.id, B: y.entity.id, Relation: r.relation, Valid: window(found.since, found.until),
				Rule: r.name, ProfileA: x.id, ProfileB: y.id,
			})
		}
	}
	p.eachHeld(func(v uint32, _, _ int64) {
		x := e.s.values.at(v)
		if x.unites() {
			for _, ri := range e.s.use(v).relate[p.level] {
				try(ri, x.holders)
			}
		}
	})
	for _, code := range p.words().combos {
		c := e.s.combos.at(code)
		if r := &e.s.c.rules[c.rule]; r.effect == Relate && r.level == p.level {
			try(int(c.rule), c.holders)
		}
	}
	for i := range e.s.c.rules {
		r := &e.s.c.rules[i]
		if r.effect != Relate || r.level != p.level || len(r.same) > 0 || r.off {
			continue
		}
		var candidates []uint32
		for id := range e.s.c.config.Scorer.Candidates(e.s.profile(p)) {
			if q, ok := e.s.codeOf(id); ok {
				candidates = append(candidates, q)
			}
		}
		try(i, candidates)
	}
}

// compareRefusals orders by the pair, then rule and cause.
func (s *store) compareRefusals(a, b refusal) int {
	id := func(x uint32) ProfileID { return s.profiles.at(x).id }
	return cmp.Or(id(a.link.a).Compare(id(b.link.a)), id(a.link.b).Compare(id(b.link.b)), cmp.Compare(a.link.rule, b.link.rule), cmp.Compare(a.by.cause, b.by.cause))
}
