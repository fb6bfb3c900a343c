package stitch

import (
	"cmp"
	"slices"
)

// judge fills the vetoes by judgement and returns the links by Always.
func (u *union) judge(c *component) []edge {
	type word struct {
		lo, hi  int32
		fact    uint32
		verdict Verdict
	}
	var words []word
	s := u.e.s
	var position map[uint32]int32
	locate := func(id ProfileID) (int32, bool) {
		code, ok := s.codeOf(id)
		if !ok {
			return 0, false
		}
		if position == nil {
			position = make(map[uint32]int32, len(u.members))
			for i, m := range u.members {
				position[m] = int32(i)
			}
		}
		i, ok := position[code]
		return i, ok
	}
	add := func(a, b int32, f uint32, v Verdict) {
		if a != b {
			words = append(words, word{min(a, b), max(a, b), f, v})
		}
	}
	seen := map[uint32]bool{}
	for _, p := range u.ps {
		for _, f := range p.words().judgements {
			if seen[f] {
				continue
			}
			seen[f] = true
			switch b := s.facts[f].body.(type) {
			case Judgement:
				i, oki := locate(b.A)
				j, okj := locate(b.B)
				if oki && okj {
					add(i, j, f, b.Verdict)
				}
			case Apart:
				var sides [][]int32
				for _, g := range b.Groups {
					var side []int32
					for _, id := range g {
						if i, ok := locate(id); ok {
							side = append(side, i)
						}
					}
					for _, other := range sides {
						for _, x := range other {
							for _, y := range side {
								add(x, y, f, NeverSame)
							}
						}
					}
					sides = append(sides, side)
				}
			}
		}
	}
	slices.SortFunc(words, func(a, b word) int {
		return cmp.Or(cmp.Compare(a.lo, b.lo), cmp.Compare(a.hi, b.hi), s.knownBefore(a.fact, b.fact))
	})
	var edges []edge
	for i := 0; i < len(words); {
		var always, never bool
		first := words[i]
		last := first
		for ; i < len(words) && words[i].lo == first.lo && words[i].hi == first.hi; i++ {
			last = words[i]
			switch last.verdict {
			case NoView:
				always, never = false, false
			case Always:
				always = true
			case NeverSame:
				never = true
			}
		}
		if always && never {
			c.note().clashes = append(c.found().clashes, clash{kind: AlwaysAgainstNever, a: u.members[first.lo], b: u.members[first.hi]})
		}
		switch last.verdict {
		case NoView:
		case Always:
			u.full = true
			edges = append(edges, edge{lo: last.lo, hi: last.hi, rule: -1, value: none, rank: rank{fact: last.fact}})
		case NeverSame:
			u.veto(last.lo, last.hi, veto{rule: -1, fact: last.fact})
		}
	}
	return edges
}

func (u *union) veto(a, b int32, v veto) {
	if u.vetoes == nil {
		u.vetoes = make([][]veto, len(u.members))
	}
	v.other = b
	u.vetoes[a] = append(u.vetoes[a], v)
	v.other = a
	u.vetoes[b] = append(u.vetoes[b], v)
}

// vetoByRules tests the Never rules on every pair of members; only here do they matter.
func (u *union) vetoByRules() {
	for i := range u.e.s.c.rules {
		r := &u.e.s.c.rules[i]
		if r.effect != Never || r.level != u.level || !u.e.inForce(r) || !u.candidates(r) {
			continue
		}
		for a := range u.ps {
			for b := a + 1; b < len(u.ps); b++ {
				if _, ok := u.e.pair(r, u.ps[a], u.ps[b]); ok {
					u.veto(int32(a), int32(b), veto{rule: int32(i)})
				}
			}
		}
	}
}

// candidates reports whether a Never rule can hold on any pair: a kind that must differ needs two values.
func (u *union) candidates(r *rule) bool {
	for _, k := range r.differ {
		distinct := map[uint32]bool{}
		for _, p := range u.ps {
			p.eachHeld(func(v uint32, _, _ int64) {
				if u.e.s.values.at(v).id.kind() == k {
					distinct[v] = true
				}
			})
		}
		if len(distinct) < 2 {
			return false
		}
	}
	return true
}
