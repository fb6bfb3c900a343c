package survival

import (
	"github.com/buyerjourney/b2b/internal/enum"
)

// Family names the law of the time to conversion in a cure model: all are members of the generalised gamma of Prentice
// (1974). It is a closed enumeration; zero is [Weibull].
type Family uint8

// The families, by the constraint on (σ, Q).
const (
	Weibull     Family = iota // Q = 1
	Lognormal                 // Q = 0
	Gamma                     // Q = σ
	Exponential               // Q = σ = 1
	GenGamma                  // free
)

var families = enum.New[Family]("family", "weibull", "lognormal", "gamma", "exponential", "gengamma")

// ParseFamily reads the name of a family; the empty text is [Weibull].
func ParseFamily(text string) (Family, error) { return families.Parse(text) }

// IsValid reports whether f is a value of the enumeration.
func (f Family) IsValid() bool { return families.Valid(f) }

// String returns the name in lower case.
func (f Family) String() string { return families.String(f) }

// AppendText implements [encoding.TextAppender].
func (f Family) AppendText(dst []byte) ([]byte, error) { return families.AppendText(dst, f) }

// MarshalText implements [encoding.TextMarshaler].
func (f Family) MarshalText() ([]byte, error) { return families.AppendText(nil, f) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseFamily] does.
func (f *Family) UnmarshalText(text []byte) error { return families.UnmarshalText(f, text) }
