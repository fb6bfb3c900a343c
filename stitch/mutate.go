package stitch

import (
	"cmp"
	"slices"
)

// record turns a fact in normal form into columns.
func (s *store) record(f *admitted) factRec {
	rec := factRec{
		id: f.ID, by: s.internName(f.By), occurred: nano(f.Occurred), recorded: nano(f.RecordedAt), kind: f.kind, profile: none,
		first: uint32(len(s.mentions)),
	}
	switch b := f.Body.(type) {
	case nil:
		rec.profile, rec.level = s.internProfile(f.seen.Profile), f.seen.Level
		s.mention(f.seen.Identifiers...)
		if len(f.seen.Fields) > 0 {
			rec.body = Seen{Fields: f.seen.Fields}
		}
	case Ended:
		rec.profile = s.internProfile(b.Profile)
		s.mention(b.Identifier)
	case Consent:
		rec.profile, rec.body = s.internProfile(b.Profile), f.Body
	default:
		rec.body = f.Body
	}
	rec.count = uint16(len(s.mentions) - int(rec.first))
	return rec
}

// named returns the values that a fact names.
func (s *store) named(rec *factRec) []uint32 { return s.mentions[rec.first:][:rec.count] }

// keep stores a fact without letting it count.
func (s *store) keep(f *admitted) uint32 {
	code := uint32(len(s.facts))
	s.facts = append(s.facts, s.record(f))
	s.byFact.insert(hashText(f.ID), code)
	return code
}

// fact is the reverse of record.
func (s *store) fact(i uint32) Fact {
	rec := &s.facts[i]
	f := Fact{ID: rec.id, By: s.names[rec.by], Occurred: moment(rec.occurred), RecordedAt: moment(rec.recorded), Body: rec.body}
	switch rec.kind {
	case bodySeen:
		b := Seen{Profile: s.profiles.at(rec.profile).id, Level: rec.level}
		for _, v := range s.named(rec) {
			b.Identifiers = append(b.Identifiers, s.values.at(v).id)
		}
		if x, ok := rec.body.(Seen); ok {
			b.Fields = slices.Clone(x.Fields)
		}
		f.Body = b
	case bodyEnded:
		f.Body = Ended{Profile: s.profiles.at(rec.profile).id, Identifier: s.values.at(s.named(rec)[0]).id}
	case bodyApart:
		b := rec.body.(Apart)
		groups := make([][]ProfileID, len(b.Groups))
		for i, g := range b.Groups {
			groups[i] = slices.Clone(g)
		}
		f.Body = Apart{Groups: groups, Reason: b.Reason}
	case bodyRetract, bodyConsent, bodyJudgement, bodyAffiliated, bodyRelated, bodyPin:
	}
	return f
}

// know lists a Seen under its profile, whether it has happened yet or not: who was known first, and as what.
func (s *store) know(f uint32, d *delta) {
	if s.facts[f].kind != bodySeen {
		return
	}
	i := s.facts[f].profile
	p := s.own(i)
	p.seens = insertFact(p.seens, f, s.knownBefore)
	s.introduce(i, p, f, d)
}

func (s *store) unknow(f uint32, d *delta) {
	if s.facts[f].kind != bodySeen {
		return
	}
	i := s.facts[f].profile
	p := s.own(i)
	p.seens = removeFact(p.seens, f)
	s.introduce(i, p, f, d)
}

// introduce sets what follows from the first Seen that is known.
func (s *store) introduce(i uint32, p *profile, cause uint32, d *delta) {
	level, recorded := UnknownLevel, int64(unlimited)
	if len(p.seens) > 0 {
		first := &s.facts[p.seens[0]]
		level, recorded = first.level, first.recorded
	}
	if level == p.level && recorded == p.recorded {
		return
	}
	if level != p.level {
		for j := range p.holdings {
			v := p.holdings[j].value
			if j > 0 && p.holdings[j-1].value == v {
				continue
			}
			x := s.ownValue(v)
			x.dropHolder(i)
			x.addHolder(i, level)
			if d != nil {
				d.touchAccounts(v)
			}
		}
	}
	p.level, p.recorded = level, recorded
	d.touch(i, cause)
}

// activate lets a fact count.
func (s *store) activate(f uint32, d *delta) {
	rec := &s.facts[f]
	rec.state = factActive
	switch rec.kind {
	case bodySeen:
		p := s.own(rec.profile)
		p.active++
		d.touch(rec.profile, f)
		if p.holdings == nil {
			p.holdings = s.slabs.holdings.take(int(rec.count) + 1)
		}
		for _, v := range s.named(rec) {
			s.see(p, rec.profile, v, none, f, d)
			if x := s.derived(v, rec.level); x != none {
				s.see(p, rec.profile, x, v, f, d)
			}
		}
	case bodyEnded:
		p := s.own(rec.profile)
		d.touch(rec.profile, f)
		v := s.named(rec)[0]
		said := p.say()
		x := ending{sight{rec.occurred, f}, v}
		i, _ := slices.BinarySearchFunc(said.ends, x, s.compareEndings)
		said.ends = slices.Insert(said.ends, i, x)
		s.renew(p, v, d)
	case bodyConsent:
		p := s.own(rec.profile)
		d.touch(rec.profile, f)
		x := s.consent(f)
		i, _ := slices.BinarySearchFunc(p.consents, x, s.compareConsents)
		p.consents = slices.Insert(p.consents, i, x)
	case bodyRetract, bodyJudgement, bodyApart, bodyAffiliated, bodyRelated, bodyPin:
		s.attach(f, d, true)
	}
}

// deactivate takes a fact back out.
func (s *store) deactivate(f uint32, d *delta) {
	rec := &s.facts[f]
	switch rec.kind {
	case bodySeen:
		p := s.own(rec.profile)
		p.active--
		d.touch(rec.profile, f)
		for _, v := range s.named(rec) {
			s.unsee(p, rec.profile, v, none, f, d)
			if x := s.derived(v, rec.level); x != none {
				s.unsee(p, rec.profile, x, v, f, d)
			}
		}
	case bodyEnded:
		p := s.own(rec.profile)
		d.touch(rec.profile, f)
		v := s.named(rec)[0]
		said := p.say()
		said.ends = slices.DeleteFunc(said.ends, func(x ending) bool { return x.fact == f })
		s.renew(p, v, d)
	case bodyConsent:
		p := s.own(rec.profile)
		d.touch(rec.profile, f)
		p.consents = slices.DeleteFunc(p.consents, func(x consent) bool { return x.fact == f })
	case bodyRetract, bodyJudgement, bodyApart, bodyAffiliated, bodyRelated, bodyPin:
		s.attach(f, d, false)
	}
}

// attach adds a fact to, or takes it from, the profiles that it names.
func (s *store) attach(f uint32, d *delta, add bool) {
	edit := func(id ProfileID, list func(*said) *[]uint32) {
		i := s.internProfile(id)
		p := s.own(i)
		if l := list(p.say()); add {
			*l = insertFact(*l, f, s.before)
		} else {
			*l = removeFact(*l, f)
		}
		d.touch(i, f)
	}
	judgements := func(x *said) *[]uint32 { return &x.judgements }
	switch b := s.facts[f].body.(type) {
	case Judgement:
		edit(b.A, judgements)
		edit(b.B, judgements)
	case Apart:
		for _, g := range b.Groups {
			for _, id := range g {
				edit(id, judgements)
			}
		}
	case Affiliated:
		edit(b.Person, func(x *said) *[]uint32 { return &x.affiliated })
		edit(b.Account, func(x *said) *[]uint32 { return &x.affiliated })
	case Related:
		edit(b.A, func(x *said) *[]uint32 { return &x.related })
		edit(b.B, func(x *said) *[]uint32 { return &x.related })
	case Pin:
		i := s.internProfile(b.Profile)
		p := s.own(i)
		if add {
			p.say().pins++
		} else {
			p.say().pins--
		}
		d.touch(i, f)
	}
}

// holding returns the holding of a value, which is made where there is none.
func (s *store) holding(p *profile, code, v, via uint32) *holding {
	i, ok := p.findHolding(v, via)
	if ok {
		return &p.holdings[i]
	}
	if j, _ := p.findHolding(v, 0); j >= len(p.holdings) || p.holdings[j].value != v {
		x := s.ownValue(v)
		if x.holders == nil {
			x.holders = s.slabs.codes.take(2)
		}
		x.addHolder(code, p.level)
	}
	p.holdings = slices.Insert(p.holdings, i, holding{value: v, via: via, first: unlimited, last: -unlimited})
	return &p.holdings[i]
}

// prune drops a holding without any sight.
func (s *store) prune(p *profile, code, v, via uint32) {
	i, ok := p.findHolding(v, via)
	if !ok || len(p.holdings[i].seen) > 0 {
		return
	}
	p.holdings = slices.Delete(p.holdings, i, i+1)
	if j, _ := p.findHolding(v, 0); j >= len(p.holdings) || p.holdings[j].value != v {
		s.ownValue(v).dropHolder(code)
	}
}

func (s *store) see(p *profile, code, v, via, f uint32, d *delta) {
	h := s.holding(p, code, v, via)
	before := *h
	if h.seen == nil {
		h.seen = s.slabs.sights.take(1)
	}
	h.seen = s.insertSight(h.seen, sight{s.facts[f].occurred, f})
	p.resum(h)
	s.note(p, v, before, h, d)
}

func (s *store) unsee(p *profile, code, v, via, f uint32, d *delta) {
	i, ok := p.findHolding(v, via)
	if !ok {
		return
	}
	h := &p.holdings[i]
	before := *h
	before.seen = nil // the list is edited in place
	h.seen = removeSight(h.seen, f)
	p.resum(h)
	s.note(p, v, before, h, d)
	s.prune(p, code, v, via)
}

// renew sums up again every holding that an Ended of v is about.
func (s *store) renew(p *profile, v uint32, d *delta) {
	for i := range p.holdings {
		if h := &p.holdings[i]; h.value == v || h.via == v {
			before := *h
			before.first = -1 // an Ended may cut the past without changing the present
			p.resum(h)
			s.note(p, h.value, before, h, d)
		}
	}
}

// compareEndings orders by (occurred, fact id).
func (s *store) compareEndings(a, b ending) int {
	return cmp.Or(cmp.Compare(a.t, b.t), cmp.Compare(s.facts[a.fact].id, s.facts[b.fact].id))
}

// note remembers what depends on a holding that changed.
func (s *store) note(p *profile, v uint32, before holding, h *holding, d *delta) {
	if d == nil {
		return
	}
	use := s.use(v)
	if use.counted {
		d.touchValue(v)
	}
	if p.level == Account && use.affiliate && (before.first != h.first || before.held() != h.held() || s.c.expires) {
		d.touchAccounts(v)
	}
}

// countShared reports whether more profiles than a guard allows hold a value.
func (e *eval) countShared(code uint32, v *value) bool {
	for _, gi := range e.s.use(code).guards {
		g := &e.s.c.guards[gi]
		if g.maxHolders <= 0 || g.countBy == "" && len(v.holders) <= g.maxHolders {
			continue // time alone makes holders fewer, never more
		}
		n, distinct := 0, map[uint32]struct{}(nil)
		for _, q := range slices.Backward(v.holders) {
			p := e.s.profiles.at(q)
			_, last, ok := p.sum(code)
			if !ok || !e.live(after(last, g.holderWindow)) {
				continue
			}
			if g.countBy == "" {
				n++
			} else {
				if distinct == nil {
					distinct = map[uint32]struct{}{}
				}
				p.eachHeld(func(w uint32, _, _ int64) {
					if e.s.values.at(w).id.kind() == g.countBy {
						distinct[w] = struct{}{}
					}
				})
				n = len(distinct)
			}
			if n > g.maxHolders {
				return true
			}
		}
	}
	return false
}
