package importance

import (
	"slices"

	"github.com/buyerjourney/b2b/internal/enum"
	"github.com/buyerjourney/b2b/internal/stat"
)

// Quadrant is a field of the importance-performance chart (Martilla and James 1977).
// It is a closed enumeration; zero is [UnknownQuadrant].
type Quadrant uint8

// The values of [Quadrant].
const (
	UnknownQuadrant  Quadrant = iota
	KeepUp                    // important and well done
	Concentrate               // important and badly done
	LowPriority               // unimportant and badly done
	PossibleOverkill          // unimportant and well done
)

var quadrants = enum.New[Quadrant]("quadrant", "unknown", "keep_up", "concentrate", "low_priority", "possible_overkill")

// ParseQuadrant reads a name without regard to case; the empty text is [UnknownQuadrant].
func ParseQuadrant(text string) (Quadrant, error) { return quadrants.Parse(text) }

// IsValid reports whether q is a value of the enumeration.
func (q Quadrant) IsValid() bool { return quadrants.Valid(q) }

// String returns the name in lower case.
func (q Quadrant) String() string { return quadrants.String(q) }

// AppendText implements [encoding.TextAppender].
func (q Quadrant) AppendText(dst []byte) ([]byte, error) { return quadrants.AppendText(dst, q) }

// MarshalText implements [encoding.TextMarshaler].
func (q Quadrant) MarshalText() ([]byte, error) { return quadrants.AppendText(nil, q) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseQuadrant] does.
func (q *Quadrant) UnmarshalText(text []byte) error { return quadrants.UnmarshalText(q, text) }

// Cut says where the chart is cut.
// It is a closed enumeration; zero is [UnknownCut].
type Cut uint8

// The values of [Cut].
const (
	UnknownCut Cut = iota
	MeanCut        // at the means over drivers
	MedianCut      // at the medians over drivers
	MiddleCut      // performance at the middle of the scale, importance at its mean
)

var cuts = enum.New[Cut]("cut", "unknown", "mean", "median", "middle")

// ParseCut reads a name without regard to case; the empty text is [UnknownCut].
func ParseCut(text string) (Cut, error) { return cuts.Parse(text) }

// IsValid reports whether c is a value of the enumeration.
func (c Cut) IsValid() bool { return cuts.Valid(c) }

// String returns the name in lower case.
func (c Cut) String() string { return cuts.String(c) }

// AppendText implements [encoding.TextAppender].
func (c Cut) AppendText(dst []byte) ([]byte, error) { return cuts.AppendText(dst, c) }

// MarshalText implements [encoding.TextMarshaler].
func (c Cut) MarshalText() ([]byte, error) { return cuts.AppendText(nil, c) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseCut] does.
func (c *Cut) UnmarshalText(text []byte) error { return cuts.UnmarshalText(c, text) }

// place returns the quadrant; ties count as high.
func place(performance, importance, cutPerformance, cutImportance float64) Quadrant {
	switch high, important := performance >= cutPerformance, importance >= cutImportance; {
	case important && high:
		return KeepUp
	case important:
		return Concentrate
	case high:
		return PossibleOverkill
	}
	return LowPriority
}

// quadrantsOf returns the quadrants of all drivers.
func (c Config) quadrantsOf(performance, importance []float64) (out []Quadrant, cutP, cutI float64) {
	cutP, cutI = c.cuts(performance, importance)
	out = make([]Quadrant, len(performance))
	for j := range out {
		out[j] = place(performance[j], importance[j], cutP, cutI)
	}
	return out, cutP, cutI
}

func median(x []float64) float64 {
	sorted := slices.Sorted(slices.Values(x))
	m, _ := stat.Quantile7(sorted, 0.5)
	return m
}
