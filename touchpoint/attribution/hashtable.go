package attribution

import (
	"math/bits"
	"slices"
)

// slots is an open-addressing table from hashes to numbers that the caller keeps elsewhere, so that a key costs no memory of
// its own. The zero value is empty. Its order is never seen.
type slots struct {
	slot []slot // length is a power of two
	used int
}

type slot struct {
	hash  uint32
	index int32 // one more than the number; 0 is a free slot
}

// find returns the number with the hash for which equal is true.
func (t *slots) find(hash uint32, equal func(index int32) bool) (index int32, ok bool) {
	if len(t.slot) == 0 {
		return 0, false
	}
	mask := uint32(len(t.slot) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		s := t.slot[i]
		if s.index == 0 {
			return 0, false
		}
		if s.hash == hash && equal(s.index-1) {
			return s.index - 1, true
		}
	}
}

// put adds a number that find has not found.
func (t *slots) put(hash uint32, index int32) {
	if 2*t.used >= len(t.slot) {
		old := t.slot
		factor := 4 // small tables grow fast, large ones without waste
		if len(old) >= 1<<14 {
			factor = 2
		}
		t.slot = make([]slot, max(64, factor*len(old)))
		for _, s := range old {
			if s.index != 0 {
				t.place(s)
			}
		}
	}
	t.place(slot{hash, index + 1})
	t.used++
}

func (t *slots) place(s slot) {
	mask := uint32(len(t.slot) - 1)
	i := s.hash & mask
	for t.slot[i].index != 0 {
		i = (i + 1) & mask
	}
	t.slot[i] = s
}

// mix spreads the bits of two words (the multiply-and-fold of wyhash).
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0xa0761d6478bd642f, b^0xe7037ed1a0b428db)
	return hi ^ lo
}

// hashPath hashes what makes a record.
func hashPath(account uint32, codes []uint32, ages []int64) uint32 {
	h := mix(uint64(account), uint64(len(ages)))
	for ; len(codes) >= 2; codes = codes[2:] {
		h = mix(h, uint64(codes[0])|uint64(codes[1])<<32)
	}
	for _, c := range codes {
		h = mix(h, uint64(c))
	}
	for _, a := range ages {
		h = mix(h, uint64(a))
	}
	return uint32(h)
}

// double makes room for n more elements, at least twice what there is: append alone grows large slices by a quarter, and so
// copies them five times over.
func double[T any](s []T, n int) []T {
	if len(s)+n > cap(s) {
		return slices.Grow(s, max(len(s), n, 64))
	}
	return s
}
