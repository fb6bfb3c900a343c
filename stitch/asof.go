package stitch

import (
	"cmp"
	"slices"
)

// permitted is when a person was seen with a value while a purpose was granted, in order. The same list is asked for moment
// after moment.
type permitted struct {
	p          *profile
	value, via uint32
	purpose    string
	times      []int64
}

// permitted returns the times at which a holding was seen and the purpose was granted. It is kept until another one is asked
// for; whoever begins with new evidence clears e.permit.p.
func (e *eval) permitted(p *profile, h *holding, purpose string) []int64 {
	x := &e.permit
	if x.p == p && x.value == h.value && x.via == h.via && x.purpose == purpose {
		return x.times
	}
	x.p, x.value, x.via, x.purpose, x.times = p, h.value, h.via, purpose, x.times[:0]
	for _, s := range h.seen {
		if e.consentAt(p, purpose, s.t) == Granted {
			x.times = append(x.times, s.t)
		}
	}
	return x.times
}

// holdAt returns the period in which a profile held a value at time t.
func (e *eval) holdAt(p *profile, v uint32, t int64, purpose string) (first, last int64, ok bool) {
	first, last = unlimited, -unlimited
	i, _ := p.findHolding(v, 0)
	for ; i < len(p.holdings) && p.holdings[i].value == v; i++ {
		h := &p.holdings[i]
		end := p.lastEnd(h, t)
		if purpose == "" || p.level == Account {
			from, _ := slices.BinarySearchFunc(h.seen, end+1, func(x sight, t int64) int { return cmp.Compare(x.t, t) })
			to, _ := slices.BinarySearchFunc(h.seen, t+1, func(x sight, t int64) int { return cmp.Compare(x.t, t) })
			if from < to {
				first, last, ok = min(first, h.seen[from].t), max(last, h.seen[to-1].t), true
			}
			continue
		}
		times := e.permitted(p, h, purpose)
		from, _ := slices.BinarySearch(times, end+1)
		to, _ := slices.BinarySearch(times, t+1)
		if from < to {
			first, last, ok = min(first, times[from]), max(last, times[to-1]), true
		}
	}
	return first, last, ok
}

func (e *eval) sightsAt(p *profile, v uint32, t int64, purpose string) []int64 {
	first, _, ok := e.holdAt(p, v, t, purpose)
	if !ok {
		return nil
	}
	var ts []int64
	i, _ := p.findHolding(v, 0)
	for ; i < len(p.holdings) && p.holdings[i].value == v; i++ {
		for _, x := range p.holdings[i].seen {
			if x.t >= first && x.t <= t && (purpose == "" || p.level == Account || e.consentAt(p, purpose, x.t) == Granted) {
				ts = append(ts, x.t)
			}
		}
	}
	slices.Sort(ts)
	return ts
}

// restAt tests the conditions after the first, as of t.
func (e *eval) restAt(r *rule, p, a *profile, t int64) (support int64, ok bool) {
	support = unlimited
	conditions := r.same
	if !r.within {
		conditions = r.same[1:]
	}
	for _, c := range conditions {
		best, ok := int64(-unlimited), false
		eachCommon(p, a, func(v uint32) {
			x := e.s.values.at(v)
			if x.id.kind() != c.kind || x.id.check() < c.check || !x.usable() {
				return
			}
			fp, lp, okp := e.holdAt(p, v, t, r.purpose)
			fa, la, oka := e.holdAt(a, v, t, r.purpose)
			if !okp || !oka || c.together != unlimited && !together(e.sightsAt(p, v, t, r.purpose), e.sightsAt(a, v, t, r.purpose), c.together) {
				return
			}
			time := min(lp, la)
			if r.first {
				time = max(fp, fa)
			}
			best, ok = max(best, time), true
		})
		if !ok {
			return 0, false
		}
		support = min(support, best)
	}
	for _, k := range r.differ {
		if !e.differsAt(k, p, a, t) {
			return 0, false
		}
	}
	for _, f := range r.funcs {
		if !e.s.c.config.Predicates[f](e.s.profile(p), e.s.profile(a), moment(t)) {
			return 0, false
		}
	}
	for _, c := range r.unless {
		switch {
		case c.Same != "":
			hit := false
			eachCommon(p, a, func(v uint32) {
				x := e.s.values.at(v)
				_, _, okp := e.holdAt(p, v, t, "")
				_, _, oka := e.holdAt(a, v, t, "")
				hit = hit || okp && oka && x.id.kind() == c.Same && !x.blocked && x.id.check() >= c.MinCheck
			})
			if hit {
				return 0, false
			}
		case c.Differ != "":
			if e.differsAt(c.Differ, p, a, t) {
				return 0, false
			}
		case c.Func != "":
			if e.s.c.config.Predicates[c.Func](e.s.profile(p), e.s.profile(a), moment(t)) {
				return 0, false
			}
		}
	}
	return support, true
}

func (e *eval) differsAt(k Kind, a, b *profile, t int64) bool {
	heldOf := func(p *profile) (vs []uint32) {
		for i := range p.holdings {
			v := p.holdings[i].value
			if x := e.s.values.at(v); x.id.kind() == k && !x.blocked {
				if _, _, ok := e.holdAt(p, v, t, ""); ok {
					vs = append(vs, v)
				}
			}
		}
		return vs
	}
	va, vb := heldOf(a), heldOf(b)
	return len(va) > 0 && len(vb) > 0 && !slices.ContainsFunc(va, func(v uint32) bool { return slices.Contains(vb, v) })
}
