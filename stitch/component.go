package stitch

import (
	"cmp"
	"encoding/base32"
	"slices"

	"github.com/buyerjourney/b2b/internal/enum"
)

// component is a set of profiles outside of which no rule can link any of them. It is immutable once resolved.
type component struct {
	level    Level
	members  []uint32 // by profile id
	entities []*entity
	refusals []refusal
	clashes  []clash
	next     int64 // until then the result stays as it is
}

// entity is one person or account. It is immutable; a new one replaces it.
type entity struct {
	id           string
	level        Level
	founder      uint32
	members      []uint32 // by profile id
	links        []link   // those that united the members, in order
	affiliations []Affiliation
	relations    []Relation
	shared       []refusal // evidence from shared ranges, relations inside the entity
	component    *component
}

// link is a reason why two profiles are together; a is the smaller profile id.
type link struct {
	a, b   uint32
	rule   int32 // −1 = judgement
	values []uint32
	rank   rank
}

// refusal is a link that did not come about: the first, in the order of links, between two entities.
type refusal struct {
	link link
	by   blocker // a and b are profiles here
}

// clash is a contradiction inside one component.
type clash struct {
	kind  ContradictionKind
	a, b  uint32 // profiles, or none
	rule  string
	value Kind
}

// RefusalCause says why a link did not come about. It is a closed enumeration; zero is [UnknownCause].
type RefusalCause uint8

// The causes.
const (
	UnknownCause      RefusalCause = iota
	VetoedByJudgement              // somebody said Never, or split the two
	VetoedByRule                   // a Never rule holds between two members
	RefusedByGuard                 // the entity would hold too many values of a kind
	SharedRange                    // the address range belongs to a data centre or VPN, or has two owners
	SameEntity                     // a relation whose ends are one entity
)

var refusalCauses = enum.New[RefusalCause]("refusal cause", "unknown", "judgement", "never-rule", "guard", "shared_range", "same-entity")

// ParseRefusalCause reads the name of a cause; the empty text is [UnknownCause].
func ParseRefusalCause(text string) (RefusalCause, error) { return refusalCauses.Parse(text) }

// IsValid reports whether c is a value of the enumeration.
func (c RefusalCause) IsValid() bool { return refusalCauses.Valid(c) }

// String returns the name in lower case.
func (c RefusalCause) String() string { return refusalCauses.String(c) }

// AppendText implements [encoding.TextAppender].
func (c RefusalCause) AppendText(dst []byte) ([]byte, error) { return refusalCauses.AppendText(dst, c) }

// MarshalText implements [encoding.TextMarshaler].
func (c RefusalCause) MarshalText() ([]byte, error) { return refusalCauses.AppendText(nil, c) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseRefusalCause] does.
func (c *RefusalCause) UnmarshalText(text []byte) error { return refusalCauses.UnmarshalText(c, text) }

// walker finds components. It marks what it has seen with a generation, so that starting anew costs nothing.
type walker struct {
	profiles, values, combos []uint32
	generation               uint32
	queue                    []uint32
}

// start begins a new walk over a store.
func (w *walker) start(s *store) {
	w.profiles, w.values, w.combos = grow(w.profiles, s.profiles.len()), grow(w.values, s.values.len()), grow(w.combos, s.combos.len())
	w.generation++
}

func grow(marks []uint32, n int) []uint32 {
	if n <= len(marks) {
		return marks
	}
	return append(marks, make([]uint32, n-len(marks)+n/4)...)
}

// seen reports whether a profile was reached in this walk.
func (w *walker) seen(p uint32) bool { return w.profiles[p] == w.generation }

// explore returns the profiles that rules and judgements can reach from a start, by profile id.
func (w *walker) explore(e *eval, start uint32) []uint32 {
	level := e.s.profiles.at(start).level
	w.profiles[start] = w.generation
	w.queue = append(w.queue[:0], start)
	reach := func(q uint32) {
		if w.profiles[q] == w.generation {
			return
		}
		if p := e.s.profiles.at(q); p != nil && p.level == level && p.active > 0 {
			w.profiles[q] = w.generation
			w.queue = append(w.queue, q)
		}
	}
	for i := 0; i < len(w.queue); i++ {
		w.neighbours(e, w.queue[i], reach)
	}
	members := slices.Clone(w.queue)
	e.s.sortProfiles(members)
	return members
}

func (s *store) sortProfiles(list []uint32) {
	if len(list) < 2 {
		return
	}
	slices.SortFunc(list, func(a, b uint32) int { return s.profiles.at(a).id.Compare(s.profiles.at(b).id) })
}

// neighbours calls reach for every profile that may be linked with a profile; each value is walked once.
func (w *walker) neighbours(e *eval, i uint32, reach func(uint32)) {
	p := e.s.profiles.at(i)
	p.eachHeld(func(v uint32, _, last int64) {
		x := e.s.values.at(v)
		if len(x.use.same[p.level]) == 0 || len(x.holders) < 2 || w.values[v] == w.generation || !x.unites() {
			return
		}
		if !e.anyAlive(x.use.same[p.level], last) {
			return
		}
		w.values[v] = w.generation
		for _, q := range x.holders {
			reach(q)
		}
	})
	for _, code := range p.combos {
		c := e.s.combos.at(code)
		if r := &e.s.c.rules[c.rule]; r.effect == Same && r.level == p.level && len(c.holders) > 1 && w.combos[code] != w.generation {
			w.combos[code] = w.generation
			for _, q := range c.holders {
				reach(q)
			}
		}
	}
	for _, f := range p.words().judgements {
		if j, ok := e.s.facts[f].body.(Judgement); ok && j.Verdict == Always {
			for _, id := range [...]ProfileID{j.A, j.B} {
				if q, ok := e.s.byProfile.get(id); ok {
					reach(q)
				}
			}
		}
	}
	if e.s.c.scores(p.level) {
		for id := range e.s.c.config.Scorer.Candidates(e.s.profile(p)) {
			if q, ok := e.s.byProfile.get(id); ok {
				reach(q)
			}
		}
	}
}

// anyAlive reports whether a value last seen at a time can still carry a link by one of the rules.
func (e *eval) anyAlive(rules []int, last int64) bool {
	alive := false
	for _, i := range rules {
		r := &e.s.c.rules[i]
		if e.inForce(r) && (r.first || e.live(after(last, r.lapse))) {
			alive = true
		}
	}
	return alive
}

// scores reports whether some rule of the level asks the scorer.
func (c *Compiled) scores(l Level) bool {
	return slices.ContainsFunc(c.rules, func(r rule) bool { return r.effect == Same && r.level == l && r.scored && !r.off })
}

// resolve finds the entities among the members of a component, which are sorted by profile id.
func (e *eval) resolve(level Level, members []uint32) *component {
	c := &component{level: level, members: members}
	if len(members) == 1 {
		e.single(c)
		c.next = e.next
		return c
	}
	u := newUnion(e, level, members)
	edges := u.judge(c)
	u.vetoByRules()
	arrivals, more := u.collect()
	u.run(arrivals, append(edges, more...))
	e.entities(u, c)
	c.next = e.next
	return c
}

// single makes the entity of a profile that nothing can be linked with.
func (e *eval) single(c *component) {
	m := c.members[0]
	ent := &entity{level: c.level, component: c, founder: m, members: c.members, id: e.s.c.entityID(c.level, e.s.profiles.at(m).id)}
	c.entities = []*entity{ent}
	u := union{e: e, level: c.level}
	if g := u.exceeds(u.guardValues(e.s.profiles.at(m))); g >= 0 {
		c.clashes = append(c.clashes, clash{kind: TooManyValues, a: m, b: none, value: e.s.c.guards[g].kind})
	}
}

// judge fills the vetoes by judgement and returns the links by Always.
func (u *union) judge(c *component) []edge {
	type word struct {
		lo, hi  int32
		fact    uint32
		verdict Verdict
	}
	var words []word
	s := u.e.s
	var position map[uint32]int32
	locate := func(id ProfileID) (int32, bool) {
		code, ok := s.byProfile.get(id)
		if !ok {
			return 0, false
		}
		if position == nil {
			position = make(map[uint32]int32, len(u.members))
			for i, m := range u.members {
				position[m] = int32(i)
			}
		}
		i, ok := position[code]
		return i, ok
	}
	add := func(a, b int32, f uint32, v Verdict) {
		if a != b {
			words = append(words, word{min(a, b), max(a, b), f, v})
		}
	}
	seen := map[uint32]bool{}
	for _, p := range u.ps {
		for _, f := range p.words().judgements {
			if seen[f] {
				continue
			}
			seen[f] = true
			switch b := s.facts[f].body.(type) {
			case Judgement:
				i, oki := locate(b.A)
				j, okj := locate(b.B)
				if oki && okj {
					add(i, j, f, b.Verdict)
				}
			case Apart:
				var sides [][]int32
				for _, g := range b.Groups {
					var side []int32
					for _, id := range g {
						if i, ok := locate(id); ok {
							side = append(side, i)
						}
					}
					for _, other := range sides {
						for _, x := range other {
							for _, y := range side {
								add(x, y, f, NeverSame)
							}
						}
					}
					sides = append(sides, side)
				}
			}
		}
	}
	slices.SortFunc(words, func(a, b word) int {
		return cmp.Or(cmp.Compare(a.lo, b.lo), cmp.Compare(a.hi, b.hi), s.knownBefore(a.fact, b.fact))
	})
	var edges []edge
	for i := 0; i < len(words); {
		var always, never bool
		first := words[i]
		last := first
		for ; i < len(words) && words[i].lo == first.lo && words[i].hi == first.hi; i++ {
			last = words[i]
			switch last.verdict {
			case NoView:
				always, never = false, false
			case Always:
				always = true
			case NeverSame:
				never = true
			}
		}
		if always && never {
			c.clashes = append(c.clashes, clash{kind: AlwaysAgainstNever, a: u.members[first.lo], b: u.members[first.hi]})
		}
		switch last.verdict {
		case NoView:
		case Always:
			u.full = true
			edges = append(edges, edge{lo: last.lo, hi: last.hi, rule: -1, value: none, rank: rank{fact: last.fact}})
		case NeverSame:
			u.veto(last.lo, last.hi, veto{rule: -1, fact: last.fact})
		}
	}
	return edges
}

func (u *union) veto(a, b int32, v veto) {
	v.other = b
	u.vetoes[a] = append(u.vetoes[a], v)
	v.other = a
	u.vetoes[b] = append(u.vetoes[b], v)
}

// vetoByRules tests the Never rules on every pair of members; only here do they matter.
func (u *union) vetoByRules() {
	for i := range u.e.s.c.rules {
		r := &u.e.s.c.rules[i]
		if r.effect != Never || r.level != u.level || !u.e.inForce(r) || !u.candidates(r) {
			continue
		}
		for a := range u.ps {
			for b := a + 1; b < len(u.ps); b++ {
				if _, ok := u.e.pair(r, u.ps[a], u.ps[b]); ok {
					u.veto(int32(a), int32(b), veto{rule: int32(i)})
				}
			}
		}
	}
}

// candidates reports whether a Never rule can hold on any pair: a kind that must differ needs two values.
func (u *union) candidates(r *rule) bool {
	for _, k := range r.differ {
		distinct := map[uint32]bool{}
		for _, p := range u.ps {
			p.eachHeld(func(v uint32, _, _ int64) {
				if u.e.s.values.at(v).id.kind == k {
					distinct[v] = true
				}
			})
		}
		if len(distinct) < 2 {
			return false
		}
	}
	return true
}

// collect returns what the Same rules find: arrivals of the holders of each value, or single links where a rule has to
// look at pairs.
func (u *union) collect() (arrivals []arrival, edges []edge) {
	type entry struct {
		rule   int32
		value  uint32
		member int32
		last   int64
	}
	var entries []entry
	e, s := u.e, u.e.s
	for i, p := range u.ps {
		p.eachHeld(func(v uint32, _, last int64) {
			x := s.values.at(v)
			if len(x.use.same[u.level]) == 0 || len(x.holders) < 2 || !x.unites() {
				return
			}
			for _, ri := range x.use.same[u.level] {
				r := &s.c.rules[ri]
				if x.id.check < r.same[0].check || !r.admits(p.id.Source) || !e.inForce(r) {
					continue
				}
				t := last
				if r.purpose != "" {
					var ok bool
					if _, t, ok = e.hold(p, v, r.purpose); !ok {
						continue
					}
				}
				if r.pairwise() || e.live(after(t, r.lapse)) {
					entries = append(entries, entry{int32(ri), v, int32(i), t})
				}
			}
		})
		for _, code := range p.combos {
			c := s.combos.at(code)
			r := &s.c.rules[c.rule]
			if r.effect != Same || r.level != u.level || len(c.holders) < 2 || !r.admits(p.id.Source) || !e.inForce(r) {
				continue
			}
			if t, ok := e.comboLast(r, c, p); ok && (r.pairwise() || e.live(after(t, r.lapse))) {
				entries = append(entries, entry{int32(c.rule), code, int32(i), t})
			}
		}
	}
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.rule, b.rule), cmp.Compare(a.value, b.value), cmp.Compare(a.member, b.member))
	})
	var pairs []edge
	for i := 0; i < len(entries); {
		j := i
		for j < len(entries) && entries[j].rule == entries[i].rule && entries[j].value == entries[i].value {
			j++
		}
		set := entries[i:j]
		r := &s.c.rules[set[0].rule]
		switch {
		case len(set) < 2:
		case r.pairwise():
			for x := range set {
				for y := x + 1; y < len(set); y++ {
					pairs = append(pairs, edge{lo: set[x].member, hi: set[y].member, rule: set[0].rule})
				}
			}
		default:
			u.groups = append(u.groups, group{rule: set[0].rule, value: set[0].value})
			for _, x := range set {
				arrivals = append(arrivals, arrival{
					group: int32(len(u.groups) - 1), member: x.member,
					rank: rank{class: 1, priority: r.priority, strength: r.strength, support: x.last},
				})
			}
		}
		i = j
	}
	pairs = append(pairs, u.scored()...)
	return arrivals, u.test(pairs)
}

// scored returns the pairs that the scorer proposes for rules without a Same condition.
func (u *union) scored() (pairs []edge) {
	if !u.e.s.c.scores(u.level) {
		return nil
	}
	position := make(map[ProfileID]int32, len(u.ps))
	for i, p := range u.ps {
		position[p.id] = int32(i)
	}
	for i := range u.e.s.c.rules {
		r := &u.e.s.c.rules[i]
		if r.effect != Same || r.level != u.level || len(r.same) > 0 || !u.e.inForce(r) {
			continue
		}
		for a, p := range u.ps {
			for id := range u.e.s.c.config.Scorer.Candidates(u.e.s.profile(p)) {
				if b, ok := position[id]; ok && int(b) != a {
					pairs = append(pairs, edge{lo: min(int32(a), b), hi: max(int32(a), b), rule: int32(i)})
				}
			}
		}
	}
	return pairs
}

// test keeps the pairs on which their rule holds, each rule and pair once.
func (u *union) test(pairs []edge) []edge {
	slices.SortFunc(pairs, func(a, b edge) int {
		return cmp.Or(cmp.Compare(a.rule, b.rule), cmp.Compare(a.lo, b.lo), cmp.Compare(a.hi, b.hi))
	})
	pairs = slices.CompactFunc(pairs, func(a, b edge) bool { return a.rule == b.rule && a.lo == b.lo && a.hi == b.hi })
	kept := pairs[:0]
	for _, x := range pairs {
		r := &u.e.s.c.rules[x.rule]
		if m, ok := u.e.pair(r, u.ps[x.lo], u.ps[x.hi]); ok {
			x.value = m.value
			x.rank = rank{class: 1, priority: r.priority, strength: m.strength, support: m.support}
			kept = append(kept, x)
		}
	}
	return kept
}

// comboLast returns the earliest of the times at which the profile last held the values of a combination.
func (e *eval) comboLast(r *rule, c *combo, p *profile) (last int64, ok bool) {
	last = unlimited
	for i, v := range c.values {
		x := e.s.values.at(v)
		if !x.unites() || x.id.check < r.same[i].check {
			return 0, false
		}
		_, t, ok := e.hold(p, v, r.purpose)
		if !ok {
			return 0, false
		}
		last = min(last, t)
	}
	return last, true
}

// entities turns the clusters into entities, refusals and contradictions.
func (e *eval) entities(u *union, c *component) {
	index := make([]int32, len(u.members)) // member → entity
	for i := range u.members {
		if u.find(int32(i)) != int32(i) {
			continue
		}
		slices.Sort(u.list[i])
		ent := &entity{level: c.level, component: c, members: make([]uint32, len(u.list[i]))}
		for k, m := range u.list[i] {
			ent.members[k] = u.members[m]
		}
		ent.founder = e.founder(ent.members)
		c.entities = append(c.entities, ent)
		if g := u.exceeds(u.guarded[i]); g >= 0 {
			c.clashes = append(c.clashes, clash{kind: TooManyValues, a: ent.founder, b: none, value: e.s.c.guards[g].kind})
		}
	}
	if len(c.entities) > 1 {
		slices.SortFunc(c.entities, func(a, b *entity) int {
			return e.s.profiles.at(a.members[0]).id.Compare(e.s.profiles.at(b.members[0]).id)
		})
	}
	position := map[uint32]int32(nil)
	if len(u.members) > 1 {
		position = make(map[uint32]int32, len(u.members))
		for k, ent := range c.entities {
			for _, m := range ent.members {
				position[m] = int32(k)
			}
		}
		for i, m := range u.members {
			index[i] = position[m]
		}
	}
	for _, x := range u.links {
		ent := c.entities[index[x.lo]]
		ent.links = append(ent.links, u.link(x))
	}
	for _, ent := range c.entities {
		ent.id = e.s.c.entityID(ent.level, e.s.profiles.at(ent.founder).id)
	}
	type meeting struct{ a, b int32 }
	met := map[meeting]bool{}
	for _, r := range u.refused {
		m := meeting{min(index[r.edge.lo], index[r.edge.hi]), max(index[r.edge.lo], index[r.edge.hi])}
		if m.a != m.b && !met[m] {
			met[m] = true
			c.refusals = append(c.refusals, u.refusal(r))
		}
	}
	for _, r := range u.forced {
		c.clashes = append(c.clashes, clash{kind: AlwaysAgainstRule, a: u.members[r.edge.lo], b: u.members[r.edge.hi], rule: u.refusal(r).name(e.s)})
	}
}

func (u *union) link(x edge) link {
	l := link{a: u.members[x.lo], b: u.members[x.hi], rule: x.rule, rank: x.rank}
	switch {
	case x.rule >= 0 && u.e.s.c.rules[x.rule].combined():
		l.values = u.e.s.combos.at(x.value).values
	case x.value != none:
		l.values = []uint32{x.value}
	}
	return l
}

func (u *union) refusal(r refused) refusal {
	out := refusal{link: u.link(r.edge), by: r.by}
	out.by.a, out.by.b = int32(none>>1), int32(none>>1)
	if r.by.cause == VetoedByJudgement || r.by.cause == VetoedByRule {
		out.by.a, out.by.b = int32(u.members[r.by.a]), int32(u.members[r.by.b])
	}
	return out
}

// name says what stood in the way: a rule, a guarded kind, or a fact.
func (r refusal) name(s *store) string {
	switch r.by.cause {
	case VetoedByJudgement:
		return s.facts[r.by.fact].id
	case VetoedByRule:
		return s.c.rules[r.by.rule].name
	case RefusedByGuard:
		return string(s.c.guards[r.by.guard].kind)
	case UnknownCause, SharedRange, SameEntity:
		return ""
	default:
		return ""
	}
}

// founder returns the member that gives the entity its id: pinned first, then known first, then the smallest profile id.
func (e *eval) founder(members []uint32) uint32 {
	return slices.MinFunc(members, func(a, b uint32) int {
		p, q := e.s.profiles.at(a), e.s.profiles.at(b)
		pinned := func(p *profile) int {
			if p.words().pins > 0 {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(pinned(p), pinned(q)), cmp.Compare(p.recorded, q.recorded), p.id.Compare(q.id))
	})
}

var idText = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// entityID returns the id that a founder gives: "p_" or "a_" and 80 bits of a keyed hash.
func (c *Compiled) entityID(l Level, founder ProfileID) string {
	if c.config.IDs != nil {
		return c.config.IDs(l, founder)
	}
	prefix := "p_"
	if l == Account {
		prefix = "a_"
	}
	return prefix + idText.EncodeToString(mac(c.config.Key, l.String(), founder.Source, founder.ID)[:10])
}
