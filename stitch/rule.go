package stitch

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/enum"
)

// Rules are the business rules that say when profiles are linked and when no longer. They are plain data: store them,
// diff them, try them with [Resolver.DryRun]. The zero value links nothing. JSON is strict: an unknown key is an error.
type Rules struct {
	Version      string      `json:"version,omitzero"`
	Rules        []Rule      `json:"rules,omitempty"`
	Guards       []Guard     `json:"guards,omitempty"`
	Survivorship []FieldRule `json:"survivorship,omitempty"`
}

// Rule is one reason to link, or not to link, a pair of profiles. Several rules are alternatives.
type Rule struct {
	Name     string      `json:"name"`
	Effect   Effect      `json:"effect"`
	Level    Level       `json:"level,omitzero"`    // of Same, Relate and Never
	When     []Condition `json:"when,omitempty"`    // all must hold
	Unless   []Condition `json:"unless,omitempty"`  // none may hold: the link ends the moment one does
	Only     []string    `json:"only,omitempty"`    // sources that the rule is about; none = all
	Except   []string    `json:"except,omitempty"`  // sources that it is not about
	Across   bool        `json:"across,omitzero"`   // only between different sources
	Priority int         `json:"priority,omitzero"` // lower first
	Strength float64     `json:"strength,omitzero"` // bits of evidence; 0 = 20, or the bits of the Scorer where When has a Score
	Valid    b2b.Window  `json:"valid,omitzero"`    // when the rule is in force
	Expire   Expire      `json:"expire,omitzero"`   // when a link by this rule ends
	Purpose  string      `json:"purpose,omitzero"`  // the consent that the evidence needs; "" or "none" = none
	Relation string      `json:"relation,omitzero"` // of Relate
	Off      bool        `json:"off,omitzero"`
}

// Condition is one test on a pair of profiles: exactly one of Same, Differ, Within, Score and Func.
type Condition struct {
	Same     Kind     `json:"same,omitzero"`      // both hold an equal value
	Differ   Kind     `json:"differ,omitzero"`    // both hold values and none is equal
	Within   Kind     `json:"within,omitzero"`    // always "ip": the person's address lies in a prefix of the account
	Score    *float64 `json:"score,omitzero"`     // the bits of the Scorer are at least this
	Func     string   `json:"func,omitzero"`      // a name in Config.Predicates
	MinCheck Check    `json:"min_check,omitzero"` // of Same: verified values only
	Together Lapse    `json:"together,omitzero"`  // of Same: both saw the value within this span of each other
}

// Expire says when a link ends by itself. The zero value is never.
type Expire struct {
	After    Lapse   `json:"after,omitzero"`     // this long after the evidence
	Since    string  `json:"since,omitzero"`     // "last" (default): since it was last seen on both sides; "first": since it was first
	HalfLife Lapse   `json:"half_life,omitzero"` // Strength halves in this time; the link ends when it falls below Floor
	Floor    float64 `json:"floor,omitzero"`
}

// Guard protects against values that look like evidence and are none, and against entities that hold too much.
type Guard struct {
	Kind         Kind     `json:"kind"`
	MaxPerEntity int      `json:"max_per_entity,omitzero"` // distinct values in one entity; 1 = unique; 0 = no limit
	Window       Lapse    `json:"window,omitzero"`         // count only values seen within this time
	MaxHolders   int      `json:"max_holders,omitzero"`    // profiles holding one value; above it the value is shared; 0 = no limit
	CountBy      Kind     `json:"count_by,omitzero"`       // count the distinct values of this kind among the holders instead
	HolderWindow Lapse    `json:"holder_window,omitzero"`  // count only holders seen within this time
	Block        []string `json:"block,omitempty"`         // values that never count, compared after folding
	BlockPattern []string `json:"block_pattern,omitempty"` // likewise, as RE2
}

// FieldRule says which value of a field wins in the merged record.
type FieldRule struct {
	Field   string       `json:"field"`             // "" or "*" is the rule for all fields without one
	By      Survivorship `json:"by"`                //
	Sources []string     `json:"sources,omitempty"` // of BySource: best first
}

// Effect is what a rule does. It is a closed enumeration; zero is [UnknownEffect], which is invalid in a rule.
type Effect uint8

// The effects.
const (
	UnknownEffect Effect = iota
	Same                 // the two are one entity
	Affiliate            // the person belongs to the account
	Relate               // two entities of one level are related, not the same
	Never                // a veto: the two are never one entity
)

var effects = enum.New[Effect]("effect", "unknown", "same", "affiliate", "relate", "never")

// ParseEffect reads the name of an effect; the empty text is [UnknownEffect].
func ParseEffect(text string) (Effect, error) { return effects.Parse(text) }

// IsValid reports whether e is a value of the enumeration.
func (e Effect) IsValid() bool { return effects.Valid(e) }

// String returns the name in lower case.
func (e Effect) String() string { return effects.String(e) }

// AppendText implements [encoding.TextAppender].
func (e Effect) AppendText(dst []byte) ([]byte, error) { return effects.AppendText(dst, e) }

// MarshalText implements [encoding.TextMarshaler].
func (e Effect) MarshalText() ([]byte, error) { return effects.AppendText(nil, e) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseEffect] does.
func (e *Effect) UnmarshalText(text []byte) error { return effects.UnmarshalText(e, text) }

// Survivorship is how the merged record chooses among several values. It is a closed enumeration; zero is
// [ByLatest].
type Survivorship uint8

// The ways to choose. Ties go to the later RecordedAt, then to the smaller profile id.
const (
	ByLatest Survivorship = iota
	BySource
	ByFrequency
	ByLength
)

var survivorships = enum.New[Survivorship]("survivorship", "latest", "source-order", "most-frequent", "longest")

// ParseSurvivorship reads the name of a way to choose; the empty text is [ByLatest].
func ParseSurvivorship(text string) (Survivorship, error) { return survivorships.Parse(text) }

// IsValid reports whether s is a value of the enumeration.
func (s Survivorship) IsValid() bool { return survivorships.Valid(s) }

// String returns the name in lower case.
func (s Survivorship) String() string { return survivorships.String(s) }

// AppendText implements [encoding.TextAppender].
func (s Survivorship) AppendText(dst []byte) ([]byte, error) { return survivorships.AppendText(dst, s) }

// MarshalText implements [encoding.TextMarshaler].
func (s Survivorship) MarshalText() ([]byte, error) { return survivorships.AppendText(nil, s) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseSurvivorship] does.
func (s *Survivorship) UnmarshalText(text []byte) error { return survivorships.UnmarshalText(s, text) }

// ParseRules reads rules from JSON. Unknown keys, and text after the rules, are errors; whether the rules make sense is
// for [Compile].
func ParseRules(data []byte) (Rules, error) {
	type plain Rules
	var p plain
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&p); err != nil {
		return Rules{}, jsonProblem(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Rules{}, &b2b.InvalidError{Path: "rules", Reason: "text after the rules"}
	}
	return Rules(p), nil
}

// UnmarshalJSON reads as [ParseRules] does.
func (r *Rules) UnmarshalJSON(data []byte) error {
	v, err := ParseRules(data)
	if err == nil {
		*r = v
	}
	return err
}

func jsonProblem(err error) error {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return &b2b.InvalidError{Path: "rules." + e.Field, Reason: "not a " + e.Type.String()}
	}
	if strings.Contains(err.Error(), "unknown field") {
		return &b2b.InvalidError{Path: "rules", Reason: reasonUnknown + ": " + err.Error()}
	}
	var p b2b.Problems
	p.Join("rules", err)
	return p.Err()
}
