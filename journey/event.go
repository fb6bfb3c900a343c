package journey

import (
	"cmp"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/enum"
	"github.com/buyerjourney/b2b/touchpoint"
)

// Kind names the kind of process that a journey belongs to. It is an open vocabulary: the four constants are the kinds that
// the built-in rules speak of, any other name passes through. The empty string is unknown.
type Kind string

// The kinds of process that cross one another in most accounts.
const (
	Purchase  Kind = "purchase"
	Support   Kind = "support"
	Invoicing Kind = "invoicing"
	Campaign  Kind = "campaign"
)

// DealObject is the [ObjectRef.Type] of a deal; package funnel's changes are made of the events that name one.
const DealObject = "deal"

// Outcome says how a touch ended. It is a closed enumeration; zero is [UnknownOutcome].
type Outcome uint8

// The outcomes. Failed: the touch was tried and broke down, such as a call that nobody answered.
const (
	UnknownOutcome Outcome = iota
	Done
	Failed
)

var outcomes = enum.New[Outcome]("outcome", "unknown", "done", "failed")

// ParseOutcome reads the name of an outcome; the empty text is [UnknownOutcome].
func ParseOutcome(text string) (Outcome, error) { return outcomes.Parse(text) }

// String returns the name in lower case.
func (o Outcome) String() string { return outcomes.String(o) }

// AppendText implements [encoding.TextAppender].
func (o Outcome) AppendText(dst []byte) ([]byte, error) { return outcomes.AppendText(dst, o) }

// MarshalText implements [encoding.TextMarshaler].
func (o Outcome) MarshalText() ([]byte, error) { return outcomes.AppendText(nil, o) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseOutcome] does.
func (o *Outcome) UnmarshalText(text []byte) error { return outcomes.UnmarshalText(o, text) }

// ObjectRef is one thing that an event is about: a deal, document, order or ticket. Qualifier says in which capacity.
type ObjectRef struct {
	Type, ID, Qualifier string
}

// Attribute is one further field of a record, kept as text.
type Attribute struct {
	Name, Value string
}

// Participant is another person, or another journey, that an event also belongs to. A lawyer and a buyer in one meeting
// keep their own seats. Where Journey is empty the participant's journey is the one of account, person and kind; where it is
// given it is an instance key as [Event.Journey] is. An empty Account or Kind is that of the event. The zero value is ignored.
// A journey has one row of an event: of several participants whom it falls to the first counts, the event's own person before all.
type Participant struct {
	Person  b2b.PersonID
	Account b2b.AccountID
	Seat    b2b.SeatID
	Journey string
	Kind    Kind
}

// isEmpty reports whether nothing says whose part it is.
func (p Participant) isEmpty() bool { return p.Person == "" && p.Journey == "" }

// complete fills in what the participants take from the event.
func (e *Event) complete() {
	e.With = slices.DeleteFunc(slices.Clone(e.With), Participant.isEmpty)
	for i := range e.With {
		w := &e.With[i]
		if w.Person == "" {
			w.Person, w.Seat = e.Person, e.Seat
		}
		w.Account, w.Kind = cmp.Or(w.Account, e.Account), cmp.Or(w.Kind, e.Kind)
	}
}

// Event is one recorded contact moment or step. The zero value is rejected, since it has no step. An Event is plain data;
// the slices that it carries belong to the caller and are copied.
type Event struct {
	Journey    string // instance key; "" is decided by [Config.Group]
	Step       StepID
	Touchpoint touchpoint.ID
	Kind       Kind
	Phase      b2b.Phase
	Person     b2b.PersonID
	With       []Participant
	Account    b2b.AccountID
	Seat       b2b.SeatID
	Resource   string    // who carried it out on the seller's side
	At         time.Time // completion; it orders everything
	Started    time.Time // zero for a moment, else not after At
	RecordedAt time.Time // when it became known; zero is unknown, and At stands in
	Precision  b2b.Precision
	Seq        int64  // position in its source; decides between equal times
	Source, ID string // the system and the record in it; ID "" is a record that nothing can be a duplicate of
	Objects    []ObjectRef
	Outcome    Outcome
	Lifecycle  string
	Attributes []Attribute
}

// problem returns the path below the event and the reason why it cannot be used; both are empty if it can. Names that get a
// code are checked when they get it.
func (e *Event) problem() (path, reason string) {
	switch {
	case e.Step == "":
		return "step", "no step"
	case badYear(e.At):
		return "at", "year outside 1..9999"
	case badYear(e.Started):
		return "started", "year outside 1..9999"
	case badYear(e.RecordedAt):
		return "recorded_at", "year outside 1..9999"
	case !e.Started.IsZero() && !e.At.IsZero() && e.Started.After(e.At):
		return "started", "after at"
	case !e.Phase.IsValid() || !outcomes.Valid(e.Outcome) || !e.Precision.IsValid():
		return "phase", "no such phase, outcome or precision"
	}
	if !utf8.ValidString(e.ID) {
		return "id", notUTF8
	}
	for i := range e.With {
		w := &e.With[i]
		if !utf8.ValidString(string(w.Person)) || !utf8.ValidString(string(w.Account)) || !utf8.ValidString(string(w.Seat)) || !utf8.ValidString(w.Journey) ||
			!utf8.ValidString(string(w.Kind)) {
			return "with", notUTF8
		}
	}
	for _, o := range e.Objects {
		if !utf8.ValidString(o.Type) || !utf8.ValidString(o.ID) || !utf8.ValidString(o.Qualifier) {
			return "objects", notUTF8
		}
	}
	for _, a := range e.Attributes {
		if !utf8.ValidString(a.Name) || !utf8.ValidString(a.Value) {
			return "attributes", notUTF8
		}
	}
	return "", ""
}

const notUTF8 = "invalid UTF-8"

// badYear reports whether t lies outside the years 1 to 9999; the zero time is no time and never bad.
func badYear(t time.Time) bool {
	s := t.Unix()
	return (s < firstSecond || s > lastSecond) && !t.IsZero()
}

// The first and the last second of the years 1 to 9999, in Unix time.
const (
	firstSecond = -62135596800
	lastSecond  = 253402300799
)
