package stitch

import "slices"

// kindUse is what the rules want from a kind.
type kindUse struct {
	kind       Kind
	same       [3][]int // by level: rules of effect Same with this kind as their only Same condition
	relate     [3][]int // likewise for Relate
	affiliate  bool     // some Affiliate rule compares it
	affiliates []int    // rules of effect Affiliate that start from a value of it: their first Same, or IP for Within
	guards     []int    // guards on it
	limits     []int    // guards on it with MaxPerEntity
	counted    bool     // some guard on it has MaxHolders
}

// setRules prepares the tables that depend on rules; what values and profiles keep of them is renewed by the caller.
func (s *store) setRules(c *Compiled) {
	s.c, s.relates = c, false
	fresh := make([]*kindUse, len(s.uses))
	for i, u := range s.uses {
		fresh[i] = &kindUse{kind: u.kind}
	}
	s.uses = fresh
	use := func(k Kind) *kindUse { return s.uses[s.internKind(k)] }
	for i := range c.rules {
		r := &c.rules[i]
		if r.off {
			continue
		}
		s.relates = s.relates || r.effect == Relate
		for _, cond := range r.same {
			if r.effect == Affiliate {
				use(cond.kind).affiliate = true
			}
		}
		if r.within {
			use(IP).affiliate, use(IPPrefix).affiliate = true, true
			use(IP).affiliates = append(use(IP).affiliates, i)
		} else if r.effect == Affiliate {
			use(r.same[0].kind).affiliates = append(use(r.same[0].kind).affiliates, i)
		}
		if len(r.same) == 1 && r.effect == Same {
			u := use(r.same[0].kind)
			u.same[r.level] = append(u.same[r.level], i)
		}
		if len(r.same) == 1 && r.effect == Relate {
			u := use(r.same[0].kind)
			u.relate[r.level] = append(u.relate[r.level], i)
		}
	}
	for i, g := range c.guards {
		u := use(g.kind)
		u.guards = append(u.guards, i)
		u.counted = u.counted || g.maxHolders > 0
		if g.maxPerEntity > 0 {
			u.limits = append(u.limits, i)
		}
	}
}

// use returns what the rules want from the kind of a value.
func (s *store) use(v uint32) *kindUse { return s.uses[*s.kinds.at(v)] }

// internKind returns the code of a kind.
func (s *store) internKind(k Kind) uint32 {
	if s.byKind == nil { // the store of a snapshot
		if i := slices.IndexFunc(s.uses, func(u *kindUse) bool { return u.kind == k }); i >= 0 {
			return uint32(i)
		}
	} else if code, ok := s.byKind[k]; ok {
		return code
	}
	code := uint32(len(s.uses))
	s.uses = append(s.uses, &kindUse{kind: k})
	if s.byKind != nil {
		s.byKind[k] = code
	}
	return code
}
