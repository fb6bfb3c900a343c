package stitch

import (
	"slices"
)

// covering returns the owned prefixes that contain a stored address, the longest first. The list is good until the next
// call.
func (e *eval) covering(id Identifier) []uint32 {
	p, ok := parsePrefix(id)
	if !ok {
		return nil
	}
	values := e.owners[:0]
	var text [64]byte
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
		if v, ok := e.s.prefixOf(q.AppendTo(text[:0])); ok {
			values = append(values, v)
		}
	}
	e.owners = values
	return values
}

// ownedSpans is when an account owned a prefix that an address lies in.
type ownedSpans struct {
	account, value uint32
	spans          []span
}

// byRange appends the affiliations of a person profile by one address: with the owner of the longest prefix live at the
// moment. A prefix with two owners is no evidence.
func (e *eval) byRange(found []affiliated, refusals *[]refusal, r *rule, m uint32, p *profile, v uint32) []affiliated {
	x := e.s.values.at(v)
	owners := e.covering(x.id)
	if len(owners) == 0 || x.blocked {
		return found
	}
	e.permit.p = nil
	points := e.points(e.times[:0], r, p, v)
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
	e.times = points
	var owned []ownedSpans
	refused := false
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
				if !refused {
					refused = true
					e.s.sortProfiles(live)
					*refusals = append(*refusals, refusal{link: link{a: m, b: live[0], rule: int32(r.index), value: v}, by: blocker{cause: SharedRange}})
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
				k := slices.IndexFunc(owned, func(x ownedSpans) bool { return x.account == q && x.value == o })
				if k < 0 {
					k = len(owned)
					owned = append(owned, ownedSpans{account: q, value: o})
				}
				owned[k].spans = extend(owned[k].spans, points, i, after(min(support, rest), r.lapse))
			}
			break
		}
	}
	for _, x := range owned {
		for _, sp := range x.spans {
			found = append(found, affiliated{person: m, account: x.account, rule: r.index, span: sp})
		}
	}
	return found
}
