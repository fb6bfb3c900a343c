package journey

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/buyerjourney/b2b"
)

// Identities turns the keys under which events are stored into ids. Both functions must be pure. The zero value takes the
// keys as they are.
type Identities struct {
	Person  func(key b2b.PersonID) b2b.PersonID
	Account func(key b2b.AccountID, person b2b.PersonID, at time.Time) b2b.AccountID // person: the resolved id
}

const none = math.MaxUint32

// draft is a log in the making: one entry per row, in any order, pointing at rows of the table. Its columns are its own.
type draft struct {
	t       *table
	config  Config
	n       int
	src     rowList  // row of t
	with    []int32  // participant of that row, −1 the event itself; nil: all −1
	journey []uint32 // code of the instance key in keys, 0 none; nil: all 0
	person  Column
	account Column
	seat    Column
	kind    Column
	keys    []string
}

// Build makes the log of the events, under the ids that keys have now. It is a pure function of the set and the identities, may
// be called again, and events may be added afterwards. Events that cannot be used are in the report, and so is everything
// that was assumed.
//
// The cost is O(n) for events in the order of their journeys, O(n log m) at worst, m being the longest journey.
func (b *Builder) Build(ids Identities) (*Log, Report) {
	b.compact()
	t := &b.t
	rep := Report{Duplicates: b.duplicates, Rejected: slices.Clone(b.rejected)}
	live, timed := b.live(&rep)
	rep.Accepted = t.n
	if live != nil {
		rep.Accepted = len(live)
	}
	d := newDraft(t, b.config, live, ids)
	l := d.assemble(timed, &rep)
	l.past = b.versions(ids, &rep)
	return l, rep
}

// live returns the rows that count, nil being all. In a set in which some event has a time those without are rejected.
func (b *Builder) live(rep *Report) (rows rowList, timed bool) {
	counting, untimed := b.t.n-len(b.superseded), b.untimed()
	if counting > 0 && len(untimed) == counting {
		untimed, timed = nil, false
	} else {
		timed = true
	}
	if gone := slices.Concat(b.superseded, untimed); len(gone) > 0 {
		slices.Sort(gone)
		rows = without(b.t.n, gone)
	}
	for _, r := range untimed {
		i := b.index(r)
		rep.Rejected = append(rep.Rejected, Reject{
			b2b.Rejection{Index: i, Path: "events[" + strconv.Itoa(i) + "].at", Reason: "no time in a log where others have one"}, b.t.event(int(r)),
		})
	}
	slices.SortStableFunc(rep.Rejected, func(x, y Reject) int { return cmp.Compare(x.Index, y.Index) })
	return rows, timed
}

// untimed returns the rows that count and have no time, ascending.
func (b *Builder) untimed() []uint32 {
	var out []uint32
	for k, rows := range b.t.list {
		if rows.at != nil && !slices.Contains(rows.at[:rows.n], NoTime) {
			continue
		}
		for i := range rows.n {
			r := uint32(k<<blockShift + i)
			if _, old := slices.BinarySearch(b.superseded, r); !old && at(rows.at, i, NoTime) == NoTime {
				out = append(out, r)
			}
		}
	}
	return out
}

// without returns the rows below n that are not in a list, which ascends.
func without(n int, gone []uint32) rowList {
	rows := make(rowList, 0, n-len(gone))
	for r := range uint32(n) {
		if len(gone) > 0 && gone[0] == r {
			gone = gone[1:]
			continue
		}
		rows = append(rows, r)
	}
	return rows
}

// versions returns the superseded versions under resolved ids and lists them in the report.
func (b *Builder) versions(ids Identities, rep *Report) []version {
	var past []version
	rows := slices.Clone(b.superseded)
	slices.SortFunc(rows, func(x, y uint32) int {
		return cmp.Or(b.t.compareRecords(x, y), b.t.compareVersions(x, y))
	})
	for _, r := range rows {
		e := b.t.event(int(r))
		e.resolve(ids)
		past = append(past, version{e, instant(b.t.recorded(b.current[r]), 0)})
		if n := len(rep.Superseded); n > 0 && rep.Superseded[n-1].ID == e.ID && rep.Superseded[n-1].Source == e.Source {
			rep.Superseded[n-1].Versions++
		} else {
			rep.Superseded = append(rep.Superseded, Superseded{Source: e.Source, ID: e.ID, Versions: 1})
		}
	}
	return past
}

// resolve puts ids in the place of keys.
func (e *Event) resolve(ids Identities) {
	e.With = slices.Clone(e.With)
	if ids.Person != nil {
		e.Person = ids.Person(e.Person)
		for i := range e.With {
			e.With[i].Person = ids.Person(e.With[i].Person)
		}
	}
	if ids.Account != nil {
		for i := range e.With {
			w := &e.With[i]
			w.Account = ids.Account(cmp.Or(w.Account, e.Account), w.Person, e.At.UTC())
		}
		e.Account = ids.Account(e.Account, e.Person, e.At.UTC())
	}
}

// newDraft lists the rows, one per participant, and resolves who and whose they are. live are the rows that count, nil being all.
func newDraft(t *table, config Config, live rowList, ids Identities) *draft {
	d := &draft{t: t, config: config, n: t.n, src: live}
	if live != nil {
		d.n = len(live)
	}
	d.participants(live)
	journey := d.column(colJourney, func(p *Participant) (string, bool) { return p.Journey, true })
	d.journey, d.keys = journey.Codes, journey.Names
	d.person = d.column(colPerson, func(p *Participant) (string, bool) { return string(p.Person), p.Person != "" || p.Journey == "" })
	d.seat = d.column(colSeat, func(p *Participant) (string, bool) { return string(p.Seat), p.Person != "" })
	d.kind = d.column(colKind, func(p *Participant) (string, bool) { return string(p.Kind), p.Kind != "" })
	d.account = d.column(colAccount, func(p *Participant) (string, bool) { return string(p.Account), p.Account != "" })
	if config.Default != "" {
		d.kind = replaceEmpty(d.kind, string(config.Default), d.n)
	}
	if ids.Person != nil && d.person.Codes != nil {
		d.person = recode(d.person, func(key string) string {
			if key == "" {
				return ""
			}
			return string(ids.Person(b2b.PersonID(key)))
		})
	}
	if ids.Account != nil {
		d.resolveAccounts(ids)
	}
	d.person, d.account, d.seat, d.kind = sortNames(d.person), sortNames(d.account), sortNames(d.seat), sortNames(d.kind)
	return d
}

// participants adds a row for each further participant of an event, if there are any.
func (d *draft) participants(live rowList) {
	more := 0
	for _, x := range d.t.extra {
		more += len(x.with)
	}
	if more == 0 {
		return
	}
	d.src, d.with = make(rowList, 0, d.n+more), make([]int32, 0, d.n+more)
	for i := range d.n {
		r := live.at(i)
		d.src, d.with = append(d.src, r), append(d.with, -1)
		if x := d.t.extra[r]; x != nil {
			for k := range x.with {
				d.src, d.with = append(d.src, r), append(d.with, int32(k))
			}
		}
	}
	d.n = len(d.src)
}

// column returns a column of the table, row by row of the draft. of gives a participant's own name; ok = false takes the event's.
func (d *draft) column(i int, of func(*Participant) (string, bool)) Column {
	c := Column{Names: d.t.dicts[i].names, Codes: d.t.codesOf(i, d.src)}
	if d.with == nil {
		return c
	}
	var own dict
	own.code("")
	for _, n := range c.Names { // in their order: they keep their codes
		own.code(n)
	}
	if c.Codes == nil {
		c.Codes = make([]uint32, d.n)
	}
	for k, w := range d.with {
		if w >= 0 {
			if n, ok := of(&d.t.extra[d.src[k]].with[w]); ok || d.t.exact {
				c.Codes[k], _ = own.code(n)
			}
		}
	}
	c.Names = own.names
	return c
}

// recode renames the values of a column, in place; names that become equal get one code.
func recode(c Column, rename func(string) string) Column {
	var own dict
	to := make([]uint32, len(c.Names))
	for i, n := range c.Names {
		to[i], _ = own.code(strings.ToValidUTF8(rename(n), "\uFFFD"))
	}
	for i, code := range c.Codes {
		c.Codes[i] = to[code]
	}
	c.Names = own.names
	return c
}

// replaceEmpty gives rows without a name the given one.
func replaceEmpty(c Column, name string, n int) Column {
	if c.Codes == nil {
		return Column{Names: []string{"", name}, Codes: slices.Repeat([]uint32{1}, n)}
	}
	return recode(c, func(old string) string {
		if old == "" {
			return name
		}
		return old
	})
}

func (d *draft) resolveAccounts(ids Identities) {
	var own dict
	if d.account.Codes == nil {
		d.account = Column{Names: []string{""}, Codes: make([]uint32, d.n)}
	}
	for i, code := range d.account.Codes {
		person := name(&d.person, at(d.person.Codes, i, 0))
		b, r := d.t.locate(d.src.at(i))
		id := ids.Account(b2b.AccountID(d.account.Names[code]), b2b.PersonID(person), instant(at(b.at, r, NoTime), 0))
		d.account.Codes[i], _ = own.code(strings.ToValidUTF8(string(id), "\uFFFD"))
	}
	d.account.Names = own.names
}

// ranks returns the position of each name of the column in ascending order of the names that some row has, and those names.
func ranks(names []string, used func(code uint32) bool) (rank []uint32, sorted []string) {
	order := make([]uint32, 0, len(names))
	for c := range uint32(len(names)) {
		if used(c) {
			order = append(order, c)
		}
	}
	slices.SortFunc(order, func(a, b uint32) int { return strings.Compare(names[a], names[b]) })
	rank = make([]uint32, len(names))
	sorted = make([]string, len(order))
	for i, c := range order {
		rank[c], sorted[i] = uint32(i), names[c]
	}
	return rank, sorted
}

// usedCodes returns the test of [ranks] for a column of codes.
func usedCodes(codes []uint32, names int) func(uint32) bool {
	used := make([]bool, names)
	for _, c := range codes {
		used[c] = true
	}
	return func(c uint32) bool { return used[c] }
}

// sortNames makes the codes of a column ascend with its names, in place, and drops names that no row has.
func sortNames(c Column) Column {
	if c.Codes == nil {
		return Column{}
	}
	rank, sorted := ranks(c.Names, usedCodes(c.Codes, len(c.Names)))
	if len(sorted) == 1 && sorted[0] == "" {
		return Column{}
	}
	for i, code := range c.Codes {
		c.Codes[i] = rank[code]
	}
	c.Names = sorted
	return c
}
