package stitch

import (
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/enum"
)

// Fact is one thing that somebody says about profiles. A store knows nothing but facts; every answer is a function of
// facts, rules and view.
//
// ID makes a fact idempotent: the same id with the same content changes nothing, with other content it is refused. An
// empty ID stands for one that is derived from the content. Occurred says when it was so, RecordedAt when it became
// known; RecordedAt zero stands for Occurred. Importers set RecordedAt to the time of the import, since ids of entities
// depend on who was known first.
type Fact struct {
	ID         string
	Occurred   time.Time
	RecordedAt time.Time
	By         string // who says so: a system, a user, an import
	Body       Body
}

// Body is what a fact says: one of [Seen], [Ended], [Retract], [Consent], [Judgement], [Apart], [Affiliated], [Related]
// and [Pin].
type Body interface{ body() bodyKind }

type bodyKind uint8

const (
	bodySeen bodyKind = iota + 1
	bodyEnded
	bodyRetract
	bodyConsent
	bodyJudgement
	bodyApart
	bodyAffiliated
	bodyRelated
	bodyPin
)

// Seen is an observation: at Occurred the profile had these identifiers and fields.
type Seen struct {
	Profile     ProfileID
	Level       Level
	Identifiers []Identifier
	Fields      []Field
}

// Ended says that an identifier is no longer the profile's: the person left, the address bounced, the domain was sold,
// the lease is over. Links that rest on it end; what was before stays as it was.
type Ended struct {
	Profile    ProfileID
	Identifier Identifier
}

// Retract says that a fact was never so. It takes effect in every view that knows it, whatever the moment asked for. A
// Retract cannot itself be retracted: state the fact again under a new id.
type Retract struct{ Fact string }

// Consent says what a person permits for a purpose, from Occurred on and before Until; a zero Until is for good.
type Consent struct {
	Profile ProfileID
	Purpose string
	State   ConsentState
	Until   time.Time
}

// Judgement is a human's word on two profiles. NoView lifts an earlier one.
type Judgement struct {
	A, B    ProfileID
	Verdict Verdict
	Reason  string
}

// Apart is a manual split: no profile of one group is the same as one of another group.
type Apart struct {
	Groups [][]ProfileID
	Reason string
}

// Affiliated says that a person works for, or acts for, an organisation during a window. Several statements about one
// pair are united; to shorten one, retract it and state it anew.
type Affiliated struct {
	Person, Account ProfileID
	Valid           b2b.Window
	Title           string
	Primary         bool
	Confidence      float64 // 0 = not given
}

// Related says that two organisations (or two persons) are related and not the same. The relation reads from A to B:
// "parent_of", "branch_of", "franchise_of", "household", or any other text.
type Related struct {
	A, B     ProfileID
	Relation string
	Valid    b2b.Window
}

// Pin gives the entity of the profile the id of that profile, before the one that was known first.
type Pin struct{ Profile ProfileID }

func (Seen) body() bodyKind       { return bodySeen }
func (Ended) body() bodyKind      { return bodyEnded }
func (Retract) body() bodyKind    { return bodyRetract }
func (Consent) body() bodyKind    { return bodyConsent }
func (Judgement) body() bodyKind  { return bodyJudgement }
func (Apart) body() bodyKind      { return bodyApart }
func (Affiliated) body() bodyKind { return bodyAffiliated }
func (Related) body() bodyKind    { return bodyRelated }
func (Pin) body() bodyKind        { return bodyPin }

// ConsentState is what a person said about a purpose. It is a closed enumeration; zero is [ConsentUnknown], which never
// permits.
type ConsentState uint8

// The states of consent.
const (
	ConsentUnknown ConsentState = iota
	Granted
	Denied
	Withdrawn
)

var consentStates = enum.New[ConsentState]("consent state", "unknown", "granted", "denied", "withdrawn")

// ParseConsentState reads the name of a state; the empty text is [ConsentUnknown].
func ParseConsentState(text string) (ConsentState, error) { return consentStates.Parse(text) }

// IsValid reports whether c is a value of the enumeration.
func (c ConsentState) IsValid() bool { return consentStates.Valid(c) }

// String returns the name in lower case.
func (c ConsentState) String() string { return consentStates.String(c) }

// AppendText implements [encoding.TextAppender].
func (c ConsentState) AppendText(dst []byte) ([]byte, error) { return consentStates.AppendText(dst, c) }

// MarshalText implements [encoding.TextMarshaler].
func (c ConsentState) MarshalText() ([]byte, error) { return consentStates.AppendText(nil, c) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseConsentState] does.
func (c *ConsentState) UnmarshalText(text []byte) error { return consentStates.UnmarshalText(c, text) }

// Verdict is a human's word on whether two profiles are the same. It is a closed enumeration; zero is [NoView].
type Verdict uint8

// The verdicts.
const (
	NoView Verdict = iota
	Always
	NeverSame
)

var verdicts = enum.New[Verdict]("verdict", "no-view", "always", "never")

// ParseVerdict reads the name of a verdict; the empty text is [NoView].
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
