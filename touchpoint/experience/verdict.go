package experience

import "github.com/buyerjourney/b2b/internal/enum"

// Verdict says how a level compares with another, within a margin.
// It is a closed enumeration; zero is [UnknownVerdict].
type Verdict uint8

// The values of [Verdict].
const (
	UnknownVerdict Verdict = iota
	At                     // equivalent: the whole interval lies within the margin
	Above                  // above, and not equivalent
	Below                  // below, and not equivalent
	Inconclusive           // the data cannot tell
)

var verdicts = enum.New[Verdict]("verdict", "unknown", "at", "above", "below", "inconclusive")

// ParseVerdict reads a name without regard to case; the empty text is [UnknownVerdict].
func ParseVerdict(text string) (Verdict, error) { return verdicts.Parse(text) }

// IsValid reports whether v is a value of the enumeration.
func (v Verdict) IsValid() bool { return verdicts.Valid(v) }

// String returns the name in lower case.
func (v Verdict) String() string { return verdicts.String(v) }

// AppendText implements [encoding.TextAppender].
func (v Verdict) AppendText(dst []byte) ([]byte, error) { return verdicts.AppendText(dst, v) }

// MarshalText implements [encoding.TextMarshaler].
func (v Verdict) MarshalText() ([]byte, error) { return verdicts.AppendText(nil, v) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseVerdict] does.
func (v *Verdict) UnmarshalText(text []byte) error { return verdicts.UnmarshalText(v, text) }
