package dmu

import (
	"slices"
	"strconv"
	"time"

	"github.com/buyerjourney/b2b"
)

// Change is one of [AddMember], [RemoveMember], [ReplaceMember], [Rename], [Assign], [Dismiss] and [SetReach].
type Change interface {
	// apply returns the changed unit and whether anything really changed.
	apply(u Unit) (Unit, bool, error)
}

// AddMember adds a member at the end. A member with the id is an error.
type AddMember struct{ Member Member }

// RemoveMember takes a member out, with the ties and outsiders' edges; nobody with the id is no change.
type RemoveMember struct{ ID b2b.PersonID }

// ReplaceMember puts another state in the place of the member with the same id, who must exist.
type ReplaceMember struct{ Member Member }

// Rename gives a member another id: what package stitch says when two profiles turn out to be one person. If To is a member
// already, the two become one in the place of To: assignments are united, so that contradictions show in [Unit.Conflicts]; of
// the rest, what To knows counts, then what From knows; reach is the larger. Nobody with the id From is no change. A split
// cannot be undone this way: rebuild the unit from its sources.
type Rename struct{ From, To b2b.PersonID }

// Assign adds a record to a member, who must exist; a record that is there already is no change.
type Assign struct {
	Person     b2b.PersonID
	Assignment Assignment
}

// Dismiss records by hand that the member does not hold the seat from At on.
type Dismiss struct {
	Person b2b.PersonID
	Seat   b2b.SeatID
	At     time.Time
	Note   string
}

// SetReach sets how far we have come with a member, who must exist, and since when.
type SetReach struct {
	Person b2b.PersonID
	Reach  Reach
	At     time.Time
}

// With returns the unit after the changes, in their order, and those that really changed something. Where any of them is an
// error nothing is changed; all problems are reported, with paths below "changes[i]".
func (u Unit) With(changes ...Change) (Unit, []Change, error) {
	var p b2b.Problems
	now := u
	var done []Change
	for i, c := range changes {
		path := "changes[" + strconv.Itoa(i) + "]"
		if c == nil {
			p.Add(path, "nil")
			continue
		}
		next, changed, err := c.apply(now)
		if err == nil && changed {
			err = next.check()
		}
		if err != nil {
			p.Join(path, err)
			continue
		}
		if changed {
			now, done = next, append(done, c)
		}
	}
	if err := p.Err(); err != nil {
		return u, nil, err
	}
	return now, done, nil
}

var errNoMember = &b2b.InvalidError{Path: "person", Reason: "not a member"}

func (c AddMember) apply(u Unit) (Unit, bool, error) {
	if u.index(c.Member.ID) >= 0 {
		return u, false, &b2b.InvalidError{Path: "member.id", Reason: "a member already"}
	}
	u.members = append(slices.Clip(u.members), c.Member.clone())
	return u, true, nil
}

func (c RemoveMember) apply(u Unit) (Unit, bool, error) {
	if c.ID == "" {
		return u, false, &b2b.InvalidError{Path: "id", Reason: "empty"}
	}
	i := u.index(c.ID)
	if i < 0 {
		return u, false, nil
	}
	return u.without(i), true, nil
}

func (c ReplaceMember) apply(u Unit) (Unit, bool, error) {
	return u.update(c.Member.ID, func(Member) Member { return c.Member.clone() })
}

func (c Assign) apply(u Unit) (Unit, bool, error) {
	return u.update(c.Person, func(m Member) Member {
		m.Assignments = append(m.Assignments, c.Assignment)
		m = m.clone() // normalises times
		last := len(m.Assignments) - 1
		if slices.Contains(m.Assignments[:last], m.Assignments[last]) {
			m.Assignments = m.Assignments[:last]
		}
		return m
	})
}

func (c Dismiss) apply(u Unit) (Unit, bool, error) {
	return Assign{c.Person, Assignment{
		Seat: c.Seat, Source: Manual, Valid: b2b.Window{From: c.At}, RecordedAt: c.At, Dismissed: true, Note: c.Note,
	}}.apply(u)
}

func (c SetReach) apply(u Unit) (Unit, bool, error) {
	return u.update(c.Person, func(m Member) Member {
		m.Reach, m.ReachedAt = c.Reach, utc(c.At)
		return m
	})
}

// update replaces the member by f of a copy.
func (u Unit) update(id b2b.PersonID, f func(Member) Member) (Unit, bool, error) {
	i := u.index(id)
	if i < 0 {
		return u, false, errNoMember
	}
	m := f(u.members[i].clone())
	if m.equal(u.members[i]) {
		return u, false, nil
	}
	u.members = slices.Clone(u.members)
	u.members[i] = m
	return u, true, nil
}

func (m Member) equal(n Member) bool {
	return slices.Equal(m.Assignments, n.Assignments) && slices.Equal(m.Posterior, n.Posterior) &&
		slices.Equal(m.Interests, n.Interests) && m.ID == n.ID && m.Title == n.Title && m.Function == n.Function &&
		m.Level == n.Level && m.OrgUnit == n.OrgUnit && m.Facets == n.Facets && m.PowerBases == n.PowerBases &&
		m.Reach == n.Reach && m.ReachedAt.Equal(n.ReachedAt) && m.Primary == n.Primary
}

func (c Rename) apply(u Unit) (Unit, bool, error) {
	from, to := u.index(c.From), u.index(c.To)
	switch {
	case c.To == "":
		return u, false, &b2b.InvalidError{Path: "to", Reason: "empty"}
	case from < 0 || c.From == c.To:
		return u, false, nil
	}
	ties := slices.Clone(u.ties)
	outsiders := u.Outsiders()
	members := slices.Clone(u.members)
	if to < 0 {
		m := members[from].clone()
		m.ID = c.To
		members[from] = m
	} else {
		members[to] = united(members[to].clone(), members[from].clone())
		members = slices.Delete(members, from, from+1)
	}
	var kept []Tie
	for _, t := range ties {
		if t.From == c.From {
			t.From = c.To
		}
		if t.To == c.From {
			t.To = c.To
		}
		if t.From != t.To && !slices.Contains(kept, t) {
			kept = append(kept, t)
		}
	}
	for k := range outsiders {
		outsiders[k].Edges = renamedEdges(outsiders[k].Edges, c)
	}
	u.members, u.ties, u.outsiders = members, kept, outsiders
	return u, true, nil
}

// renamedEdges keeps one edge to a person whom the outsider was believed to know as two: the larger.
func renamedEdges(edges []Edge, c Rename) []Edge {
	var kept []Edge
	for _, e := range edges {
		if e.Member == c.From {
			e.Member = c.To
		}
		if i := slices.IndexFunc(kept, func(x Edge) bool { return x.Member == e.Member }); i >= 0 {
			kept[i].Weight = max(kept[i].Weight, e.Weight)
			continue
		}
		kept = append(kept, e)
	}
	return kept
}

// united is one member made of two; what a knows counts first.
func united(a, b Member) Member {
	for _, x := range b.Assignments {
		if !slices.Contains(a.Assignments, x) {
			a.Assignments = append(a.Assignments, x)
		}
	}
	first := func(x *string, y string) {
		if *x == "" {
			*x = y
		}
	}
	first(&a.Title, b.Title)
	first(&a.Function, b.Function)
	first(&a.Level, b.Level)
	first(&a.OrgUnit, b.OrgUnit)
	if a.Posterior == nil {
		a.Posterior = b.Posterior
	}
	if a.Interests == nil {
		a.Interests = b.Interests
	}
	if a.Facets.Role == UnknownRole {
		a.Facets.Role = b.Facets.Role
	}
	if a.Facets.Attitude == UnknownAttitude {
		a.Facets.Attitude = b.Facets.Attitude
	}
	if a.Facets.Profile == UnknownProfile {
		a.Facets.Profile = b.Facets.Profile
	}
	a.Facets.Authorities |= b.Facets.Authorities
	a.PowerBases |= b.PowerBases
	if b.Reach > a.Reach {
		a.Reach, a.ReachedAt = b.Reach, b.ReachedAt
	}
	a.Primary = a.Primary || b.Primary
	return a
}
