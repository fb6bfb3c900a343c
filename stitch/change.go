package stitch

import (
	"time"

	"github.com/buyerjourney/b2b/internal/enum"
)

// ChangeKind says what happened to an entity. It is a closed enumeration; zero is [UnknownChange].
type ChangeKind uint8

// The kinds of change. For the first six, Profiles are those that the change is about; folding them over a feed gives the
// partition: Created and Joined put the profiles under Entity, Merged and Split move them to Into, Left takes them away.
const (
	UnknownChange    ChangeKind = iota
	Created                     // an entity that did not exist
	Merged                      // Entity lives on as Into
	Split                       // a part of Entity is now Into
	Joined                      // new profiles of an entity that existed
	Left                        // profiles that are no longer known
	Retired                     // Entity has no profile any more
	AffiliatedChange            // person Entity belongs to account Into now, or the windows of that changed
	AffiliationEnded            // it no longer does
	RelatedChange               // Entity and Into are related
	RelationEnded
	ContradictionFound // see Resolver.Contradictions
	Refused            // a link between Entity and Into did not come about
)

var changeKinds = enum.New[ChangeKind]("change", "unknown", "created", "merged", "split", "joined", "left", "retired", "affiliated",

	"affiliation-ended", "related", "relation-ended", "contradiction", "refused")

// ParseChangeKind reads the name of a kind; the empty text is [UnknownChange].
func ParseChangeKind(text string) (ChangeKind, error) { return changeKinds.Parse(text) }

// IsValid reports whether k is a value of the enumeration.
func (k ChangeKind) IsValid() bool { return changeKinds.Valid(k) }

// String returns the name in lower case.
func (k ChangeKind) String() string { return changeKinds.String(k) }

// AppendText implements [encoding.TextAppender].
func (k ChangeKind) AppendText(dst []byte) ([]byte, error) { return changeKinds.AppendText(dst, k) }

// MarshalText implements [encoding.TextMarshaler].
func (k ChangeKind) MarshalText() ([]byte, error) { return changeKinds.AppendText(nil, k) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseChangeKind] does.
func (k *ChangeKind) UnmarshalText(text []byte) error { return changeKinds.UnmarshalText(k, text) }

// Cause says why something changed: the fact that was applied, the rule that a link is by, or time alone.
type Cause struct {
	Fact    string // the fact that made the change necessary, "" if none
	Rule    string // the rule of the link that came about, or what refused it
	Version string // of the rules
	Expiry  bool   // nothing was said: the clock moved
}

// Change is one entry of the feed of a [Resolver].
type Change struct {
	Seq      uint64
	At       time.Time // the clock
	Kind     ChangeKind
	Entity   string
	Into     string
	Profiles []ProfileID
	Cause    Cause
}
