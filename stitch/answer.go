package stitch

import (
	"cmp"
	"iter"
	"slices"

	"github.com/buyerjourney/b2b/internal/bin"
)

const answerVersion = 1

// AppendBinary appends the whole answer in canonical form: two snapshots have equal bytes if and only if they give the
// same entities, ids, links, refusals, affiliations, relations and contradictions. It cannot be decoded: keep the facts,
// or [Resolver.AppendBinary].
func (s *Snapshot) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, answerVersion)
	for _, l := range [...]Level{Person, Account} {
		list := s.sorted(l)
		dst = bin.AppendUvarint(dst, uint64(len(list)))
		for _, e := range list {
			dst = s.appendEntity(dst, e)
		}
	}
	return appendContradictions(dst, s.contradictions()), nil
}

func appendContradictions(dst []byte, all []Contradiction) []byte {
	dst = bin.AppendUvarint(dst, uint64(len(all)))
	for _, c := range all {
		dst = append(dst, byte(c.Kind))
		dst = bin.AppendString(bin.AppendString(bin.AppendString(dst, c.Entity), c.Rule), string(c.Value))
		dst = bin.AppendUvarint(dst, uint64(len(c.Profiles)))
		for _, p := range c.Profiles {
			dst = appendProfileID(dst, p)
		}
	}
	return dst
}

func compareContradictions(a, b Contradiction) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Entity, b.Entity), slices.CompareFunc(a.Profiles, b.Profiles, ProfileID.Compare),
		cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Value, b.Value))
}

func (s *Snapshot) appendEntity(dst []byte, e *entity) []byte {
	st := &s.store
	dst = bin.AppendString(dst, e.id)
	dst = appendProfileID(dst, st.profiles.at(e.founder).id)
	dst = bin.AppendUvarint(dst, uint64(len(e.members)))
	for _, m := range e.members {
		dst = appendProfileID(dst, st.profiles.at(m).id)
	}
	dst = bin.AppendUvarint(dst, uint64(len(e.links)))
	for _, l := range e.links {
		dst = s.appendLink(dst, l)
	}
	refusals := s.refusalsOf(e)
	dst = bin.AppendUvarint(dst, uint64(len(refusals)))
	for _, r := range refusals {
		dst = s.appendLink(dst, r.link)
		dst = bin.AppendString(append(dst, byte(r.by.cause)), r.name(st))
	}
	dst = bin.AppendUvarint(dst, uint64(len(e.affiliations)))
	for i := range e.affiliations {
		a := st.affiliation(e, &e.affiliations[i])
		dst = appendWindow(bin.AppendString(dst, string(a.Account)), a.Valid)
		dst = bin.AppendFloat64(bin.AppendBool(bin.AppendString(dst, a.Title), a.Primary), a.Confidence)
		dst = bin.AppendString(bin.AppendString(bin.AppendString(dst, a.Rule), a.By), a.Fact)
		dst = appendProfileID(appendProfileID(dst, a.PersonProfile), a.AccountProfile)
	}
	dst = bin.AppendUvarint(dst, uint64(len(e.beside().relations)))
	for _, r := range e.beside().relations {
		dst = appendWindow(bin.AppendString(bin.AppendString(bin.AppendString(dst, r.A), r.B), r.Relation), r.Valid)
		dst = bin.AppendString(bin.AppendString(dst, r.Rule), r.Fact)
	}
	return dst
}

func (s *Snapshot) appendLink(dst []byte, l link) []byte {
	st := &s.store
	dst = appendProfileID(appendProfileID(dst, st.profiles.at(l.a).id), st.profiles.at(l.b).id)
	dst = bin.AppendString(dst, st.ruleName(l.rule))
	if l.rule < 0 {
		return bin.AppendString(dst, st.facts[l.rank.fact].id)
	}
	dst = bin.AppendFloat64(bin.AppendVarint(bin.AppendVarint(dst, int64(l.rank.priority)), l.rank.support), l.rank.strength)
	values := st.valuesOf(l)
	dst = bin.AppendUvarint(dst, uint64(len(values)))
	for _, v := range values {
		dst = appendIdentifier(dst, st.values.at(v).id)
	}
	return dst
}

// refusalsOf returns the refusals that an entity takes part in, those between entities first.
func (s *Snapshot) refusalsOf(e *entity) []refusal {
	var out []refusal
	for _, r := range e.component.found().refusals {
		if s.store.profiles.at(r.link.a).entity.id == e.id || s.store.profiles.at(r.link.b).entity.id == e.id {
			out = append(out, r)
		}
	}
	return append(out, e.beside().shared...)
}

// Contradictions lists what cannot all be true, by kind, entity and profiles.
func (s *Snapshot) Contradictions() iter.Seq[Contradiction] {
	return func(yield func(Contradiction) bool) {
		for _, c := range s.contradictions() {
			if !yield(c) {
				return
			}
		}
	}
}

func (s *Snapshot) contradictions() []Contradiction {
	st := &s.store
	var out []Contradiction
	for e := range s.entities() {
		if e.members[0] != e.component.members[0] {
			continue // each component once
		}
		for _, x := range e.component.found().clashes {
			c := Contradiction{Kind: x.kind, Rule: x.rule, Value: x.value, Profiles: []ProfileID{st.profiles.at(x.a).id}}
			if x.b != none {
				c.Profiles = append(c.Profiles, st.profiles.at(x.b).id)
			}
			c.Entity = st.profiles.at(x.a).entity.id
			out = append(out, c)
		}
	}
	for i := range uint32(st.profiles.len()) {
		if p := st.profiles.at(i); p.entity != nil && s.hasTwoLevels(p) {
			out = append(out, Contradiction{Kind: TwoLevels, Entity: p.entity.id, Profiles: []ProfileID{p.id}})
		}
	}
	for i := range uint32(st.values.len()) {
		if v := st.values.at(i); v.id.kind() == IPPrefix {
			if owners := s.owners(i, v); len(owners) > 1 {
				out = append(out, Contradiction{Kind: TwoOwners, Profiles: st.ids(owners), Value: IPPrefix})
			}
		}
	}
	slices.SortFunc(out, compareContradictions)
	return out
}

func (s *Snapshot) hasTwoLevels(p *profile) bool {
	return slices.ContainsFunc(p.seens, func(f uint32) bool { return s.store.facts[f].level != p.level })
}

// owners returns the profiles that own a prefix, if they are several accounts.
func (s *Snapshot) owners(code uint32, v *value) []uint32 {
	var owners []uint32
	accounts := map[*entity]bool{}
	for _, q := range v.holders {
		p := s.store.profiles.at(q)
		if _, _, ok := p.sum(code); ok && p.level == Account && p.entity != nil {
			owners = append(owners, q)
			accounts[p.entity] = true
		}
	}
	if len(accounts) < 2 {
		return nil
	}
	s.store.sortProfiles(owners)
	return owners
}

// Contradictions lists what cannot all be true at the clock, by kind, entity and profiles.
func (r *Resolver) Contradictions() iter.Seq[Contradiction] { return r.Snapshot().Contradictions() }
