package journey

import (
	"slices"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/touchpoint"
)

// table is a growing set of events in columns. Codes follow the order of first use; code 0 is the empty name. What few rows
// have (participants, objects, attributes) is kept apart, by row.
type table struct {
	Columns
	dicts [numNames]dict
	n     int
	extra map[uint32]*extra
	exact bool // participants are complete: what is empty is unknown, and nothing is taken from the event
}

// extra is what few events have.
type extra struct {
	with    []Participant
	objects []ObjectRef
	attrs   []Attribute
}

// add appends an event that [Event.problem] found usable; path names a field whose text is no UTF-8, and then nothing was added.
func (t *table) add(e *Event) (path string) {
	bad := -1
	put := func(i int, col *Column, text string) {
		switch {
		case text != "":
			c, ok := t.dicts[i].code(text)
			if !ok && bad < 0 {
				bad = i
			}
			col.Codes = push(col.Codes, t.n, c, 0)
		case col.Codes != nil:
			col.Codes = extendBy(col.Codes, 0)
		}
	}
	put(colSource, &t.Source, e.Source)
	put(colStep, &t.Step, string(e.Step))
	put(colJourney, &t.Journey, e.Journey)
	put(colKind, &t.Kind, string(e.Kind))
	put(colAccount, &t.Account, string(e.Account))
	put(colPerson, &t.Person, string(e.Person))
	put(colSeat, &t.Seat, string(e.Seat))
	put(colTouchpoint, &t.Touchpoint, string(e.Touchpoint))
	put(colResource, &t.Resource, e.Resource)
	put(colLifecycle, &t.Lifecycle, e.Lifecycle)
	if bad >= 0 {
		for _, col := range t.names() {
			if col.Codes != nil {
				col.Codes = col.Codes[:t.n]
			}
		}
		return nameNames[bad]
	}
	n := t.n
	t.At = extendBy(t.At, micros(e.At))
	t.Started = push(t.Started, n, micros(e.Started), NoTime)
	t.RecordedAt = push(t.RecordedAt, n, micros(e.RecordedAt), NoTime)
	t.Seq = push(t.Seq, n, e.Seq, 0)
	t.Zone = push(t.Zone, n, zoneOf(e.At), 0)
	t.Precision = push(t.Precision, n, e.Precision, 0)
	t.Phase = push(t.Phase, n, e.Phase, 0)
	t.Outcome = push(t.Outcome, n, e.Outcome, 0)
	t.ID = push(t.ID, n, e.ID, "")
	if len(e.With)+len(e.Objects)+len(e.Attributes) > 0 {
		t.setExtra(uint32(n), newExtra(e, t.exact))
	}
	t.n++
	return ""
}

// zoneOf returns the offset from UTC in minutes.
func zoneOf(t time.Time) int16 {
	if t.Location() == time.UTC || t.IsZero() {
		return 0
	}
	_, offset := t.Zone()
	return int16(offset / 60)
}

// named makes the columns know the names that the dictionaries hold by now.
func (t *table) named() {
	for i, col := range t.names() {
		col.Names = t.dicts[i].names
	}
}

func (t *table) setExtra(row uint32, x *extra) {
	if x == nil {
		return
	}
	if t.extra == nil {
		t.extra = make(map[uint32]*extra)
	}
	t.extra[row] = x
}

// newExtra returns the canonical form: participants, objects and attributes sorted, each once, empty participants dropped.
func newExtra(e *Event, exact bool) *extra {
	x := &extra{with: slices.Clone(e.With), objects: slices.Clone(e.Objects), attrs: slices.Clone(e.Attributes)}
	x.with = slices.DeleteFunc(x.with, func(p Participant) bool { return p.isEmpty() && !exact })
	slices.SortFunc(x.with, compareParticipants)
	x.with = slices.Compact(x.with)
	slices.SortFunc(x.objects, compareObjects)
	x.objects = slices.Compact(x.objects)
	slices.SortFunc(x.attrs, compareAttributes)
	x.attrs = slices.Compact(x.attrs)
	if len(x.with)+len(x.objects)+len(x.attrs) == 0 {
		return nil
	}
	return x
}

// event returns a row as an event; the slices that it carries are shared.
func (t *table) event(row int) Event {
	return eventOf(&t.Columns, row, t.Step.At(row), t.Journey.At(row), t.extra[uint32(row)])
}

// eventOf returns row r of columns as an event.
func eventOf(c *Columns, r int, step, journey string, x *extra) Event {
	zone := at(c.Zone, r, 0)
	e := Event{
		Phase:      at(c.Phase, r, b2b.UnknownPhase),
		At:         instant(c.At[r], zone),
		Started:    instant(at(c.Started, r, NoTime), zone),
		RecordedAt: instant(at(c.RecordedAt, r, NoTime), zone),
		Precision:  at(c.Precision, r, b2b.UnknownPrecision),
		Seq:        at(c.Seq, r, 0),
		ID:         at(c.ID, r, ""),
		Outcome:    at(c.Outcome, r, UnknownOutcome),
	}
	var text [numNames]string
	for i, col := range c.names() {
		if i != colStep && i != colJourney {
			text[i] = col.At(r)
		}
	}
	text[colStep], text[colJourney] = step, journey
	e.named(text)
	if x != nil {
		e.With, e.Objects, e.Attributes = x.with, x.objects, x.attrs
	}
	return e
}

// appendColumns appends the rows of c, whose lengths and codes were checked, except those for which skip is true.
func (t *table) appendColumns(c *Columns, skip []bool) {
	n, add := t.n, len(c.Step.Codes)
	rows := make([]uint32, 0, add)
	if skip == nil {
		rows = nil
	} else {
		for i := range add {
			if !skip[i] {
				rows = append(rows, uint32(i))
			}
		}
		add = len(rows)
	}
	from := c.names()
	for i, col := range t.names() {
		if from[i].Codes == nil && col.Codes == nil {
			continue
		}
		col.Codes = grow(col.Codes, n, add, 0)
		if from[i].Codes == nil {
			col.Codes = extend(col.Codes, n+add, 0)
			continue
		}
		recode := make([]uint32, len(from[i].Names))
		for j, name := range from[i].Names {
			recode[j], _ = t.dicts[i].code(name)
		}
		if rows == nil {
			for _, code := range from[i].Codes {
				col.Codes = append(col.Codes, recode[code])
			}
		} else {
			for _, r := range rows {
				col.Codes = append(col.Codes, recode[from[i].Codes[r]])
			}
		}
	}
	t.At = join(t.At, c.At, rows, n, add, NoTime)
	t.Started = join(t.Started, c.Started, rows, n, add, NoTime)
	t.RecordedAt = join(t.RecordedAt, c.RecordedAt, rows, n, add, NoTime)
	t.Seq = join(t.Seq, c.Seq, rows, n, add, 0)
	t.Zone = join(t.Zone, c.Zone, rows, n, add, 0)
	t.Precision = join(t.Precision, c.Precision, rows, n, add, 0)
	t.Phase = join(t.Phase, c.Phase, rows, n, add, 0)
	t.Outcome = join(t.Outcome, c.Outcome, rows, n, add, 0)
	t.ID = join(t.ID, c.ID, rows, n, add, "")
	t.n += add
}

// grow makes room for add more values after n, making an absent column first.
func grow[T comparable](col []T, n, add int, fill T) []T {
	if col == nil {
		col = extend(make([]T, 0, n+add), n, fill)
	}
	return slices.Grow(col, add)
}

// extend appends fill until the column has n values.
func extend[T any](col []T, n int, fill T) []T {
	for len(col) < n {
		col = append(col, fill)
	}
	return col
}

// join appends the rows of from (all of them where rows is nil) to a column of n values.
func join[T comparable](col, from []T, rows []uint32, n, add int, fill T) []T {
	switch {
	case len(from) == 0 && col == nil:
		return nil
	case len(from) == 0:
		return extend(col, n+add, fill)
	}
	col = grow(col, n, add, fill)
	if rows == nil {
		return append(col, from...)
	}
	for _, r := range rows {
		col = append(col, from[r])
	}
	return col
}

// named sets the fields of the coded columns.
func (e *Event) named(text [numNames]string) {
	e.Source, e.Step, e.Journey, e.Kind = text[colSource], StepID(text[colStep]), text[colJourney], Kind(text[colKind])
	e.Account, e.Person, e.Seat = b2b.AccountID(text[colAccount]), b2b.PersonID(text[colPerson]), b2b.SeatID(text[colSeat])
	e.Touchpoint, e.Resource, e.Lifecycle = touchpoint.ID(text[colTouchpoint]), text[colResource], text[colLifecycle]
}
