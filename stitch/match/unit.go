package match

// unit is what counts once in a sum of weights: a comparison, or a joint group of them.
type unit struct {
	comps []int // positions of the comparisons
	joint int   // position of the joint group, −1 none
	size  int   // levels, without missing for a comparison, with it for a joint group
}

// maxTuples bounds the level combinations of a joint group.
const maxTuples = 64

// unitsOf lists the units of some comparisons: those of joint groups first come where their first field stands.
func unitsOf(comps []comparison, groups []Group) []unit {
	in := make([]int, len(comps))
	for i := range in {
		in[i] = -1
	}
	joints := 0
	var members [][]int
	for _, g := range groups {
		if resolveMode(comps, g) != Joint {
			continue
		}
		var list []int
		for i := range comps {
			for _, f := range g.Fields {
				if comps[i].col.field.Name == f {
					list = append(list, i)
					in[i] = joints
				}
			}
		}
		members = append(members, list)
		joints++
	}
	var out []unit
	for i := range comps {
		switch {
		case in[i] < 0:
			out = append(out, unit{comps: []int{i}, joint: -1, size: len(comps[i].levels)})
		case members[in[i]][0] == i:
			u := unit{comps: members[in[i]], joint: in[i], size: 1}
			for _, c := range u.comps {
				u.size *= len(comps[c].levels) + 1
			}
			u.size-- // all missing is no level
			out = append(out, u)
		}
	}
	return out
}

// resolveMode decides the mode of a group that leaves it open.
func resolveMode(comps []comparison, g Group) Mode {
	n := 1
	for i := range comps {
		for _, f := range g.Fields {
			if comps[i].col.field.Name == f {
				n *= len(comps[i].levels) + 1
			}
		}
	}
	if g.Mode == Strongest || n > maxTuples {
		return Strongest
	}
	return Joint
}

// level is the level of a unit: that of its comparison, or 1 + the place of the tuple; missing if all are.
func (u *unit) level(comps []comparison, p *pattern) uint8 {
	if u.joint < 0 {
		return p.get(u.comps[0])
	}
	at := 0
	for _, c := range u.comps {
		at = at*(len(comps[c].levels)+1) + int(p.get(c))
	}
	return uint8(at)
}

// tuple is the inverse of level: the levels of the comparisons, 0 = missing.
func (u *unit) tuple(comps []comparison, level int) []uint8 {
	out := make([]uint8, len(u.comps))
	for i := len(u.comps) - 1; i >= 0; i-- {
		base := len(comps[u.comps[i]].levels) + 1
		out[i] = uint8(level % base)
		level /= base
	}
	return out
}
