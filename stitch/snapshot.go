package stitch

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"github.com/buyerjourney/b2b"
)

// Snapshot is the answer to "who is who" at one view: a pure function of facts, rules and view. It is immutable and safe
// for use by many goroutines. The zero value knows nobody.
type Snapshot struct {
	store store
	view  b2b.View
}

// share freezes the store for a snapshot and goes on with a store that copies what it changes.
func (s *store) share() store {
	frozen := s.branch()
	s.profiles.release()
	s.values.release()
	s.kinds.release()
	s.combos.release()
	s.byProfile.release()
	s.byValue.release()
	s.byCombo.release()
	s.byEntity.release()
	s.ips.buckets.release()
	s.epoch++
	return frozen
}

// branch returns a store that copies what it changes; the receiver, which must not change any more, stays as it is.
func (s *store) branch() store {
	return store{
		c: s.c, at: s.at, facts: slices.Clip(s.facts), mentions: slices.Clip(s.mentions), names: slices.Clip(s.names), profiles: s.profiles.branch(), values: s.values.branch(),
		combos: s.combos.branch(), byProfile: s.byProfile.branch(), byValue: s.byValue.branch(), byCombo: s.byCombo.branch(),
		byEntity: s.byEntity.branch(), ips: ipIndex{buckets: s.ips.buckets.branch()}, uses: slices.Clip(s.uses), kinds: s.kinds.branch(), relates: s.relates, epoch: s.epoch + 1, lengths: s.lengths, slabs: newSlabs(), decided: s.decided,
	}
}

// View returns the moment of the answer and of the knowledge.
func (s *Snapshot) View() b2b.View { return s.view }

// Rules returns a copy of the rules that gave the answer.
func (s *Snapshot) Rules() Rules {
	if s.store.c == nil {
		return Rules{}
	}
	return s.store.c.Rules()
}

// Counts returns the number of profiles, persons and accounts.
func (s *Snapshot) Counts() (profiles, persons, accounts int) {
	for e := range s.entities() {
		profiles += len(e.members)
		if e.level == Person {
			persons++
		} else {
			accounts++
		}
	}
	return profiles, persons, accounts
}

// find returns the state of a profile that is part of the view.
func (s *Snapshot) find(id ProfileID) (*profile, bool) {
	code, ok := s.store.codeOf(id)
	if !ok {
		return nil, false
	}
	p := s.store.profiles.at(code)
	return p, p.entity != nil
}

// Person returns the id of the person that a profile is; ok is false if it is unknown or no person.
func (s *Snapshot) Person(p ProfileID) (id b2b.PersonID, ok bool) {
	x, ok := s.find(p)
	if !ok || x.level != Person {
		return "", false
	}
	return b2b.PersonID(x.entity.id), true
}

// Account returns the id of the account that a profile is; ok is false if it is unknown or no account.
func (s *Snapshot) Account(p ProfileID) (id b2b.AccountID, ok bool) {
	x, ok := s.find(p)
	if !ok || x.level != Account {
		return "", false
	}
	return b2b.AccountID(x.entity.id), true
}

// PersonOf resolves the key under which an event is stored, which is [ProfileID.String]. A key that is not known comes
// back unchanged.
func (s *Snapshot) PersonOf(key b2b.PersonID) b2b.PersonID {
	if p, err := ParseProfileID(string(key)); err == nil {
		if id, ok := s.Person(p); ok {
			return id
		}
	}
	return key
}

// AccountOf resolves the account of an event. A key that is given is resolved itself, and comes back unchanged if it is
// not known. Without a key it is the account that the person, a resolved id, was affiliated with at the moment: Primary
// first, then the highest confidence, then the smallest id; none is "". A zero moment is that of the view.
func (s *Snapshot) AccountOf(key b2b.AccountID, person b2b.PersonID, at time.Time) b2b.AccountID {
	if key != "" {
		if p, err := ParseProfileID(string(key)); err == nil {
			if id, ok := s.Account(p); ok {
				return id
			}
		}
		return key
	}
	if at.IsZero() {
		at = s.view.At
	}
	ent, ok := s.store.entityOf(string(person))
	if !ok {
		return ""
	}
	var best *belonging
	moment := nano(at)
	for i := range ent.affiliations {
		if b := &ent.affiliations[i]; b.contains(moment) && (best == nil || s.store.comparePreference(b, best) < 0) {
			best = b
		}
	}
	if best == nil {
		return ""
	}
	return b2b.AccountID(best.account)
}

// entities yields every entity once, in no order.
func (s *Snapshot) entities() iter.Seq[*entity] {
	return func(yield func(*entity) bool) {
		for founder := range s.store.byEntity.codes() {
			if !yield(s.store.profiles.at(founder).entity) {
				return
			}
		}
	}
}

// sorted returns the entities of a level by id.
func (s *Snapshot) sorted(l Level) []*entity {
	var list []*entity
	for e := range s.entities() {
		if e.level == l {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b *entity) int { return cmp.Compare(a.id, b.id) })
	return list
}

// Entities yields the ids of a level in order.
func (s *Snapshot) Entities(l Level) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, e := range s.sorted(l) {
			if !yield(e.id) {
				return
			}
		}
	}
}

// Members returns the profiles of an entity in order, none if there is no such entity.
func (s *Snapshot) Members(id string) []ProfileID {
	e, ok := s.store.entityOf(id)
	if !ok {
		return nil
	}
	return s.store.ids(e.members)
}

func (s *store) ids(members []uint32) []ProfileID {
	out := make([]ProfileID, len(members))
	for i, m := range members {
		out[i] = s.profiles.at(m).id
	}
	return out
}

// Profile returns what the view knows of a record; ok is false if it is no part of the view.
func (s *Snapshot) Profile(id ProfileID) (p Profile, ok bool) {
	x, ok := s.find(id)
	if !ok {
		return Profile{}, false
	}
	return s.store.profile(x), true
}

// Affiliations returns where a person belongs, or who belongs to an account, at a moment; a zero moment stands for all
// of time. For a person the order is by account, preferred first; for an account it is by person.
func (s *Snapshot) Affiliations(id string, at time.Time) []Affiliation {
	e, ok := s.store.entityOf(id)
	if !ok {
		return nil
	}
	var out []Affiliation
	moment := nano(at)
	add := func(person *entity) {
		for i := range person.affiliations {
			b := &person.affiliations[i]
			if (at.IsZero() || b.contains(moment)) && (e.level == Person || b.account == id) {
				out = append(out, s.store.affiliation(person, b))
			}
		}
	}
	if e.level == Person {
		add(e)
		return out
	}
	for _, p := range s.affiliates(e) {
		add(p)
	}
	return out
}

// affiliates returns the persons that may belong to an account, by id.
func (s *Snapshot) affiliates(account *entity) []*entity {
	set := map[string]*entity{}
	add := func(code uint32) {
		if p := s.store.profiles.at(code); p.level == Person && p.entity != nil {
			set[p.entity.id] = p.entity
		}
	}
	for _, m := range account.members {
		p := s.store.profiles.at(m)
		for _, f := range p.words().affiliated {
			if b, ok := s.store.facts[f].body.(Affiliated); ok {
				if code, ok := s.store.codeOf(b.Person); ok {
					add(code)
				}
			}
		}
		for i := range p.holdings {
			if !s.store.use(p.holdings[i].value).affiliate {
				continue
			}
			v := s.store.values.at(p.holdings[i].value)
			if q, ok := parsePrefix(v.id); ok && v.id.kind() == IPPrefix {
				s.store.ips.within(q, func(w uint32) {
					for _, h := range s.store.values.at(w).holders {
						add(h)
					}
				})
				continue
			}
			for _, h := range v.holders {
				add(h)
			}
		}
	}
	list := make([]*entity, 0, len(set))
	for _, e := range set {
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b *entity) int { return cmp.Compare(a.id, b.id) })
	return list
}

// Relations returns the relations of an entity, in order of both ids.
func (s *Snapshot) Relations(id string) []Relation {
	e, ok := s.store.entityOf(id)
	if !ok {
		return nil
	}
	return slices.Clone(e.beside().relations)
}
