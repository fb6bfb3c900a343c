package stitch

import (
	"hash/maphash"
	"iter"
	"slices"
)

// index finds codes by the hash of what they stand for. It holds no keys, since those lie in the columns that the codes
// point into: eight bytes per code, and nothing for the garbage collector to follow. It is split into tables, so that it
// grows in small steps and, like the containers beside it, can be shared with a snapshot. The hash differs from process
// to process; nothing depends on the order of entries.
type index struct {
	tables []hashTable
	owned  []bool
}

// hashTable is open addressing with linear probing, at most three quarters full.
type hashTable struct {
	slots []slot // a power of two of them
	used  int
}

// slot is free if code is none.
type slot struct{ hash, code uint32 }

const smallestTable = 8

func newIndex() index {
	return index{tables: make([]hashTable, mapShards), owned: make([]bool, mapShards)}
}

// expect makes room for a number of codes; the index is empty.
func (x *index) expect(n int) {
	if n < smallestTable*mapShards {
		return
	}
	size := smallestTable
	for size*mapShards < 2*n {
		size *= 2
	}
	for i := range x.tables {
		x.tables[i].resize(size)
		x.owned[i] = true
	}
}

// find returns the code with a hash that is the same as what is looked for.
func (x *index) find(hash uint64, same func(code uint32) bool) (code uint32, ok bool) {
	if x.tables == nil {
		return none, false
	}
	t, h := &x.tables[hash%mapShards], uint32(hash>>32)
	if t.used == 0 {
		return none, false
	}
	mask := uint32(len(t.slots) - 1)
	for i := h & mask; t.slots[i].code != none; i = (i + 1) & mask {
		if s := t.slots[i]; s.hash == h && same(s.code) {
			return s.code, true
		}
	}
	return none, false
}

// first returns the code that probably has a hash, or none: the first one with what is kept of the hash.
func (x *index) first(hash uint64) uint32 {
	t, h := &x.tables[hash%mapShards], uint32(hash>>32)
	if t.used == 0 {
		return none
	}
	mask := uint32(len(t.slots) - 1)
	i := h & mask
	for t.slots[i].code != none && t.slots[i].hash != h {
		i = (i + 1) & mask
	}
	return t.slots[i].code
}

// own returns the table of a hash for changing.
func (x *index) own(hash uint64) *hashTable {
	i := hash % mapShards
	t := &x.tables[i]
	if !x.owned[i] {
		t.slots, x.owned[i] = slices.Clone(t.slots), true
	}
	return t
}

// insert adds a code that is not there yet.
func (x *index) insert(hash uint64, code uint32) {
	t := x.own(hash)
	if 4*(t.used+1) > 3*len(t.slots) {
		t.grow()
	}
	t.place(slot{uint32(hash >> 32), code})
	t.used++
}

func (t *hashTable) place(s slot) {
	mask := uint32(len(t.slots) - 1)
	i := s.hash & mask
	for t.slots[i].code != none {
		i = (i + 1) & mask
	}
	t.slots[i] = s
}

func (t *hashTable) grow() { t.resize(max(smallestTable, 2*len(t.slots))) }

func (t *hashTable) resize(n int) {
	old := t.slots
	t.slots = make([]slot, n)
	for i := range t.slots {
		t.slots[i].code = none
	}
	for _, s := range old {
		if s.code != none {
			t.place(s)
		}
	}
}

// remove drops a code; those that came behind it move up.
func (x *index) remove(hash uint64, code uint32) {
	t := x.own(hash)
	if t.used == 0 {
		return
	}
	mask := uint32(len(t.slots) - 1)
	i := uint32(hash>>32) & mask
	for t.slots[i].code != code {
		if t.slots[i].code == none {
			return
		}
		i = (i + 1) & mask
	}
	for j := (i + 1) & mask; t.slots[j].code != none; j = (j + 1) & mask {
		if home := t.slots[j].hash & mask; (j-home)&mask >= (j-i)&mask { // it may stand at i
			t.slots[i], i = t.slots[j], j
		}
	}
	t.slots[i] = slot{code: none}
	t.used--
}

// codes yields the codes in no order.
func (x *index) codes() iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for i := range x.tables {
			for _, s := range x.tables[i].slots {
				if s.code != none && !yield(s.code) {
					return
				}
			}
		}
	}
}

// branch returns a copy that copies a table before it changes it.
func (x *index) branch() index {
	return index{tables: slices.Clone(x.tables), owned: make([]bool, len(x.owned))}
}

// release makes the index itself copy a table before it changes it, because a branch holds it too.
func (x *index) release() { clear(x.owned) }

var hashSeed = maphash.MakeSeed()

func hashText(s string) uint64 { return maphash.String(hashSeed, s) }

func hashProfile(p ProfileID) uint64 { return hashText(p.ID) + 31*hashText(p.Source) }

func hashIdentifier(i Identifier) uint64 {
	return hashText(i.value) + i.tag.Value().hash
}

// codeOf returns the code of a profile.
func (s *store) codeOf(id ProfileID) (code uint32, ok bool) {
	return s.byProfile.find(hashProfile(id), func(c uint32) bool { return s.profiles.at(c).id == id })
}

// valueOf returns the code of an identifier.
func (s *store) valueOf(id Identifier) (code uint32, ok bool) {
	return s.byValue.find(hashIdentifier(id), func(c uint32) bool { return s.values.at(c).id == id })
}

// prefixOf returns the code of an address range in text form.
func (s *store) prefixOf(text []byte) (code uint32, ok bool) {
	return s.byValue.find(maphash.Bytes(hashSeed, text)+prefixTag.Value().hash, func(c uint32) bool {
		id := &s.values.at(c).id
		return id.tag == prefixTag && id.value == string(text)
	})
}

// prefixTag is that of every address range.
var prefixTag = tagged(IPPrefix, "", "", FormatOnly).tag

// factOf returns the code of a fact.
func (s *store) factOf(id string) (code uint32, ok bool) {
	return s.byFact.find(hashText(id), func(c uint32) bool { return s.facts[c].id == id })
}
