package stitch

import (
	"slices"
)

// outcome is what settling changed: the entities before and after, by profile.
type outcome struct {
	cause    map[uint32]uint32  // profile → fact
	before   map[uint32]*entity // every profile whose component was resolved again
	replaced []*entity          // entities that are gone or were made anew
	made     []*entity          // entities now, those with new affiliations or relations included
	old      []*component
	new      []*component
}

// settle resolves again what a delta made dirty.
func (g *engine) settle(d *delta) *outcome {
	s := g.s
	for p := range d.profiles { // the set decides, not the order
		x := s.profiles.at(p)
		for i := range x.holdings {
			if u := s.use(x.holdings[i].value); u.counted && g.countsBy(u) {
				d.touchValue(x.holdings[i].value)
			}
		}
	}
	for v := range d.recount {
		g.recount(v, d)
	}
	for p := range d.profiles {
		s.combine(p, d)
	}
	g.rescore(d)
	out := &outcome{cause: d.profiles, before: map[uint32]*entity{}}
	g.walk.start(s)
	var todo []uint32
	kill := func(p uint32) {
		x := s.profiles.at(p)
		if _, known := out.before[p]; !known {
			out.before[p] = x.entity
		}
		if x.entity == nil {
			return
		}
		if c := x.entity.component; g.walk.first(c.members[0]) {
			out.old = append(out.old, c)
			todo = append(todo, c.members...)
		}
	}
	for p := range d.profiles {
		todo = append(todo, p)
	}
	e := g.eval()
	for len(todo) > 0 {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		kill(p)
		if x := s.profiles.at(p); x.active == 0 || g.walk.seen(p) {
			continue
		}
		e.next = unlimited
		c := &component{level: s.profiles.at(p).level, members: slices.Clone(g.walk.explore(e, p)), next: unlimited}
		for _, m := range c.members {
			kill(m)
		}
		e.resolve(c)
		out.new = append(out.new, c)
	}
	for p, ent := range out.before {
		if ent != nil && ent.members[0] == p { // each once
			s.removeEntity(ent)
			out.replaced = append(out.replaced, ent)
		}
		if x := s.profiles.at(p); x.active == 0 && x.entity != nil {
			s.own(p).entity = nil
		}
	}
	fresh := map[*entity]bool{}
	for _, c := range out.new {
		g.install(c)
		for _, ent := range c.entities {
			fresh[ent] = true
		}
	}
	g.refresh(d, out, fresh)
	return out
}

func (g *engine) countsBy(u *kindUse) bool {
	return slices.ContainsFunc(u.guards, func(i int) bool { return g.s.c.guards[i].countBy != "" })
}

// rescore tells the scorer which profiles changed, and touches all that were or are candidates of them.
func (g *engine) rescore(d *delta) {
	if !g.s.c.scorer {
		return
	}
	scorer := g.s.c.config.Scorer
	codes := make([]uint32, 0, len(d.profiles))
	for p := range d.profiles {
		codes = append(codes, p)
	}
	g.s.sortProfiles(codes)
	touch := func(p Profile) {
		for id := range scorer.Candidates(p) {
			if q, ok := g.s.codeOf(id); ok {
				d.touch(q, none)
			}
		}
	}
	if g.indexed == nil {
		g.indexed = map[uint32]Profile{}
	}
	for _, code := range codes { // whom it meets before and after each step, since a block may turn too large, or back
		p := g.s.profiles.at(code)
		if was, ok := g.indexed[code]; ok {
			touch(was)
			scorer.Remove(was.ID)
			touch(was)
			delete(g.indexed, code)
		}
		if p.active > 0 {
			is := g.s.profile(p)
			touch(is)
			scorer.Add(is)
			touch(is)
			g.indexed[code] = is
		}
	}
}

// refresh renews affiliations and relations: of all new entities, of those that the delta names, and of those that
// refer to an entity whose id changed.
func (g *engine) refresh(d *delta, out *outcome, fresh map[*entity]bool) {
	s := g.s
	for p, before := range out.before { // whose accounts changed their ids?
		x := s.profiles.at(p)
		if before == nil && x.entity == nil || before != nil && x.entity != nil && before.id == x.entity.id {
			continue
		}
		if x.level == Account || before != nil && before.level == Account {
			for i := range x.holdings {
				if v := x.holdings[i].value; s.use(v).affiliate {
					d.touchAccounts(v)
				}
			}
		}
	}
	for v := range d.accounts {
		g.spread(v, d)
	}
	for p := range out.before {
		x := s.profiles.at(p)
		for _, f := range x.words().affiliated {
			if b, ok := s.facts[f].body.(Affiliated); ok {
				g.touchNamed(b.Person, d)
			}
		}
		for _, f := range x.words().related {
			if b, ok := s.facts[f].body.(Related); ok {
				g.touchNamed(b.A, d)
				g.touchNamed(b.B, d)
			}
		}
		g.touchRelated(x, d)
	}
	for _, ent := range out.replaced {
		for _, r := range ent.beside().relations {
			g.touchNamed(r.ProfileA, d)
			g.touchNamed(r.ProfileB, d)
		}
	}
	for p := range d.aux {
		x := s.profiles.at(p)
		if x.entity == nil || fresh[x.entity] {
			continue
		}
		old := x.entity
		ent := *old
		for _, m := range old.members {
			s.own(m).entity = &ent
		}
		out.replaced = append(out.replaced, old)
		fresh[&ent] = true
	}
	e := g.eval()
	for ent := range fresh {
		e.next = unlimited
		e.auxiliary(ent)
		g.wait(due{t: e.next, code: ent.members[0], what: dueProfile})
		out.made = append(out.made, ent)
	}
}

func (g *engine) touchNamed(id ProfileID, d *delta) {
	if q, ok := g.s.codeOf(id); ok {
		d.touchAux(q)
	}
}

// touchRelated touches the profiles that a Relate rule may connect with a profile.
func (g *engine) touchRelated(x *profile, d *delta) {
	for i := range x.holdings {
		if v := x.holdings[i].value; len(g.s.use(v).relate[x.level]) > 0 {
			for _, q := range g.s.values.at(v).holders {
				d.touchAux(q)
			}
		}
	}
	for _, c := range x.words().combos {
		if y := g.s.combos.at(c); g.s.c.rules[y.rule].effect == Relate {
			for _, q := range y.holders {
				d.touchAux(q)
			}
		}
	}
}

// spread touches the persons whose affiliations a value of an account decides.
func (g *engine) spread(v uint32, d *delta) {
	s := g.s
	x := s.values.at(v)
	touch := func(w uint32) {
		y := s.values.at(w)
		for _, q := range y.holders[y.accounts:] {
			d.touchAux(q)
		}
	}
	if x.id.kind() != IPPrefix {
		touch(v)
		return
	}
	if p, ok := parsePrefix(x.id); ok {
		s.ips.within(p, touch)
	}
}
