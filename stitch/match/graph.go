package match

import (
	"cmp"
	"slices"
)

// LinkGraph answers questions about the links inside one cluster. It is immutable and safe for concurrent use.
type LinkGraph struct {
	rows  []uint32
	pairs []Pair
	out   [][]int32 // by row position: links
}

// NewLinkGraph makes a graph of links.
func NewLinkGraph(pairs []Pair) *LinkGraph {
	g := &LinkGraph{pairs: slices.Clone(pairs)}
	for _, p := range pairs {
		g.rows = append(g.rows, p.A, p.B)
	}
	slices.Sort(g.rows)
	g.rows = slices.Compact(g.rows)
	g.out = make([][]int32, len(g.rows))
	for i, p := range g.pairs {
		a, b := g.at(p.A), g.at(p.B)
		g.out[a] = append(g.out[a], int32(i))
		g.out[b] = append(g.out[b], int32(i))
	}
	return g
}

func (g *LinkGraph) at(row uint32) int {
	i, ok := slices.BinarySearch(g.rows, row)
	if !ok {
		return -1
	}
	return i
}

// other is the end of link i that is not row.
func (g *LinkGraph) other(i int32, row uint32) uint32 {
	if g.pairs[i].A == row {
		return g.pairs[i].B
	}
	return g.pairs[i].A
}

// Widest returns the links of the path from a to b whose weakest link is the strongest (a path in the maximum spanning
// tree); none if there is no path.
func (g *LinkGraph) Widest(a, b uint32) []Pair {
	if g.at(a) < 0 || g.at(b) < 0 {
		return nil
	}
	order := make([]int, len(g.pairs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(g.pairs[y].Bits, g.pairs[x].Bits) })
	root := make([]int, len(g.rows))
	for i := range root {
		root[i] = i
	}
	find := func(i int) int {
		for root[i] != i {
			root[i] = root[root[i]]
			i = root[i]
		}
		return i
	}
	tree := make([]bool, len(g.pairs))
	for _, i := range order {
		x, y := find(g.at(g.pairs[i].A)), find(g.at(g.pairs[i].B))
		if x != y {
			root[x] = y
			tree[i] = true
		}
	}
	return g.walk(a, b, func(i int32, _ uint32) bool { return tree[i] })
}

// walk is a shortest path from a to b over the links that may be used from a row.
func (g *LinkGraph) walk(a, b uint32, may func(link int32, from uint32) bool) []Pair {
	via := make([]int32, len(g.rows))
	for i := range via {
		via[i] = -1
	}
	start := g.at(a)
	queue := []uint32{a}
	seen := make([]bool, len(g.rows))
	seen[start] = true
	for len(queue) > 0 {
		r := queue[0]
		queue = queue[1:]
		if r == b {
			break
		}
		for _, i := range g.out[g.at(r)] {
			o := g.other(i, r)
			if k := g.at(o); !seen[k] && may(i, r) {
				seen[k] = true
				via[k] = i
				queue = append(queue, o)
			}
		}
	}
	if !seen[g.at(b)] {
		return nil
	}
	var out []Pair
	for r := b; r != a; {
		i := via[g.at(r)]
		out = append(out, g.pairs[i])
		r = g.other(i, r)
	}
	slices.Reverse(out)
	return out
}

// Cut returns the fewest links without which no path leads from a to b: a minimum cut by augmenting paths (Edmonds and
// Karp 1972) with unit capacities in both directions, the cut nearest the smaller row. None if there is no path.
func (g *LinkGraph) Cut(a, b uint32) []Pair {
	if a == b || g.at(a) < 0 || g.at(b) < 0 {
		return nil
	}
	a, b = min(a, b), max(a, b)
	flow := make([]int8, len(g.pairs)) // +1 from A to B, −1 back
	dir := func(i int32, from uint32) int8 {
		if g.pairs[i].A == from {
			return 1
		}
		return -1
	}
	may := func(i int32, from uint32) bool { return flow[i]*dir(i, from) < 1 }
	for {
		path := g.walk(a, b, may)
		if path == nil {
			break
		}
		at := a
		for _, p := range path {
			i := g.link(p)
			flow[i] += dir(i, at)
			at = g.other(i, at)
		}
	}
	side := g.reach(a, may)
	var out []Pair
	for _, p := range g.pairs {
		if side[g.at(p.A)] != side[g.at(p.B)] {
			out = append(out, p)
		}
	}
	return out
}

func (g *LinkGraph) link(p Pair) int32 {
	for _, i := range g.out[g.at(p.A)] {
		if g.pairs[i].A == p.A && g.pairs[i].B == p.B {
			return i
		}
	}
	return -1
}

func (g *LinkGraph) reach(a uint32, may func(link int32, from uint32) bool) []bool {
	seen := make([]bool, len(g.rows))
	seen[g.at(a)] = true
	queue := []uint32{a}
	for len(queue) > 0 {
		r := queue[0]
		queue = queue[1:]
		for _, i := range g.out[g.at(r)] {
			o := g.other(i, r)
			if k := g.at(o); !seen[k] && may(i, r) {
				seen[k] = true
				queue = append(queue, o)
			}
		}
	}
	return seen
}
