package journey

import (
	"math/bits"
	"strings"

	"github.com/buyerjourney/b2b/internal/enum"
)

// Relation is one of the thirteen relations of two spans of time (Allen 1983). It is a closed enumeration; zero is
// [UnknownRelation].
type Relation uint8

// The relations; each pair is a relation and its inverse, Equals is its own.
const (
	UnknownRelation Relation = iota
	Before
	After
	Meets
	MetBy
	Overlaps
	OverlappedBy
	Starts
	StartedBy
	During
	Contains
	Finishes
	FinishedBy
	Equals
)

var relations = enum.New[Relation]("relation", "unknown", "before", "after", "meets", "met-by", "overlaps", "overlapped-by",
	"starts", "started-by", "during", "contains", "finishes", "finished-by", "equals")

// ParseRelation reads the name of a relation; the empty text is [UnknownRelation].
func ParseRelation(text string) (Relation, error) { return relations.Parse(text) }

// String returns the name in lower case.
func (r Relation) String() string { return relations.String(r) }

// AppendText implements [encoding.TextAppender].
func (r Relation) AppendText(dst []byte) ([]byte, error) { return relations.AppendText(dst, r) }

// MarshalText implements [encoding.TextMarshaler].
func (r Relation) MarshalText() ([]byte, error) { return relations.AppendText(nil, r) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseRelation] does.
func (r *Relation) UnmarshalText(text []byte) error { return relations.UnmarshalText(r, text) }

// Inverse returns the relation of the second span to the first; it is an involution.
func (r Relation) Inverse() Relation {
	switch {
	case r == UnknownRelation || r >= Equals:
		return r
	case r%2 == 1:
		return r + 1
	default:
		return r - 1
	}
}

// Allen returns the relation of the spans [a1,a2] and [b1,b2], a1 ≤ a2 and b1 ≤ b2, in any unit. Points and equal ends have one
// answer: the conditions are tried in a fixed order, before and after first.
func Allen(a1, a2, b1, b2 int64) Relation {
	switch {
	case a2 < b1:
		return Before
	case b2 < a1:
		return After
	case a1 == b1 && a2 == b2:
		return Equals
	case a2 == b1 && a1 < a2 && b1 < b2:
		return Meets
	case b2 == a1 && b1 < b2 && a1 < a2:
		return MetBy
	case a1 == b1 && a2 < b2:
		return Starts
	case a1 == b1:
		return StartedBy
	case a2 == b2 && a1 > b1:
		return Finishes
	case a2 == b2:
		return FinishedBy
	case b1 < a1 && a2 < b2:
		return During
	case a1 < b1 && b2 < a2:
		return Contains
	case a1 < b1:
		return Overlaps
	}
	return OverlappedBy
}

// Relations is a set of relations: bit r is relation r. The zero value is the empty set.
type Relations uint16

// Has reports whether the relation is in the set.
func (s Relations) Has(r Relation) bool { return s&(1<<r) != 0 }

// Len returns the number of relations.
func (s Relations) Len() int { return bits.OnesCount16(uint16(s)) }

// String returns the names, in the order of the enumeration, joined by "|".
func (s Relations) String() string {
	var names []string
	for _, r := range relations.All() {
		if s.Has(r) {
			names = append(names, r.String())
		}
	}
	return strings.Join(names, "|")
}

// Inverse returns the set of the inverses.
func (s Relations) Inverse() Relations {
	var out Relations
	for _, r := range relations.All() {
		if s.Has(r) {
			out |= 1 << r.Inverse()
		}
	}
	return out
}

// possible returns every relation that some end allows: an open span has an end that is unknown and not before its last known
// moment. The ends that matter are the last known one, each end of the other span, and one past everything.
func possible(a, b span) Relations {
	ends := func(s, other span) []int64 {
		if !s.running {
			return []int64{s.to}
		}
		var out []int64
		for _, e := range [...]int64{s.to, s.to + 1, other.from, other.from + 1, other.from - 1, other.to - 1, other.to, other.to + 1, other.to + 2} {
			if e >= s.to {
				out = append(out, e)
			}
		}
		return out
	}
	var set Relations
	for _, ae := range ends(a, b) {
		for _, be := range ends(b, span{a.from, max(a.to, ae), false}) {
			set |= 1 << Allen(a.from, ae, b.from, be)
		}
	}
	return set
}
