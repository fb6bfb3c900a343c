package match

import (
	"cmp"
	"math/bits"
	"slices"
)

// tally counts patterns, in an open-addressed table. The zero value holds none.
type tally struct {
	slots []tallied // a power of two, at most half of them taken
	taken int
}

type tallied struct {
	pattern pattern
	n       int64 // 0 = free
}

// add counts a pattern n > 0 times more.
func (t *tally) add(p pattern, n int64) {
	if 2*t.taken >= len(t.slots) {
		old := t.slots
		*t = tally{slots: make([]tallied, max(2*len(old), 256))}
		for _, s := range old {
			if s.n > 0 {
				t.add(s.pattern, s.n)
			}
		}
	}
	at := int(mix(bits.RotateLeft64(p[0], 31)*hashSeed+p[1])) & (len(t.slots) - 1)
	for t.slots[at].n > 0 && t.slots[at].pattern != p {
		at = (at + 1) & (len(t.slots) - 1)
	}
	if t.slots[at].n == 0 {
		t.slots[at].pattern = p
		t.taken++
	}
	t.slots[at].n += n
}

// sumTallies is the sum of tallies, sorted by pattern.
func sumTallies(parts []tally) []tallied {
	var sum tally
	for _, part := range parts {
		for _, s := range part.slots {
			if s.n > 0 {
				sum.add(s.pattern, s.n)
			}
		}
	}
	out := slices.DeleteFunc(sum.slots, func(s tallied) bool { return s.n == 0 })
	slices.SortFunc(out, func(a, b tallied) int {
		return cmp.Or(cmp.Compare(a.pattern[0], b.pattern[0]), cmp.Compare(a.pattern[1], b.pattern[1]))
	})
	return out
}
