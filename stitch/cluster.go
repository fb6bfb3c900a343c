package stitch

import (
	"cmp"
	"slices"
)

// guardValues appends guard<<32|value for the values of a profile that guards count, in order.
func (u *union) guardValues(vs []uint64, p *profile) []uint64 {
	first := len(vs)
	p.eachHeld(func(v uint32, _, last int64) {
		limits := u.e.s.use(v).limits
		if len(limits) == 0 {
			return
		}
		if x := u.e.s.values.at(v); x.blocked || x.shared || x.traits&traitRole != 0 {
			return
		}
		for _, g := range limits {
			if u.e.live(after(last, u.e.s.c.guards[g].window)) {
				vs = append(vs, uint64(g)<<32|uint64(v))
			}
		}
	})
	slices.Sort(vs[first:])
	return vs
}

// count returns how many values of one guard and system a sorted list holds. Kinds that are scoped by system are counted
// per system: one login per shop, not one login.
func (u *union) count(vs []uint64, g int, system string) int {
	n := 0
	for _, x := range vs {
		if int(x>>32) == g && u.e.s.values.at(uint32(x)).id.system() == system {
			n++
		}
	}
	return n
}

// exceeds returns the first guard that a set of values exceeds, or −1.
func (u *union) exceeds(vs []uint64) int {
	for _, x := range vs {
		g := int(x >> 32)
		if u.count(vs, g, u.e.s.values.at(uint32(x)).id.system()) > u.e.s.c.guards[g].maxPerEntity {
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
		g, system := int(x>>32), u.e.s.values.at(uint32(x)).id.system()
		if n := u.count(both, g, system); n > u.e.s.c.guards[g].maxPerEntity && n > u.count(a, g, system) && n > u.count(b, g, system) {
			return g
		}
	}
	return -1
}

func unite(a, b []uint64) []uint64 {
	switch {
	case len(b) == 0:
		return a
	case len(a) == 0:
		return b
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
	if u.size[small] > u.size[other] {
		small, other = other, small
	}
	if u.vetoes != nil {
		u.cluster(small, func(m int32) {
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
		})
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
	if u.size[ra] < u.size[rb] {
		ra, rb = rb, ra
	}
	u.parent[rb] = ra
	u.size[ra] += u.size[rb]
	u.next[ra], u.next[rb] = u.next[rb], u.next[ra]
	u.guarded[ra] = unite(u.guarded[ra], u.guarded[rb])
}
