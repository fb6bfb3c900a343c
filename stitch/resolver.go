package stitch

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"time"

	"github.com/buyerjourney/b2b"
)

// Resolver keeps facts and answers who is who at its clock. Facts may come in any order and in batches of any size: the
// answer is the same, and equal to that of [Batch] over all of them.
//
// The clock is the latest time that anybody told it: of the RecordedAt of all facts, of [Resolver.Advance] and of
// [Resolver.SetRules]. A fact whose Occurred lies after the clock waits for its time.
//
// Make it with [New]; the zero value is not usable. It is not safe for concurrent use; one goroutine at a time. The
// snapshots that it gives out are immutable.
type Resolver struct {
	engine   engine
	history  []ruleVersion
	retracts map[string][]uint32 // fact id → the retractions of it
	tombs    map[string]bool     // tombstones of personal identifiers
	erased   map[string]bool     // entity ids of people who have been forgotten
	gone     map[string][]uint32 // entity ids whose founder was retracted → their last members
	clock    int64
	seq      uint64
	last     *Snapshot
	door     door   // kept for its space
	delta    *delta // likewise
}

// ruleVersion is a set of rules from the moment on at which it was recorded.
type ruleVersion struct {
	at int64
	c  *Compiled
}

// New returns an empty resolver. A configuration or rule set with problems is refused whole.
func New(cfg Config) (*Resolver, error) {
	c, err := Compile(cfg)
	if err != nil {
		return nil, err
	}
	r := &Resolver{
		history: []ruleVersion{{math.MinInt64, c}}, retracts: map[string][]uint32{},
		tombs: map[string]bool{}, erased: map[string]bool{}, gone: map[string][]uint32{}, clock: math.MinInt64,
	}
	r.engine = engine{s: newStore(c), workers: c.config.Workers}
	r.engine.s.at = r.clock
	return r, nil
}

// errCollision says that two founders would give one entity id.
var errCollision = &b2b.InvalidError{Path: "ids", Reason: "two founders have one entity id"}

// Clock returns the clock; it is zero before the first fact.
func (r *Resolver) Clock() time.Time { return moment(r.clock) }

// Apply takes facts in. The changes say what became of entities; the report lists every rejection with its path, and is
// complete whether there is an error or not. A bad identifier does not reject its fact, a bad fact does not reject the
// rest. The error is only that two founders would give one id, with Config.IDs.
func (r *Resolver) Apply(facts ...Fact) ([]Change, Report, error) {
	var report Report
	s := r.engine.s
	d := &r.door
	d.c, d.report, d.forgotten = s.c, &report, r.isForgotten
	defer d.rest()
	clock := r.clock
	codes := make([]uint32, 0, len(facts))
	for i := range facts {
		f, ok := d.admit(i, &facts[i])
		if !ok {
			report.Rejected++
			continue
		}
		code, known := s.factOf(f.ID)
		if known {
			if !sameFact(s.fact(code), f.fact()) {
				d.reject("id", reasonDuplicate)
				report.Rejected++
				continue
			}
			report.Accepted++
			report.Duplicates++
			continue
		}
		report.Accepted++
		codes = append(codes, s.keep(f))
		clock = max(clock, nano(f.RecordedAt))
	}
	changes := r.advance(clock)
	delta := r.delta.again()
	r.delta = delta
	for _, code := range codes {
		r.bring(code, delta)
	}
	if len(codes) > 0 {
		changes = append(changes, r.settle(delta, r.clock, false)...)
	}
	if s.collisions > 0 {
		return changes, report, errCollision
	}
	return changes, report, nil
}

func sameFact(a, b Fact) bool { return string(appendFact(nil, a)) == string(appendFact(nil, b)) }

// bring lets a stored fact count, now or when its time comes.
func (r *Resolver) bring(code uint32, d *delta) {
	s := r.engine.s
	rec := &s.facts[code]
	if b, ok := rec.body.(Retract); ok {
		rec.state = factActive
		r.retracts[b.Fact] = append(r.retracts[b.Fact], code)
		if target, ok := s.factOf(b.Fact); ok && s.facts[target].kind != bodyRetract {
			r.drop(target, d)
			for p := range d.profiles {
				if d.profiles[p] == target {
					d.profiles[p] = code
				}
			}
		}
		return
	}
	if len(r.retracts[rec.id]) > 0 {
		rec.state = factRetracted
		return
	}
	s.know(code, d)
	if rec.occurred > r.clock {
		r.engine.wait(due{t: rec.occurred, code: code, what: dueFact})
		return
	}
	s.activate(code, d)
}

// drop takes a fact out that turned out never to have been so.
func (r *Resolver) drop(code uint32, d *delta) {
	s := r.engine.s
	switch s.facts[code].state {
	case factActive:
		s.deactivate(code, d)
		s.unknow(code, d)
	case factWaiting:
		s.unknow(code, d)
	case factRetracted, factErased:
		return
	}
	s.facts[code].state = factRetracted
}

// Advance moves the clock; links that expire by then end, and facts whose time has come begin to count. Each change has
// the time at which it became due. A time before the clock changes nothing.
func (r *Resolver) Advance(to time.Time) []Change { return r.advance(nano(to)) }

func (r *Resolver) advance(to int64) []Change {
	var changes []Change
	for len(r.engine.queue) > 0 && r.engine.queue[0].t <= to {
		was := r.clock
		r.clock = max(r.clock, r.engine.queue[0].t)
		r.engine.s.at = r.clock
		d := newDelta()
		for len(r.engine.queue) > 0 && r.engine.queue[0].t <= r.clock {
			r.due(r.engine.queue.pop(), d)
		}
		if len(d.profiles)+len(d.recount)+len(d.aux) > 0 {
			changes = append(changes, r.settle(d, was, true)...)
		}
	}
	if to > r.clock {
		r.clock = to
		r.engine.s.at = to
		r.last = nil
	}
	return changes
}

// due touches what a time that was reached is about.
func (r *Resolver) due(x due, d *delta) {
	s := r.engine.s
	switch x.what {
	case dueComponent:
		if m := x.component.members[0]; s.current(x.component) {
			d.touch(m, none)
		}
	case dueProfile:
		if !s.profiles.at(x.code).gone() {
			d.touchAux(x.code)
		}
	case dueValue:
		d.touchValue(x.code)
	case dueFact:
		if s.facts[x.code].state == factWaiting {
			s.activate(x.code, d)
		}
	}
}

func (r *Resolver) settle(d *delta, was int64, expiry bool) []Change {
	r.last = nil
	out := r.engine.settle(d)
	r.engine.tidy()
	r.remember(out)
	return r.changes(out, was, expiry)
}

// current reports whether a component was not replaced.
func (s *store) current(c *component) bool {
	ent := s.profiles.at(c.members[0]).entity
	return ent != nil && ent.component == c
}

// tidy drops entries of the queue that are about components that were replaced, once they are many.
func (g *engine) tidy() {
	if len(g.queue) < 1024 || len(g.queue) < 4*g.s.profiles.len() {
		return
	}
	type key struct {
		t    int64
		code uint32
		what dueKind
	}
	seen := map[key]bool{}
	g.queue = slices.DeleteFunc(g.queue, func(x due) bool {
		if x.what == dueComponent {
			return !g.s.current(x.component)
		}
		k := key{x.t, x.code, x.what}
		if seen[k] {
			return true
		}
		seen[k] = true
		return false
	})
	g.queue.restore()
}

// SetRules replaces the rules from a moment on; a version of the rules is a fact too, and a view of an earlier knowledge
// keeps the earlier rules. The clock moves to that moment. On error nothing changed.
func (r *Resolver) SetRules(rules Rules, at time.Time) ([]Change, error) {
	cfg := r.compiled().config
	cfg.Rules = rules
	c, err := Compile(cfg)
	if err != nil {
		return nil, err
	}
	if at.Before(earliest) || !at.Before(latest) {
		return nil, &b2b.InvalidError{Path: "at", Reason: reasonTime}
	}
	n := nano(at)
	changes := r.advance(n)
	i, _ := slices.BinarySearchFunc(r.history, n+1, func(v ruleVersion, t int64) int { return cmp.Compare(v.at, t) })
	r.history = slices.Insert(r.history, i, ruleVersion{n, c})
	if i < len(r.history)-1 {
		return changes, nil // a later version is in force already
	}
	was := r.engine.s.c
	d := r.engine.adopt(c, was)
	return append(changes, r.settle(d, r.clock, false)...), nil
}

// adopt makes other rules the current ones and touches everything.
func (g *engine) adopt(c, was *Compiled) *delta {
	s, d := g.s, newDelta()
	if was.scorer {
		g.unindex()
	}
	s.setRules(c)
	for v := range uint32(s.values.len()) {
		if s.values.at(v).gone() {
			continue
		}
		x := s.ownValue(v)
		s.judge(x, s.use(v))
		x.shared = false
		d.touchValue(v)
	}
	for i := range uint32(s.profiles.len()) {
		if s.profiles.at(i).gone() {
			continue
		}
		p := s.own(i)
		if p.said != nil {
			p.said.combos = nil
		}
		d.touch(i, none)
	}
	s.combos, s.byCombo = cowSlice[combo]{}, newCowMap[[4]uint32, uint32](hashCombo)
	g.walk.combos = nil
	g.index()
	return d
}

// compiled returns the rules in force.
func (r *Resolver) compiled() *Compiled { return r.history[len(r.history)-1].c }

// rulesAt returns the rules that were in force when something was known; zero is now.
func (r *Resolver) rulesAt(known time.Time) *Compiled {
	if known.IsZero() {
		return r.compiled()
	}
	n := nano(known)
	c := r.history[0].c
	for _, v := range r.history {
		if v.at <= n {
			c = v.c
		}
	}
	return c
}

// Snapshot returns the answer at the clock. It shares what it can with the resolver: taking one costs little, and the
// next changes copy what they touch. Without a change in between the same snapshot is returned.
func (r *Resolver) Snapshot() *Snapshot {
	if r.last == nil {
		r.last = &Snapshot{store: r.engine.s.share(), view: b2b.View{At: moment(r.clock), Known: moment(r.clock)}}
	}
	return r.last
}

// View returns the answer at another view: At = t, Known = t is what was answered at t, under the rules of then; At = t,
// Known zero is what is now known about t. A zero At is the clock. It resolves everything anew.
func (r *Resolver) View(v b2b.View) *Snapshot {
	if v.At.IsZero() {
		v.At = moment(r.clock)
	}
	if r.compiled().scorer {
		r.engine.unindex()
		defer r.engine.index()
	}
	return resolveFacts(r.rulesAt(v.Known), r.all(), v)
}

// all yields the facts that are kept.
func (r *Resolver) all() iter.Seq[Fact] {
	return func(yield func(Fact) bool) {
		for i := range r.engine.s.facts {
			if r.engine.s.facts[i].state != factErased && !yield(r.engine.s.fact(uint32(i))) {
				return
			}
		}
	}
}

// remember keeps the last members of entities whose founder is no longer known.
func (r *Resolver) remember(out *outcome) {
	for _, ent := range out.replaced {
		if _, ok := r.engine.s.entityOf(ent.id); ok {
			continue
		}
		if p := r.engine.s.profiles.at(ent.founder); p.entity == nil {
			r.gone[ent.id] = ent.members
		}
	}
}
