package stitch

import (
	"slices"
	"time"

	"github.com/buyerjourney/b2b"
)

// Record is all that is held about a person, for a request of access.
type Record struct {
	Entity       string
	Profiles     []ProfileID
	Facts        []Fact // by RecordedAt, then id; values in the clear
	Links        []Link
	Affiliations []Affiliation
	Merged       []FieldValue
}

// Export returns all that is held about a person: facts, links and their reasons.
func (r *Resolver) Export(person b2b.PersonID) (Record, error) {
	s := r.Snapshot()
	ent, ok := s.store.entityOf(string(person))
	if !ok || ent.level != Person {
		return Record{}, &b2b.InvalidError{Path: "person", Reason: "no such person"}
	}
	people := map[uint32]bool{}
	for _, m := range ent.members {
		people[m] = true
	}
	codes, reduced := r.factsOf(people)
	for code := range reduced {
		codes = append(codes, code)
	}
	slices.SortFunc(codes, s.store.knownBefore)
	out := Record{Entity: ent.id, Profiles: s.Members(ent.id), Affiliations: s.store.affiliations(ent), Merged: slices.Collect(s.Merged(ent.id))}
	for _, c := range codes {
		out.Facts = append(out.Facts, r.engine.s.fact(c))
	}
	for _, l := range ent.links {
		out.Links = append(out.Links, s.describe(l))
	}
	return out, nil
}

// RetentionPolicy says how long profiles are kept after the last time that the prospect did something.
type RetentionPolicy struct {
	After     Lapse    // unlimited if empty: nothing is due
	Initiated []string // values of Fact.By that the prospect initiated; none = every Seen
}

// Expire lists the person profiles that a retention policy would drop as of a moment: those whose last Seen that the
// prospect initiated is older. Nothing is deleted.
func (r *Resolver) Expire(asOf time.Time, policy RetentionPolicy) []ProfileID {
	lapse := policy.After.nanos()
	if lapse == unlimited {
		return nil
	}
	s := r.engine.s
	var out []uint32
	for i := range uint32(s.profiles.len()) {
		p := s.profiles.at(i)
		if p.level != Person || p.active == 0 {
			continue
		}
		last := int64(-unlimited)
		for _, f := range p.seens {
			rec := &s.facts[f]
			if rec.occurred <= nano(asOf) && (len(policy.Initiated) == 0 || slices.Contains(policy.Initiated, s.names[rec.by])) {
				last = max(last, rec.occurred)
			}
		}
		if last == -unlimited {
			last = p.recorded
		}
		if after(last, lapse) <= nano(asOf) {
			out = append(out, i)
		}
	}
	s.sortProfiles(out)
	return s.ids(out)
}
