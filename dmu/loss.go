package dmu

import "github.com/buyerjourney/b2b/internal/enum"

// Axis is one of the four axes that [Facets] keeps apart. Zero is none: the foreign text says nothing on any of them.
type Axis uint8

// The axes.
const (
	NoAxis Axis = iota
	RoleAxis
	AuthorityAxis
	AttitudeAxis
	ProfileAxis
)

var axes = enum.New[Axis]("axis", "none", "role", "authority", "attitude", "profile")

// ParseAxis reads the name of an axis; the empty text is [NoAxis].
func ParseAxis(text string) (Axis, error) { return axes.Parse(text) }

// IsValid reports whether a is a value of the enumeration.
func (a Axis) IsValid() bool { return axes.Valid(a) }

// String returns the name in lower case.
func (a Axis) String() string { return axes.String(a) }

// AppendText implements [encoding.TextAppender].
func (a Axis) AppendText(dst []byte) ([]byte, error) { return axes.AppendText(dst, a) }

// MarshalText implements [encoding.TextMarshaler].
func (a Axis) MarshalText() ([]byte, error) { return axes.AppendText(nil, a) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseAxis] does.
func (a *Axis) UnmarshalText(text []byte) error { return axes.UnmarshalText(a, text) }

// LossKind says what was lost between two systems. Zero is unknown.
type LossKind uint8

// The kinds of losses.
const (
	UnknownLoss  LossKind = iota
	Dropped               // the other system has no value for it
	Approximated          // written as the nearest value; read back it says something else
	Unmapped              // foreign text that says nothing here; kept verbatim for the caller to pass through
)

var lossKinds = enum.New[LossKind]("loss", "unknown", "dropped", "approximated", "unmapped")

// ParseLossKind reads the name of a kind of loss; the empty text is [UnknownLoss].
func ParseLossKind(text string) (LossKind, error) { return lossKinds.Parse(text) }

// IsValid reports whether k is a value of the enumeration.
func (k LossKind) IsValid() bool { return lossKinds.Valid(k) }

// String returns the name in lower case.
func (k LossKind) String() string { return lossKinds.String(k) }

// AppendText implements [encoding.TextAppender].
func (k LossKind) AppendText(dst []byte) ([]byte, error) { return lossKinds.AppendText(dst, k) }

// MarshalText implements [encoding.TextMarshaler].
func (k LossKind) MarshalText() ([]byte, error) { return lossKinds.AppendText(nil, k) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseLossKind] does.
func (k *LossKind) UnmarshalText(text []byte) error { return lossKinds.UnmarshalText(k, text) }

// Loss is one thing that did not survive a translation.
type Loss struct {
	Axis  Axis
	Value string // our name of it, or the foreign text
	Kind  LossKind
}
