package stitch

import (
	"cmp"
	"strings"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/enum"
)

// Level says whether a profile describes a person or an organisation. It is a closed enumeration; zero is
// [UnknownLevel].
type Level uint8

// The levels.
const (
	UnknownLevel Level = iota
	Person
	Account
)

var levels = enum.New[Level]("level", "unknown", "person", "account")

// ParseLevel reads the name of a level; the empty text is [UnknownLevel].
func ParseLevel(text string) (Level, error) { return levels.Parse(text) }

// IsValid reports whether l is a value of the enumeration.
func (l Level) IsValid() bool { return levels.Valid(l) }

// String returns the name in lower case.
func (l Level) String() string { return levels.String(l) }

// AppendText implements [encoding.TextAppender].
func (l Level) AppendText(dst []byte) ([]byte, error) { return levels.AppendText(dst, l) }

// MarshalText implements [encoding.TextMarshaler].
func (l Level) MarshalText() ([]byte, error) { return levels.AppendText(nil, l) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseLevel] does.
func (l *Level) UnmarshalText(text []byte) error { return levels.UnmarshalText(l, text) }

// ProfileID names one record in one system: a visitor of the site, a contact in the CRM, a debtor in the books. Events
// are stored under [ProfileID.String], never under the id of an entity. Profile ids are comparable with == and ordered
// by (Source, ID) bytewise; the zero value is no profile.
type ProfileID struct{ Source, ID string }

// Compare orders by source, then id, bytewise.
func (p ProfileID) Compare(q ProfileID) int {
	return cmp.Or(cmp.Compare(p.Source, q.Source), cmp.Compare(p.ID, q.ID))
}

// IsZero reports whether p names no profile.
func (p ProfileID) IsZero() bool { return p == ProfileID{} }

var escapeSource = strings.NewReplacer("%", "%25", "/", "%2F")

// String returns "source/id", the key under which events of the profile are stored; "%" and "/" inside the source are
// written %25 and %2F.
func (p ProfileID) String() string { return escapeSource.Replace(p.Source) + "/" + p.ID }

// ParseProfileID reads what [ProfileID.String] writes.
func ParseProfileID(key string) (ProfileID, error) {
	source, id, ok := strings.Cut(key, "/")
	if !ok || source == "" || id == "" {
		return ProfileID{}, &b2b.InvalidError{Reason: "not source/id"}
	}
	if strings.IndexByte(source, '%') >= 0 {
		var b strings.Builder
		for i := 0; i < len(source); i++ {
			switch {
			case source[i] != '%':
				b.WriteByte(source[i])
				continue
			case strings.HasPrefix(source[i:], "%25"):
				b.WriteByte('%')
			case strings.HasPrefix(source[i:], "%2F"):
				b.WriteByte('/')
			default:
				return ProfileID{}, &b2b.InvalidError{Reason: "not source/id"}
			}
			i += 2
		}
		source = b.String()
	}
	return ProfileID{Source: source, ID: id}, nil
}

// Field is one named value of a profile for the merged record, such as a job title. It is never evidence for a link.
type Field struct{ Name, Value string }

// Held is an identifier that a profile holds, with the first and the last time it was seen there since it was last
// ended.
type Held struct {
	Identifier  Identifier
	First, Last time.Time
}

// Profile is what a view knows of one record. It is what predicates and scorers get. Identifiers are ordered by
// [Identifier.Compare], fields by name.
type Profile struct {
	ID          ProfileID
	Level       Level
	Identifiers []Held
	Fields      []Field
}

// Values returns the identifiers of one kind.
func (p Profile) Values(k Kind) []Identifier {
	var ids []Identifier
	for _, h := range p.Identifiers {
		if h.Identifier.kind() == k {
			ids = append(ids, h.Identifier)
		}
	}
	return ids
}
