package journey

import (
	"maps"
	"slices"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/touchpoint"
)

// table is a growing set of events in columns. Codes follow the order of first use; code 0 is the empty name. What few rows
// have (participants, objects, attributes) is kept apart, by row.
type table struct {
	blocks
	dicts [numNames]dict
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
	var codes [numNames]uint32
	for i, text := range e.names() {
		if text == "" {
			continue
		}
		code, ok := t.dicts[i].code(text)
		if !ok {
			return nameNames[i]
		}
		codes[i] = code
	}
	b := t.open()
	row := b.n
	for i, code := range codes {
		if code != 0 {
			put(&b.codes[i], b, row, code, 0)
		}
	}
	if us := micros(e.At); us != NoTime {
		put(&b.at, b, row, us, NoTime)
	}
	if !e.Started.IsZero() {
		put(&b.started, b, row, micros(e.Started), NoTime)
	}
	if !e.RecordedAt.IsZero() {
		put(&b.recordedAt, b, row, micros(e.RecordedAt), NoTime)
	}
	if e.Seq != 0 {
		put(&b.seq, b, row, e.Seq, 0)
	}
	if zone := zoneOf(e.At); zone != 0 {
		put(&b.zone, b, row, zone, 0)
	}
	if e.Precision != 0 {
		put(&b.precision, b, row, e.Precision, 0)
	}
	if e.Phase != 0 {
		put(&b.phase, b, row, e.Phase, 0)
	}
	if e.Outcome != 0 {
		put(&b.outcome, b, row, e.Outcome, 0)
	}
	if e.ID != "" {
		put(&b.id, b, row, e.ID, "")
	}
	if len(e.With)+len(e.Objects)+len(e.Attributes) > 0 {
		t.setExtra(uint32(t.n), newExtra(e, t.exact))
	}
	b.n++
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
	b, r := t.locate(uint32(row))
	c := b.columns(&t.dicts)
	return eventOf(&c, r, c.Step.At(r), c.Journey.At(r), t.extra[uint32(row)])
}

// eventOf returns row r of columns as an event.
func eventOf(c *Columns, r int, step, journey string, x *extra) Event {
	zone := at(c.Zone, r, 0)
	e := Event{
		Phase:      at(c.Phase, r, b2b.UnknownPhase),
		At:         instant(at(c.At, r, NoTime), zone),
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
	e.setNames(text)
	if x != nil {
		e.With, e.Objects, e.Attributes = x.with, x.objects, x.attrs
	}
	return e
}

// appendColumns appends the rows of a list, nil being all, of columns whose lengths and codes were checked.
func (t *table) appendColumns(c *Columns, rows rowList) {
	names := c.names()
	to := t.recoding(func(i int) []string {
		if len(names[i].Codes) == 0 {
			return nil
		}
		return names[i].Names
	})
	t.adopt(c, rows, to)
}

// recoding returns for each coded column the code here of every name.
func (t *table) recoding(names func(i int) []string) *[numNames][]uint32 {
	var to [numNames][]uint32
	for i := range to {
		list := names(i)
		to[i] = make([]uint32, len(list))
		for j, name := range list {
			to[i][j], _ = t.dicts[i].code(name)
		}
	}
	return &to
}

// merge appends the rows of another table, which may be t itself.
func (t *table) merge(from *table) {
	n, extras := uint32(t.n), maps.Clone(from.extra)
	parts := make([]Columns, len(from.list))
	for i, b := range from.list {
		parts[i] = b.columns(&from.dicts)
	}
	to := t.recoding(func(i int) []string { return from.dicts[i].names })
	for i := range parts {
		t.adopt(&parts[i], nil, to)
	}
	for row, x := range extras {
		t.setExtra(n+row, x)
	}
}

// retain keeps the rows of a list, which ascends.
func (t *table) retain(keep []uint32) {
	same := t.recoding(func(i int) []string { return t.dicts[i].names })
	old := t.list
	t.blocks = blocks{}
	rows := make(rowList, 0, blockRows)
	for k, b := range old {
		from := uint32(k) << blockShift
		rows = rows[:0]
		for len(keep) > 0 && keep[0] < from+uint32(b.n) {
			rows, keep = append(rows, keep[0]-from), keep[1:]
		}
		c := b.columns(&t.dicts)
		t.adopt(&c, rows, same)
		old[k] = nil // its memory is free from here on
	}
}

// setNames sets the fields of the coded columns.
func (e *Event) setNames(text [numNames]string) {
	e.Source, e.Step, e.Journey, e.Kind = text[colSource], StepID(text[colStep]), text[colJourney], Kind(text[colKind])
	e.Account, e.Person, e.Seat = b2b.AccountID(text[colAccount]), b2b.PersonID(text[colPerson]), b2b.SeatID(text[colSeat])
	e.Touchpoint, e.Resource, e.Lifecycle = touchpoint.ID(text[colTouchpoint]), text[colResource], text[colLifecycle]
}

// names returns the fields of the coded columns.
func (e *Event) names() [numNames]string {
	return [numNames]string{
		e.Source, string(e.Step), e.Journey, string(e.Kind), string(e.Account), string(e.Person), string(e.Seat), string(e.Touchpoint),
		e.Resource, e.Lifecycle,
	}
}
