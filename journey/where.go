package journey

import (
	"slices"

	"github.com/buyerjourney/b2b"
)

// Filter says which rows of a log to keep. An empty list keeps everything; a row must pass all of them. The zero value keeps
// the whole log. It is plain data, but for Keep.
type Filter struct {
	Kinds    []Kind
	Seats    []b2b.SeatID
	Accounts []b2b.AccountID // of the journey
	Steps    []StepID
	Window   b2b.Window         // rows whose At lies in it; a log without times keeps no row under a bounded window
	Keep     func(Journey) bool // journeys to keep, such as those of one segment; nil keeps all
}

// Where returns the rows that pass the filter. Journeys that lose all rows are gone; keys, names and event numbers stay. The
// cost is O(rows).
func (l *Log) Where(f Filter) *Log {
	r := &l.rows
	kind, seat := wanted(&r.Kind, f.Kinds), wanted(&r.Seat, f.Seats)
	step := wantedNames(r.Step.Names, f.Steps)
	account := wanted(&r.Account, f.Accounts)
	bounded := !f.Window.From.IsZero() || !f.Window.To.IsZero()
	out := l.filter(func(j int) bool {
		return (account == nil || account[l.head(j).account]) && (f.Keep == nil || f.Keep(l.Journey(j)))
	}, func(i int) bool {
		return (kind == nil || kind[at(r.Kind.Codes, i, 0)]) && (seat == nil || seat[at(r.Seat.Codes, i, 0)]) &&
			(step == nil || step[r.Code(i)]) && (!bounded || (l.timed && f.Window.Contains(instant(r.At[i], 0))))
	})
	out.descend(l, func(o *Log) *Log { return o.Where(f) })
	return out
}

// wanted returns by code whether a name is in the list; nil is no restriction. An absent column has the empty name only.
func wanted[S ~string](c *Column, list []S) []bool {
	if c.Codes == nil {
		return wantedNames([]string{""}, list)
	}
	return wantedNames(c.Names, list)
}

func wantedNames[S ~string](names []string, list []S) []bool {
	if len(list) == 0 {
		return nil
	}
	out := make([]bool, len(names))
	for _, s := range list {
		if i, found := slices.BinarySearch(names, string(s)); found {
			out[i] = true
		}
	}
	return out
}

// filter returns the rows for which both tests hold, in journeys that keep at least one.
func (l *Log) filter(keepJourney, keepRow func(int) bool) *Log {
	rows := make([]uint32, 0, l.Len())
	var journeys []uint32
	offsets := []int{0}
	for j := range l.keys {
		if !keepJourney(j) {
			continue
		}
		before := len(rows)
		for i := l.rows.Offsets[j]; i < l.rows.Offsets[j+1]; i++ {
			if keepRow(i) {
				rows = append(rows, uint32(i))
			}
		}
		if len(rows) > before {
			journeys, offsets = append(journeys, uint32(j)), append(offsets, len(rows))
		}
	}
	return l.sub(rows, journeys, offsets)
}

// sub returns the log of some rows, in the order of the list, cut into journeys at the offsets; journeys says from which
// journey of l each comes.
func (l *Log) sub(rows, journeys []uint32, offsets []int) *Log {
	out := &Log{config: l.config, timed: l.timed, extra: l.extra, past: l.past, events: l.events}
	out.rows.Columns = l.rows.take(rows)
	out.rows.Offsets = offsets
	out.rows.Narrow, out.rows.Wide = pick(l.rows.Narrow, rows), pick(l.rows.Wide, rows)
	out.rows.Event = pick(l.rows.Event, rows)
	out.keys, out.heads = pick(l.keys, journeys), pick(l.heads, journeys)
	out.derived, out.parts = pick(l.derived, journeys), pick(l.parts, journeys)
	out.accounts = out.accountRanges()
	out.finish(nil)
	return out
}
