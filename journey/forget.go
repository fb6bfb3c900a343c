package journey

import (
	"slices"

	"github.com/buyerjourney/b2b"
)

// Forget removes the events of persons, named by the keys under which they are stored, and their part in the events of others. A
// joint event stays for the others: the next participant takes the person's place. What was rejected is forgotten as well. The
// result counts events, participations and rejected events.
func (b *Builder) Forget(persons ...b2b.PersonID) b2b.Removed {
	var removed b2b.Removed
	gone := make(map[b2b.PersonID]bool)
	for _, p := range persons {
		if p != "" {
			gone[p] = true
		}
	}
	b.compact()
	var t table
	offered := make([]uint32, 0, b.t.n)
	for r := range b.t.n {
		e := b.t.event(r)
		keep, parts := forgetIn(&e, gone)
		removed.Add("participations", int64(parts))
		if !keep {
			removed.Add("events", 1)
			continue
		}
		t.add(&e)
		offered = append(offered, uint32(b.index(uint32(r))))
	}
	b.rejected = slices.DeleteFunc(b.rejected, func(r Reject) bool {
		hit := gone[r.Event.Person] || slices.ContainsFunc(r.Event.With, func(p Participant) bool { return gone[p.Person] })
		if hit {
			removed.Add("rejected", 1)
		}
		return hit
	})
	if !removed.IsEmpty() {
		b.t, b.offered, b.dirty = t, offered, true
	}
	return removed
}

// forgetIn takes persons out of one event. keep is false if nobody is left to whom it belongs; parts counts the participations
// that are gone while the event stays.
func forgetIn(e *Event, gone map[b2b.PersonID]bool) (keep bool, parts int) {
	with := slices.DeleteFunc(slices.Clone(e.With), func(p Participant) bool {
		return gone[p.Person] || (p.Person == "" && gone[e.Person])
	})
	parts = len(e.With) - len(with)
	if gone[e.Person] {
		if len(with) == 0 {
			return false, 0
		}
		next := with[0]
		with = with[1:]
		parts++
		e.Person, e.Seat, e.Journey = next.Person, next.Seat, next.Journey
		if next.Kind != "" {
			for i := range with { // whose kind was that of the event so far
				if with[i].Kind == "" {
					with[i].Kind = e.Kind
				}
			}
			e.Kind = next.Kind
		}
		if next.Account != "" {
			for i := range with { // whose account was that of the event so far
				if with[i].Account == "" {
					with[i].Account = e.Account
				}
			}
			e.Account = next.Account
		}
	}
	e.With = with
	return true, parts
}

// Forget returns the log without the rows of persons, named by their ids, and without their names. A joint event stays for its
// other rows; a row that a journey has of it under a forgotten person is gone, whoever else took part. Event numbers stay. The result counts rows, and superseded versions that were kept for as-of views.
func (l *Log) Forget(persons ...b2b.PersonID) (*Log, b2b.Removed) {
	var removed b2b.Removed
	gone := make(map[b2b.PersonID]bool)
	for _, p := range persons {
		if p != "" {
			gone[p] = true
		}
	}
	person := &l.rows.Person
	out := l.filter(func(int) bool { return true }, func(i int) bool { return !gone[b2b.PersonID(person.At(i))] })
	removed.Add("rows", int64(l.Len()-out.Len()))
	out.past = nil
	for _, e := range l.past {
		e.With = slices.Clone(e.With)
		keep, parts := forgetIn(&e.Event, gone)
		if keep {
			out.past = append(out.past, e)
		}
		if !keep || parts > 0 {
			removed.Add("versions", 1)
		}
	}
	if l.origin != nil {
		origin, more := l.origin.Forget(persons...)
		if !more.IsEmpty() {
			out.descend(origin, l.again)
		}
	}
	if removed.IsEmpty() {
		return l, removed
	}
	out.forgetNames()
	return out.reheaded(), removed
}

// forgetNames drops the names that no row has any more.
func (l *Log) forgetNames() {
	r := &l.rows
	live := make(map[uint32]bool, l.events)
	for _, e := range r.Event {
		live[e] = true
	}
	extras := make(map[uint32]*extra)
	for e, x := range l.extra {
		if live[e] {
			extras[e] = x
		}
	}
	l.extra = extras
	for i, c := range r.names() {
		if i != colStep && i != colJourney {
			*c = sortNames(*c)
		}
	}
}
