package stitch

import (
	"cmp"
	"math"
	"net/netip"
	"slices"

	"github.com/buyerjourney/b2b"
)

// Affiliation says that a person belonged to an account during a window, and why. Windows of one person and account may
// overlap where several rules or statements say so.
type Affiliation struct {
	Person     b2b.PersonID
	Account    b2b.AccountID
	Valid      b2b.Window
	Title      string  // of a statement
	Primary    bool    // of a statement
	Confidence float64 // in (0,1]: as stated, else 1/(1+2^−bits) of the rule's strength
	Rule       string  // the rule, "" for a statement
	By         string  // who stated it, or the source of the account profile
	Fact       string  // the statement
	// The pair of profiles that the evidence is about; of several pairs the smallest.
	PersonProfile, AccountProfile ProfileID
}

// compareAffiliations orders by account, Primary first, confidence (descending), then window, rule, By, title and profiles.
func compareAffiliations(a, b Affiliation) int {
	return cmp.Or(cmp.Compare(a.Account, b.Account), compareBool(b.Primary, a.Primary), cmp.Compare(b.Confidence, a.Confidence),
		a.Valid.From.Compare(b.Valid.From), a.Valid.To.Compare(b.Valid.To), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.By, b.By),
		cmp.Compare(a.Title, b.Title), cmp.Compare(a.Fact, b.Fact), a.PersonProfile.Compare(b.PersonProfile), a.AccountProfile.Compare(b.AccountProfile))
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// span is a time [from, to) in which a pair is affiliated.
type span struct{ from, to int64 }

// evidence of one pair of profiles under one rule.
type affiliated struct {
	person, account uint32
	rule            int
	spans           []span
}

// bits turns evidence into a probability; it is 1 at most.
func probability(bits float64) float64 { return 1 / (1 + math.Exp2(-bits)) }

// affiliations returns where the members of a person entity belong, and what was refused as evidence.
func (e *eval) affiliations(ent *entity) (out []Affiliation, refusals []refusal) {
	var found []affiliated
	for _, m := range ent.members {
		found = e.affiliate(found, &refusals, m, e.s.profiles.at(m))
	}
	for _, f := range found {
		r, a := &e.s.c.rules[f.rule], e.s.profiles.at(f.account)
		for _, sp := range f.spans {
			sp.from, sp.to = max(sp.from, r.from), min(sp.to, r.to)
			if sp.from >= sp.to {
				continue
			}
			out = append(out, Affiliation{
				Account: b2b.AccountID(a.entity.id), Valid: window(sp.from, sp.to), Confidence: probability(r.strength),
				Rule: r.name, By: a.id.Source, PersonProfile: e.s.profiles.at(f.person).id, AccountProfile: a.id,
			})
		}
	}
	out = append(out, e.stated(ent)...)
	for i := range out {
		out[i].Person = b2b.PersonID(ent.id)
		e.horizon(out[i].Valid)
	}
	return uniteAffiliations(out), refusals
}

// horizon notes the bounds of a window that are still to come.
func (e *eval) horizon(w b2b.Window) {
	from, to := bounds(w)
	for _, t := range [...]int64{from, to} {
		if t > e.at {
			e.next = min(e.next, t)
		}
	}
}

// stated returns the affiliations that facts state.
func (e *eval) stated(ent *entity) (out []Affiliation) {
	for _, m := range ent.members {
		p := e.s.profiles.at(m)
		for _, f := range p.words().affiliated {
			rec := &e.s.facts[f]
			b, ok := rec.body.(Affiliated)
			if !ok || b.Person != p.id {
				continue
			}
			code, ok := e.s.byProfile.get(b.Account)
			if !ok {
				continue
			}
			a := e.s.profiles.at(code)
			if a.entity == nil || a.level != Account {
				continue
			}
			confidence := b.Confidence
			if confidence == 0 {
				confidence = probability(20)
			}
			out = append(out, Affiliation{
				Account: b2b.AccountID(a.entity.id), Valid: b.Valid.UTC(), Title: b.Title, Primary: b.Primary,
				Confidence: confidence, By: rec.by, Fact: rec.id, PersonProfile: p.id, AccountProfile: a.id,
			})
		}
	}
	return out
}

// uniteAffiliations joins the windows of entries that say the same, and sorts.
func uniteAffiliations(in []Affiliation) []Affiliation {
	slices.SortFunc(in, func(a, b Affiliation) int { return cmp.Or(compareStatement(a, b), compareAffiliations(a, b)) })
	out := in[:0]
	for _, x := range in {
		if n := len(out); n > 0 && compareStatement(out[n-1], x) == 0 {
			last := &out[n-1]
			if last.Valid.To.IsZero() || !x.Valid.From.After(last.Valid.To) {
				if !last.Valid.To.IsZero() && (x.Valid.To.IsZero() || x.Valid.To.After(last.Valid.To)) {
					last.Valid.To = x.Valid.To
				}
				if c := cmp.Or(x.PersonProfile.Compare(last.PersonProfile), x.AccountProfile.Compare(last.AccountProfile)); c < 0 {
					last.PersonProfile, last.AccountProfile = x.PersonProfile, x.AccountProfile
				}
				continue
			}
		}
		out = append(out, x)
	}
	slices.SortFunc(out, compareAffiliations)
	return out
}

// compareStatement tells apart entries whose windows are not united.
func compareStatement(a, b Affiliation) int {
	return cmp.Or(cmp.Compare(a.Account, b.Account), compareBool(b.Primary, a.Primary), cmp.Compare(b.Confidence, a.Confidence),
		cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.By, b.By), cmp.Compare(a.Title, b.Title), cmp.Compare(a.Fact, b.Fact))
}

// affiliate appends what the rules find for one person profile.
func (e *eval) affiliate(found []affiliated, refusals *[]refusal, m uint32, p *profile) []affiliated {
	for i := 0; i < len(p.holdings); {
		v := p.holdings[i].value
		for i < len(p.holdings) && p.holdings[i].value == v {
			i++
		}
		x := e.s.values.at(v)
		for _, ri := range x.use.affiliates {
			r := &e.s.c.rules[ri]
			if !r.admits(p.id.Source) || r.purpose != "" && e.consentAt(p, r.purpose, e.at) != Granted {
				continue
			}
			if r.within {
				found = e.byRange(found, refusals, r, m, p, v)
			} else if x.usable() && x.id.check >= r.same[0].check {
				found = e.byValue(found, r, m, p, v)
			}
		}
	}
	return found
}

// byValue appends the affiliations of a person profile by one value of a rule's first condition.
func (e *eval) byValue(found []affiliated, r *rule, m uint32, p *profile, v uint32) []affiliated {
	for _, q := range e.s.values.at(v).holders {
		a := e.s.profiles.at(q)
		if a.level != Account || a.entity == nil || !r.admits(a.id.Source) || r.across && a.id.Source == p.id.Source {
			continue
		}
		if spans := e.spans(r, p, a, v); len(spans) > 0 {
			found = append(found, affiliated{person: m, account: q, rule: r.index, spans: spans})
		}
	}
	return found
}

// spans returns when the rule holds on a pair because of one value of its first condition.
func (e *eval) spans(r *rule, p, a *profile, v uint32) []span {
	var out []span
	points := e.points(nil, r, p, v)
	points = e.points(points, r, a, v)
	extra := len(r.same) > 1 || len(r.differ) > 0 || len(r.funcs) > 0 || len(r.unless) > 0
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

// points appends the times at which the hold of a profile on a value changes. Sights that change nothing, because the
// rule does not expire, are left out.
func (e *eval) points(points []int64, r *rule, p *profile, v uint32) []int64 {
	lasting := p.said == nil && r.lapse == unlimited && len(r.same) > 0 && r.same[0].together == unlimited && (r.purpose == "" || p.level == Account)
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
		for _, x := range h.seen {
			if x.t > end && x.t <= t && e.consentAt(p, purpose, x.t) == Granted {
				first, last, ok = min(first, x.t), max(last, x.t), true
			}
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
			if x.id.kind != c.kind || x.id.check < c.check || !x.usable() {
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
				hit = hit || okp && oka && x.id.kind == c.Same && !x.blocked && x.id.check >= c.MinCheck
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
			if x := e.s.values.at(v); x.id.kind == k && !x.blocked {
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
		if v, ok := e.s.byValue.get(Identifier{kind: IPPrefix, value: q.String(), check: FormatOnly}); ok {
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
