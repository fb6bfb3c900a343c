package dmu

import "github.com/buyerjourney/b2b/internal/enum"

// Role is what a person does in the decision. It is a closed enumeration; zero is [UnknownRole]. Webster and Wind (1972)
// have five of them (user, influencer, buyer, decider, gatekeeper); Bonoma (1982) adds the initiator and Kotler the
// approver.
//
// A role says nothing about what the person may do ([Authority]), wants ([Attitude]) or is like as an ally ([Profile]).
type Role uint8

// The roles of a buying centre.
const (
	UnknownRole Role = iota
	Initiator        // initiatiefnemer: sees the need first
	User             // gebruiker: will work with the solution
	Influencer       // beïnvloeder: shapes criteria and opinions
	Decider          // beslisser: chooses
	Buyer            // koper, inkoper: negotiates and orders
	Gatekeeper       // poortwachter: controls information and access
	Approver         // goedkeurder: signs off the choice of others
)

var roles = enum.New[Role]("role",
	"unknown", "initiator", "user", "influencer", "decider", "buyer", "gatekeeper", "approver").
	Alias("onbekend", UnknownRole).Alias("initiatiefnemer", Initiator).Alias("gebruiker", User).
	Alias("beïnvloeder", Influencer).Alias("beinvloeder", Influencer).Alias("beslisser", Decider).
	Alias("koper", Buyer).Alias("inkoper", Buyer).Alias("poortwachter", Gatekeeper).Alias("goedkeurder", Approver)

// Roles returns the seven known roles in the order of their declaration.
func Roles() []Role { return roles.All() }

// ParseRole reads an English or Dutch name without regard to case; the empty text is [UnknownRole].
func ParseRole(text string) (Role, error) { return roles.Parse(text) }

// IsValid reports whether r is one of the seven roles or [UnknownRole].
func (r Role) IsValid() bool { return roles.Valid(r) }

// String returns the English name in lower case.
func (r Role) String() string { return roles.String(r) }

// AppendText implements [encoding.TextAppender] with the English name.
func (r Role) AppendText(dst []byte) ([]byte, error) { return roles.AppendText(dst, r) }

// MarshalText implements [encoding.TextMarshaler] with the English name.
func (r Role) MarshalText() ([]byte, error) { return roles.AppendText(nil, r) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseRole] does.
func (r *Role) UnmarshalText(text []byte) error { return roles.UnmarshalText(r, text) }
