package importance

import "github.com/buyerjourney/b2b/internal/enum"

// Method says which measure of a driver counts as its importance.
// It is a closed enumeration; zero is [UnknownMethod].
type Method uint8

// The values of [Method].
const (
	UnknownMethod Method = iota
	LMG                  // Lindeman, Merenda and Gold: the Shapley value of R²; sums to R²; at most 24 drivers
	Johnson              // relative weights of Johnson (2000); sums to R²; any number of drivers
	Logistic             // relative weights for an outcome of 0 and 1 (Tonidandel and LeBreton 2010); sums to the R² of the fitted probabilities
	First                // r²: R² of the driver alone
	Last                 // what R² loses without the driver
	Pratt                // β·r; may be negative
	CAR                  // squared correlation-adjusted correlation (Zuber and Strimmer 2011); sums to R²
	Beta                 // standardised regression coefficient; may be negative
	Correlation          // r; may be negative
)

var methods = enum.New[Method]("method", "unknown", "lmg", "johnson", "logistic", "first", "last", "pratt", "car", "beta", "correlation")

// ParseMethod reads a name without regard to case; the empty text is [UnknownMethod].
func ParseMethod(text string) (Method, error) { return methods.Parse(text) }

// IsValid reports whether m is a value of the enumeration.
func (m Method) IsValid() bool { return methods.Valid(m) }

// String returns the name in lower case.
func (m Method) String() string { return methods.String(m) }

// AppendText implements [encoding.TextAppender].
func (m Method) AppendText(dst []byte) ([]byte, error) { return methods.AppendText(dst, m) }

// MarshalText implements [encoding.TextMarshaler].
func (m Method) MarshalText() ([]byte, error) { return methods.AppendText(nil, m) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseMethod] does.
func (m *Method) UnmarshalText(text []byte) error { return methods.UnmarshalText(m, text) }

// Methods returns all methods.
func Methods() []Method { return methods.All() }

// Divides reports whether the measure divides a whole into parts that are never negative, which value classes need.
func (m Method) Divides() bool {
	switch m {
	case LMG, Johnson, Logistic, First, CAR:
		return true
	case UnknownMethod, Last, Pratt, Beta, Correlation:
		return false
	default:
		return false
	}
}
