package touchpoint

import "github.com/buyerjourney/b2b/internal/enum"

// Recurrence says how often a touchpoint comes back. It is a property of the touchpoint and not the way in which
// experience is evaluated: see the package documentation on the two axes.
// It is a closed enumeration; zero is [UnknownRecurrence].
type Recurrence uint8

// The values of [Recurrence].
const (
	UnknownRecurrence Recurrence = iota
	OneOff                       // eenmalig
	Recurring                    // regelmatig
	Temporary                    // tijdelijk: exists inside a window only
)

var recurrences = enum.New[Recurrence]("recurrence", "unknown", "one-off", "recurring", "temporary").
	Alias("eenmalig", OneOff).
	Alias("once", OneOff).
	Alias("regelmatig", Recurring).
	Alias("tijdelijk", Temporary)

// ParseRecurrence reads a name without regard to case; the empty text is [UnknownRecurrence].
func ParseRecurrence(text string) (Recurrence, error) { return recurrences.Parse(text) }

// IsValid reports whether r is a value of the enumeration.
func (r Recurrence) IsValid() bool { return recurrences.Valid(r) }

// String returns the name in lower case.
func (r Recurrence) String() string { return recurrences.String(r) }

// AppendText implements [encoding.TextAppender].
func (r Recurrence) AppendText(dst []byte) ([]byte, error) { return recurrences.AppendText(dst, r) }

// MarshalText implements [encoding.TextMarshaler].
func (r Recurrence) MarshalText() ([]byte, error) { return recurrences.AppendText(nil, r) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseRecurrence] does.
func (r *Recurrence) UnmarshalText(text []byte) error { return recurrences.UnmarshalText(r, text) }

// Emphasis is a way to evaluate experience: at one moment or as a development.
// It is a closed enumeration; zero is [UnknownEmphasis].
type Emphasis uint8

// The values of [Emphasis].
const (
	UnknownEmphasis Emphasis = iota
	Static                   // the experience at one moment
	Dynamic                  // how experience develops from contact to contact
)

var emphases = enum.New[Emphasis]("emphasis", "unknown", "static", "dynamic").
	Alias("statisch", Static).
	Alias("dynamisch", Dynamic)

// ParseEmphasis reads a name without regard to case; the empty text is [UnknownEmphasis].
func ParseEmphasis(text string) (Emphasis, error) { return emphases.Parse(text) }

// IsValid reports whether e is a value of the enumeration.
func (e Emphasis) IsValid() bool { return emphases.Valid(e) }

// String returns the name in lower case.
func (e Emphasis) String() string { return emphases.String(e) }

// AppendText implements [encoding.TextAppender].
func (e Emphasis) AppendText(dst []byte) ([]byte, error) { return emphases.AppendText(dst, e) }

// MarshalText implements [encoding.TextMarshaler].
func (e Emphasis) MarshalText() ([]byte, error) { return emphases.AppendText(nil, e) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseEmphasis] does.
func (e *Emphasis) UnmarshalText(text []byte) error { return emphases.UnmarshalText(e, text) }

// Exposure says how the person met the touchpoint.
// It is a closed enumeration; zero is [UnknownExposure].
type Exposure uint8

// The values of [Exposure].
const (
	UnknownExposure Exposure = iota
	Own                      // took part
	Observed                 // saw another customer take part
	Told                     // heard or read of it: a review, word of mouth
)

var exposures = enum.New[Exposure]("exposure", "unknown", "own", "observed", "told")

// ParseExposure reads a name without regard to case; the empty text is [UnknownExposure].
func ParseExposure(text string) (Exposure, error) { return exposures.Parse(text) }

// IsValid reports whether e is a value of the enumeration.
func (e Exposure) IsValid() bool { return exposures.Valid(e) }

// String returns the name in lower case.
func (e Exposure) String() string { return exposures.String(e) }

// AppendText implements [encoding.TextAppender].
func (e Exposure) AppendText(dst []byte) ([]byte, error) { return exposures.AppendText(dst, e) }

// MarshalText implements [encoding.TextMarshaler].
func (e Exposure) MarshalText() ([]byte, error) { return exposures.AppendText(nil, e) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseExposure] does.
func (e *Exposure) UnmarshalText(text []byte) error { return exposures.UnmarshalText(e, text) }

// Emphasis returns the way to evaluate that fits a touchpoint of this recurrence by default: OneOff and Temporary are
// looked at statically (Temporary inside its window), Recurring dynamically.
func (r Recurrence) Emphasis() Emphasis {
	switch r {
	case OneOff, Temporary:
		return Static
	case Recurring:
		return Dynamic
	case UnknownRecurrence:
		return UnknownEmphasis
	default:
		return UnknownEmphasis
	}
}
