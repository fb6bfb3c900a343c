package strategy

import "github.com/buyerjourney/b2b/internal/enum"

// Part is what a department has to do with a step of a process (RACI).
// It is a closed enumeration; zero is [UnknownPart].
type Part uint8

// The values of [Part].
const (
	UnknownPart Part = iota
	Responsible      // does the work
	Accountable      // answers for it
	Consulted        // is asked before
	Informed         // is told after
)

var parts = enum.New[Part]("part", "unknown", "responsible", "accountable", "consulted", "informed").
	Alias("R", Responsible).
	Alias("A", Accountable).
	Alias("C", Consulted).
	Alias("I", Informed)

// ParsePart reads a name without regard to case; the empty text is [UnknownPart].
func ParsePart(text string) (Part, error) { return parts.Parse(text) }

// IsValid reports whether p is a value of the enumeration.
func (p Part) IsValid() bool { return parts.Valid(p) }

// String returns the name in lower case.
func (p Part) String() string { return parts.String(p) }

// AppendText implements [encoding.TextAppender].
func (p Part) AppendText(dst []byte) ([]byte, error) { return parts.AppendText(dst, p) }

// MarshalText implements [encoding.TextMarshaler].
func (p Part) MarshalText() ([]byte, error) { return parts.AppendText(nil, p) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParsePart] does.
func (p *Part) UnmarshalText(text []byte) error { return parts.UnmarshalText(p, text) }
