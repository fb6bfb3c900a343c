package stitch

import (
	"container/heap"
	"slices"
	"sync"
	"sync/atomic"
)

// due is something that must be looked at again when the clock reaches a time.
type due struct {
	t         int64
	component *component // to resolve again, unless it was replaced
	code      uint32     // a profile (auxiliary), a value (to recount) or a fact (to activate)
	what      dueKind
}

type dueKind uint8

const (
	dueComponent dueKind = iota
	dueProfile
	dueValue
	dueFact
)

type dueQueue []due

func (q *dueQueue) Len() int           { return len(*q) }
func (q *dueQueue) Less(i, j int) bool { return (*q)[i].t < (*q)[j].t }
func (q *dueQueue) Swap(i, j int)      { (*q)[i], (*q)[j] = (*q)[j], (*q)[i] }

// Push implements [heap.Interface].
func (q *dueQueue) Push(x any) { *q = append(*q, x.(due)) }

// Pop implements [heap.Interface].
func (q *dueQueue) Pop() any {
	old := *q
	x := old[len(old)-1]
	*q = old[:len(old)-1]
	return x
}

// engine keeps a store resolved.
type engine struct {
	s       *store
	walk    walker
	queue   dueQueue
	workers int
	indexed map[uint32]Profile // what the scorer was told
}

func (g *engine) wait(d due) {
	if d.t < unlimited {
		heap.Push(&g.queue, d)
	}
}

// recount counts the holders of a value again; if it turned shared or back, its holders are touched.
func (g *engine) recount(v uint32, d *delta) {
	x := g.s.values.at(v)
	if x == nil || !x.use.counted {
		return
	}
	if g.s.decided != nil {
		g.s.ownValue(v).shared = g.s.decided.Has(x.id)
		return
	}
	e := g.s.eval()
	shared := e.countShared(v, x)
	g.wait(due{t: e.next, code: v, what: dueValue})
	if shared == x.shared {
		return
	}
	g.s.ownValue(v).shared = shared
	if d != nil {
		for _, p := range x.holders {
			d.touch(p, none)
		}
	}
}

// all resolves a store that was filled in one go.
func (g *engine) all() {
	s := g.s
	for v := range uint32(s.values.len()) {
		g.recount(v, nil)
	}
	for p := range uint32(s.profiles.len()) {
		s.combine(p, nil)
	}
	g.index()
	g.walk.start(s)
	var components []*component
	var evals []*eval
	for p := range uint32(s.profiles.len()) {
		if x := s.profiles.at(p); x == nil || x.active == 0 || g.walk.seen(p) {
			continue
		}
		e := s.eval()
		members := g.walk.explore(e, p)
		components, evals = append(components, &component{level: s.profiles.at(p).level, members: members}), append(evals, e)
	}
	g.parallel(len(components), func(i int) {
		components[i] = evals[i].resolve(components[i].level, components[i].members)
	})
	for _, c := range components {
		g.install(c)
	}
	var entities []*entity
	for _, c := range components {
		entities = append(entities, c.entities...)
	}
	next := make([]int64, len(entities))
	g.parallel(len(entities), func(i int) {
		e := s.eval()
		e.auxiliary(entities[i])
		next[i] = e.next
	})
	for i, ent := range entities {
		g.wait(due{t: next[i], code: ent.members[0], what: dueProfile})
	}
}

// index gives the scorer every profile of the store.
func (g *engine) index() {
	if !g.s.c.usesScorer() {
		return
	}
	g.indexed = map[uint32]Profile{}
	for i := range uint32(g.s.profiles.len()) {
		if p := g.s.profiles.at(i); p != nil && p.active > 0 {
			g.indexed[i] = g.s.profile(p)
			g.s.c.config.Scorer.Add(g.indexed[i])
		}
	}
}

// unindex takes every profile of the store out of the scorer.
func (g *engine) unindex() {
	if !g.s.c.usesScorer() {
		return
	}
	for _, p := range g.indexed {
		g.s.c.config.Scorer.Remove(p.ID)
	}
	g.indexed = nil
}

func (c *Compiled) usesScorer() bool {
	return slices.ContainsFunc(c.rules, func(r rule) bool { return r.scored && !r.off })
}

// parallel calls f for 0 ≤ i < n on several goroutines, and returns when all are done.
func (g *engine) parallel(n int, f func(i int)) {
	if g.workers < 2 || n < 64 || g.s.c.usesScorer() {
		for i := range n {
			f(i)
		}
		return
	}
	var next atomic.Int64
	var group sync.WaitGroup
	for range g.workers {
		group.Go(func() {
			for {
				to := int(next.Add(256))
				for i := to - 256; i < min(to, n); i++ {
					f(i)
				}
				if to >= n {
					return
				}
			}
		})
	}
	group.Wait()
}

// install makes a component the current one of its members.
func (g *engine) install(c *component) {
	for _, ent := range c.entities {
		for _, m := range ent.members {
			p := g.s.own(m)
			p.entity, p.component = ent, c
		}
		g.s.addEntity(ent)
	}
	if len(c.members) > 0 {
		g.wait(due{t: c.next, component: c, what: dueComponent})
	}
}

// addEntity lists an entity under its id. Of two founders with one id the smaller profile id keeps it; the clash is an
// error of whoever asked.
func (s *store) addEntity(ent *entity) {
	if other, ok := s.entities.get(ent.id); ok && other.founder != ent.founder {
		s.collisions++
		if s.profiles.at(other.founder).id.Compare(s.profiles.at(ent.founder).id) < 0 {
			return
		}
	}
	s.entities.set(ent.id, ent)
}

// auxiliary sets the affiliations and relations of an entity that nobody else sees yet.
func (e *eval) auxiliary(ent *entity) {
	ent.affiliations, ent.relations, ent.shared = nil, nil, nil
	if ent.level == Person {
		ent.affiliations, ent.shared = e.affiliations(ent)
	}
	var same []refusal
	ent.relations, same = e.relations(ent)
	ent.shared = append(ent.shared, same...)
}

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
			if u := s.values.at(x.holdings[i].value).use; u.counted && g.countsBy(u) {
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
	dead := map[*component]bool{}
	kill := func(p uint32) {
		x := s.profiles.at(p)
		if _, known := out.before[p]; !known {
			out.before[p] = x.entity
		}
		if c := x.component; c != nil && !dead[c] {
			dead[c] = true
			out.old = append(out.old, c)
			todo = append(todo, c.members...)
		}
	}
	for p := range d.profiles {
		todo = append(todo, p)
	}
	for len(todo) > 0 {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		kill(p)
		if x := s.profiles.at(p); x.active == 0 || g.walk.seen(p) {
			continue
		}
		e := s.eval()
		members := g.walk.explore(e, p)
		for _, m := range members {
			kill(m)
		}
		out.new = append(out.new, e.resolve(s.profiles.at(p).level, members))
	}
	gone := map[string]*entity{}
	for p, ent := range out.before {
		if ent != nil {
			gone[ent.id] = ent
		}
		if x := s.profiles.at(p); x.active == 0 && x.entity != nil {
			y := s.own(p)
			y.entity, y.component = nil, nil
		}
	}
	for id, ent := range gone {
		s.entities.remove(id)
		out.replaced = append(out.replaced, ent)
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
	if !g.s.c.usesScorer() {
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
			if q, ok := g.s.byProfile.get(id); ok {
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
				if v := x.holdings[i].value; s.values.at(v).use.affiliate {
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
		for _, r := range ent.relations {
			g.touchNamed(r.ProfileA, d)
			g.touchNamed(r.ProfileB, d)
		}
	}
	renewed := map[*entity]bool{}
	for ent := range fresh {
		renewed[ent] = true
	}
	for p := range d.aux {
		x := s.profiles.at(p)
		if x == nil || x.entity == nil || renewed[x.entity] {
			continue
		}
		old := x.entity
		ent := *old
		for _, m := range old.members {
			s.own(m).entity = &ent
		}
		s.entities.set(ent.id, &ent)
		out.replaced = append(out.replaced, old)
		renewed[&ent] = true
	}
	for ent := range renewed {
		e := s.eval()
		e.auxiliary(ent)
		g.wait(due{t: e.next, code: ent.members[0], what: dueProfile})
		out.made = append(out.made, ent)
	}
}

func (g *engine) touchNamed(id ProfileID, d *delta) {
	if q, ok := g.s.byProfile.get(id); ok {
		d.touchAux(q)
	}
}

// touchRelated touches the profiles that a Relate rule may connect with a profile.
func (g *engine) touchRelated(x *profile, d *delta) {
	for i := range x.holdings {
		if v := g.s.values.at(x.holdings[i].value); len(v.use.relate[x.level]) > 0 {
			for _, q := range v.holders {
				d.touchAux(q)
			}
		}
	}
	for _, c := range x.combos {
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
		for _, q := range s.values.at(w).holders {
			if s.profiles.at(q).level == Person {
				d.touchAux(q)
			}
		}
	}
	if x.id.kind != IPPrefix {
		touch(v)
		return
	}
	if p, ok := parsePrefix(x.id); ok {
		s.ips.within(p, touch)
	}
}
