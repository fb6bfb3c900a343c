package discovery

import (
	"cmp"
	"slices"

	"github.com/buyerjourney/b2b/journey"
)

// cut divides the steps of a graph into parts, numbered in order of their smallest name; those of a sequence in order of
// time; part 0 of a loop is the body.
type cut struct {
	op    journey.Op
	part  []int32
	parts int
}

// cut finds the first cut that holds: choice, sequence, parallel, loop.
func (g *graph) cut() (cut, bool) {
	if g.k() < 2 {
		return cut{}, false
	}
	for _, find := range []func() (cut, bool){g.choiceCut, g.sequenceCut, g.parallelCut, g.loopCut} {
		if c, ok := find(); ok {
			return c, true
		}
	}
	return cut{}, false
}

// groups is a partition that is being made coarser (union-find).
type groups []int32

func newGroups(k int) groups {
	g := make(groups, k)
	for i := range g {
		g[i] = int32(i)
	}
	return g
}

func (g groups) find(i int) int {
	for int(g[i]) != i {
		g[i] = g[g[i]]
		i = int(g[i])
	}
	return i
}

// join unites two groups; the smaller number stands for both.
func (g groups) join(a, b int) {
	a, b = g.find(a), g.find(b)
	if a != b {
		g[max(a, b)] = int32(min(a, b))
	}
}

// number gives the groups numbers in order of their smallest member.
func (g groups) number() (part []int32, parts int) {
	part = make([]int32, len(g))
	for i := range g {
		if r := g.find(i); r == i {
			part[i] = int32(parts)
			parts++
		} else {
			part[i] = part[r]
		}
	}
	return part, parts
}

// choiceCut: connected components of the graph without direction.
func (g *graph) choiceCut() (cut, bool) {
	u := newGroups(g.k())
	for a := range g.k() {
		for b := range g.k() {
			if g.has(a, b) {
				u.join(a, b)
			}
		}
	}
	part, n := u.number()
	return cut{journey.Choice, part, n}, n > 1
}

// sequenceCut: steps that reach each other belong together, and so do steps of which neither reaches the other; what
// results is in one order.
func (g *graph) sequenceCut() (cut, bool) {
	k := g.k()
	words := (k + 63) / 64
	reach := make([]uint64, k*words) // row a: what a reaches
	row := func(a int) []uint64 { return reach[a*words : (a+1)*words] }
	has := func(r []uint64, b int) bool { return r[b/64]>>(b%64)&1 != 0 }
	for a := range k {
		for b := range k {
			if g.has(a, b) {
				row(a)[b/64] |= 1 << (b % 64)
			}
		}
	}
	for via := range k { // Warshall 1962
		for a := range k {
			if has(row(a), via) {
				for i, w := range row(via) {
					row(a)[i] |= w
				}
			}
		}
	}
	u := newGroups(k)
	for a := range k {
		for b := range a {
			if has(row(a), b) == has(row(b), a) {
				u.join(a, b)
			}
		}
	}
	// Between groups the same question is asked again, until the answer is stable.
	for {
		part, n := u.number()
		if n < 2 {
			return cut{}, false
		}
		to := make([]bool, n*n)
		for a := range k {
			for b := range k {
				if has(row(a), b) {
					to[int(part[a])*n+int(part[b])] = true
				}
			}
		}
		changed := false
		for a := range k {
			for b := range a {
				x, y := int(part[a]), int(part[b])
				if x != y && to[x*n+y] == to[y*n+x] && u.find(a) != u.find(b) {
					u.join(a, b)
					changed = true
				}
			}
		}
		if changed {
			continue
		}
		// A total order: who reaches more comes first.
		order := make([]int, n)
		reached := make([]int, n)
		for x := range n {
			order[x] = x
			for y := range n {
				if x != y && to[x*n+y] {
					reached[x]++
				}
			}
		}
		slices.SortFunc(order, func(x, y int) int { return cmp.Compare(reached[y], reached[x]) })
		place := make([]int32, n)
		for i, x := range order {
			place[x] = int32(i)
		}
		for i := range part {
			part[i] = place[part[i]]
		}
		return cut{journey.Sequence, part, n}, true
	}
}

// parallelCut: steps that do not follow each other both ways belong together. Each part needs a step that starts and one
// that ends; parts that lack one join the first that has both.
func (g *graph) parallelCut() (cut, bool) {
	k := g.k()
	u := newGroups(k)
	for a := range k {
		for b := range a {
			if !g.has(a, b) || !g.has(b, a) {
				u.join(a, b)
			}
		}
	}
	part, n := u.number()
	starts, ends := make([]bool, n), make([]bool, n)
	for i, p := range part {
		starts[p] = starts[p] || g.start[i] > 0
		ends[p] = ends[p] || g.end[i] > 0
	}
	first := -1
	for p := range n {
		if starts[p] && ends[p] {
			first = p
			break
		}
	}
	if first < 0 {
		return cut{}, false
	}
	anchor := slices.Index(part, int32(first))
	for i, p := range part {
		if !starts[p] || !ends[p] {
			u.join(anchor, i)
		}
	}
	part, n = u.number()
	return cut{journey.Parallel, part, n}, n > 1
}

// loopCut: the body holds all steps that start or end; the others form components, each of which is a way back unless it
// can be entered or left in the middle of the body, or not in the same way from all ends to all starts.
func (g *graph) loopCut() (cut, bool) {
	k := g.k()
	start := func(i int) bool { return g.start[i] > 0 }
	end := func(i int) bool { return g.end[i] > 0 }
	inBody := func(i int) bool { return start(i) || end(i) }
	u := newGroups(k)
	anchor := slices.IndexFunc(g.start, func(n int64) bool { return n > 0 })
	if anchor < 0 {
		return cut{}, false
	}
	for a := range k {
		if inBody(a) {
			u.join(anchor, a)
			continue
		}
		for b := range a {
			if !inBody(b) && (g.has(a, b) || g.has(b, a)) {
				u.join(a, b)
			}
		}
	}
	for c := range k {
		if inBody(c) {
			continue
		}
		fromEnds, ends, toStarts, starts, middle := 0, 0, 0, 0, false
		for b := range k {
			if start(b) {
				starts++
				if g.has(c, b) {
					toStarts++
				}
				if !end(b) && g.has(b, c) {
					middle = true
				}
			}
			if end(b) {
				ends++
				if g.has(b, c) {
					fromEnds++
				}
				if !start(b) && g.has(c, b) {
					middle = true
				}
			}
		}
		if middle || fromEnds > 0 && fromEnds < ends || toStarts > 0 && toStarts < starts {
			u.join(anchor, c)
		}
	}
	part, n := u.number()
	if n < 2 {
		return cut{}, false
	}
	// The body becomes part 0.
	body := part[anchor]
	for i, p := range part {
		switch {
		case p == body:
			part[i] = 0
		case p < body:
			part[i] = p + 1
		}
	}
	return cut{journey.Loop, part, n}, true
}
