package journey

import (
	"slices"

	"github.com/buyerjourney/b2b"
)

// AsOf returns the log as it stood: the rows that happened up to view.At and were recorded up to view.Known, each in the version
// known then. A row without a time of recording counts as recorded when it happened; [Log.Assumed] counts those. The identities
// stay those of the build: for the persons and accounts of then, build with the identities of the same view first. A log without
// times is returned as it is.
func (l *Log) AsOf(view b2b.View) *Log {
	if !l.timed || (view.At.IsZero() && view.Known.IsZero()) {
		return l
	}
	if l.origin != nil {
		return l.again(l.origin.AsOf(view))
	}
	sees := func(i int) bool {
		return view.Sees(instant(l.rows.At[i], 0), instant(at(l.rows.RecordedAt, i, NoTime), 0))
	}
	if !l.hasPast() {
		return l.filter(func(int) bool { return true }, sees).reheaded()
	}
	b := Builder{config: l.config}
	b.t.exact = true
	for _, e := range l.eventSet() {
		if view.Sees(e.At, e.RecordedAt) {
			b.Add(e)
		}
	}
	known := b2b.View{Known: view.Known}
	for i, e := range l.past { // by (source, id), each from the oldest version on
		if !known.Sees(e.until, e.until) && known.Sees(e.At, e.RecordedAt) {
			if k := i + 1; k < len(l.past) && l.past[k].Source == e.Source && l.past[k].ID == e.ID && known.Sees(l.past[k].At, l.past[k].RecordedAt) {
				continue // a later version was known
			}
			if view.Sees(e.At, e.RecordedAt) {
				e.complete()
				b.Add(e.Event)
			}
		}
	}
	out, _ := b.Build(Identities{})
	return out
}

// reheaded finds anew what each journey is about, from the rows that are left, and puts the journeys in order again.
func (l *Log) reheaded() *Log {
	if l.heads == nil {
		return l
	}
	r := &l.rows
	first := func(c *Column, old uint32, from, to int) uint32 {
		if old == none { // of a timeline, which is nobody's
			return none
		}
		for i := from; i < to && c.Codes != nil; i++ {
			if c.Names[c.Codes[i]] != "" {
				return c.Codes[i]
			}
		}
		return 0
	}
	for j := range l.heads {
		from, to := r.Offsets[j], r.Offsets[j+1]
		h := &l.heads[j]
		*h = head{
			first(&r.Account, h.account, from, to), first(&r.Person, h.person, from, to),
			first(&r.Kind, h.kind, from, to), first(&r.Seat, h.seat, from, to),
		}
	}
	order := orderJourneys(l.heads, l.keys)
	if slices.IsSorted(order) {
		l.accounts = l.accountRanges()
		return l
	}
	rows, offsets := make([]uint32, 0, l.Len()), []int{0}
	for _, j := range order {
		for i := r.Offsets[j]; i < r.Offsets[j+1]; i++ {
			rows = append(rows, uint32(i))
		}
		offsets = append(offsets, len(rows))
	}
	out := l.sub(rows, order, offsets)
	out.origin, out.again = l.origin, l.again
	return out
}

// hasPast reports whether the rows of a view of the log cannot be told from its rows alone.
func (l *Log) hasPast() bool { return len(l.past) > 0 || l.config.Gap > 0 }

// descend makes l answer as-of questions through the log that it was made of, where its own rows do not suffice.
func (l *Log) descend(from *Log, again func(*Log) *Log) {
	if from.hasPast() || from.origin != nil {
		l.origin, l.again = from, again
	}
}

// eventSet returns the events of the rows, one per event number, under resolved ids, with complete participants.
func (l *Log) eventSet() []Event {
	out := make([]Event, 0, l.events)
	where := make(map[uint32]int, l.events)
	for j := range l.keys {
		for i := l.rows.Offsets[j]; i < l.rows.Offsets[j+1]; i++ {
			e := l.event(i, j)
			k, ok := where[l.rows.Event[i]]
			if !ok {
				where[l.rows.Event[i]] = len(out)
				out = append(out, e)
				continue
			}
			out[k].With = append(slices.Clip(out[k].With), Participant{e.Person, e.Account, e.Seat, e.Journey, e.Kind})
		}
	}
	return out
}
