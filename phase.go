package b2b

import "github.com/buyerjourney/b2b/internal/enum"

// Phase is one of the four sales phases, the 4V of the Dutch names. It is a closed enumeration; zero is [UnknownPhase].
//
// The phases lie over the consumer decision journey (Court, Elzinga, Mulder and Vetvik 2009, McKinsey Quarterly) as
// follows; [Phase.DecisionJourney] gives the second column.
//
//	phase                  decision journey
//	Attract (Verleiden)    initial consideration: the first set of brands
//	Convince (Veroveren)   active evaluation: brands are added to the set and dropped from it
//	Convince → Retain      the moment of purchase: a passage, not a phase
//	Retain (Vasthouden)    post-purchase experience
//	Grow (Verhogen)        loyalty loop: extension, and customers whose advice enters the initial consideration of others
type Phase uint8

// The phases, in the order of the sales process.
const (
	UnknownPhase Phase = iota
	Attract            // Verleiden
	Convince           // Veroveren
	Retain             // Vasthouden
	Grow               // Verhogen
)

var phases = enum.New[Phase]("phase", "unknown", "attract", "convince", "retain", "grow").
	Alias("verleiden", Attract).Alias("veroveren", Convince).Alias("vasthouden", Retain).Alias("verhogen", Grow)

var dutchPhases = [...]string{"onbekend", "verleiden", "veroveren", "vasthouden", "verhogen"}

var decisionJourney = [...]string{"", "initial consideration", "active evaluation", "post-purchase experience", "loyalty loop"}

// Phases returns the four known phases in the order of the sales process.
func Phases() []Phase { return phases.All() }

// ParsePhase reads an English or Dutch name of a phase, without regard to case; the empty text is [UnknownPhase].
func ParsePhase(text string) (Phase, error) { return phases.Parse(text) }

// IsValid reports whether p is one of the four phases or [UnknownPhase].
func (p Phase) IsValid() bool { return phases.Valid(p) }

// String returns the English name in lower case.
func (p Phase) String() string { return phases.String(p) }

// Dutch returns the Dutch name in lower case.
func (p Phase) Dutch() string {
	if p.IsValid() {
		return dutchPhases[p]
	}
	return p.String()
}

// DecisionJourney returns the part of the consumer decision journey that the phase lies over; it is empty for
// [UnknownPhase].
func (p Phase) DecisionJourney() string {
	if p.IsValid() {
		return decisionJourney[p]
	}
	return ""
}

// AppendText implements [encoding.TextAppender] with the English name.
func (p Phase) AppendText(dst []byte) ([]byte, error) { return phases.AppendText(dst, p) }

// MarshalText implements [encoding.TextMarshaler] with the English name.
func (p Phase) MarshalText() ([]byte, error) { return phases.AppendText(nil, p) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParsePhase] does.
func (p *Phase) UnmarshalText(text []byte) error { return phases.UnmarshalText(p, text) }
