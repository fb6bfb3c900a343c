package dmu

import "github.com/buyerjourney/b2b/internal/enum"

// Attitude is the label of a stance towards our offer, as [Stance.Attitude] gives it. It is a closed enumeration; zero is
// [UnknownAttitude], which is not [Neutral].
type Attitude uint8

// The attitudes, from against to in favour.
const (
	UnknownAttitude Attitude = iota
	Opponent
	Sceptic
	Neutral
	Supporter
	Champion
)

var attitudes = enum.New[Attitude]("attitude", "unknown", "opponent", "sceptic", "neutral", "supporter", "champion").
	Alias("skeptic", Sceptic)

// ParseAttitude reads the name of an attitude; the empty text is [UnknownAttitude].
func ParseAttitude(text string) (Attitude, error) { return attitudes.Parse(text) }

// IsValid reports whether a is a value of the enumeration.
func (a Attitude) IsValid() bool { return attitudes.Valid(a) }

// String returns the name in lower case.
func (a Attitude) String() string { return attitudes.String(a) }

// AppendText implements [encoding.TextAppender].
func (a Attitude) AppendText(dst []byte) ([]byte, error) { return attitudes.AppendText(dst, a) }

// MarshalText implements [encoding.TextMarshaler].
func (a Attitude) MarshalText() ([]byte, error) { return attitudes.AppendText(nil, a) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseAttitude] does.
func (a *Attitude) UnmarshalText(text []byte) error { return attitudes.UnmarshalText(a, text) }

// Profile is how a person behaves as an ally inside the own organisation: the seven types of Dixon and Adamson, "The
// Challenger Customer" (2015). It is a closed enumeration; zero is [UnknownProfile].
type Profile uint8

// The profiles. Go-getters, teachers and skeptics move a group; guides, friends and climbers talk; blockers prevent.
const (
	UnknownProfile Profile = iota
	GoGetter
	Teacher
	Skeptic
	Guide
	Friend
	Climber
	Blocker
)

var profiles = enum.New[Profile]("profile",
	"unknown", "go-getter", "teacher", "skeptic", "guide", "friend", "climber", "blocker")

// ParseProfile reads the name of a profile; the empty text is [UnknownProfile].
func ParseProfile(text string) (Profile, error) { return profiles.Parse(text) }

// IsValid reports whether p is a value of the enumeration.
func (p Profile) IsValid() bool { return profiles.Valid(p) }

// String returns the name in lower case.
func (p Profile) String() string { return profiles.String(p) }

// AppendText implements [encoding.TextAppender].
func (p Profile) AppendText(dst []byte) ([]byte, error) { return profiles.AppendText(dst, p) }

// MarshalText implements [encoding.TextMarshaler].
func (p Profile) MarshalText() ([]byte, error) { return profiles.AppendText(nil, p) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseProfile] does.
func (p *Profile) UnmarshalText(text []byte) error { return profiles.UnmarshalText(p, text) }

// Facets is what is known of one person on four axes that pick-lists of CRM systems mix: what one does in the decision,
// what one may, what one wants, how one behaves as an ally. The zero value knows nothing. Facets are comparable with ==.
type Facets struct {
	Role        Role
	Authorities Authorities
	Attitude    Attitude
	Profile     Profile
}

// IsZero reports whether nothing is known on any axis.
func (f Facets) IsZero() bool { return f == Facets{} }

// IsValid reports whether every axis holds a value of its enumeration.
func (f Facets) IsValid() bool {
	return f.Role.IsValid() && f.Attitude.IsValid() && f.Profile.IsValid() &&
		f.Authorities == AuthoritiesOf(f.Authorities.All()...)
}
