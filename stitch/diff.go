package stitch

import (
	"cmp"
	"maps"
	"slices"

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
	m, at := map[Belongs]bool{}, nano(s.view.At)
	for e := range s.entities() {
		for i := range e.affiliations {
			if x := &e.affiliations[i]; x.contains(at) {
				m[Belongs{b2b.PersonID(e.id), b2b.AccountID(x.account)}] = true
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
	if r.compiled().scorer {
		r.engine.unindex()
		defer r.engine.index()
	}
	v := b2b.View{At: moment(r.clock), Known: moment(r.clock)}
	return DiffOf(r.Snapshot(), resolveFacts(c, r.all(), v)), nil
}
