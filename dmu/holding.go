package dmu

import (
	"cmp"
	"slices"

	"github.com/buyerjourney/b2b"
)

// Conflict is an assignment that does not hold because something stronger speaks against it.
type Conflict struct {
	Person    b2b.PersonID
	Seat      b2b.SeatID
	Source    Source // of the assignment
	Against   Source // of what it yields to
	Dismissed bool   // it yields to a dismissal of the person from the seat
}

// Conflicts lists the assignments that yield to a stronger source or to an earlier dismissal, in the order of the members,
// then by seat, then the weaker source first.
func (u Unit) Conflicts() []Conflict {
	var list []Conflict
	for _, m := range u.members {
		_, conflicts := m.held()
		list = append(list, conflicts...)
	}
	return list
}

// holding is a seat that a person holds and the source that says so.
type holding struct {
	seat   b2b.SeatID
	source Source
}

// held reads the member's records as [Unit] states.
func (m Member) held() (held []holding, conflicts []Conflict) {
	order := make([]int, len(m.Assignments))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		a, b := m.Assignments[i], m.Assignments[j]
		return cmp.Or(cmp.Compare(a.Seat, b.Seat), a.RecordedAt.Compare(b.RecordedAt))
	})
	var strongest Source
	var standing []holding
	for k := 0; k < len(order); {
		seat := m.Assignments[order[k]].Seat
		end := k
		dismissal := -1
		for ; end < len(order) && m.Assignments[order[end]].Seat == seat; end++ {
			if m.Assignments[order[end]].Dismissed {
				dismissal = end
			}
		}
		best := UnknownSource
		for at := k; at < end; at++ {
			a := m.Assignments[order[at]]
			switch {
			case a.Dismissed:
			case dismissal < 0 || (at > dismissal && a.Source == Manual):
				best = max(best, a.Source)
			}
		}
		if best > UnknownSource {
			standing = append(standing, holding{seat, best})
			strongest = max(strongest, best)
		} else if dismissal >= 0 {
			for at := dismissal + 1; at < end; at++ {
				conflicts = append(conflicts, Conflict{
					Person: m.ID, Seat: seat, Source: m.Assignments[order[at]].Source,
					Against: m.Assignments[order[dismissal]].Source, Dismissed: true,
				})
			}
		}
		k = end
	}
	for _, h := range standing {
		if h.source == strongest {
			held = append(held, h)
		} else {
			conflicts = append(conflicts, Conflict{Person: m.ID, Seat: h.seat, Source: h.source, Against: strongest})
		}
	}
	slices.SortStableFunc(conflicts, func(a, b Conflict) int {
		return cmp.Or(cmp.Compare(a.Seat, b.Seat), cmp.Compare(a.Source, b.Source))
	})
	return held, slices.Compact(conflicts)
}

// dismissed reports whether the person was dismissed from the seat and does not hold it again.
func (m Member) dismissed(seat b2b.SeatID) bool {
	if !slices.ContainsFunc(m.Assignments, func(a Assignment) bool { return a.Seat == seat && a.Dismissed }) {
		return false
	}
	held, _ := m.held()
	return !slices.ContainsFunc(held, func(h holding) bool { return h.seat == seat })
}
