package journey

import (
	"hash/maphash"
	"slices"
	"strings"
	"unicode/utf8"
)

// dict gives names codes in the order of their first use; the empty name has code 0. It is a hash table of codes with open
// addressing, at most half full, which takes a quarter of the room of a map from name to code. The zero value is empty.
type dict struct {
	names []string
	slots []uint32 // code + 1, 0 free; a power of two of them
	seed  maphash.Seed
	last  uint32 // most names come in runs
}

// code returns the code of a name; ok is false if the name is new and no valid UTF-8.
func (d *dict) code(name string) (code uint32, ok bool) {
	if int(d.last) < len(d.names) && d.names[d.last] == name {
		return d.last, true
	}
	if 2*(len(d.names)+2) > len(d.slots) {
		d.grow()
	}
	slot := d.find(name)
	if d.slots[slot] == 0 {
		if !utf8.ValidString(name) {
			return 0, false
		}
		d.add(slot, strings.Clone(name))
	}
	d.last = d.slots[slot] - 1
	return d.last, true
}

// find returns the slot of a name, or the free one where it belongs.
func (d *dict) find(name string) int {
	mask := len(d.slots) - 1
	i := int(maphash.String(d.seed, name)) & mask
	for d.slots[i] != 0 && d.names[d.slots[i]-1] != name {
		i = (i + 1) & mask
	}
	return i
}

// grow doubles the slots. The first ones come with the empty name.
func (d *dict) grow() {
	names := d.names
	if names == nil {
		d.seed = maphash.MakeSeed()
		names = []string{""}
	}
	d.slots = make([]uint32, max(16, 2*len(d.slots)))
	d.names = names
	for code, name := range names {
		d.slots[d.find(name)] = uint32(code) + 1
	}
}

func (d *dict) add(slot int, name string) {
	if len(d.names) == cap(d.names) { // doubled: append alone would copy long lists five times over
		d.names = slices.Grow(d.names, max(8, len(d.names)))
	}
	d.names = append(d.names, name)
	d.slots[slot] = uint32(len(d.names))
}
