package stitch

import "slices"

// Gap says why two profiles are not one entity.
type Gap struct {
	A, B    ProfileID
	Unknown []ProfileID // of the two those that are no part of the view
	Levels  bool        // one is a person, the other an account
	Rules   []RuleGap   // every rule of effect Same at their level, in order
	Blocked []Refusal   // vetoes and guards between their entities
}

// RuleGap says how far a rule holds on two profiles.
type RuleGap struct {
	Rule    string
	Holds   bool // it does: then something in Gap.Blocked stands in the way
	Met     []string
	Missing []string // what is not met, with the reason after a colon: "same email: shared"
	Expired bool     // all is met, but too long ago
}

// WhyNot says per rule which conditions two profiles meet and which not, and what stands in the way.
func (s *Snapshot) WhyNot(a, b ProfileID) Gap {
	g := Gap{A: a, B: b}
	p, okp := s.find(a)
	q, okq := s.find(b)
	if !okp {
		g.Unknown = append(g.Unknown, a)
	}
	if !okq {
		g.Unknown = append(g.Unknown, b)
	}
	if len(g.Unknown) > 0 {
		return g
	}
	if g.Levels = p.level != q.level; g.Levels {
		return g
	}
	e := s.store.eval()
	for i := range s.store.c.rules {
		if r := &s.store.c.rules[i]; r.effect == Same && r.level == p.level {
			g.Rules = append(g.Rules, e.gap(r, p, q))
		}
	}
	if p.entity.component == q.entity.component && p.entity != q.entity {
		for _, r := range p.entity.component.found().refusals {
			x, y := s.store.profiles.at(r.link.a).entity, s.store.profiles.at(r.link.b).entity
			if x == p.entity && y == q.entity || x == q.entity && y == p.entity {
				g.Blocked = append(g.Blocked, s.refusal(r))
			}
		}
	}
	return g
}

func (e *eval) gap(r *rule, a, b *profile) RuleGap {
	g := RuleGap{Rule: r.name}
	met := func(ok bool, text, reason string) {
		switch {
		case ok:
			g.Met = append(g.Met, text)
		case reason != "":
			g.Missing = append(g.Missing, text+": "+reason)
		default:
			g.Missing = append(g.Missing, text)
		}
	}
	if !e.inForce(r) {
		met(false, "rule", "not in force")
	}
	if !r.admits(a.id.Source) || !r.admits(b.id.Source) {
		met(false, "source", "not admitted")
	}
	if r.across && a.id.Source == b.id.Source {
		met(false, "source", "the same")
	}
	if r.purpose != "" {
		met(e.permits(a, r.purpose) && e.permits(b, r.purpose), "consent "+r.purpose, "")
	}
	for _, c := range r.same {
		_, _, ok := e.bestValue(r, c, a, b)
		reason := ""
		if !ok {
			reason = e.whyNotSame(r, c, a, b)
		}
		met(ok, "same "+string(c.kind), reason)
	}
	for _, k := range r.differ {
		met(e.differs(k, a, b), "differ "+string(k), "")
	}
	if r.scored {
		met(e.score(a, b).Bits >= r.score, "score", "too low")
	}
	for _, f := range r.funcs {
		met(e.predicate(f, a, b), "func "+f, "")
	}
	if e.excepted(r, a, b) {
		met(false, "unless", "an exception holds")
	}
	if len(g.Missing) == 0 {
		_, g.Holds = e.pair(r, a, b)
		g.Expired = !g.Holds
	}
	return g
}

// whyNotSame returns the reason why the profiles share no value of a kind that counts.
func (e *eval) whyNotSame(r *rule, c sameCondition, a, b *profile) string {
	reasons := map[string]bool{}
	eachCommon(a, b, func(v uint32) {
		x := e.s.values.at(v)
		_, _, oka := a.sum(v)
		_, _, okb := b.sum(v)
		switch {
		case x.id.kind() != c.kind:
		case x.blocked:
			reasons["blocked"] = true
		case x.traits&traitWeak != 0:
			reasons["free mail or shared host"] = true
		case x.shared || x.traits&traitRole != 0:
			reasons["shared"] = true
		case !oka || !okb:
			reasons["ended"] = true
		case x.id.check() < c.check:
			reasons["not verified"] = true
		case r.purpose != "":
			reasons["no consent"] = true
		default:
			reasons["not together"] = true
		}
	})
	for _, text := range [...]string{"not together", "no consent", "not verified", "ended", "shared", "free mail or shared host", "blocked"} {
		if reasons[text] {
			return text
		}
	}
	has := func(p *profile) bool {
		return slices.ContainsFunc(p.holdings, func(h holding) bool { return e.s.values.at(h.value).id.kind() == c.kind && h.held() })
	}
	switch {
	case !has(a) && !has(b):
		return "neither holds one"
	case !has(a) || !has(b):
		return "only one holds one"
	}
	return "different"
}
