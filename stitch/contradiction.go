package stitch

import "github.com/buyerjourney/b2b/internal/enum"

// ContradictionKind says what contradicts what. It is a closed enumeration; zero is [UnknownContradiction].
type ContradictionKind uint8

// The kinds of contradiction.
const (
	UnknownContradiction ContradictionKind = iota
	TooManyValues                          // one entity holds more values of a kind than its guard allows
	AlwaysAgainstNever                     // two judgements on one pair; the later holds
	AlwaysAgainstRule                      // a judgement united what a Never rule or a guard keeps apart
	TwoOwners                              // one address prefix belongs to two accounts; it is no evidence
	TwoLevels                              // one profile was seen as a person and as an account; the first stays
)

var contradictionKinds = enum.New[ContradictionKind]("contradiction", "unknown", "too-many-values", "always-against-never",
	"always-against-rule", "two-owners", "two-levels")

// ParseContradictionKind reads the name of a kind; the empty text is [UnknownContradiction].
func ParseContradictionKind(text string) (ContradictionKind, error) {
	return contradictionKinds.Parse(text)
}

// IsValid reports whether k is a value of the enumeration.
func (k ContradictionKind) IsValid() bool { return contradictionKinds.Valid(k) }

// String returns the name in lower case.
func (k ContradictionKind) String() string { return contradictionKinds.String(k) }

// AppendText implements [encoding.TextAppender].
func (k ContradictionKind) AppendText(dst []byte) ([]byte, error) {
	return contradictionKinds.AppendText(dst, k)
}

// MarshalText implements [encoding.TextMarshaler].
func (k ContradictionKind) MarshalText() ([]byte, error) {
	return contradictionKinds.AppendText(nil, k)
}

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseContradictionKind] does.
func (k *ContradictionKind) UnmarshalText(text []byte) error {
	return contradictionKinds.UnmarshalText(k, text)
}

// Contradiction is something that cannot all be true. It is reported, and resolved by a stated rule; a human decides.
type Contradiction struct {
	Kind     ContradictionKind
	Entity   string      // the entity it is about, "" if none
	Profiles []ProfileID // the profiles it is about, in order
	Rule     string      // the rule or fact that was overridden
	Value    Kind        // the kind of the values
}
