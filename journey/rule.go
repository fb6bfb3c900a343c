package journey

import (
	"slices"
	"strconv"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/enum"
	"github.com/buyerjourney/b2b/touchpoint"
)

// Scope says what two journeys must have in common for a [CrossingRule] to apply. It is a closed enumeration; zero is
// [SameAccount].
type Scope uint8

// The scopes. SameDeal: the step's event and an event of the open journey name one object of the type [DealObject].
const (
	SameAccount Scope = iota
	SamePerson
	SameDeal
)

var scopes = enum.New[Scope]("scope", "same-account", "same-person", "same-deal")

// String returns the name in lower case.
func (s Scope) String() string { return scopes.String(s) }

// AppendText implements [encoding.TextAppender].
func (s Scope) AppendText(dst []byte) ([]byte, error) { return scopes.AppendText(dst, s) }

// MarshalText implements [encoding.TextMarshaler].
func (s Scope) MarshalText() ([]byte, error) { return scopes.AppendText(nil, s) }

// UnmarshalText implements [encoding.TextUnmarshaler]; the empty text is [SameAccount].
func (s *Scope) UnmarshalText(text []byte) error { return scopes.UnmarshalText(s, text) }

// Severity says what a crossing calls for. It is a closed enumeration; zero is [UnknownSeverity].
type Severity uint8

// The severities, from the mildest to the strictest. Hold: the step should have waited.
const (
	UnknownSeverity Severity = iota
	Note
	Warn
	Hold
)

var severities = enum.New[Severity]("severity", "unknown", "note", "warn", "hold")

// String returns the name in lower case.
func (s Severity) String() string { return severities.String(s) }

// AppendText implements [encoding.TextAppender].
func (s Severity) AppendText(dst []byte) ([]byte, error) { return severities.AppendText(dst, s) }

// MarshalText implements [encoding.TextMarshaler].
func (s Severity) MarshalText() ([]byte, error) { return severities.AppendText(nil, s) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (s *Severity) UnmarshalText(text []byte) error { return severities.UnmarshalText(s, text) }

// CrossingRule says that a step should wait while a journey of the same account, person or deal is open. A journey is open for the
// rule from its first row that While matches. A crossing is a row that Hold matches, in another journey, at a time t with
// start < t < end, or with start − Before ≤ t ≤ start, or with end ≤ t ≤ end + After; inside the span the journey must have been
// open for MinOpen. The zero value is invalid: it needs an ID. Rules are data; [CommonRules] has examples.
type CrossingRule struct {
	ID            string
	Name          string
	While         Match
	MinOpen       time.Duration
	Hold          Match
	Scope         Scope
	Before, After time.Duration
	Severity      Severity
}

// CommonRules returns examples of rules, to be copied and adapted: selling during a complaint, raising a price during a dispute on an
// invoice, pushing while the lawyers read, and a running campaign that reaches a key account. Their step names are those that the
// rule's text says; real ones differ.
func CommonRules() []CrossingRule {
	return []CrossingRule{
		{
			ID: "complaint-cross-sell", Name: "complaint × cross-sell", While: Match{Kinds: []Kind{Support}},
			Hold: Match{Kinds: []Kind{Purchase, Campaign}, Steps: []StepID{"cross-sell offer"}}, Severity: Hold,
		},
		{
			ID: "dispute-upsell", Name: "disputed invoice × upsell", While: Match{Kinds: []Kind{Invoicing}, Steps: []StepID{"invoice disputed"}},
			Hold: Match{Steps: []StepID{"upsell offer"}}, Severity: Hold,
		},
		{
			ID: "legal-price-push", Name: "legal review × price push", While: Match{Steps: []StepID{"legal review"}},
			Hold: Match{Steps: []StepID{"price push"}}, Severity: Warn,
		},
		{
			ID: "campaign-key-account", Name: "running campaign × key account", While: Match{Kinds: []Kind{Purchase}, Steps: []StepID{"key account plan"}},
			Hold: Match{Kinds: []Kind{Campaign}, Direction: touchpoint.ByFirm}, Severity: Note,
		},
	}
}

// RuleConfig says how rules are applied. Catalogue is needed where a rule speaks of channels or of a direction.
type RuleConfig struct {
	Spans     SpanConfig
	Catalogue *touchpoint.Catalogue
}

// CheckRules reports rules without an id or with one that is taken, negative times, and channels or directions without a catalogue.
func CheckRules(rules []CrossingRule, c RuleConfig) error {
	var p b2b.Problems
	p.Join("config.spans", c.Spans.Check())
	for i, r := range rules {
		path := "rules[" + strconv.Itoa(i) + "]"
		switch {
		case r.ID == "":
			p.Add(path+".id", "empty")
		case slices.ContainsFunc(rules[:i], func(o CrossingRule) bool { return o.ID == r.ID }):
			p.Add(path+".id", "given twice")
		}
		for _, d := range [...]struct {
			name string
			d    time.Duration
		}{{"min_open", r.MinOpen}, {"before", r.Before}, {"after", r.After}} {
			if d.d < 0 {
				p.Add(path+"."+d.name, "negative")
			}
		}
		if r.Scope > SameDeal {
			p.Add(path+".scope", "no such scope")
		}
		if !severities.Valid(r.Severity) {
			p.Add(path+".severity", "no such severity")
		}
		for _, m := range [...]struct {
			name string
			m    Match
		}{{"while", r.While}, {"hold", r.Hold}} {
			if (len(m.m.Channels) > 0 || m.m.Direction != touchpoint.UnknownInitiator) && c.Catalogue == nil {
				p.Add(path+"."+m.name, "channels and directions need a catalogue")
			}
		}
	}
	return p.Err()
}
