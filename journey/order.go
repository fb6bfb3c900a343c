package journey

import (
	"cmp"
	"slices"
	"strings"
)

// The total order of events is (At, Seq, Source, ID, content), content being the remaining fields in the order of
// [compareContent], names by code point. Only events that agree in every field compare equal.

// compareRows compares two rows of a table in the total order.
func (t *table) compareRows(a, b uint32) int {
	if a == b {
		return 0
	}
	if c := cmp.Compare(t.At[a], t.At[b]); c != 0 {
		return c
	}
	if t.Seq != nil {
		if c := cmp.Compare(t.Seq[a], t.Seq[b]); c != 0 {
			return c
		}
	}
	if c := compareNames(&t.Source, a, b); c != 0 {
		return c
	}
	if t.ID != nil {
		if c := strings.Compare(t.ID[a], t.ID[b]); c != 0 {
			return c
		}
	}
	return t.compareContent(a, b)
}

// compareContent compares what is left when time, sequence, source and id are equal.
func (t *table) compareContent(a, b uint32) int {
	for _, c := range t.names() {
		if o := compareNames(c, a, b); o != 0 {
			return o
		}
	}
	if o := compareValues(t.At, a, b); o != 0 {
		return o
	}
	for _, c := range [...][]int64{t.Started, t.RecordedAt, t.Seq} {
		if o := compareValues(c, a, b); o != 0 {
			return o
		}
	}
	return cmp.Or(
		compareValues(t.Zone, a, b),
		compareValues(t.Precision, a, b),
		compareValues(t.Phase, a, b),
		compareValues(t.Outcome, a, b),
		compareExtras(t.extra[a], t.extra[b]),
	)
}

func compareNames(c *Column, a, b uint32) int {
	if c.Codes == nil || c.Codes[a] == c.Codes[b] {
		return 0
	}
	return strings.Compare(c.Names[c.Codes[a]], c.Names[c.Codes[b]])
}

func compareValues[T cmp.Ordered](col []T, a, b uint32) int {
	if col == nil {
		return 0
	}
	return cmp.Compare(col[a], col[b])
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
