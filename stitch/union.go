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
	priority int
	strength float64
	support  int64
	fact     uint32 // of a judgement: order by (recorded, id)
	class    uint8  // 0 judgement, 1 rule
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

// union finds the clusters among members. It is used again from one component to the next.
type union struct {
	of       *component // the component, once it was resolved
	proposed []proposal
	e        *eval
	level    Level
	members  []uint32
	ps       []*profile
	parent   []int32
	next     []int32 // the members of a cluster are a ring
	size     []int32 // of a cluster, by root
	guarded  [][]uint64
	vetoes   [][]veto // by member; nil if there are none
	full     bool
	links    []edge
	refused  []refused
	forced   []refused // Always links that overrode something
	groups   []group
	// Buffers.
	guards   []uint64
	entries  []entry
	arrivals []arrival
	active   []*group
	index    []int32
}

func (u *union) find(i int32) int32 {
	for u.parent[i] != i {
		u.parent[i] = u.parent[u.parent[i]]
		i = u.parent[i]
	}
	return i
}

// newUnion prepares members of a component, which are sorted by profile id; of is nil while it is resolved.
func newUnion(e *eval, level Level, members []uint32, of *component) *union {
	u := &union{}
	u.reset(e, level, members, of)
	return u
}

// reset prepares other members, and gives up those of before.
func (u *union) reset(e *eval, level Level, members []uint32, of *component) {
	u.of, u.e, u.level, u.members, u.proposed = of, e, level, members, nil
	u.ps, u.parent, u.next, u.size, u.guarded = u.ps[:0], u.parent[:0], u.next[:0], u.size[:0], u.guarded[:0]
	u.links, u.refused, u.forced, u.groups, u.guards = u.links[:0], u.refused[:0], u.forced[:0], u.groups[:0], u.guards[:0]
	u.vetoes, u.full = nil, false
	for i, m := range members {
		p := e.s.profiles.at(m)
		first := len(u.guards)
		u.guards = u.guardValues(u.guards, p)
		own := u.guards[first:len(u.guards):len(u.guards)]
		u.ps, u.guarded = append(u.ps, p), append(u.guarded, own)
		u.parent, u.next, u.size = append(u.parent, int32(i)), append(u.next, int32(i)), append(u.size, 1)
		u.full = u.full || u.exceeds(own) >= 0
	}
}

// cluster calls yield for every member of the cluster of a member.
func (u *union) cluster(m int32, yield func(member int32)) {
	yield(m)
	for i := u.next[m]; i != m; i = u.next[i] {
		yield(i)
	}
}

// group adds a group without holders.
func (u *union) group(rule int32, value uint32) int32 {
	n := len(u.groups)
	if n < cap(u.groups) { // with the lists of an earlier one
		u.groups = u.groups[:n+1]
		g := &u.groups[n]
		g.rule, g.value, g.reps, g.batch = rule, value, g.reps[:0], g.batch[:0]
	} else {
		u.groups = append(u.groups, group{rule: rule, value: value})
	}
	return int32(n)
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
