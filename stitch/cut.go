package stitch

import (
	"cmp"
	"slices"
)

// Cut is the answer to "what would have to be otherwise for these two to be apart".
type Cut struct {
	A, B     ProfileID
	Links    []Link // the fewest links without which the two are apart, in order; none if they are apart already
	Verified bool   // the component was derived anew without them, and the two were apart
}

// Counterfactual returns the fewest links whose absence parts two profiles of one entity: a minimum cut (Ford and
// Fulkerson 1956; Dinic 1970) over all live links inside the entity, each of capacity one; of several cuts the one nearest
// the smaller profile id. Verified is false if links that were refused would take their place.
func (s *Snapshot) Counterfactual(a, b ProfileID) Cut {
	c := Cut{A: a, B: b}
	p, okp := s.find(a)
	q, okq := s.find(b)
	if a == b || !okp || !okq || p.entity != q.entity {
		return c
	}
	ent := p.entity
	links := s.linksOf(ent)
	position := make(map[uint32]int, len(ent.members))
	for i, m := range ent.members {
		position[m] = i
	}
	arcs := make([][2]int, len(links))
	for i, l := range links {
		arcs[i] = [2]int{position[l.a], position[l.b]}
	}
	from, _ := s.store.codeOf(a)
	to, _ := s.store.codeOf(b)
	source, sink := position[from], position[to]
	if source > sink {
		source, sink = sink, source
	}
	side := minCut(len(ent.members), arcs, source, sink)
	var cut []link
	for i, l := range links {
		if side[arcs[i][0]] != side[arcs[i][1]] {
			cut = append(cut, l)
			c.Links = append(c.Links, s.describe(l))
		}
	}
	c.Verified = s.apartWithout(ent.component, cut, from, to)
	return c
}

// Links returns every live link inside an entity, not only those that united it, in the order of links: one per rule and
// pair.
func (s *Snapshot) Links(id string) []Link {
	ent, ok := s.store.entityOf(id)
	if !ok {
		return nil
	}
	links := s.linksOf(ent)
	out := make([]Link, len(links))
	for i, l := range links {
		out[i] = s.describe(l)
	}
	return out
}

func (s *Snapshot) linksOf(ent *entity) []link {
	if len(ent.members) < 2 {
		return nil
	}
	u, edges := s.enumerate(ent.component, ent.members)
	links := make([]link, len(edges))
	for i, x := range edges {
		links[i] = u.link(x)
	}
	return links
}

// enumerate returns all live links between members of a component, in order, one per rule and pair.
func (s *Snapshot) enumerate(of *component, members []uint32) (*union, []edge) {
	u := newUnion(s.store.eval(), of.level, members, of)
	edges := u.judge(&component{})
	arrivals, more := u.collect()
	edges = append(edges, more...)
	byGroup := make([][]arrival, len(u.groups))
	for _, a := range arrivals {
		byGroup[a.group] = append(byGroup[a.group], a)
	}
	for g, list := range byGroup {
		for i, x := range list {
			for _, y := range list[i+1:] {
				e := edge{lo: min(x.member, y.member), hi: max(x.member, y.member), rule: u.groups[g].rule, value: u.groups[g].value, rank: x.rank}
				e.rank.support = min(x.rank.support, y.rank.support)
				edges = append(edges, e)
			}
		}
	}
	slices.SortFunc(edges, func(a, b edge) int { // of one rule and pair the best value first
		return cmp.Or(cmp.Compare(a.lo, b.lo), cmp.Compare(a.hi, b.hi), cmp.Compare(a.rule, b.rule), u.compareRank(a.rank, b.rank),
			u.compareLabel(a.rule, a.value, b.rule, b.value))
	})
	edges = slices.CompactFunc(edges, func(a, b edge) bool { return a.lo == b.lo && a.hi == b.hi && a.rule == b.rule })
	slices.SortFunc(edges, func(a, b edge) int {
		return cmp.Or(u.compareRank(a.rank, b.rank), cmp.Compare(a.lo, b.lo), cmp.Compare(a.hi, b.hi), cmp.Compare(a.rule, b.rule))
	})
	return u, edges
}

// apartWithout derives a component anew without some links and reports whether two members are then apart. Where nothing
// was refused, nothing can take the place of a link.
func (s *Snapshot) apartWithout(c *component, cut []link, a, b uint32) bool {
	if len(c.found().refusals) == 0 && len(c.found().clashes) == 0 {
		return true
	}
	u, edges := s.enumerate(c, c.members)
	type key struct {
		a, b uint32
		rule int32
	}
	gone := map[key]bool{}
	for _, l := range cut {
		gone[key{l.a, l.b, l.rule}] = true
	}
	u.vetoByRules()
	for _, x := range edges {
		if !gone[key{u.members[x.lo], u.members[x.hi], x.rule}] {
			u.try(x)
		}
	}
	i, _ := slices.BinarySearchFunc(u.members, a, s.store.byID)
	j, _ := slices.BinarySearchFunc(u.members, b, s.store.byID)
	return u.find(int32(i)) != u.find(int32(j))
}

// byID compares profiles by id.
func (s *store) byID(a, b uint32) int { return s.profiles.at(a).id.Compare(s.profiles.at(b).id) }

// minCut returns the vertices on the source's side of the minimum cut nearest the source, of an undirected multigraph with
// unit capacities, by Dinic's blocking flows: O(E·√E).
func minCut(n int, arcs [][2]int, source, sink int) []bool {
	// Arc 2i leads from arcs[i][0] to arcs[i][1], arc 2i+1 back; each has capacity 1, which is what undirected means.
	head := make([][]int32, n)
	residual := make([]int8, 2*len(arcs))
	for i, a := range arcs {
		head[a[0]], head[a[1]] = append(head[a[0]], int32(2*i)), append(head[a[1]], int32(2*i+1))
		residual[2*i], residual[2*i+1] = 1, 1
	}
	target := func(e int32) int { return arcs[e/2][1-e%2] }
	depth := make([]int32, n)
	next := make([]int, n)
	layer := func() bool {
		for i := range depth {
			depth[i] = -1
		}
		depth[source] = 0
		queue := []int{source}
		for k := 0; k < len(queue); k++ {
			for _, e := range head[queue[k]] {
				if y := target(e); residual[e] > 0 && depth[y] < 0 {
					depth[y] = depth[queue[k]] + 1
					queue = append(queue, y)
				}
			}
		}
		return depth[sink] >= 0
	}
	var path []int32
	for layer() {
		clear(next)
		path = path[:0]
		x := source
		for { // one path after the other, each with a pointer per vertex
			if x == sink {
				for _, e := range path {
					residual[e]--
					residual[e^1]++
				}
				path, x = path[:0], source
				continue
			}
			advanced := false
			for ; next[x] < len(head[x]); next[x]++ {
				e := head[x][next[x]]
				if y := target(e); residual[e] > 0 && depth[y] == depth[x]+1 {
					path, x, advanced = append(path, e), y, true
					break
				}
			}
			if advanced {
				continue
			}
			if len(path) == 0 {
				break
			}
			last := path[len(path)-1]
			path = path[:len(path)-1]
			x = target(last ^ 1)
			next[x]++
		}
	}
	side := make([]bool, n)
	for i := range side {
		side[i] = depth[i] >= 0
	}
	return side
}
