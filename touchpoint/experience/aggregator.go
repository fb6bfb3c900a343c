package experience

import "github.com/buyerjourney/b2b/internal/enum"

// Aggregator turns the sequence of scores of a journey into one number.
// It is a closed enumeration; zero is [UnknownAggregator].
type Aggregator uint8

// The values of [Aggregator].
const (
	UnknownAggregator Aggregator = iota
	Sum                          // Σx
	Mean                         // mean
	TimeAverage                  // trapezoid over time, divided by the span; the mean where the span is zero
	Max                          // max
	Min                          // min
	First                        // first
	Last                         // last
	Peak                         // the score farthest from neutral; ties: the later
	PeakEnd                      // (Peak+Last)/2
	MaxEnd                       // (Max+Last)/2
	MinEnd                       // (Min+Last)/2
	PeakTroughEnd                // (Max+Min+Last)/3
	Recency                      // weights δ^(n−j)
	Primacy                      // weights δ^(j−1)
	Trend                        // slope on the index; 0 for one score
	SD                           // standard deviation; 0 for one score
	Range                        // Max−Min
	LossAverse                   // mean of g=x−neutral, with 2.25·g where g<0; may leave the scale
	Weighted                     // Σwx/Σw
)

var aggregators = enum.New[Aggregator]("aggregator", "unknown", "sum", "mean", "time-average", "max", "min", "first", "last", "peak", "peak-end", "max-end", "min-end", "peak-trough-end", "recency", "primacy", "trend", "sd", "range", "loss-averse", "weighted")

// ParseAggregator reads a name without regard to case; the empty text is [UnknownAggregator].
func ParseAggregator(text string) (Aggregator, error) { return aggregators.Parse(text) }

// IsValid reports whether a is a value of the enumeration.
func (a Aggregator) IsValid() bool { return aggregators.Valid(a) }

// String returns the name in lower case.
func (a Aggregator) String() string { return aggregators.String(a) }

// AppendText implements [encoding.TextAppender].
func (a Aggregator) AppendText(dst []byte) ([]byte, error) { return aggregators.AppendText(dst, a) }

// MarshalText implements [encoding.TextMarshaler].
func (a Aggregator) MarshalText() ([]byte, error) { return aggregators.AppendText(nil, a) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseAggregator] does.
func (a *Aggregator) UnmarshalText(text []byte) error { return aggregators.UnmarshalText(a, text) }

// Aggregators returns all aggregators.
func Aggregators() []Aggregator { return aggregators.All() }
