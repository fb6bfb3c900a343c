package dmu

import (
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/enum"
)

// OutsiderKind says what an outsider is. It is a closed enumeration; zero is [UnknownOutsider].
type OutsiderKind uint8

// The kinds of outsiders.
const (
	UnknownOutsider OutsiderKind = iota
	Department                   // of the same organisation, such as sales, with a preference for political reasons
	Reseller
	Consultant
	Analyst
	Peer // another customer, whose opinion weighs heavily
	Regulator
	Competitor
	OtherOutsider
)

var outsiderKinds = enum.New[OutsiderKind]("kind of outsider",
	"unknown", "department", "reseller", "consultant", "analyst", "peer", "regulator", "competitor", "other")

// ParseOutsiderKind reads the name of a kind; the empty text is [UnknownOutsider].
func ParseOutsiderKind(text string) (OutsiderKind, error) { return outsiderKinds.Parse(text) }

// IsValid reports whether k is a value of the enumeration.
func (k OutsiderKind) IsValid() bool { return outsiderKinds.Valid(k) }

// String returns the name in lower case.
func (k OutsiderKind) String() string { return outsiderKinds.String(k) }

// AppendText implements [encoding.TextAppender].
func (k OutsiderKind) AppendText(dst []byte) ([]byte, error) { return outsiderKinds.AppendText(dst, k) }

// MarshalText implements [encoding.TextMarshaler].
func (k OutsiderKind) MarshalText() ([]byte, error) { return outsiderKinds.AppendText(nil, k) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseOutsiderKind] does.
func (k *OutsiderKind) UnmarshalText(text []byte) error { return outsiderKinds.UnmarshalText(k, text) }

// Edge is how much a member hears an outsider: a weight in [0,1] of all that the member hears.
type Edge struct {
	Member b2b.PersonID
	Weight float64
}

// Outsider pulls from outside the table: no seat, no vote, a constant source of influence on the members it talks to, and a
// veto only if one is stated. The zero value is no outsider, since one has an ID.
type Outsider struct {
	ID    string
	Kind  OutsiderKind
	Edges []Edge // at most one per member
	Veto  bool
}

func (o Outsider) clone() Outsider {
	o.Edges = slices.Clone(o.Edges)
	return o
}

// Tie says that From turns to To, for advice or in the line of work.
type Tie struct {
	From, To b2b.PersonID
}
