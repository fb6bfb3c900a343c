package match

import "math/bits"

// grouping says to which group each entry of a list belongs; groups are numbered in the order in which they turn up.
type grouping struct {
	of    []uint32 // by entry, from 0
	count []uint32 // by group
}

// grouper puts entries with equal keys into groups. It parts them by the top bits of the keys first, so that the table of
// each part stays in the cache (the partitioned hash join of Shatdal, Kant and Naughton 1994). Its buffers serve one list
// after the other: a grouping holds until the next one is made. The zero value is ready.
type grouper struct {
	parts []slot // entries by part: key and place in the list
	slots []slot // open-addressed table of one part: key and group
	of    []uint32
}

type slot struct {
	key uint64
	at  uint32
}

// partSize is about how many entries a part has.
const partSize = 1 << 12

func (g *grouper) group(list []entry) grouping {
	g.of = sized(g.of, len(list))
	g.parts = sized(g.parts, len(list))
	shift := 64 - bits.Len(uint(len(list)/partSize))
	ends := make([]int, 1<<(64-shift)+1)
	for _, e := range list {
		ends[e.key>>shift+1]++
	}
	for i := 1; i < len(ends); i++ {
		ends[i] += ends[i-1]
	}
	for i, e := range list {
		at := &ends[e.key>>shift]
		g.parts[*at] = slot{key: e.key, at: uint32(i)}
		*at++
	}
	groups, from := uint32(0), 0
	for _, to := range ends[:len(ends)-1] {
		groups = g.groupPart(g.parts[from:to], groups)
		from = to
	}
	return g.inOrder(groups)
}

// groupPart numbers the groups of one part from a number on, and returns the number behind them.
func (g *grouper) groupPart(part []slot, groups uint32) uint32 {
	size := 1 << bits.Len(uint(2*len(part)))
	g.slots = sized(g.slots, size)
	clear(g.slots)
	for _, e := range part {
		at := int(e.key) & (size - 1)
		for g.slots[at].key != 0 && g.slots[at].key != e.key {
			at = (at + 1) & (size - 1)
		}
		if g.slots[at].key == 0 {
			g.slots[at] = slot{key: e.key, at: groups}
			groups++
		}
		g.of[e.at] = g.slots[at].at
	}
	return groups
}

// inOrder numbers the groups anew, in the order in which they turn up, and counts their entries.
func (g *grouper) inOrder(groups uint32) grouping {
	number := make([]uint32, groups) // 1 + the new number
	count := make([]uint32, 0, groups)
	for i, old := range g.of {
		if number[old] == 0 {
			count = append(count, 0)
			number[old] = uint32(len(count))
		}
		g.of[i] = number[old] - 1
		count[g.of[i]]++
	}
	return grouping{of: g.of, count: count}
}

// sized is a slice of n elements, of the memory of another one if that is large enough.
func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
