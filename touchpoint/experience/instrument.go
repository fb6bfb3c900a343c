package experience

import "github.com/buyerjourney/b2b/internal/enum"

// Instrument says what was asked.
// It is a closed enumeration; zero is [UnknownInstrument].
type Instrument uint8

// The values of [Instrument].
const (
	UnknownInstrument Instrument = iota
	NPS                          // "how likely are you to recommend us", 0 to 10 (Reichheld 2003)
	CSAT5                        // satisfaction, 1 to 5
	CSAT7                        // satisfaction, 1 to 7
	CES1                         // effort, 1 to 5, low is good
	CES2                         // "made it easy", 1 to 7, high is good
)

var instruments = enum.New[Instrument]("instrument", "unknown", "nps", "csat5", "csat7", "ces1", "ces2")

// ParseInstrument reads a name without regard to case; the empty text is [UnknownInstrument].
func ParseInstrument(text string) (Instrument, error) { return instruments.Parse(text) }

// IsValid reports whether i is a value of the enumeration.
func (i Instrument) IsValid() bool { return instruments.Valid(i) }

// String returns the name in lower case.
func (i Instrument) String() string { return instruments.String(i) }

// AppendText implements [encoding.TextAppender].
func (i Instrument) AppendText(dst []byte) ([]byte, error) { return instruments.AppendText(dst, i) }

// MarshalText implements [encoding.TextMarshaler].
func (i Instrument) MarshalText() ([]byte, error) { return instruments.AppendText(nil, i) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseInstrument] does.
func (i *Instrument) UnmarshalText(text []byte) error { return instruments.UnmarshalText(i, text) }

// Dimension is an aspect of experience.
// It is a closed enumeration; zero is [UnknownDimension].
type Dimension uint8

// The values of [Dimension].
const (
	UnknownDimension Dimension = iota
	Cognitive                  // cognitief: what it makes people think
	Emotional                  // emotioneel: what it makes them feel
	Sensory                    // zintuiglijk: what they see, hear, smell
	Relational                 // what it does between people
	Behavioural                // what it makes them do
)

var dimensions = enum.New[Dimension]("dimension", "unknown", "cognitive", "emotional", "sensory", "relational", "behavioural").
	Alias("cognitief", Cognitive).
	Alias("emotioneel", Emotional).
	Alias("zintuiglijk", Sensory).
	Alias("behavioral", Behavioural)

// ParseDimension reads a name without regard to case; the empty text is [UnknownDimension].
func ParseDimension(text string) (Dimension, error) { return dimensions.Parse(text) }

// IsValid reports whether d is a value of the enumeration.
func (d Dimension) IsValid() bool { return dimensions.Valid(d) }

// String returns the name in lower case.
func (d Dimension) String() string { return dimensions.String(d) }

// AppendText implements [encoding.TextAppender].
func (d Dimension) AppendText(dst []byte) ([]byte, error) { return dimensions.AppendText(dst, d) }

// MarshalText implements [encoding.TextMarshaler].
func (d Dimension) MarshalText() ([]byte, error) { return dimensions.AppendText(nil, d) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseDimension] does.
func (d *Dimension) UnmarshalText(text []byte) error { return dimensions.UnmarshalText(d, text) }

// Scale returns the scale of the instrument; ok is false for an unknown one.
func (i Instrument) Scale() (s Scale, ok bool) {
	switch i {
	case NPS:
		return Scale{Min: 0, Max: 10, Neutral: 7.5}, true
	case CSAT5:
		return Scale{Min: 1, Max: 5, Neutral: 3}, true
	case CSAT7, CES2:
		return Scale{Min: 1, Max: 7, Neutral: 4}, true
	case CES1:
		return Scale{Min: 1, Max: 5, Neutral: 3, LowIsGood: true}, true
	case UnknownInstrument:
		return Scale{}, false
	default:
		return Scale{}, false
	}
}

// DimensionRating is how one aspect was rated.
type DimensionRating struct {
	Dimension Dimension
	Score     float64
}
