package stitch

import (
	"cmp"
	"slices"
)

// path returns the fewest links that lead from one member to another over the widest way. How wide that is, the tree of
// links that united the entity tells: links were taken in order, so the last one on the way through the tree is the
// narrowest place that cannot be avoided. All links up to that one are then searched breadth first; the holders of one value
// are next to each other without their links being built.
func (s *Snapshot) path(ent *entity, a, b ProfileID) []link {
	find := func(id ProfileID) int32 {
		i, _ := slices.BinarySearchFunc(ent.members, id, func(m uint32, id ProfileID) int { return s.store.profiles.at(m).id.Compare(id) })
		return int32(i)
	}
	start, goal := find(a), find(b)
	if start == goal {
		return nil
	}
	u := newUnion(s.store.eval(), ent.level, ent.members, ent.component)
	edges := u.judge(&component{})
	arrivals, more := u.collect()
	edges = append(edges, more...)
	widest := u.narrowest(ent.links, start, goal)
	type holder struct {
		member int32
		rank   rank
	}
	held := make([][]holder, len(u.groups))     // by group
	groups := make([][]int32, len(ent.members)) // by member
	singles := make([][]edge, len(ent.members)) // by member
	for _, x := range arrivals {
		if u.compareRank(x.rank, widest) <= 0 {
			held[x.group] = append(held[x.group], holder{x.member, x.rank})
			groups[x.member] = append(groups[x.member], x.group)
		}
	}
	for _, x := range edges {
		if u.compareRank(x.rank, widest) <= 0 {
			singles[x.lo], singles[x.hi] = append(singles[x.lo], x), append(singles[x.hi], x)
		}
	}
	via := make([]edge, len(ent.members))
	seen := make([]bool, len(ent.members))
	seen[start] = true
	queue := []int32{start}
	better := func(x, y edge) bool {
		return cmp.Or(u.compareRank(x.rank, y.rank), u.compareLabel(x.rule, x.value, y.rule, y.value)) < 0
	}
	for k := 0; k < len(queue) && !seen[goal]; k++ {
		m := queue[k]
		first := len(queue)
		reach := func(q int32, x edge) {
			if slices.Contains(queue[first:], q) {
				if better(x, via[q]) {
					via[q] = x
				}
			} else if !seen[q] {
				seen[q], via[q] = true, x
				queue = append(queue, q)
			}
		}
		for _, g := range groups[m] {
			mine := held[g][slices.IndexFunc(held[g], func(h holder) bool { return h.member == m })]
			for _, h := range held[g] {
				if !seen[h.member] || slices.Contains(queue[first:], h.member) {
					r := h.rank
					r.support = min(r.support, mine.rank.support)
					reach(h.member, edge{lo: min(m, h.member), hi: max(m, h.member), rule: u.groups[g].rule, value: u.groups[g].value, rank: r})
				}
			}
		}
		for _, x := range singles[m] {
			reach(x.lo+x.hi-m, x)
		}
		slices.Sort(queue[first:])
	}
	var out []link
	for m := goal; m != start; m = via[m].lo + via[m].hi - m {
		if !seen[m] {
			return nil // cannot be: the tree itself leads there
		}
		out = append(out, u.link(via[m]))
	}
	slices.Reverse(out)
	return out
}

// narrowest returns the last rank on the way through the tree of links.
func (u *union) narrowest(tree []link, start, goal int32) rank {
	position := make(map[uint32]int32, len(u.members))
	for i, m := range u.members {
		position[m] = int32(i)
	}
	f := forest{}
	f.grow(len(u.members))
	var r rank
	for _, l := range tree { // in order: the link that first connects the two is the last on the way
		f.unite(uint32(position[l.a]), uint32(position[l.b]))
		if f.root(uint32(start)) == f.root(uint32(goal)) {
			r = l.rank
			break
		}
	}
	return r
}
