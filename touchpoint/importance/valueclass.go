package importance

import (
	"github.com/buyerjourney/b2b/internal/enum"
	"github.com/buyerjourney/b2b/internal/replicate"
)

// ValueClass says how much a driver matters.
// It is a closed enumeration; zero is [UnknownValueClass].
type ValueClass uint8

// The values of [ValueClass].
const (
	UnknownValueClass ValueClass = iota
	Core                         // belangrijk
	Supporting                   // of some importance
	Marginal                     // minder belangrijk
)

var valueClasses = enum.New[ValueClass]("value class", "unknown", "core", "supporting", "marginal").
	Alias("belangrijk", Core).
	Alias("minder belangrijk", Marginal)

// ParseValueClass reads a name without regard to case; the empty text is [UnknownValueClass].
func ParseValueClass(text string) (ValueClass, error) { return valueClasses.Parse(text) }

// IsValid reports whether v is a value of the enumeration.
func (v ValueClass) IsValid() bool { return valueClasses.Valid(v) }

// String returns the name in lower case.
func (v ValueClass) String() string { return valueClasses.String(v) }

// AppendText implements [encoding.TextAppender].
func (v ValueClass) AppendText(dst []byte) ([]byte, error) { return valueClasses.AppendText(dst, v) }

// MarshalText implements [encoding.TextMarshaler].
func (v ValueClass) MarshalText() ([]byte, error) { return valueClasses.AppendText(nil, v) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseValueClass] does.
func (v *ValueClass) UnmarshalText(text []byte) error { return valueClasses.UnmarshalText(v, text) }

// classes sorts drivers by share and gives each the class in which the cumulative share before it lies. Ties by place.
func (c Config) classes(shares []float64) []ValueClass {
	out := make([]ValueClass, len(shares))
	before := 0.0
	for _, j := range replicate.Order(shares) {
		switch {
		case before < c.CoreTo:
			out[j] = Core
		case before < c.SupportedTo:
			out[j] = Supporting
		default:
			out[j] = Marginal
		}
		before += shares[j]
	}
	return out
}
