package stitch

import (
	"github.com/buyerjourney/b2b/internal/enum"
)

// RefusalCause says why a link did not come about. It is a closed enumeration; zero is [UnknownCause].
type RefusalCause uint8

// The causes.
const (
	UnknownCause      RefusalCause = iota
	VetoedByJudgement              // somebody said Never, or split the two
	VetoedByRule                   // a Never rule holds between two members
	RefusedByGuard                 // the entity would hold too many values of a kind
	SharedRange                    // the address range belongs to a data centre or VPN, or has two owners
	SameEntity                     // a relation whose ends are one entity
)

var refusalCauses = enum.New[RefusalCause]("refusal cause", "unknown", "judgement", "never-rule", "guard", "shared_range", "same-entity")

// ParseRefusalCause reads the name of a cause; the empty text is [UnknownCause].
func ParseRefusalCause(text string) (RefusalCause, error) { return refusalCauses.Parse(text) }

// IsValid reports whether c is a value of the enumeration.
func (c RefusalCause) IsValid() bool { return refusalCauses.Valid(c) }

// String returns the name in lower case.
func (c RefusalCause) String() string { return refusalCauses.String(c) }

// AppendText implements [encoding.TextAppender].
func (c RefusalCause) AppendText(dst []byte) ([]byte, error) { return refusalCauses.AppendText(dst, c) }

// MarshalText implements [encoding.TextMarshaler].
func (c RefusalCause) MarshalText() ([]byte, error) { return refusalCauses.AppendText(nil, c) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseRefusalCause] does.
func (c *RefusalCause) UnmarshalText(text []byte) error { return refusalCauses.UnmarshalText(c, text) }
