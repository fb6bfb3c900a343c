package journey

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
)

// countingSort returns the row numbers by group, in their order inside each; rows of the group none are left out. Group g is
// perm[offsets[g]:offsets[g+1]].
func countingSort(of []uint32, groups int) (perm []uint32, offsets []int) {
	next := make([]int, groups+2) // of group g at g+1: once it is filled, its end
	for _, g := range of {
		if g != none {
			next[g+2]++
		}
	}
	for g := range groups {
		next[g+2] += next[g+1]
	}
	perm = make([]uint32, next[groups+1])
	for i, g := range of {
		if g != none {
			perm[next[g+1]] = uint32(i)
			next[g+1]++
		}
	}
	return perm, next[:groups+1]
}

// compare orders rows of the draft: the order of their events, then of the participants.
func (d *draft) compare(a, b uint32) int {
	if c := d.t.compareRows(d.src.at(int(a)), d.src.at(int(b))); c != 0 || d.with == nil {
		return c
	}
	return cmp.Or(cmp.Compare(d.src[a], d.src[b]), cmp.Compare(d.with[a], d.with[b]))
}

// at returns when a row of the draft was complete.
func (d *draft) at(row uint32) int64 {
	b, i := d.t.locate(d.src.at(int(row)))
	return at(b.at, i, NoTime)
}

// timedRow is a row of the draft with its time, so that a sort need not look it up.
type timedRow struct {
	us  int64
	row uint32
}

// sortJourneys sorts the rows of each journey; in most data they are in order already.
func (d *draft) sortJourneys(perm []uint32, offsets []int) {
	var list []timedRow
	for g := range len(offsets) - 1 {
		rows := perm[offsets[g]:offsets[g+1]]
		list = list[:0]
		sorted := true
		for i, r := range rows {
			us := d.at(r)
			if sorted && i > 0 {
				last := list[i-1].us
				sorted = last < us || (last == us && d.compare(rows[i-1], r) <= 0)
			}
			list = append(list, timedRow{us, r})
		}
		if sorted {
			continue
		}
		slices.SortFunc(list, func(a, b timedRow) int {
			if c := cmp.Compare(a.us, b.us); c != 0 {
				return c
			}
			return d.compare(a.row, b.row)
		})
		for i, x := range list {
			rows[i] = x.row
		}
	}
}

// orderJourneys returns the journeys by (account, person, kind, key); no heads are all equal.
func orderJourneys(heads []head, keys []string) []uint32 {
	type place struct {
		prefix uint64 // of the key, so that most comparisons need not look at the text
		i      uint32
	}
	list := make([]place, len(keys))
	for i, key := range keys {
		list[i] = place{prefix(key), uint32(i)}
	}
	slices.SortFunc(list, func(a, b place) int {
		if heads != nil {
			x, y := &heads[a.i], &heads[b.i]
			if c := cmp.Or(cmp.Compare(x.account, y.account), cmp.Compare(x.person, y.person), cmp.Compare(x.kind, y.kind)); c != 0 {
				return c
			}
		}
		if a.prefix != b.prefix {
			return cmp.Compare(a.prefix, b.prefix)
		}
		return cmp.Or(strings.Compare(keys[a.i], keys[b.i]), cmp.Compare(a.i, b.i))
	})
	order := make([]uint32, len(keys))
	for i, x := range list {
		order[i] = x.i
	}
	return order
}

// prefix returns the first eight bytes of a text as a number: texts whose prefixes differ are in the order of the prefixes.
func prefix(text string) uint64 {
	var b [8]byte
	copy(b[:], text)
	return binary.BigEndian.Uint64(b[:])
}
