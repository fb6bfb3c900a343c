package stitch

import (
	"maps"
	"slices"
	"time"

	"github.com/buyerjourney/b2b"
)

// Receipt says what forgetting a person took away. It holds no personal value.
type Receipt struct {
	Entity     string // the id that the person had
	At         time.Time
	By         string
	Removed    b2b.Removed // facts, identifiers, fields, consents, judgements, affiliations, links, profiles
	Accounts   []b2b.AccountID
	Tombstones int // identifiers that are kept out from now on
}

// Forget erases a person: every profile of the entity, and every fact, holding, field, judgement and index entry about
// them, from the store and from every later view. Of each personal identifier that nobody else holds a keyed hash stays,
// so that it does not come back unnoticed; identifiers that are shared by their nature (names, addresses of the network,
// role mailboxes) leave none. It needs Config.Key of at least 32 bytes, and a person that exists; else nothing changes.
// Snapshots that were given out before still hold the person. The cost is linear in the number of facts.
func (r *Resolver) Forget(person b2b.PersonID, at time.Time, by string) (Receipt, []Change, error) {
	ent, ok := r.engine.s.entityOf(string(person))
	if !ok || ent.level != Person {
		return Receipt{}, nil, &b2b.InvalidError{Path: "person", Reason: "no such person"}
	}
	return r.forget(ent, ent.members, at, by)
}

// ForgetProfile erases one record of a person, as [Resolver.Forget] does with all of them.
func (r *Resolver) ForgetProfile(p ProfileID, at time.Time, by string) (Receipt, []Change, error) {
	code, ok := r.engine.s.codeOf(p)
	if !ok || r.engine.s.profiles.at(code).entity == nil || r.engine.s.profiles.at(code).level != Person {
		return Receipt{}, nil, &b2b.InvalidError{Path: "profile", Reason: "no such profile of a person"}
	}
	return r.forget(r.engine.s.profiles.at(code).entity, []uint32{code}, at, by)
}

func (r *Resolver) forget(ent *entity, members []uint32, at time.Time, by string) (Receipt, []Change, error) {
	if len(r.compiled().config.Key) < minKey {
		return Receipt{}, nil, &b2b.InvalidError{Path: "key", Reason: "shorter than 32 bytes"}
	}
	if at.Before(earliest) || !at.Before(latest) {
		return Receipt{}, nil, &b2b.InvalidError{Path: "at", Reason: reasonTime}
	}
	changes := r.advance(nano(at))
	s := r.engine.s
	receipt := Receipt{Entity: ent.id, At: at.UTC().Round(0), By: by}
	people := map[uint32]bool{}
	for _, m := range members {
		people[m] = true
	}
	accounts := map[b2b.AccountID]bool{}
	for _, a := range ent.affiliations {
		accounts[b2b.AccountID(a.account)] = true
	}
	receipt.Accounts = slices.Sorted(maps.Keys(accounts))
	receipt.Removed.Add("affiliations", int64(len(ent.affiliations)))
	for _, l := range ent.links {
		if people[l.a] || people[l.b] {
			receipt.Removed.Add("links", 1)
		}
	}
	receipt.Removed.Add("profiles", int64(len(members)))

	d := newDelta()
	erase, reduced := r.factsOf(people)
	for _, code := range erase {
		r.drop(code, d)
	}
	for code, body := range reduced {
		if s.facts[code].state == factActive {
			s.deactivate(code, d)
		}
		s.facts = slices.Clone(s.facts) // snapshots keep the old bodies
		s.facts[code].body = body
		if s.facts[code].state == factActive {
			s.activate(code, d)
		}
	}
	for p := range d.profiles {
		d.profiles[p] = none
	}
	changes = append(changes, r.settle(d, r.clock, false)...)
	values := r.blank(erase, &receipt)
	receipt.Tombstones = r.bury(values)
	for _, m := range members {
		id := s.profiles.at(m).id
		r.erased[s.c.entityID(Person, id)] = true
		s.byProfile.remove(hashProfile(id), m)
		*s.profiles.own(m) = profile{}
	}
	maps.DeleteFunc(r.gone, func(id string, _ []uint32) bool { return r.erased[id] })
	r.last = nil
	return receipt, changes, nil
}

// factsOf returns the facts that are about people alone or about them and others, and what remains of manual splits that
// name others too.
func (r *Resolver) factsOf(people map[uint32]bool) (erase []uint32, reduced map[uint32]Body) {
	s := r.engine.s
	reduced = map[uint32]Body{}
	about := func(ids ...ProfileID) bool {
		return slices.ContainsFunc(ids, func(id ProfileID) bool {
			code, ok := s.codeOf(id)
			return ok && people[code]
		})
	}
	gone := map[string]bool{}
	for i := range s.facts {
		rec := &s.facts[i]
		if rec.state == factErased {
			continue
		}
		hit := rec.profile != none && people[rec.profile]
		switch b := rec.body.(type) {
		case Judgement:
			hit = about(b.A, b.B)
		case Affiliated:
			hit = about(b.Person, b.Account)
		case Related:
			hit = about(b.A, b.B)
		case Pin:
			hit = about(b.Profile)
		case Apart:
			var groups [][]ProfileID
			changed := false
			for _, g := range b.Groups {
				kept := slices.DeleteFunc(slices.Clone(g), func(id ProfileID) bool { return about(id) })
				changed = changed || len(kept) < len(g)
				if len(kept) > 0 {
					groups = append(groups, kept)
				}
			}
			hit = changed && len(groups) < 2
			if changed && !hit {
				slices.SortFunc(groups, func(x, y []ProfileID) int { return x[0].Compare(y[0]) })
				reduced[uint32(i)] = Apart{Groups: groups, Reason: b.Reason}
			}
		}
		if hit {
			erase = append(erase, uint32(i))
			gone[rec.id] = true
		}
	}
	for i := range s.facts {
		if b, ok := s.facts[i].body.(Retract); ok && s.facts[i].state != factErased && gone[b.Fact] {
			erase = append(erase, uint32(i))
		}
	}
	return erase, reduced
}

// blank overwrites facts, and returns the values that they named.
func (r *Resolver) blank(erase []uint32, receipt *Receipt) []uint32 {
	s := r.engine.s
	s.facts = slices.Clone(s.facts)
	var values []uint32
	for _, code := range erase {
		rec := &s.facts[code]
		receipt.Removed.Add("facts", 1)
		switch rec.kind {
		case bodySeen:
			receipt.Removed.Add("identifiers", int64(rec.count))
			if b, ok := rec.body.(Seen); ok {
				receipt.Removed.Add("fields", int64(len(b.Fields)))
			}
		case bodyConsent:
			receipt.Removed.Add("consents", 1)
		case bodyJudgement, bodyApart:
			receipt.Removed.Add("judgements", 1)
		case bodyRetract:
			delete(r.retracts, rec.body.(Retract).Fact)
		case bodyEnded, bodyAffiliated, bodyRelated, bodyPin:
		}
		for _, v := range s.named(rec) {
			s.ownValue(v).refs--
			values = append(values, v)
		}
		s.byFact.remove(hashText(rec.id), code)
		*rec = factRec{state: factErased, profile: none}
	}
	slices.Sort(values)
	return slices.Compact(values)
}

// bury leaves tombstones for values that nobody holds any more, takes those values out of the tables, and returns the
// number of tombstones.
func (r *Resolver) bury(values []uint32) int {
	s, n := r.engine.s, 0
	for _, v := range values {
		x := s.values.at(v)
		if x.gone() {
			continue // drained with the one that it derives from
		}
		person := slices.ContainsFunc(x.holders, func(p uint32) bool { return s.profiles.at(p).level == Person })
		if x.id.leavesTombstone() && x.traits&traitRole == 0 && !person {
			r.tombs[r.tombstone(x.id)] = true
			n++
		}
		if x.refs <= 0 && len(x.holders) == 0 {
			r.drain(v, x)
		}
	}
	return n
}

// drain takes a value that nothing names out of the tables, and then the one that derived from it.
func (r *Resolver) drain(v uint32, x *value) {
	s := r.engine.s
	s.byValue.remove(hashIdentifier(x.id), v)
	s.ips.remove(x.id, v)
	derived := x.derived
	*s.values.own(v) = value{}
	if derived == none {
		return
	}
	d := s.ownValue(derived)
	if d.refs--; d.refs <= 0 && len(d.holders) == 0 {
		r.drain(derived, d)
	}
}

// leavesTombstone reports whether a value belongs to one person alone: names and network addresses do not.
func (i Identifier) leavesTombstone() bool {
	return i.Personal() && i.kind() != IP && i.kind() != PersonName
}

func (r *Resolver) tombstone(i Identifier) string {
	sum := mac(r.compiled().config.Key, string(i.kind()), i.system(), i.value)
	return string(sum[:])
}

func (r *Resolver) isForgotten(i Identifier) bool {
	return len(r.tombs) > 0 && r.tombs[r.tombstone(i)]
}

// Readmit lifts the tombstone of an identifier, after its owner gave a new consent; ok is false if there was none.
func (r *Resolver) Readmit(i Identifier) (ok bool) {
	key := r.tombstone(i)
	ok = r.tombs[key]
	delete(r.tombs, key)
	return ok
}
