package dmu

import (
	"slices"
	"strconv"
	"time"

	"github.com/buyerjourney/b2b"
)

// UnitConfig is what a [Unit] is made of.
type UnitConfig struct {
	Account      b2b.AccountID
	Deal         b2b.DealID
	BuyClass     BuyClass
	Template     Template // without seats: [DefaultTemplate] of the class
	Members      []Member
	Outsiders    []Outsider
	Alternatives []Alternative
	Ties         []Tie // who turns to whom, among members
}

// Unit is the group that decides on one purchase of one account: the decision-making unit. The zero value is an empty group
// with the default template. It is immutable and safe for concurrent use.
//
// # Which assignments hold
//
// A member may hold any number of seats at a moment. Each assignment is a record; the records of one person are read as
// follows.
//
//   - The strongest source wins: a person with manual assignments holds those, else the imported ones, else the inferred
//     ones. Weaker assignments to other seats are kept and listed by [Unit.Conflicts].
//   - A dismissal of a person from a seat is remembered. It ends every assignment of that pair, and later imports and
//     inferences of it are listed as conflicts and never assigned, until a manual assignment is recorded after it.
//   - Of equal times of recording the record that stands later in the list is the later one.
//
// A unit as built sees all records, whatever their time. [Unit.AsOf] keeps those that a view sees, and nothing else.
type Unit struct {
	account      b2b.AccountID
	deal         b2b.DealID
	class        BuyClass
	template     Template
	members      []Member
	outsiders    []Outsider
	alternatives []Alternative
	ties         []Tie
}

// NewUnit checks everything and reports all problems at once: ids that are empty or repeated, more than one primary member
// (with both paths), ties and edges to persons who are no members, and what [CheckAlternatives] and each field require.
func NewUnit(cfg UnitConfig) (Unit, error) {
	u := Unit{
		account: cfg.Account, deal: cfg.Deal, class: cfg.BuyClass, template: cfg.Template,
		alternatives: slices.Clone(cfg.Alternatives), ties: slices.Clone(cfg.Ties),
	}
	if u.template.Len() == 0 {
		u.template = DefaultTemplate(cfg.BuyClass)
	}
	for _, m := range cfg.Members {
		u.members = append(u.members, m.clone())
	}
	for _, o := range cfg.Outsiders {
		u.outsiders = append(u.outsiders, o.clone())
	}
	if err := u.check(); err != nil {
		return Unit{}, err
	}
	return u, nil
}

func (u Unit) check() error {
	var p b2b.Problems
	if !u.class.IsValid() {
		p.Add("buy_class", "no such value")
	}
	seen := make(map[b2b.PersonID]int, len(u.members))
	primary := -1
	for i, m := range u.members {
		path := "members[" + strconv.Itoa(i) + "]"
		m.check(&p, path)
		if j, dup := seen[m.ID]; dup {
			p.Addf(path+".id", "same as members[%d]", j)
		} else {
			seen[m.ID] = i
		}
		if m.Primary {
			if primary >= 0 {
				p.Addf(path+".primary", "members[%d].primary is set already", primary)
			} else {
				primary = i
			}
		}
	}
	known := func(id b2b.PersonID) bool {
		_, ok := seen[id]
		return ok && id != ""
	}
	outsiders := make(map[string]int, len(u.outsiders))
	for k, o := range u.outsiders {
		path := "outsiders[" + strconv.Itoa(k) + "]"
		if j, dup := outsiders[o.ID]; dup {
			p.Addf(path+".id", "same as outsiders[%d]", j)
		} else {
			outsiders[o.ID] = k
		}
		if o.ID == "" {
			p.Add(path+".id", "empty")
		}
		if !o.Kind.IsValid() {
			p.Add(path+".kind", "no such value")
		}
		for i, e := range o.Edges {
			at := path + ".edges[" + strconv.Itoa(i) + "]"
			if !known(e.Member) {
				p.Add(at+".member", "not a member")
			} else if slices.IndexFunc(o.Edges, func(x Edge) bool { return x.Member == e.Member }) < i {
				p.Add(at+".member", "repeated")
			}
			if !(e.Weight >= 0 && e.Weight <= 1) {
				p.Add(at+".weight", "outside [0,1]")
			}
		}
	}
	p.Join("", CheckAlternatives(u.alternatives))
	for i, t := range u.ties {
		path := "ties[" + strconv.Itoa(i) + "]"
		if !known(t.From) {
			p.Add(path+".from", "not a member")
		}
		if !known(t.To) {
			p.Add(path+".to", "not a member")
		}
	}
	return p.Err()
}

// Account returns the organisation that buys.
func (u Unit) Account() b2b.AccountID { return u.account }

// Deal returns the purchase.
func (u Unit) Deal() b2b.DealID { return u.deal }

// BuyClass returns how new the purchase is.
func (u Unit) BuyClass() BuyClass { return u.class }

// Template returns the seats that the unit is measured against.
func (u Unit) Template() Template {
	if u.template.Len() == 0 {
		return DefaultTemplate(u.class)
	}
	return u.template
}

// Len returns the number of members.
func (u Unit) Len() int { return len(u.members) }

// Members returns copies of the members in the order given.
func (u Unit) Members() []Member {
	out := make([]Member, len(u.members))
	for i, m := range u.members {
		out[i] = m.clone()
	}
	return out
}

// Member returns a copy of the member with the id.
func (u Unit) Member(id b2b.PersonID) (Member, bool) {
	if i := u.index(id); i >= 0 {
		return u.members[i].clone(), true
	}
	return Member{}, false
}

func (u Unit) index(id b2b.PersonID) int {
	return slices.IndexFunc(u.members, func(m Member) bool { return m.ID == id })
}

// Outsiders returns copies of the outsiders in the order given.
func (u Unit) Outsiders() []Outsider {
	out := make([]Outsider, len(u.outsiders))
	for i, o := range u.outsiders {
		out[i] = o.clone()
	}
	return out
}

// Alternatives returns what the group can choose, in the order given.
func (u Unit) Alternatives() []Alternative { return slices.Clone(u.alternatives) }

// Ties returns who turns to whom, in the order given.
func (u Unit) Ties() []Tie { return slices.Clone(u.ties) }

// Seats returns the seats that the member holds, ascending; none for somebody who is no member.
func (u Unit) Seats(id b2b.PersonID) []b2b.SeatID {
	i := u.index(id)
	if i < 0 {
		return nil
	}
	held, _ := u.members[i].held()
	seats := make([]b2b.SeatID, len(held))
	for k, h := range held {
		seats[k] = h.seat
	}
	return seats
}

// Holders returns the members who hold the seat, in the order of the members.
func (u Unit) Holders(seat b2b.SeatID) []b2b.PersonID {
	var list []b2b.PersonID
	for _, m := range u.members {
		held, _ := m.held()
		if slices.ContainsFunc(held, func(h holding) bool { return h.seat == seat }) {
			list = append(list, m.ID)
		}
	}
	return list
}

// AsOf returns the unit as a view sees it: with the assignments that are valid at View.At and were recorded up to View.Known,
// and without a reach that was attained later. A zero bound is none. Members, outsiders, alternatives and ties have no times
// and stay.
func (u Unit) AsOf(v b2b.View) Unit {
	members := make([]Member, len(u.members))
	for i, m := range u.members {
		m = m.clone()
		m.Assignments = slices.DeleteFunc(m.Assignments, func(a Assignment) bool {
			return (!v.At.IsZero() && !a.Valid.Contains(v.At)) || (!v.Known.IsZero() && a.RecordedAt.After(v.Known))
		})
		if !m.ReachedAt.IsZero() && !v.Sees(m.ReachedAt, time.Time{}) {
			m.Reach, m.ReachedAt = ReachUnknown, time.Time{}
		}
		members[i] = m
	}
	u.members = members
	return u
}

// Forget returns the unit without the person, and how much was held: "members", "assignments", "interests", "posteriors" and
// "edges" (ties, and edges of outsiders). Signals are kept apart and have a [Signals.Forget] of their own.
func (u Unit) Forget(id b2b.PersonID) (Unit, b2b.Removed) {
	var gone b2b.Removed
	i := u.index(id)
	if i < 0 {
		return u, gone
	}
	m := u.members[i]
	gone.Add("members", 1)
	gone.Add("assignments", int64(len(m.Assignments)))
	gone.Add("interests", int64(len(m.Interests)))
	gone.Add("posteriors", int64(len(m.Posterior)))
	was := u.edges()
	u = u.without(i)
	gone.Add("edges", int64(was-u.edges()))
	return u, gone
}

func (u Unit) edges() int {
	n := len(u.ties)
	for _, o := range u.outsiders {
		n += len(o.Edges)
	}
	return n
}

// without returns the unit without the member at i and everything that touches the member.
func (u Unit) without(i int) Unit {
	id := u.members[i].ID
	u.members = slices.Delete(slices.Clone(u.members), i, i+1)
	u.ties = slices.DeleteFunc(slices.Clone(u.ties), func(t Tie) bool { return t.From == id || t.To == id })
	u.outsiders = u.Outsiders()
	for k := range u.outsiders {
		o := &u.outsiders[k]
		o.Edges = slices.DeleteFunc(o.Edges, func(e Edge) bool { return e.Member == id })
	}
	return u
}
