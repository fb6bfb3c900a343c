package stitch

import (
	"cmp"
	"slices"
)

// step handles all links of one rank, in the order of their profiles.
func (u *union) step(arrivals []arrival, edges []edge) {
	if len(arrivals) == 0 {
		for _, x := range edges {
			u.try(x)
		}
		return
	}
	active := u.active[:0]
	for _, a := range arrivals {
		g := &u.groups[a.group]
		if len(g.batch) == 0 {
			active = append(active, g)
		}
		g.batch = append(g.batch, a.member)
	}
	u.active = active
	if g := active[0]; len(active) == 1 && len(edges) == 0 && len(g.batch) == 1 {
		u.one(g, g.batch[0], arrivals[0].rank) // one new holder: the order is that of the earlier ones
	} else {
		u.sweep(active, edges, arrivals[0].rank)
	}
	for _, g := range active {
		g.reps = append(g.reps, g.batch...)
		g.batch = g.batch[:0]
		if !u.full {
			g.reps = u.compact(g.reps)
		}
	}
}

// one tries the links of one new holder of a value, the earlier ones in order.
func (u *union) one(g *group, m int32, now rank) {
	slices.Sort(g.reps)
	for _, r := range g.reps {
		u.try(edge{lo: min(r, m), hi: max(r, m), rule: g.rule, value: g.value, rank: now})
	}
}

// compact keeps the smallest member per cluster.
func (u *union) compact(reps []int32) []int32 {
	if len(reps) < 2 {
		return reps
	}
	slices.Sort(reps)
	kept := reps[:0]
	for _, m := range reps {
		if !slices.ContainsFunc(kept, func(k int32) bool { return u.find(k) == u.find(m) }) {
			kept = append(kept, m)
		}
	}
	return kept
}

// row is a position in a group while its links are swept.
type row struct {
	member int32
	group  int
	pos    int
}

// sweep tries the links of several groups and single edges, all of one rank, by (lo, hi).
func (u *union) sweep(active []*group, edges []edge, now rank) {
	var rows []row
	sets := make([][]int32, len(active))
	fresh := make([]map[int32]bool, len(active))
	for k, g := range active {
		vs := append(slices.Clone(g.reps), g.batch...)
		slices.Sort(vs)
		sets[k] = vs
		if len(g.reps) > 0 {
			fresh[k] = make(map[int32]bool, len(g.batch))
			for _, m := range g.batch {
				fresh[k][m] = true
			}
		}
		for pos, m := range vs {
			rows = append(rows, row{member: m, group: k, pos: pos})
		}
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Or(cmp.Compare(a.member, b.member), cmp.Compare(a.group, b.group)) })
	var his []edge
	done := make([]bool, len(active))
	for i := 0; i < len(rows) || len(edges) > 0; {
		lo := int32(0)
		if i < len(rows) && (len(edges) == 0 || rows[i].member <= edges[0].lo) {
			lo = rows[i].member
		} else {
			lo = edges[0].lo
		}
		his = his[:0]
		for len(edges) > 0 && edges[0].lo == lo {
			his = append(his, edges[0])
			edges = edges[1:]
		}
		first := i
		for ; i < len(rows) && rows[i].member == lo; i++ {
			k := rows[i].group
			if done[k] {
				continue
			}
			g, root := active[k], u.find(lo)
			for _, hi := range sets[k][rows[i].pos+1:] {
				if (fresh[k] == nil || fresh[k][lo] || fresh[k][hi]) && u.find(hi) != root {
					his = append(his, edge{lo: lo, hi: hi, rule: g.rule, value: g.value, rank: now})
				}
			}
		}
		slices.SortFunc(his, func(a, b edge) int {
			return cmp.Or(cmp.Compare(a.hi, b.hi), u.compareLabel(a.rule, a.value, b.rule, b.value))
		})
		for _, x := range his {
			u.try(x)
		}
		for ; first < i; first++ {
			if k := rows[first].group; !done[k] {
				done[k] = u.oneCluster(sets[k])
			}
		}
	}
}

func (u *union) oneCluster(set []int32) bool {
	for _, m := range set[1:] {
		if u.find(m) != u.find(set[0]) {
			return false
		}
	}
	return true
}
