package journey

import (
	"cmp"
	"slices"
	"strings"
)

// The total order of events is (At, Seq, Source, ID, content), content being the remaining fields in the order of
// [table.compareRows], names by code point. Only events that agree in every field compare equal.

// compareRows compares two rows of a table in the total order.
func (t *table) compareRows(a, b uint32) int {
	if a == b {
		return 0
	}
	x, i := t.locate(a)
	y, k := t.locate(b)
	if c := cmp.Compare(at(x.at, i, NoTime), at(y.at, k, NoTime)); c != 0 {
		return c
	}
	if c := cmp.Compare(at(x.seq, i, 0), at(y.seq, k, 0)); c != 0 {
		return c
	}
	if c := t.compareNames(colSource, x, i, y, k); c != 0 {
		return c
	}
	if c := strings.Compare(at(x.id, i, ""), at(y.id, k, "")); c != 0 {
		return c
	}
	for col := range nameNames {
		if c := t.compareNames(col, x, i, y, k); c != 0 {
			return c
		}
	}
	return cmp.Or(
		cmp.Compare(at(x.started, i, NoTime), at(y.started, k, NoTime)),
		cmp.Compare(at(x.recordedAt, i, NoTime), at(y.recordedAt, k, NoTime)),
		cmp.Compare(at(x.zone, i, 0), at(y.zone, k, 0)),
		cmp.Compare(at(x.precision, i, 0), at(y.precision, k, 0)),
		cmp.Compare(at(x.phase, i, 0), at(y.phase, k, 0)),
		cmp.Compare(at(x.outcome, i, 0), at(y.outcome, k, 0)),
		compareExtras(t.extra[a], t.extra[b]),
	)
}

// compareNames compares the names that place i of block x and place k of block y have in a coded column.
func (t *table) compareNames(col int, x *block, i int, y *block, k int) int {
	a, b := at(x.codes[col], i, 0), at(y.codes[col], k, 0)
	if a == b {
		return 0
	}
	return strings.Compare(t.dicts[col].names[a], t.dicts[col].names[b])
}

func compareExtras(a, b *extra) int {
	if a == b {
		return 0
	}
	var none extra
	if a == nil {
		a = &none
	}
	if b == nil {
		b = &none
	}
	return cmp.Or(
		slices.CompareFunc(a.with, b.with, compareParticipants),
		slices.CompareFunc(a.objects, b.objects, compareObjects),
		slices.CompareFunc(a.attrs, b.attrs, compareAttributes),
	)
}

func compareParticipants(a, b Participant) int {
	return cmp.Or(
		cmp.Compare(a.Person, b.Person), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Seat, b.Seat),
		cmp.Compare(a.Journey, b.Journey), cmp.Compare(a.Kind, b.Kind),
	)
}

func compareObjects(a, b ObjectRef) int {
	return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Qualifier, b.Qualifier))
}

func compareAttributes(a, b Attribute) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Value, b.Value))
}
