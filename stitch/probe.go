package stitch

import (
	"cmp"
	"maps"
	"slices"
)

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
	ghost := ProfileID{Source: p.ID.Source, ID: p.ID.ID}
	if ghost.IsZero() {
		ghost = ProfileID{Source: "?", ID: "?"}
	}
	if known, ok := st.codeOf(ghost); ok {
		st.byProfile.remove(hashProfile(ghost), known)
	}
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
	u := newUnion(e, p.Level, nil, nil)
	try := func(q uint32) {
		y := st.profiles.at(q)
		if q == code || y.gone() || y.level != p.Level || y.entity == nil || y.id == ghost {
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
			l := link{a: code, b: q, rule: int32(i), value: none, rank: rank{class: 1, priority: r.priority, strength: m.strength, support: m.support}}
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
		if v := x.holdings[i].value; len(st.use(v).same[p.Level]) > 0 {
			for _, q := range st.values.at(v).holders {
				visit(q)
			}
		}
	}
	for _, c := range x.words().combos {
		for _, q := range st.combos.at(c).holders {
			visit(q)
		}
	}
	if st.c.scored[p.Level] {
		for id := range st.c.config.Scorer.Candidates(st.profile(x)) {
			if q, ok := st.codeOf(id); ok {
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
