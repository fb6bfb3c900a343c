package stitch

import (
	"cmp"
	"iter"
	"slices"
	"time"
)

// FieldValue is one value of the merged record, with where it comes from.
type FieldValue struct {
	Field
	Profile    ProfileID
	Fact       string
	Occurred   time.Time
	RecordedAt time.Time
}

// fieldRow is one value that a profile has for a field now: the latest of its observations.
type fieldRow struct {
	Field
	profile uint32
	fact    uint32
}

// latestFields returns the current fields of a profile by name: of each the one seen last, then recorded last, then of
// the larger fact id.
func (s *store) latestFields(p *profile) []fieldRow {
	var rows []fieldRow
	for _, f := range p.seens {
		rec := &s.facts[f]
		b, ok := rec.body.(Seen)
		if !ok || rec.occurred > s.at {
			continue
		}
		for _, x := range b.Fields {
			rows = append(rows, fieldRow{Field: x, profile: rec.profile, fact: f})
		}
	}
	slices.SortFunc(rows, func(a, b fieldRow) int {
		x, y := &s.facts[a.fact], &s.facts[b.fact]
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(y.occurred, x.occurred), cmp.Compare(y.recorded, x.recorded),
			cmp.Compare(y.id, x.id), cmp.Compare(a.Value, b.Value))
	})
	return slices.CompactFunc(rows, func(a, b fieldRow) bool { return a.Name == b.Name })
}

// Merged returns the merged record of an entity, by field: for each the value that its rule in Rules.Survivorship
// chooses among what the members say now, with its source. Fields without a rule take the latest value. Ties go to the
// later RecordedAt, then to the smaller profile id.
func (s *Snapshot) Merged(id string) iter.Seq[FieldValue] {
	return func(yield func(FieldValue) bool) {
		ent, ok := s.store.entityOf(id)
		if !ok {
			return
		}
		var rows []fieldRow
		for _, m := range ent.members {
			rows = append(rows, s.store.latestFields(s.store.profiles.at(m))...)
		}
		slices.SortStableFunc(rows, func(a, b fieldRow) int { return cmp.Compare(a.Name, b.Name) })
		for i := 0; i < len(rows); {
			j := i
			for j < len(rows) && rows[j].Name == rows[i].Name {
				j++
			}
			if !yield(s.fieldValue(s.choose(rows[i:j]))) {
				return
			}
			i = j
		}
	}
}

func (s *Snapshot) fieldValue(r fieldRow) FieldValue {
	rec := &s.store.facts[r.fact]
	return FieldValue{
		Field: r.Field, Profile: s.store.profiles.at(r.profile).id, Fact: rec.id,
		Occurred: moment(rec.occurred), RecordedAt: moment(rec.recorded),
	}
}

// choose returns the row that survives.
func (s *Snapshot) choose(rows []fieldRow) fieldRow {
	rule := FieldRule{}
	for _, r := range s.store.c.source.Survivorship {
		if r.Field == rows[0].Name {
			rule = r
			break
		}
		if r.Field == "" || r.Field == "*" {
			rule = r
		}
	}
	count := map[string]int{}
	for _, r := range rows {
		count[r.Value]++
	}
	rank := func(source string) int {
		if i := slices.Index(rule.Sources, source); i >= 0 {
			return i
		}
		return len(rule.Sources)
	}
	st := &s.store
	return slices.MinFunc(rows, func(a, b fieldRow) int {
		x, y := &st.facts[a.fact], &st.facts[b.fact]
		pa, pb := st.profiles.at(a.profile).id, st.profiles.at(b.profile).id
		first := 0
		switch rule.By {
		case ByLatest:
			first = cmp.Compare(y.occurred, x.occurred)
		case BySource:
			first = cmp.Compare(rank(pa.Source), rank(pb.Source))
		case ByFrequency:
			first = cmp.Compare(count[b.Value], count[a.Value])
		case ByLength:
			first = cmp.Compare(len([]rune(b.Value)), len([]rune(a.Value)))
		}
		return cmp.Or(first, cmp.Compare(y.recorded, x.recorded), pa.Compare(pb))
	})
}

// Difference is a field in which one source says something else than the merged record.
type Difference struct {
	Merged FieldValue
	Own    FieldValue // what the source says; zero if it says nothing
}

// Sync lists the fields in which a source differs from the merged record of an entity, by field and profile: what a
// synchronisation would write back. A profile of the source that lacks a field is listed with a zero Own.
func (s *Snapshot) Sync(id, source string) []Difference {
	var out []Difference
	ent, ok := s.store.entityOf(id)
	if !ok {
		return nil
	}
	for merged := range s.Merged(id) {
		for _, m := range ent.members {
			p := s.store.profiles.at(m)
			if p.id.Source != source {
				continue
			}
			own := FieldValue{}
			for _, r := range s.store.latestFields(p) {
				if r.Name == merged.Name {
					own = s.fieldValue(r)
				}
			}
			if own.Value != merged.Value {
				out = append(out, Difference{Merged: merged, Own: own})
			}
		}
	}
	return out
}
