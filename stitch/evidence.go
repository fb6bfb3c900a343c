package stitch

import (
	"slices"
)

// eval looks at the evidence at one moment. Every comparison with the clock goes through it, so that it knows until when
// its answers stay as they are: next is the earliest moment at which one of the comparisons turns out differently.
type eval struct {
	s    *store
	at   int64
	next int64
	// Buffers that are used again from one entity to the next.
	times   []int64
	spans   []span
	found   []affiliated
	rows    []belonging
	owners  []uint32
	guards  []uint64
	answers answers
	scratch union
	permit  permitted
}

func (s *store) eval() *eval { return &eval{s: s, at: s.at, next: unlimited} }

// live reports whether the moment lies before the deadline.
func (e *eval) live(deadline int64) bool {
	if e.at >= deadline {
		return false
	}
	e.next = min(e.next, deadline)
	return true
}

// inForce reports whether a rule applies now.
func (e *eval) inForce(r *rule) bool {
	if r.off {
		return false
	}
	if e.at < r.from {
		e.next = min(e.next, r.from)
		return false
	}
	return e.live(r.to)
}

// consentAt returns the state of a purpose at time t: the latest statement by then that has not run out.
func (e *eval) consentAt(p *profile, purpose string, t int64) ConsentState {
	said, _ := slices.BinarySearchFunc(p.consents, t, func(c consent, t int64) int { // those by then
		if c.t <= t {
			return -1
		}
		return 1
	})
	for i := range slices.Backward(p.consents[:said]) {
		c := &p.consents[i]
		if e.s.names[c.purpose] != purpose {
			continue
		}
		if t == e.at && e.live(c.until) || t != e.at && t < c.until {
			return c.state
		}
	}
	return ConsentUnknown
}

// hold returns the current period in which a profile holds a value, counting only sights that the purpose permits.
func (e *eval) hold(p *profile, value uint32, purpose string) (first, last int64, ok bool) {
	if purpose == "" || p.level == Account {
		return p.sum(value)
	}
	if e.consentAt(p, purpose, e.at) != Granted {
		return 0, 0, false
	}
	first, last = unlimited, -unlimited
	i, _ := p.findHolding(value, 0)
	for ; i < len(p.holdings) && p.holdings[i].value == value; i++ {
		h := &p.holdings[i]
		for _, x := range h.seen {
			if h.held() && x.t >= h.first && e.consentAt(p, purpose, x.t) == Granted {
				first, last, ok = min(first, x.t), max(last, x.t), true
			}
		}
	}
	return first, last, ok
}

// sights returns the times of the current period in order, permitted by the purpose.
func (e *eval) sights(p *profile, value uint32, purpose string) []int64 {
	var ts []int64
	i, _ := p.findHolding(value, 0)
	for ; i < len(p.holdings) && p.holdings[i].value == value; i++ {
		h := &p.holdings[i]
		for _, x := range h.seen {
			if h.held() && x.t >= h.first && (purpose == "" || p.level == Account || e.consentAt(p, purpose, x.t) == Granted) {
				ts = append(ts, x.t)
			}
		}
	}
	slices.Sort(ts)
	return ts
}

// together reports whether two ascending lists have times within the span of each other.
func together(a, b []int64, span int64) bool {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch d := a[i] - b[j]; {
		case d > span:
			j++
		case -d > span:
			i++
		default:
			return true
		}
	}
	return false
}

// bestValue returns the value of a kind that both profiles hold and whose supporting time is the latest; of equal times
// the smaller identifier.
func (e *eval) bestValue(r *rule, c sameCondition, a, b *profile) (value uint32, support int64, ok bool) {
	value, support = none, -unlimited
	eachCommon(a, b, func(v uint32) {
		x := e.s.values.at(v)
		if x.id.kind() != c.kind || x.id.check() < c.check || !e.counts(r, x) {
			return
		}
		fa, la, oka := e.hold(a, v, r.purpose)
		fb, lb, okb := e.hold(b, v, r.purpose)
		if !oka || !okb {
			return
		}
		if c.together != unlimited && !together(e.sights(a, v, r.purpose), e.sights(b, v, r.purpose), c.together) {
			return
		}
		t := min(la, lb)
		if r.first {
			t = max(fa, fb)
		}
		if !ok || t > support || t == support && x.id.Compare(e.s.values.at(value).id) < 0 {
			value, support, ok = v, t, true
		}
	})
	return value, support, ok
}

// counts reports whether a value may be evidence for a rule.
func (e *eval) counts(r *rule, v *value) bool {
	switch r.effect {
	case Same, Relate:
		return v.unites()
	case Affiliate:
		return v.usable()
	case Never, UnknownEffect:
		return !v.blocked
	default:
		return !v.blocked
	}
}

// eachCommon calls yield for every value that both profiles have to do with, each once.
func eachCommon(a, b *profile, yield func(value uint32)) {
	for i, j := 0, 0; i < len(a.holdings) && j < len(b.holdings); {
		x, y := a.holdings[i].value, b.holdings[j].value
		switch {
		case x < y:
			i++
		case x > y:
			j++
		default:
			yield(x)
			for i < len(a.holdings) && a.holdings[i].value == x {
				i++
			}
			for j < len(b.holdings) && b.holdings[j].value == x {
				j++
			}
		}
	}
}

// eachHeld calls yield for every value that the profile holds now, each once.
func (p *profile) eachHeld(yield func(value uint32, first, last int64)) {
	for i := 0; i < len(p.holdings); {
		v := p.holdings[i].value
		first, last, ok := int64(unlimited), int64(-unlimited), false
		for ; i < len(p.holdings) && p.holdings[i].value == v; i++ {
			if h := &p.holdings[i]; h.held() {
				first, last, ok = min(first, h.first), max(last, h.last), true
			}
		}
		if ok {
			yield(v, first, last)
		}
	}
}

// differs reports whether both hold values of a kind and none is equal.
func (e *eval) differs(k Kind, a, b *profile) bool {
	heldOf := func(p *profile) (vs []uint32) {
		p.eachHeld(func(v uint32, _, _ int64) {
			if x := e.s.values.at(v); x.id.kind() == k && !x.blocked {
				vs = append(vs, v)
			}
		})
		return vs
	}
	va, vb := heldOf(a), heldOf(b)
	return len(va) > 0 && len(vb) > 0 && !slices.ContainsFunc(va, func(v uint32) bool { return slices.Contains(vb, v) })
}

// lastSeen returns the time of the last observation of a profile.
func (e *eval) lastSeen(p *profile) int64 {
	last := int64(-unlimited)
	for _, f := range p.seens {
		if rec := &e.s.facts[f]; rec.occurred <= e.at {
			last = max(last, rec.occurred)
		}
	}
	return last
}

// match is what a rule finds on a pair.
type match struct {
	value    uint32 // the best value of the first Same condition, or none
	support  int64
	since    int64 // both hold everything since then
	until    int64
	strength float64
}

// pair tests a rule of effect Same, Relate or Never on two profiles.
func (e *eval) pair(r *rule, a, b *profile) (m match, ok bool) {
	m = match{value: none, support: unlimited, since: -unlimited, strength: r.strength}
	if !r.admits(a.id.Source) || !r.admits(b.id.Source) || r.across && a.id.Source == b.id.Source {
		return m, false
	}
	for i, c := range r.same {
		v, t, ok := e.bestValue(r, c, a, b)
		if !ok {
			return m, false
		}
		fa, _, _ := e.hold(a, v, r.purpose)
		fb, _, _ := e.hold(b, v, r.purpose)
		m.since = max(m.since, fa, fb)
		if i == 0 {
			m.value = v
		}
		m.support = min(m.support, t)
	}
	for _, k := range r.differ {
		if !e.differs(k, a, b) {
			return m, false
		}
	}
	if r.scored {
		if !e.permits(a, r.purpose) || !e.permits(b, r.purpose) {
			return m, false
		}
		score := e.score(a, b)
		if score.Bits < r.score {
			return m, false
		}
		if r.strength == 0 {
			m.strength = score.Bits
		}
		m.support = min(m.support, e.lastSeen(a), e.lastSeen(b))
	}
	for _, f := range r.funcs {
		if !e.predicate(f, a, b) {
			return m, false
		}
	}
	if e.excepted(r, a, b) {
		return m, false
	}
	m.until = unlimited
	if m.support != unlimited {
		m.until = after(m.support, r.lapse)
	}
	return m, e.live(m.until)
}

// permits reports whether a person permits a purpose now; accounts need not.
func (e *eval) permits(p *profile, purpose string) bool {
	return purpose == "" || p.level == Account || e.consentAt(p, purpose, e.at) == Granted
}

// excepted reports whether one of the Unless conditions holds.
func (e *eval) excepted(r *rule, a, b *profile) bool {
	for _, c := range r.unless {
		switch {
		case c.Same != "":
			never := rule{effect: Never}
			if _, _, ok := e.bestValue(&never, sameCondition{kind: c.Same, check: c.MinCheck, together: c.Together.nanos()}, a, b); ok {
				return true
			}
		case c.Differ != "":
			if e.differs(c.Differ, a, b) {
				return true
			}
		case c.Func != "":
			if e.predicate(c.Func, a, b) {
				return true
			}
		}
	}
	return false
}

func (e *eval) predicate(name string, a, b *profile) bool {
	return e.s.c.config.Predicates[name](e.s.profile(a), e.s.profile(b), moment(e.at))
}

// score asks the scorer with the smaller profile first.
func (e *eval) score(a, b *profile) Score {
	if a.id.Compare(b.id) > 0 {
		a, b = b, a
	}
	return e.s.c.config.Scorer.Score(e.s.profile(a), e.s.profile(b))
}

// profile returns what the store knows of a record.
func (s *store) profile(p *profile) Profile {
	out := Profile{ID: p.id, Level: p.level}
	p.eachHeld(func(v uint32, first, last int64) {
		out.Identifiers = append(out.Identifiers, Held{Identifier: s.values.at(v).id, First: moment(first), Last: moment(last)})
	})
	slices.SortFunc(out.Identifiers, func(x, y Held) int { return x.Identifier.Compare(y.Identifier) })
	for _, f := range s.latestFields(p) {
		out.Fields = append(out.Fields, f.Field)
	}
	return out
}
