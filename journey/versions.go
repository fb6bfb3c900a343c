package journey

import (
	"cmp"
	"hash/maphash"
	"slices"
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
	t := &b.t
	t.named()
	if t.ID == nil {
		return
	}
	gone, versions := t.versions()
	b.duplicates += len(gone)
	b.drop(gone, versions)
}

// versions returns the rows that repeat an earlier one, ascending, and for each record of which several versions are known its rows.
func (t *table) versions() (gone []uint32, versions [][]uint32) {
	// slots: open addressing over the rows that were the first to show their (source, id).
	size := 16
	for size < 2*t.n {
		size *= 2
	}
	slots := make([]uint32, size) // row + 1
	next := make(map[uint32]int)  // first row → index in versions
	seed := maphash.MakeSeed()
	for r := range t.n {
		id := t.ID[r]
		if id == "" {
			continue
		}
		row, source := uint32(r), at(t.Source.Codes, r, 0)
		i := (maphash.String(seed, id) ^ uint64(source)*0x9e3779b97f4a7c15) & uint64(size-1)
		for slots[i] != 0 && (t.ID[slots[i]-1] != id || at(t.Source.Codes, int(slots[i]-1), 0) != source) {
			i = (i + 1) & uint64(size-1)
		}
		if slots[i] == 0 {
			slots[i] = row + 1
			continue
		}
		first := slots[i] - 1
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
	if us := at(t.RecordedAt, int(r), NoTime); us != NoTime {
		return us
	}
	return t.At[r]
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
	to := make(map[uint32]uint32) // new numbers of the rows that something points at
	for _, list := range versions {
		for _, r := range list {
			to[r] = r
		}
	}
	if len(gone) > 0 {
		keep := make([]uint32, 0, t.n-len(gone))
		extras := make(map[uint32]*extra, len(t.extra))
		g := 0
		for r := range uint32(t.n) {
			if g < len(gone) && gone[g] == r {
				g++
				continue
			}
			if x := t.extra[r]; x != nil {
				extras[uint32(len(keep))] = x
			}
			if _, ok := to[r]; ok {
				to[r] = uint32(len(keep))
			}
			keep = append(keep, r)
		}
		t.extra = extras
		t.Columns = t.take(keep)
		if b.offered == nil {
			b.offered = keep
		} else {
			b.offered = pick(b.offered, keep)
		}
		t.n = len(keep)
	}
	b.superseded, b.current = nil, make(map[uint32]uint32)
	for _, list := range versions {
		for i := range list {
			list[i] = to[list[i]]
		}
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
