package journey

import (
	"cmp"
	"hash/maphash"
	"slices"
	"strings"
)

// Superseded is one record of which older versions are kept aside for as-of views.
type Superseded struct {
	Source, ID string
	Versions   int // older versions kept
}

// compact removes rows that repeat an event with the same id and content, and finds the versions that a later one replaces.
func (b *Builder) compact() {
	if !b.dirty {
		return
	}
	b.dirty = false
	b.superseded, b.current = nil, nil
	gone, versions := b.t.versions()
	b.duplicates += len(gone)
	b.drop(gone, versions)
}

// versions returns the rows that repeat an earlier one, ascending, and for each record of which several versions are known its rows.
func (t *table) versions() (gone []uint32, versions [][]uint32) {
	if !slices.ContainsFunc(t.list, func(b *block) bool { return b.id != nil }) {
		return nil, nil
	}
	record := func(r uint32) (id string, source uint32) {
		b, i := t.locate(r)
		return at(b.id, i, ""), at(b.codes[colSource], i, 0)
	}
	// slots: open addressing over the rows that were the first to show their (source, id).
	size := 16
	for size < t.n+t.n/2 {
		size *= 2
	}
	slots := make([]uint32, size) // row + 1
	next := make(map[uint32]int)  // first row → index in versions
	seed := maphash.MakeSeed()
	for row := range uint32(t.n) {
		id, source := record(row)
		if id == "" {
			continue
		}
		i := (maphash.String(seed, id) ^ uint64(source)*0x9e3779b97f4a7c15) & uint64(size-1)
		first, found := uint32(0), false
		for ; slots[i] != 0; i = (i + 1) & uint64(size-1) {
			first = slots[i] - 1
			if otherID, otherSource := record(first); otherID == id && otherSource == source {
				found = true
				break
			}
		}
		if !found {
			slots[i] = row + 1
			continue
		}
		k, several := next[first]
		switch {
		case t.compareRows(first, row) == 0:
			gone = append(gone, row)
		case !several:
			next[first] = len(versions)
			versions = append(versions, []uint32{first, row})
		case slices.ContainsFunc(versions[k], func(v uint32) bool { return t.compareRows(v, row) == 0 }):
			gone = append(gone, row)
		default:
			versions[k] = append(versions[k], row)
		}
	}
	return gone, versions
}

// recorded returns when a row became known; without a time of recording, when it happened.
func (t *table) recorded(r uint32) int64 {
	b, i := t.locate(r)
	if us := at(b.recordedAt, i, NoTime); us != NoTime {
		return us
	}
	return at(b.at, i, NoTime)
}

// compareRecords compares two rows by (source, id).
func (t *table) compareRecords(a, b uint32) int {
	x, i := t.locate(a)
	y, k := t.locate(b)
	return cmp.Or(t.compareNames(colSource, x, i, y, k), strings.Compare(at(x.id, i, ""), at(y.id, k, "")))
}

// compareVersions orders versions of one record: the latest recorded counts, then the greatest in the total order.
func (t *table) compareVersions(a, b uint32) int {
	if c := cmp.Compare(t.recorded(a), t.recorded(b)); c != 0 {
		return c
	}
	return t.compareRows(a, b)
}

// drop removes rows, given in ascending order, renumbers what points at rows and notes which version of a record counts.
func (b *Builder) drop(gone []uint32, versions [][]uint32) {
	t := &b.t
	if len(gone) > 0 {
		keep := without(t.n, gone)
		moved := func(r uint32) uint32 { // the new number of a row that is kept
			i, _ := slices.BinarySearch(keep, r)
			return uint32(i)
		}
		for _, list := range versions {
			for i := range list {
				list[i] = moved(list[i])
			}
		}
		extras := make(map[uint32]*extra, len(t.extra))
		for r, x := range t.extra {
			if _, dropped := slices.BinarySearch(gone, r); !dropped {
				extras[moved(r)] = x
			}
		}
		t.extra = extras
		t.retain(keep)
		if b.offered == nil {
			b.offered = keep
		} else {
			b.offered = pick(b.offered, keep)
		}
	}
	b.superseded, b.current = nil, make(map[uint32]uint32)
	for _, list := range versions {
		best := slices.MaxFunc(list, t.compareVersions)
		for _, r := range list {
			if r != best {
				b.superseded = append(b.superseded, r)
				b.current[r] = best
			}
		}
	}
	slices.Sort(b.superseded)
}
