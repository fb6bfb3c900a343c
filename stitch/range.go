package stitch

import (
	"net/netip"
	"slices"
)

// covering returns the owned prefixes that contain a stored address, the longest first.
func (e *eval) covering(id Identifier) (values []uint32) {
	p, err := netip.ParsePrefix(id.value)
	if err != nil {
		return nil
	}
	lowest := minBits
	if p.Addr().Is6() {
		lowest = minBits6
	}
	for bits := p.Bits(); bits >= lowest; bits-- {
		if !e.s.lengths[family(p.Addr())][bits] {
			continue
		}
		q, err := p.Addr().Prefix(bits)
		if err != nil {
			break
		}
		if v, ok := e.s.valueOf(Identifier{kind: IPPrefix, value: q.String(), check: FormatOnly}); ok {
			values = append(values, v)
		}
	}
	return values
}

// byRange appends the affiliations of a person profile by one address: with the owner of the longest prefix live at the
// moment. A prefix with two owners is no evidence.
func (e *eval) byRange(found []affiliated, refusals *[]refusal, r *rule, m uint32, p *profile, v uint32) []affiliated {
	x := e.s.values.at(v)
	owners := e.covering(x.id)
	if len(owners) == 0 || x.blocked {
		return found
	}
	type owner struct {
		code  uint32
		value uint32
	}
	points := e.points(nil, r, p, v)
	for _, o := range owners {
		for _, q := range e.s.values.at(o).holders {
			points = e.points(points, r, e.s.profiles.at(q), o)
		}
	}
	if len(r.same)+len(r.differ)+len(r.funcs)+len(r.unless) > 0 {
		points = e.allPoints(points, p)
	}
	slices.Sort(points)
	points = slices.Compact(points)
	spans := map[owner][]span{}
	var order []owner
	refused := map[RefusalCause]bool{}
	for i, t := range points {
		fp, lp, ok := e.holdAt(p, v, t, r.purpose)
		if !ok {
			continue
		}
		for _, o := range owners {
			var live []uint32
			var first *entity
			several := false
			for _, q := range e.s.values.at(o).holders {
				a := e.s.profiles.at(q)
				if _, _, ok := e.holdAt(a, o, t, ""); !ok || a.level != Account || a.entity == nil {
					continue
				}
				live = append(live, q)
				several = several || first != nil && first.id != a.entity.id
				first = a.entity
			}
			if len(live) == 0 {
				continue // a shorter prefix may be live
			}
			ov := e.s.values.at(o)
			if several || x.traits&traitRange != 0 || ov.traits&traitRange != 0 {
				if !refused[SharedRange] {
					refused[SharedRange] = true
					e.s.sortProfiles(live)
					*refusals = append(*refusals, refusal{link: link{a: m, b: live[0], rule: int32(r.index), values: []uint32{v}}, by: blocker{cause: SharedRange}})
				}
				break
			}
			for _, q := range live {
				a := e.s.profiles.at(q)
				if !r.admits(a.id.Source) || ov.blocked || r.across && a.id.Source == p.id.Source {
					continue
				}
				fa, la, _ := e.holdAt(a, o, t, "")
				support := min(lp, la)
				if r.first {
					support = max(fp, fa)
				}
				rest, ok := e.restAt(r, p, a, t)
				if !ok {
					continue
				}
				key := owner{q, o}
				if _, has := spans[key]; !has {
					order = append(order, key)
				}
				spans[key] = extend(spans[key], points, i, after(min(support, rest), r.lapse))
			}
			break
		}
	}
	for _, key := range order {
		if len(spans[key]) > 0 {
			found = append(found, affiliated{person: m, account: key.code, rule: r.index, spans: spans[key]})
		}
	}
	return found
}
