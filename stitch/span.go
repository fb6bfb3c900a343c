package stitch

import (
	"slices"
)

// span is a time [from, to) in which a pair is affiliated.
type span struct{ from, to int64 }

// spansOf returns when the rule holds on a pair because of one value of its first condition. The list is good until the
// next call.
func (e *eval) spansOf(r *rule, p, a *profile, v uint32) []span {
	out := e.spans[:0]
	extra := len(r.same) > 1 || len(r.differ) > 0 || len(r.funcs) > 0 || len(r.unless) > 0
	if !extra && r.lasting(p) && r.lasting(a) { // from the later beginning on
		fp, _, okp := p.sum(v)
		fa, _, oka := a.sum(v)
		if okp && oka {
			out = append(out, span{max(fp, fa), unlimited})
		}
		e.spans = out
		return out
	}
	e.permit.p = nil
	points := e.points(e.times[:0], r, p, v)
	points = e.points(points, r, a, v)
	if extra {
		points = e.allPoints(points, p)
		points = e.allPoints(points, a)
	}
	slices.Sort(points)
	points = slices.Compact(points)
	for i, t := range points {
		fp, lp, okp := e.holdAt(p, v, t, r.purpose)
		fa, la, oka := e.holdAt(a, v, t, r.purpose)
		if !okp || !oka {
			continue
		}
		if c := r.same[0].together; c != unlimited && !together(e.sightsAt(p, v, t, r.purpose), e.sightsAt(a, v, t, r.purpose), c) {
			continue
		}
		support := min(lp, la)
		if r.first {
			support = max(fp, fa)
		}
		if extra {
			rest, ok := e.restAt(r, p, a, t)
			if !ok {
				continue
			}
			support = min(support, rest)
		}
		out = extend(out, points, i, after(support, r.lapse))
	}
	e.times, e.spans = points, out
	return out
}

// extend appends [points[i], until), at most to the next point, joining it to the last span where they touch.
func extend(out []span, points []int64, i int, until int64) []span {
	to := until
	if i+1 < len(points) {
		to = min(to, points[i+1])
	}
	if to <= points[i] {
		return out
	}
	if n := len(out); n > 0 && out[n-1].to == points[i] {
		out[n-1].to = to
		return out
	}
	return append(out, span{points[i], to})
}

// lasting reports whether a profile holds for good, for the rule, what it was seen with once: nothing expires, and nothing
// was said to be over.
func (r *rule) lasting(p *profile) bool {
	return len(p.words().ends) == 0 && r.lapse == unlimited && len(r.same) > 0 && r.same[0].together == unlimited && (r.purpose == "" || p.level == Account)
}

// points appends the times at which the hold of a profile on a value changes. Sights that change nothing are left out.
func (e *eval) points(points []int64, r *rule, p *profile, v uint32) []int64 {
	lasting := r.lasting(p)
	i, _ := p.findHolding(v, 0)
	for ; i < len(p.holdings) && p.holdings[i].value == v; i++ {
		h := &p.holdings[i]
		if lasting {
			points = append(points, h.seen[0].t)
			continue
		}
		for _, x := range h.seen {
			points = append(points, x.t)
		}
	}
	return p.endPoints(points)
}

// endPoints appends the times at which anything was said to be over.
func (p *profile) endPoints(points []int64) []int64 {
	for _, x := range p.words().ends {
		points = append(points, x.t)
	}
	return points
}

func (e *eval) allPoints(points []int64, p *profile) []int64 {
	for i := range p.holdings {
		for _, x := range p.holdings[i].seen {
			points = append(points, x.t)
		}
	}
	return p.endPoints(points)
}
