package stitch

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/buyerjourney/b2b"
)

// Diff says how two answers differ. All lists are in order.
type Diff struct {
	Unchanged int       // entities with the same id and members
	Merged    []Regroup // entities whose members were several before
	Split     []Regroup // entities whose members are several now
	New       []string  // entities none of whose members was known
	Gone      []string  // entities none of whose members is known any more
	Moved     []Move    // profiles known in both whose entity id changed
	Won, Lost []Belongs // affiliations live at the moment of each answer
}

// Regroup is a merge (several From, one Into) or a split (one From, several Into).
type Regroup struct{ From, Into []string }

// Move is a profile whose entity changed.
type Move struct {
	Profile  ProfileID
	From, To string
}

// Belongs is a person and an account that it is affiliated with.
type Belongs struct {
	Person  b2b.PersonID
	Account b2b.AccountID
}

// IsEmpty reports whether nothing differs.
func (d Diff) IsEmpty() bool {
	return len(d.Merged)+len(d.Split)+len(d.New)+len(d.Gone)+len(d.Moved)+len(d.Won)+len(d.Lost) == 0
}

// DiffOf returns how b differs from a.
func DiffOf(a, b *Snapshot) Diff {
	var d Diff
	was, is := a.partition(), b.partition()
	from, into := map[string]map[string]bool{}, map[string]map[string]bool{} // new id → old ids, old id → new ids
	note := func(m map[string]map[string]bool, k, v string) {
		if m[k] == nil {
			m[k] = map[string]bool{}
		}
		if v != "" {
			m[k][v] = true
		}
	}
	for p, now := range is {
		note(from, now, was[p])
		if old := was[p]; old != "" && old != now {
			d.Moved = append(d.Moved, Move{p, old, now})
		}
	}
	for p, old := range was {
		note(into, old, is[p])
	}
	slices.SortFunc(d.Moved, func(x, y Move) int { return x.Profile.Compare(y.Profile) })
	for _, id := range slices.Sorted(maps.Keys(from)) {
		switch len(from[id]) {
		case 0:
			d.New = append(d.New, id)
		case 1:
			if slices.Equal(a.Members(id), b.Members(id)) {
				d.Unchanged++
			}
		default:
			d.Merged = append(d.Merged, Regroup{From: slices.Sorted(maps.Keys(from[id])), Into: []string{id}})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(into)) {
		switch len(into[id]) {
		case 0:
			d.Gone = append(d.Gone, id)
		case 1:
		default:
			d.Split = append(d.Split, Regroup{From: []string{id}, Into: slices.Sorted(maps.Keys(into[id]))})
		}
	}
	old, now := a.belongs(), b.belongs()
	d.Won, d.Lost = without(now, old), without(old, now)
	return d
}

// partition returns the entity of every profile.
func (s *Snapshot) partition() map[ProfileID]string {
	m := map[ProfileID]string{}
	for e := range s.entities() {
		for _, p := range e.members {
			m[s.store.profiles.at(p).id] = e.id
		}
	}
	return m
}

// belongs returns the affiliations that are live at the moment of the view.
func (s *Snapshot) belongs() map[Belongs]bool {
	m := map[Belongs]bool{}
	for e := range s.entities() {
		for _, x := range e.affiliations {
			if x.Valid.Contains(s.view.At) {
				m[Belongs{x.Person, x.Account}] = true
			}
		}
	}
	return m
}

func without(a, b map[Belongs]bool) (out []Belongs) {
	for x := range a {
		if !b[x] {
			out = append(out, x)
		}
	}
	slices.SortFunc(out, func(x, y Belongs) int {
		return cmp.Or(cmp.Compare(x.Person, y.Person), cmp.Compare(x.Account, y.Account))
	})
	return out
}

// DryRun says what other rules would do, at the clock; the resolver is untouched. A rule set with problems is an error.
func (r *Resolver) DryRun(rules Rules) (Diff, error) {
	cfg := r.compiled().config
	cfg.Rules = rules
	c, err := Compile(cfg)
	if err != nil {
		return Diff{}, err
	}
	if r.compiled().usesScorer() {
		r.engine.unindex()
		defer r.engine.index()
	}
	v := b2b.View{At: moment(r.clock), Known: moment(r.clock)}
	return DiffOf(r.Snapshot(), resolveFacts(c, r.all(), v)), nil
}

// Probe says which entities a profile would belong to if it were seen now with these identifiers, best first: by the
// order of links. It changes nothing.
func (r *Resolver) Probe(p Profile) []Candidate { return r.Snapshot().Probe(p) }

// Candidate is an entity that a profile would be linked with.
type Candidate struct {
	Entity string
	Link   Link // the first link, in the order of links; B or A is the profile that was asked for
}

// Probe says which entities a profile would be linked with if it were seen at the moment of the view with these
// identifiers, best first. Vetoes and guards are not asked.
func (s *Snapshot) Probe(p Profile) []Candidate {
	if s.store.c == nil || p.Level != Person && p.Level != Account {
		return nil
	}
	st := s.store.branch() // a store of its own, which the question may change
	st.uses = maps.Clone(st.uses)
	ghost := ProfileID{Source: p.ID.Source, ID: p.ID.ID}
	if ghost.IsZero() {
		ghost = ProfileID{Source: "?", ID: "?"}
	}
	st.byProfile.remove(ghost)
	code := st.internProfile(ghost)
	x := st.own(code)
	x.level, x.active = p.Level, 1
	st.facts = append(st.facts, factRec{id: "probe", kind: bodySeen, occurred: st.at, recorded: st.at, profile: code, level: p.Level, state: factActive})
	f := uint32(len(st.facts) - 1)
	x.seens = []uint32{f}
	for _, h := range p.Identifiers {
		id, err := h.Identifier.coarse(st.c.config.IPBits, st.c.config.IPBits6)
		if err != nil || id.IsZero() {
			continue
		}
		v := st.internValue(id)
		st.see(x, code, v, none, f, nil)
		if d := st.derived(v, p.Level); d != none {
			st.see(x, code, d, v, f, nil)
		}
	}
	st.combine(code, nil)
	x = st.own(code)
	e := st.eval()
	found := map[string]edgeOf{}
	u := newUnion(e, p.Level, nil)
	try := func(q uint32) {
		y := st.profiles.at(q)
		if q == code || y == nil || y.level != p.Level || y.entity == nil || y.id == ghost {
			return
		}
		for i := range st.c.rules {
			r := &st.c.rules[i]
			if r.effect != Same || r.level != p.Level || !e.inForce(r) {
				continue
			}
			m, ok := e.pair(r, x, y)
			if !ok {
				continue
			}
			l := link{a: code, b: q, rule: int32(i), rank: rank{class: 1, priority: r.priority, strength: m.strength, support: m.support}}
			if m.value != none {
				l.values = []uint32{m.value}
			}
			c := edgeOf{link: orderLink(&st, l), other: y}
			if best, ok := found[y.entity.id]; !ok || u.compareRank(c.link.rank, best.link.rank) < 0 ||
				u.compareRank(c.link.rank, best.link.rank) == 0 && y.id.Compare(best.other.id) < 0 {
				found[y.entity.id] = c
			}
		}
	}
	tested := map[uint32]bool{}
	visit := func(q uint32) {
		if !tested[q] {
			tested[q] = true
			try(q)
		}
	}
	for i := range x.holdings {
		if v := st.values.at(x.holdings[i].value); len(v.use.same[p.Level]) > 0 {
			for _, q := range v.holders {
				visit(q)
			}
		}
	}
	for _, c := range x.combos {
		for _, q := range st.combos.at(c).holders {
			visit(q)
		}
	}
	if st.c.scores(p.Level) {
		for id := range st.c.config.Scorer.Candidates(st.profile(x)) {
			if q, ok := st.byProfile.get(id); ok {
				visit(q)
			}
		}
	}
	asked := &Snapshot{store: st, view: s.view}
	out := make([]Candidate, 0, len(found))
	for _, id := range slices.SortedFunc(maps.Keys(found), func(a, b string) int {
		return cmp.Or(u.compareRank(found[a].link.rank, found[b].link.rank), cmp.Compare(a, b))
	}) {
		l := asked.describe(found[id].link)
		l.Facts = slices.DeleteFunc(l.Facts, func(f string) bool { return f == "probe" })
		out = append(out, Candidate{Entity: id, Link: l})
	}
	return out
}

// edgeOf is a link with the profile on its far side.
type edgeOf struct {
	link  link
	other *profile
}

// LookupStatus says what became of an entity id. It is a closed enumeration; zero is [NeverKnown].
type LookupStatus uint8

// The fates of an entity id.
const (
	NeverKnown   LookupStatus = iota
	CurrentID                 // it is an entity
	RedirectedID              // its founder lives under an older id
	GoneID                    // its founder was retracted
	ForgottenID               // its founder has been forgotten
)

var lookupStatuses = []string{"never-known", "current", "redirected", "gone", "forgotten"}

// String returns the name in lower case.
func (l LookupStatus) String() string {
	if int(l) < len(lookupStatuses) {
		return lookupStatuses[l]
	}
	return "lookup"
}

// Lookup is what became of an entity id.
type Lookup struct {
	Status     LookupStatus
	Entity     string   // the entity of the founder now, where there is one
	Successors []string // of a gone id: the entities that hold its last members now
}

// Lookup says what became of an entity id. An id is never given to another founder. An id that is not an entity now is
// looked for among all profiles, in linear time.
func (r *Resolver) Lookup(id string) Lookup {
	s := r.engine.s
	if _, ok := s.entities.get(id); ok {
		return Lookup{Status: CurrentID, Entity: id}
	}
	if r.erased[id] {
		return Lookup{Status: ForgottenID}
	}
	for i := range uint32(s.profiles.len()) {
		p := s.profiles.at(i)
		if p == nil || p.entity == nil || s.c.entityID(p.level, p.id) != id {
			continue
		}
		return Lookup{Status: RedirectedID, Entity: p.entity.id}
	}
	members, ok := r.gone[id]
	if !ok {
		return Lookup{}
	}
	successors := map[string]bool{}
	for _, m := range members {
		if p := s.profiles.at(m); p != nil && p.entity != nil {
			successors[p.entity.id] = true
		}
	}
	return Lookup{Status: GoneID, Successors: slices.Sorted(maps.Keys(successors))}
}

// ConsentAt returns what the members of a person stated about a purpose as of a moment not after the view's: the least
// permissive.
func (s *Snapshot) ConsentAt(person b2b.PersonID, purpose string, at time.Time) ConsentState {
	ent, ok := s.store.entities.get(string(person))
	if !ok {
		return ConsentUnknown
	}
	state := ConsentUnknown
	e := s.store.eval()
	for _, m := range ent.members {
		state = max(state, e.consentAt(s.store.profiles.at(m), purpose, nano(at)))
	}
	return state
}
