package stitch

import (
	"sync"
	"sync/atomic"
)

// engine keeps a store resolved.
type engine struct {
	s       *store
	walk    walker
	queue   dueQueue
	once    bool // the store is resolved once, and no clock moves on
	workers int
	look    eval               // of settle and recount, kept for its buffers
	indexed map[uint32]Profile // what the scorer was told
}

// eval returns an eval of the moment; it is good until the next call.
func (g *engine) eval() *eval {
	g.look.s, g.look.at, g.look.next = g.s, g.s.at, unlimited
	return &g.look
}

func (g *engine) wait(d due) {
	if d.t < unlimited && !g.once {
		g.queue.push(d)
	}
}

// recount counts the holders of a value again; if it turned shared or back, its holders are touched.
func (g *engine) recount(v uint32, d *delta) {
	x := g.s.values.at(v)
	if x.gone() || !g.s.use(v).counted {
		return
	}
	if g.s.decided != nil {
		g.s.ownValue(v).shared = g.s.decided.Has(x.id)
		return
	}
	e := g.eval()
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
	components := make([]*component, 0, s.profiles.len()/2)
	e := s.eval()
	e.answers = bulkAnswers()
	for p := range uint32(s.profiles.len()) {
		if x := s.profiles.at(p); x.active == 0 || g.walk.seen(p) {
			continue
		}
		e.next = unlimited
		reached := g.walk.explore(e, p)
		c := component{level: s.profiles.at(p).level, members: e.answers.codes.keep(reached), next: e.next}
		components = append(components, e.answers.components.one(c))
	}
	g.parallel(len(components), func(e *eval, i int) {
		e.next = unlimited
		e.resolve(components[i])
	})
	for _, c := range components {
		g.install(c)
	}
	n := 0
	for _, c := range components {
		n += len(c.entities)
	}
	entities := make([]*entity, 0, n)
	for _, c := range components {
		entities = append(entities, c.entities...)
	}
	next := make([]int64, len(entities))
	g.parallel(len(entities), func(e *eval, i int) {
		e.next = unlimited
		e.auxiliary(entities[i])
		next[i] = e.next
	})
	for i, ent := range entities {
		g.wait(due{t: next[i], code: ent.members[0], what: dueProfile})
	}
}

// index gives the scorer every profile of the store.
func (g *engine) index() {
	if !g.s.c.scorer {
		return
	}
	g.indexed = map[uint32]Profile{}
	for i := range uint32(g.s.profiles.len()) {
		if p := g.s.profiles.at(i); p.active > 0 {
			g.indexed[i] = g.s.profile(p)
			g.s.c.config.Scorer.Add(g.indexed[i])
		}
	}
}

// unindex takes every profile of the store out of the scorer.
func (g *engine) unindex() {
	if !g.s.c.scorer {
		return
	}
	for _, p := range g.indexed {
		g.s.c.config.Scorer.Remove(p.ID)
	}
	g.indexed = nil
}

// parallel calls f for 0 ≤ i < n on several goroutines, each with an eval of its own, and returns when all are done.
func (g *engine) parallel(n int, f func(e *eval, i int)) {
	if g.workers < 2 || n < 64 || g.s.c.scorer {
		e := g.s.eval()
		e.answers = bulkAnswers()
		for i := range n {
			f(e, i)
		}
		return
	}
	var next atomic.Int64
	var group sync.WaitGroup
	for range g.workers {
		group.Go(func() {
			e := g.s.eval()
			e.answers = bulkAnswers()
			for {
				to := int(next.Add(256))
				for i := to - 256; i < min(to, n); i++ {
					f(e, i)
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
			g.s.own(m).entity = ent
		}
		g.s.addEntity(ent)
	}
	if len(c.members) > 0 {
		g.wait(due{t: c.next, component: c, what: dueComponent})
	}
}

// entityOf returns the entity with an id.
func (s *store) entityOf(id string) (*entity, bool) {
	founder, ok := s.byEntity.find(hashText(id), func(c uint32) bool { return s.profiles.at(c).entity.id == id })
	if !ok {
		return nil, false
	}
	return s.profiles.at(founder).entity, true
}

// addEntity lists an entity, which its members have already, under its id. Of two founders with one id the smaller profile
// id keeps it; the clash is an error of whoever asked.
func (s *store) addEntity(ent *entity) {
	hash := hashText(ent.id)
	if other, ok := s.entityOf(ent.id); ok && other.founder != ent.founder {
		s.collisions++
		if s.profiles.at(other.founder).id.Compare(s.profiles.at(ent.founder).id) < 0 {
			return
		}
		s.byEntity.remove(hash, other.founder)
	}
	s.byEntity.insert(hash, ent.founder)
}

// removeEntity takes an entity out of the list.
func (s *store) removeEntity(ent *entity) { s.byEntity.remove(hashText(ent.id), ent.founder) }

// auxiliary sets the affiliations and relations of an entity that nobody else sees yet.
func (e *eval) auxiliary(ent *entity) {
	var found aside
	ent.affiliations, ent.aside = nil, nil
	if ent.level == Person {
		ent.affiliations, found.shared = e.affiliations(ent)
	}
	var same []refusal
	found.relations, same = e.relations(ent)
	found.shared = append(found.shared, same...)
	if len(found.relations)+len(found.shared) > 0 {
		ent.aside = &aside{found.relations, found.shared}
	}
}
