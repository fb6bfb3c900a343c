package stitch

import (
	"cmp"
	"slices"
)

// entry is a member that holds a value which a rule asks for.
type entry struct {
	rule   int32
	value  uint32
	member int32
	last   int64
}

// collect returns what the Same rules find: arrivals of the holders of each value, or single links where a rule has to
// look at pairs.
func (u *union) collect() (arrivals []arrival, edges []edge) {
	u.entries = u.entries[:0]
	for i, p := range u.ps {
		u.enter(int32(i), p)
	}
	entries := u.entries
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.rule, b.rule), cmp.Compare(a.value, b.value), cmp.Compare(a.member, b.member))
	})
	arrivals = u.arrivals[:0]
	var pairs []edge
	for i := 0; i < len(entries); {
		j := i
		for j < len(entries) && entries[j].rule == entries[i].rule && entries[j].value == entries[i].value {
			j++
		}
		set := entries[i:j]
		r := &u.e.s.c.rules[set[0].rule]
		switch {
		case len(set) < 2:
		case r.pairwise:
			for x := range set {
				for y := x + 1; y < len(set); y++ {
					pairs = append(pairs, edge{lo: set[x].member, hi: set[y].member, rule: set[0].rule})
				}
			}
		default:
			g := u.group(set[0].rule, set[0].value)
			for _, x := range set {
				arrivals = append(arrivals, arrival{
					group: g, member: x.member, rank: rank{class: 1, priority: r.priority, strength: r.strength, support: x.last},
				})
			}
		}
		i = j
	}
	u.arrivals = arrivals
	pairs = append(pairs, u.scored()...)
	return arrivals, u.test(pairs)
}

// enter appends the entries of one member.
func (u *union) enter(i int32, p *profile) {
	e, s := u.e, u.e.s
	p.eachHeld(func(v uint32, _, last int64) {
		rules := s.use(v).same[u.level]
		if len(rules) == 0 {
			return
		}
		x := s.values.at(v)
		if len(x.holders) < 2 || !x.unites() {
			return
		}
		for _, ri := range rules {
			r := &s.c.rules[ri]
			if x.id.check() < r.same[0].check || !r.admits(p.id.Source) || !e.inForce(r) {
				continue
			}
			t := last
			if r.purpose != "" {
				var ok bool
				if _, t, ok = e.hold(p, v, r.purpose); !ok {
					continue
				}
			}
			if r.pairwise || e.live(after(t, r.lapse)) {
				u.entries = append(u.entries, entry{int32(ri), v, i, t})
			}
		}
	})
	for _, code := range p.words().combos {
		c := s.combos.at(code)
		r := &s.c.rules[c.rule]
		if r.effect != Same || r.level != u.level || len(c.holders) < 2 || !r.admits(p.id.Source) || !e.inForce(r) {
			continue
		}
		if t, ok := e.comboLast(r, c, p); ok && (r.pairwise || e.live(after(t, r.lapse))) {
			u.entries = append(u.entries, entry{int32(c.rule), code, i, t})
		}
	}
}

// proposal is a pair of profiles that the scorer found.
type proposal struct{ a, b uint32 }

// scored returns the pairs that the scorer proposes for rules without a Same condition. A snapshot knows them from the
// time when the component was resolved; the scorer has gone on since.
func (u *union) scored() (pairs []edge) {
	if !u.e.s.c.scored[u.level] {
		return nil
	}
	if u.of == nil {
		for _, m := range u.members {
			for id := range u.e.s.c.config.Scorer.Candidates(u.e.s.profile(u.e.s.profiles.at(m))) {
				if q, ok := u.e.s.codeOf(id); ok && q != m {
					u.proposed = append(u.proposed, proposal{m, q})
				}
			}
		}
	} else {
		u.proposed = u.of.found().proposed
	}
	position := make(map[uint32]int32, len(u.members))
	for i, m := range u.members {
		position[m] = int32(i)
	}
	for i := range u.e.s.c.rules {
		r := &u.e.s.c.rules[i]
		if r.effect != Same || r.level != u.level || len(r.same) > 0 || !u.e.inForce(r) {
			continue
		}
		for _, p := range u.proposed {
			a, oka := position[p.a]
			b, okb := position[p.b]
			if oka && okb {
				pairs = append(pairs, edge{lo: min(a, b), hi: max(a, b), rule: int32(i)})
			}
		}
	}
	return pairs
}

// test keeps the pairs on which their rule holds, each rule and pair once.
func (u *union) test(pairs []edge) []edge {
	slices.SortFunc(pairs, func(a, b edge) int {
		return cmp.Or(cmp.Compare(a.rule, b.rule), cmp.Compare(a.lo, b.lo), cmp.Compare(a.hi, b.hi))
	})
	pairs = slices.CompactFunc(pairs, func(a, b edge) bool { return a.rule == b.rule && a.lo == b.lo && a.hi == b.hi })
	kept := pairs[:0]
	for _, x := range pairs {
		r := &u.e.s.c.rules[x.rule]
		if m, ok := u.e.pair(r, u.ps[x.lo], u.ps[x.hi]); ok {
			x.value = m.value
			x.rank = rank{class: 1, priority: r.priority, strength: m.strength, support: m.support}
			kept = append(kept, x)
		}
	}
	return kept
}

// comboLast returns the earliest of the times at which the profile last held the values of a combination.
func (e *eval) comboLast(r *rule, c *combo, p *profile) (last int64, ok bool) {
	last = unlimited
	for i, v := range c.values {
		x := e.s.values.at(v)
		if !x.unites() || x.id.check() < r.same[i].check {
			return 0, false
		}
		_, t, ok := e.hold(p, v, r.purpose)
		if !ok {
			return 0, false
		}
		last = min(last, t)
	}
	return last, true
}
