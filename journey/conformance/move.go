package conformance

import (
	"github.com/buyerjourney/b2b/internal/enum"
	"github.com/buyerjourney/b2b/journey"
)

// MoveKind says which side of an alignment makes a move. It is a closed enumeration; zero is [UnknownMove]. The order
// of the values is the order in which canonical alignments prefer them.
type MoveKind uint8

// The kinds of move.
const (
	UnknownMove MoveKind = iota
	Sync                 // the event is the step that the model makes
	Log                  // an event that the model does not explain
	Unmatched            // a step of the model that has no event: a "model" move
)

var moveKinds = enum.New[MoveKind]("move", "unknown", "sync", "log", "model")

// String returns "sync", "log" or "model".
func (k MoveKind) String() string { return moveKinds.String(k) }

// AppendText implements [encoding.TextAppender].
func (k MoveKind) AppendText(dst []byte) ([]byte, error) { return moveKinds.AppendText(dst, k) }

// MarshalText implements [encoding.TextMarshaler].
func (k MoveKind) MarshalText() ([]byte, error) { return moveKinds.AppendText(nil, k) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (k *MoveKind) UnmarshalText(text []byte) error { return moveKinds.UnmarshalText(k, text) }

// Move is one visible move of an alignment. Silent moves, and internal steps that nobody recorded, are not listed.
type Move struct {
	Kind MoveKind
	Step journey.StepID
}
