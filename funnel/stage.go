package funnel

import (
	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/enum"
)

// Stage names one stage of a pipeline, in the words of its CRM. It is an open vocabulary whose case is kept; "" is an
// unknown stage.
type Stage string

// Outcome says how a deal stands or ended. It is a closed enumeration; zero is [UnknownOutcome].
type Outcome uint8

// The outcomes. Open and OnHold are working; Won is where the sale counts; the others are exits, which may be reopened.
const (
	UnknownOutcome Outcome = iota
	Open
	OnHold
	Won
	Lost
	NoDecision
	Disqualified
	Churned
)

var outcomes = enum.New[Outcome]("outcome", "unknown", "open", "on-hold", "won", "lost", "no-decision", "disqualified", "churned").
	Alias("closed won", Won).Alias("closed lost", Lost).Alias("declined", Lost).Alias("cancelled", NoDecision).Alias("canceled", NoDecision)

// ParseOutcome reads the name of an outcome, without regard to case, blanks, "-" and "_"; the empty text is
// [UnknownOutcome].
func ParseOutcome(text string) (Outcome, error) { return outcomes.Parse(text) }

// Outcomes returns the known outcomes in order.
func Outcomes() []Outcome { return outcomes.All() }

// IsValid reports whether o is a value of the enumeration.
func (o Outcome) IsValid() bool { return outcomes.Valid(o) }

// IsOpen reports whether the deal may still be won: Open, OnHold, or unknown.
func (o Outcome) IsOpen() bool { return o <= OnHold }

// IsExit reports whether the deal ended without a sale or the customer left.
func (o Outcome) IsExit() bool { return o > Won && o.IsValid() }

// String returns the name in lower case.
func (o Outcome) String() string { return outcomes.String(o) }

// AppendText implements [encoding.TextAppender].
func (o Outcome) AppendText(dst []byte) ([]byte, error) { return outcomes.AppendText(dst, o) }

// MarshalText implements [encoding.TextMarshaler].
func (o Outcome) MarshalText() ([]byte, error) { return outcomes.AppendText(nil, o) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseOutcome] does.
func (o *Outcome) UnmarshalText(text []byte) error { return outcomes.UnmarshalText(o, text) }

// Moment is a part of the consumer decision journey (Court, Elzinga, Mulder and Vetvik 2009). It is a closed
// enumeration; zero is [UnknownMoment].
type Moment uint8

// The moments, in the order of the first journey.
const (
	UnknownMoment Moment = iota
	InitialConsideration
	ActiveEvaluation
	Purchase
	PostPurchase
	LoyaltyLoop
)

var moments = enum.New[Moment]("moment", "unknown", "initial-consideration", "active-evaluation", "purchase", "post-purchase", "loyalty-loop")

// ParseMoment reads the name of a moment; the empty text is [UnknownMoment].
func ParseMoment(text string) (Moment, error) { return moments.Parse(text) }

// IsValid reports whether m is a value of the enumeration.
func (m Moment) IsValid() bool { return moments.Valid(m) }

// String returns the name in lower case.
func (m Moment) String() string { return moments.String(m) }

// AppendText implements [encoding.TextAppender].
func (m Moment) AppendText(dst []byte) ([]byte, error) { return moments.AppendText(dst, m) }

// MarshalText implements [encoding.TextMarshaler].
func (m Moment) MarshalText() ([]byte, error) { return moments.AppendText(nil, m) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseMoment] does.
func (m *Moment) UnmarshalText(text []byte) error { return moments.UnmarshalText(m, text) }

// Category is a forecast category, by which a seller judges a deal. It is a closed enumeration; zero is
// [UnknownCategory]. The categories from PipelineCategory to Closed nest: each roll-up holds those after it.
type Category uint8

// The categories, from the widest to the surest; Omitted stands apart.
const (
	UnknownCategory Category = iota
	Omitted
	PipelineCategory
	BestCase
	MostLikely
	Commit
	Closed
)

var categories = enum.New[Category]("category", "unknown", "omitted", "pipeline", "best-case", "most-likely", "commit", "closed")

// ParseCategory reads the name of a category; the empty text is [UnknownCategory].
func ParseCategory(text string) (Category, error) { return categories.Parse(text) }

// IsValid reports whether c is a value of the enumeration.
func (c Category) IsValid() bool { return categories.Valid(c) }

// String returns the name in lower case.
func (c Category) String() string { return categories.String(c) }

// AppendText implements [encoding.TextAppender].
func (c Category) AppendText(dst []byte) ([]byte, error) { return categories.AppendText(dst, c) }

// MarshalText implements [encoding.TextMarshaler].
func (c Category) MarshalText() ([]byte, error) { return categories.AppendText(nil, c) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseCategory] does.
func (c *Category) UnmarshalText(text []byte) error { return categories.UnmarshalText(c, text) }

// StageDef defines one stage of one pipeline. A zero probability is not given, which is not 0.
type StageDef struct {
	ID          Stage        `json:"id"`
	Label       string       `json:"label,omitzero"`
	Order       int          `json:"order,omitzero"`   // position in the sales process; equal orders are parallel
	Outcome     Outcome      `json:"outcome,omitzero"` // Open for working stages; zero means Open
	Phase       b2b.Phase    `json:"phase,omitzero"`
	Moment      Moment       `json:"moment,omitzero"`      // of entering the stage
	Category    Category     `json:"category,omitzero"`    // of a deal in the stage that has none of its own
	Probability b2b.Fraction `json:"probability,omitzero"` // hand-set weight of the stage
	Valid       b2b.Window   `json:"valid,omitzero"`       // when this definition holds; zero is always
}

func (d StageDef) outcome() Outcome {
	if d.Outcome == UnknownOutcome {
		return Open
	}
	return d.Outcome
}

// Verdict says how far a forecast may be trusted, on the evidence of the user's own past. It is a closed enumeration;
// zero is [UnknownVerdict]: not judged.
type Verdict uint8

// The verdicts.
const (
	UnknownVerdict   Verdict = iota
	Trusted                  // the model's own interval has its level
	CalibratedOnly           // the calibrated interval has its level, the model's own has not
	NotHonest                // coverage excludes the level
	TooLittleHistory         // nothing to judge by
	Refused                  // there is no forecast
)

var verdicts = enum.New[Verdict]("verdict", "unknown", "trusted", "calibrated only", "not honest", "too little history", "refused")

// ParseVerdict reads the name of a verdict; the empty text is [UnknownVerdict].
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
