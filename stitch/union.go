package stitch

import (
	"cmp"
	"slices"
)

// The constrained union: links are taken in a total order, and each unites two clusters unless a veto or a guard stands
// between them. The order is: judgements Always, newest first; then rules by priority, strength (descending), support
// (descending), smaller and larger profile id.
//
// A value that g profiles hold means g(g−1)/2 links. They are not built: for one rule and one value the links of the
// k-th holder to the earlier ones come together in the order, and only the first to each cluster can matter, the one to
// the cluster's smallest member. So a group costs g·c for c clusters. Where a profile exceeds a guard by itself, or an
// Always overrides one, a refused link may be followed by one that is allowed; such components are enumerated in full.

// rank is the place of a link in the order, its profiles left out.
type rank struct {
	class    uint8 // 0 judgement, 1 rule
	priority int
	strength float64
	support  int64
	fact     uint32 // of a judgement: order by (recorded, id)
}

func (u *union) compareRank(a, b rank) int {
	if c := cmp.Compare(a.class, b.class); c != 0 {
		return c
	}
	if a.class == 0 {
		return u.e.s.knownBefore(b.fact, a.fact)
	}
	return cmp.Or(cmp.Compare(a.priority, b.priority), cmp.Compare(b.strength, a.strength), cmp.Compare(b.support, a.support))
}

// edge is a link between two members, lo < hi being positions in the order of profile ids.
type edge struct {
	lo, hi int32
	rule   int32 // −1 = judgement
	value  uint32
	rank   rank
}

// arrival is a holder that joins the group of a value.
type arrival struct {
	group  int32
	member int32
	rank   rank
}

// group is one value under one rule.
type group struct {
	rule  int32
	value uint32
	reps  []int32 // holders so far: one per cluster (its smallest), or all of them in full mode
	batch []int32
}

type veto struct {
	other int32
	rule  int32 // −1 = judgement
	fact  uint32
}

type refused struct {
	edge edge
	by   blocker
}

// blocker is what stood between two clusters.
type blocker struct {
	cause RefusalCause
	rule  int32
	guard int32
	fact  uint32
	a, b  int32 // of a veto: the pair
}

type union struct {
	e       *eval
	level   Level
	members []uint32
	ps      []*profile
	parent  []int32
	list    [][]int32 // members of a cluster, by root
	guarded [][]uint64
	vetoes  [][]veto
	full    bool
	links   []edge
	refused []refused
	forced  []refused // Always links that overrode something
	groups  []group
}

func (u *union) find(i int32) int32 {
	for u.parent[i] != i {
		u.parent[i] = u.parent[u.parent[i]]
		i = u.parent[i]
	}
	return i
}

// newUnion prepares the members of a component, which are sorted by profile id.
func newUnion(e *eval, level Level, members []uint32) *union {
	n := len(members)
	u := &union{
		e: e, level: level, members: members, ps: make([]*profile, n), parent: make([]int32, n), list: make([][]int32, n),
		guarded: make([][]uint64, n), vetoes: make([][]veto, n),
	}
	single := make([]int32, n)
	for i, m := range members {
		u.ps[i] = e.s.profiles.at(m)
		u.parent[i], single[i] = int32(i), int32(i)
		u.list[i] = single[i : i+1 : i+1]
		u.guarded[i] = u.guardValues(u.ps[i])
		u.full = u.full || u.exceeds(u.guarded[i]) >= 0
	}
	return u
}

// guardValues returns guard<<32|value for the values of a profile that guards count, in order.
func (u *union) guardValues(p *profile) []uint64 {
	var vs []uint64
	p.eachHeld(func(v uint32, _, last int64) {
		x := u.e.s.values.at(v)
		if x.blocked || x.shared || x.traits&traitRole != 0 {
			return
		}
		for _, g := range x.use.guards {
			if gd := &u.e.s.c.guards[g]; gd.maxPerEntity > 0 && u.e.live(after(last, gd.window)) {
				vs = append(vs, uint64(g)<<32|uint64(v))
			}
		}
	})
	slices.Sort(vs)
	return vs
}

// count returns how many values of one guard and system a sorted list holds. Kinds that are scoped by system are counted
// per system: one login per shop, not one login.
func (u *union) count(vs []uint64, g int, system string) int {
	n := 0
	for _, x := range vs {
		if int(x>>32) == g && u.e.s.values.at(uint32(x)).id.system == system {
			n++
		}
	}
	return n
}

// exceeds returns the first guard that a set of values exceeds, or −1.
func (u *union) exceeds(vs []uint64) int {
	for _, x := range vs {
		g := int(x >> 32)
		if u.count(vs, g, u.e.s.values.at(uint32(x)).id.system) > u.e.s.c.guards[g].maxPerEntity {
			return g
		}
	}
	return -1
}

// guardAgainst returns the first guard that the union of two sets exceeds without one of them holding it all already, or
// −1.
func (u *union) guardAgainst(a, b []uint64) int {
	if len(a) == 0 || len(b) == 0 {
		return -1
	}
	both := unite(a, b)
	for _, x := range both {
		g, system := int(x>>32), u.e.s.values.at(uint32(x)).id.system
		if n := u.count(both, g, system); n > u.e.s.c.guards[g].maxPerEntity && n > u.count(a, g, system) && n > u.count(b, g, system) {
			return g
		}
	}
	return -1
}

func unite(a, b []uint64) []uint64 {
	if len(b) == 0 {
		return a
	}
	out := make([]uint64, 0, len(a)+len(b))
	out = append(append(out, a...), b...)
	slices.Sort(out)
	return slices.Compact(out)
}

// blocked returns what stands between two clusters. Of several vetoes the judgement comes first, then the first rule,
// each with its smallest pair.
func (u *union) blocked(ra, rb int32, judgementsOnly bool) (blocker, bool) {
	best := blocker{}
	found := false
	small, other := ra, rb
	if len(u.list[small]) > len(u.list[other]) {
		small, other = other, small
	}
	for _, m := range u.list[small] {
		for _, v := range u.vetoes[m] {
			if u.find(v.other) != other || judgementsOnly && v.rule >= 0 {
				continue
			}
			b := blocker{cause: VetoedByJudgement, rule: v.rule, fact: v.fact, a: min(m, v.other), b: max(m, v.other)}
			if v.rule >= 0 {
				b.cause = VetoedByRule
			}
			if !found || cmp.Or(cmp.Compare(b.rule, best.rule), cmp.Compare(b.a, best.a), cmp.Compare(b.b, best.b)) < 0 {
				best, found = b, true
			}
		}
	}
	if found || judgementsOnly {
		return best, found
	}
	if g := u.guardAgainst(u.guarded[ra], u.guarded[rb]); g >= 0 {
		return blocker{cause: RefusedByGuard, guard: int32(g)}, true
	}
	return best, false
}

// try unites the clusters of a link unless something stands between them.
func (u *union) try(x edge) {
	ra, rb := u.find(x.lo), u.find(x.hi)
	if ra == rb {
		return
	}
	if by, stop := u.blocked(ra, rb, x.rule < 0); stop {
		u.refused = append(u.refused, refused{x, by})
		return
	}
	if x.rule < 0 {
		if by, over := u.blocked(ra, rb, false); over {
			u.forced = append(u.forced, refused{x, by})
		}
	}
	u.links = append(u.links, x)
	if len(u.list[ra]) < len(u.list[rb]) {
		ra, rb = rb, ra
	}
	u.parent[rb] = ra
	u.list[ra] = append(u.list[ra], u.list[rb]...)
	u.list[rb] = nil
	u.guarded[ra] = unite(u.guarded[ra], u.guarded[rb])
}

// run takes arrivals and single links in order.
func (u *union) run(arrivals []arrival, edges []edge) {
	slices.SortFunc(arrivals, func(a, b arrival) int {
		return cmp.Or(u.compareRank(a.rank, b.rank), cmp.Compare(a.group, b.group), cmp.Compare(a.member, b.member))
	})
	slices.SortFunc(edges, func(a, b edge) int {
		return cmp.Or(u.compareRank(a.rank, b.rank), cmp.Compare(a.lo, b.lo), cmp.Compare(a.hi, b.hi), u.compareLabel(a.rule, a.value, b.rule, b.value))
	})
	for len(arrivals) > 0 || len(edges) > 0 {
		var now rank
		if len(edges) == 0 || len(arrivals) > 0 && u.compareRank(arrivals[0].rank, edges[0].rank) <= 0 {
			now = arrivals[0].rank
		} else {
			now = edges[0].rank
		}
		i := 0
		for i < len(arrivals) && u.compareRank(arrivals[i].rank, now) == 0 {
			i++
		}
		j := 0
		for j < len(edges) && u.compareRank(edges[j].rank, now) == 0 {
			j++
		}
		u.step(arrivals[:i], edges[:j])
		arrivals, edges = arrivals[i:], edges[j:]
	}
}

// compareLabel orders links of one pair and rank: by rule, then by identifiers.
func (u *union) compareLabel(ruleA int32, valueA uint32, ruleB int32, valueB uint32) int {
	if c := cmp.Compare(ruleA, ruleB); c != 0 || valueA == valueB || ruleA < 0 {
		return c
	}
	if u.e.s.c.rules[ruleA].combined() {
		x, y := u.e.s.combos.at(valueA).values, u.e.s.combos.at(valueB).values
		return slices.CompareFunc(x, y, u.e.s.compareValues)
	}
	return u.e.s.compareValues(valueA, valueB)
}

// compareValues orders values by their identifiers; no value comes first.
func (s *store) compareValues(a, b uint32) int {
	switch {
	case a == b:
		return 0
	case a == none:
		return -1
	case b == none:
		return 1
	}
	return s.values.at(a).id.Compare(s.values.at(b).id)
}

// step handles all links of one rank, in the order of their profiles.
func (u *union) step(arrivals []arrival, edges []edge) {
	if len(arrivals) == 0 {
		for _, x := range edges {
			u.try(x)
		}
		return
	}
	var active []*group
	for _, a := range arrivals {
		g := &u.groups[a.group]
		if len(g.batch) == 0 {
			active = append(active, g)
		}
		g.batch = append(g.batch, a.member)
	}
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
