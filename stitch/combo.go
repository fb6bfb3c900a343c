package stitch

import (
	"slices"
)

// combine sets the combinations of values that the rules with several Same conditions find on a profile.
func (s *store) combine(code uint32, d *delta) {
	p := s.profiles.at(code)
	var now []uint32
	if p.active > 0 {
		now = s.combinations(p)
	}
	was := p.words().combos
	if slices.Equal(now, was) {
		return
	}
	p = s.own(code)
	for _, c := range was {
		if !slices.Contains(now, c) {
			x := s.ownCombo(c)
			x.holders = removeFact(x.holders, code)
		}
	}
	for _, c := range now {
		if !slices.Contains(was, c) {
			x := s.ownCombo(c)
			x.holders = append(x.holders, code)
		}
	}
	p.say().combos = now
	d.touch(code, none)
}

// maxCombos bounds the combinations of one profile and rule.
const maxCombos = 1 << 14

func (s *store) combinations(p *profile) (codes []uint32) {
	for ri := range s.c.rules {
		r := &s.c.rules[ri]
		if r.off || len(r.same) < 2 || (r.effect != Same && r.effect != Relate) || r.level != p.level {
			continue
		}
		lists := make([][]uint32, len(r.same))
		complete := true
		for i, c := range r.same {
			p.eachHeld(func(v uint32, _, _ int64) {
				if x := s.values.at(v); x.id.kind() == c.kind && x.usable() && x.id.check() >= c.check {
					lists[i] = append(lists[i], v)
				}
			})
			complete = complete && len(lists[i]) > 0
		}
		if !complete {
			continue
		}
		for i := range lists {
			slices.SortFunc(lists[i], s.compareValues)
		}
		tuples := [][]uint32{nil}
		for _, list := range lists {
			var next [][]uint32
			for _, t := range tuples {
				for _, v := range list {
					if len(next) < maxCombos {
						next = append(next, append(slices.Clone(t), v))
					}
				}
			}
			tuples = next
		}
		for _, t := range tuples {
			codes = append(codes, s.internCombo(uint32(ri), t))
		}
	}
	slices.Sort(codes)
	return codes
}

// internCombo returns the code of a combination; one of more than two values is a chain of pairs.
func (s *store) internCombo(rule uint32, values []uint32) uint32 {
	key := [4]uint32{rule, values[0], values[1], none}
	for _, v := range values[2:] {
		prefix, ok := s.byCombo.get(key)
		if !ok {
			prefix = s.combos.append(combo{rule: rule, epoch: s.epoch})
			s.byCombo.set(key, prefix)
		}
		key = [4]uint32{rule, prefix, v, none - 1}
	}
	if code, ok := s.byCombo.get(key); ok {
		if s.combos.at(code).values == nil {
			s.ownCombo(code).values = slices.Clone(values)
		}
		return code
	}
	code := s.combos.append(combo{rule: rule, values: slices.Clone(values), epoch: s.epoch})
	s.byCombo.set(key, code)
	return code
}
