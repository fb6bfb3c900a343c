package match

import (
	"github.com/buyerjourney/b2b/internal/enum"
)

// Linkage says how pairs become clusters. It is a closed enumeration; zero is [UnknownLinkage], which stands for Average.
type Linkage uint8

// The linkages.
const (
	UnknownLinkage Linkage = iota
	Average                // clusters unite while the mean weight over all their cross pairs reaches the threshold
	Single                 // clusters unite on one pair that reaches the threshold
)

var linkages = enum.New[Linkage]("linkage", "unknown", "average", "single")

// String returns the name of the linkage.
func (l Linkage) String() string { return linkages.String(l) }

// AppendText implements [encoding.TextAppender].
func (l Linkage) AppendText(dst []byte) ([]byte, error) { return linkages.AppendText(dst, l) }

// MarshalText implements [encoding.TextMarshaler].
func (l Linkage) MarshalText() ([]byte, error) { return linkages.AppendText(nil, l) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (l *Linkage) UnmarshalText(text []byte) error { return linkages.UnmarshalText(l, text) }
