package attribution

import (
	"cmp"
	"math/bits"
	"slices"
)

// canonical returns the n live records ordered by steps, then ages (paths without times first), then account.
func (s *PathSet) canonical(rank, place []uint32, n int) []int32 {
	items := make([]headed, 0, n)
	width := max(1, bits.Len(uint(len(rank)))) // of a step in the head: 0 is the end of the path
	for i := range s.records {
		r := &s.records[i]
		if !r.live() {
			continue
		}
		var head uint64
		left := 64
		for _, c := range s.steps[r.from : r.from+min(int(r.n), 64/width)] {
			left -= width
			head |= uint64(rank[c]+1) << left
		}
		items = append(items, headed{head, int32(i)})
	}
	items = sortHeads(items)
	order := make([]int32, len(items))
	for from, to := 0, 0; from < len(items); from = to {
		for to = from + 1; to < len(items) && items[to].head == items[from].head; to++ {
		}
		if same := items[from:to]; len(same) > 1 {
			slices.SortFunc(same, func(a, b headed) int { return s.compare(&s.records[a.record], &s.records[b.record], rank, place) })
		}
		for k := from; k < to; k++ {
			order[k] = items[k].record
		}
	}
	return order
}

// headed is a record with its first steps in one word, which orders nearly all records.
type headed struct {
	head   uint64
	record int32
}

// sortHeads sorts by head, byte by byte from the lowest; bytes that all heads share cost one pass over the counts.
func sortHeads(items []headed) []headed {
	var counts [8][256]int32
	for _, it := range items {
		for b := range counts {
			counts[b][uint8(it.head>>(8*b))]++
		}
	}
	other := make([]headed, len(items))
	for b := range counts {
		count := &counts[b]
		if len(items) > 0 && int(count[uint8(items[0].head>>(8*b))]) == len(items) {
			continue
		}
		at := int32(0)
		for i, n := range count {
			count[i] = at
			at += n
		}
		for _, it := range items {
			k := &count[uint8(it.head>>(8*b))]
			other[*k] = it
			*k++
		}
		items, other = other, items
	}
	return items
}

func (s *PathSet) compare(a, b *record, rank, place []uint32) int {
	for k := range int(min(a.n, b.n)) {
		if c := cmp.Compare(rank[s.steps[a.from+k]], rank[s.steps[b.from+k]]); c != 0 {
			return c
		}
	}
	if c := cmp.Compare(a.n, b.n); c != 0 {
		return c
	}
	if (a.age < 0) != (b.age < 0) {
		return cmp.Compare(min(a.age, 0), min(b.age, 0))
	}
	if a.age >= 0 {
		if c := slices.Compare(s.ages[a.age:a.age+int(a.n)], s.ages[b.age:b.age+int(b.n)]); c != 0 {
			return c
		}
	}
	if a.account == 0 || b.account == 0 {
		return cmp.Compare(a.account, b.account)
	}
	return cmp.Compare(place[a.account], place[b.account])
}
