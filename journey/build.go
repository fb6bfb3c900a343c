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

// draft is a log in the making: one entry per row, in any order, pointing at rows of the table.
type draft struct {
	t       *table
	config  Config
	src     []uint32 // row of t
	with    []int32  // participant of that row, −1 the event itself; nil: all −1
	journey []uint32 // code of the instance key in keys, 0 none
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
	rep.Accepted = len(live)
	d := newDraft(t, b.config, live, ids)
	l := d.assemble(timed, &rep)
	l.past = b.versions(ids, &rep)
	return l, rep
}

// live returns the rows that count. In a set in which some event has a time those without are rejected.
func (b *Builder) live(rep *Report) (rows []uint32, timed bool) {
	t := &b.t
	rows = make([]uint32, 0, t.n-len(b.superseded))
	s := 0
	missing := 0
	for r := range uint32(t.n) {
		if s < len(b.superseded) && b.superseded[s] == r {
			s++
			continue
		}
		if t.At[r] == NoTime {
			missing++
		}
		rows = append(rows, r)
	}
	if missing == 0 || missing == len(rows) {
		return rows, missing == 0
	}
	var untimed []uint32
	rows = slices.DeleteFunc(rows, func(r uint32) bool {
		if t.At[r] != NoTime {
			return false
		}
		untimed = append(untimed, r)
		return true
	})
	for _, r := range untimed {
		i := b.index(r)
		rep.Rejected = append(rep.Rejected, Reject{
			b2b.Rejection{Index: i, Path: "events[" + strconv.Itoa(i) + "].at", Reason: "no time in a log where others have one"}, t.event(int(r)),
		})
	}
	slices.SortStableFunc(rep.Rejected, func(x, y Reject) int { return cmp.Compare(x.Index, y.Index) })
	return rows, true
}

// versions returns the superseded versions under resolved ids and lists them in the report.
func (b *Builder) versions(ids Identities, rep *Report) []version {
	var past []version
	rows := slices.Clone(b.superseded)
	slices.SortFunc(rows, func(x, y uint32) int {
		return cmp.Or(compareNames(&b.t.Source, x, y), compareValues(b.t.ID, x, y), b.t.compareVersions(x, y))
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

// newDraft lists the rows, one per participant, and resolves who and whose they are.
func newDraft(t *table, config Config, live []uint32, ids Identities) *draft {
	d := &draft{t: t, config: config, src: live}
	if slices.ContainsFunc(live, func(r uint32) bool { x := t.extra[r]; return x != nil && len(x.with) > 0 }) {
		d.src = make([]uint32, 0, len(live)+len(live)/8)
		d.with = make([]int32, 0, cap(d.src))
		for _, r := range live {
			d.src, d.with = append(d.src, r), append(d.with, -1)
			if x := t.extra[r]; x != nil {
				for i := range x.with {
					d.src, d.with = append(d.src, r), append(d.with, int32(i))
				}
			}
		}
	}
	d.journey, d.keys = d.column(&t.Journey, func(p *Participant) (string, bool) { return p.Journey, true })
	d.person.Codes, d.person.Names = d.column(&t.Person, func(p *Participant) (string, bool) { return string(p.Person), p.Person != "" || p.Journey == "" })
	d.seat.Codes, d.seat.Names = d.column(&t.Seat, func(p *Participant) (string, bool) { return string(p.Seat), p.Person != "" })
	d.kind.Codes, d.kind.Names = d.column(&t.Kind, func(p *Participant) (string, bool) { return string(p.Kind), p.Kind != "" })
	d.account.Codes, d.account.Names = d.column(&t.Account, func(p *Participant) (string, bool) { return string(p.Account), p.Account != "" })
	if config.Default != "" {
		d.kind = replaceEmpty(d.kind, string(config.Default), len(d.src))
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
	return d
}

// column returns the codes and names of one column, row by row. of gives a participant's own name; ok = false takes the event's.
func (d *draft) column(c *Column, of func(*Participant) (string, bool)) (codes []uint32, names []string) {
	if d.with == nil {
		if c.Codes == nil {
			return nil, nil
		}
		if d.with == nil && len(d.src) == d.t.n { // every row of the table, in its order
			return c.Codes, c.Names
		}
		return pick(c.Codes, d.src), c.Names
	}
	own := dict{index: make(map[string]uint32, len(c.Names))}
	if len(c.Names) == 0 {
		own.add("")
	}
	for _, n := range c.Names {
		own.add(n)
	}
	codes = make([]uint32, len(d.src))
	for i, r := range d.src {
		codes[i] = at(c.Codes, int(r), 0)
		if w := d.with[i]; w >= 0 {
			if n, ok := of(&d.t.extra[r].with[w]); ok || d.t.exact {
				codes[i], _ = own.code(n)
			}
		}
	}
	return codes, own.names
}

// recode renames the values of a column; names that become equal get one code.
func recode(c Column, rename func(string) string) Column {
	own := dict{index: make(map[string]uint32, len(c.Names))}
	own.add("")
	to := make([]uint32, len(c.Names))
	for i, n := range c.Names {
		to[i], _ = own.code(strings.ToValidUTF8(rename(n), "\uFFFD"))
	}
	out := Column{Codes: make([]uint32, len(c.Codes))}
	for i, code := range c.Codes {
		out.Codes[i] = to[code]
	}
	out.Names = own.names
	return out
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
	own := dict{index: make(map[string]uint32)}
	own.add("")
	codes := make([]uint32, len(d.src))
	for i, r := range d.src {
		key := name(&d.account, at(d.account.Codes, i, 0))
		person := name(&d.person, at(d.person.Codes, i, 0))
		id := ids.Account(b2b.AccountID(key), b2b.PersonID(person), instant(d.t.At[r], 0))
		codes[i], _ = own.code(strings.ToValidUTF8(string(id), "\uFFFD"))
	}
	d.account = Column{Names: own.names, Codes: codes}
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

// sortNames makes the codes of a column ascend with its names and drops names that no row has.
func sortNames(c Column) Column {
	if c.Codes == nil {
		return Column{}
	}
	rank, sorted := ranks(c.Names, usedCodes(c.Codes, len(c.Names)))
	if len(sorted) == 1 && sorted[0] == "" {
		return Column{}
	}
	out := Column{Names: sorted, Codes: make([]uint32, len(c.Codes))}
	for i, code := range c.Codes {
		out.Codes[i] = rank[code]
	}
	return out
}
