package stitch

import (
	"maps"
	"slices"

	"github.com/buyerjourney/b2b/internal/enum"
)

// LookupStatus says what became of an entity id. It is a closed enumeration; zero is [NeverKnown].
type LookupStatus uint8

// The fates of an entity id.
const (
	NeverKnown   LookupStatus = iota
	CurrentID                 // it is an entity
	RedirectedID              // its founder lives under an older id
	GoneID                    // its founder was retracted
	ForgottenID               // its founder has been forgotten
)

var lookupStatuses = enum.New[LookupStatus]("lookup status", "never-known", "current", "redirected", "gone", "forgotten")

// ParseLookupStatus reads the name of a fate; the empty text is [NeverKnown].
func ParseLookupStatus(text string) (LookupStatus, error) { return lookupStatuses.Parse(text) }

// IsValid reports whether l is a value of the enumeration.
func (l LookupStatus) IsValid() bool { return lookupStatuses.Valid(l) }

// String returns the name in lower case.
func (l LookupStatus) String() string { return lookupStatuses.String(l) }

// AppendText implements [encoding.TextAppender].
func (l LookupStatus) AppendText(dst []byte) ([]byte, error) {
	return lookupStatuses.AppendText(dst, l)
}

// MarshalText implements [encoding.TextMarshaler].
func (l LookupStatus) MarshalText() ([]byte, error) { return lookupStatuses.AppendText(nil, l) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseLookupStatus] does.
func (l *LookupStatus) UnmarshalText(text []byte) error { return lookupStatuses.UnmarshalText(l, text) }

// Lookup is what became of an entity id.
type Lookup struct {
	Status     LookupStatus
	Entity     string   // the entity of the founder now, where there is one
	Successors []string // of a gone id: the entities that hold its last members now
}

// Lookup says what became of an entity id. An id is never given to another founder. An id that is not an entity now is
// looked for among all profiles, in linear time.
func (r *Resolver) Lookup(id string) Lookup {
	s := r.engine.s
	if _, ok := s.entityOf(id); ok {
		return Lookup{Status: CurrentID, Entity: id}
	}
	if r.erased[id] {
		return Lookup{Status: ForgottenID}
	}
	for i := range uint32(s.profiles.len()) {
		p := s.profiles.at(i)
		if p.entity == nil || s.c.entityID(p.level, p.id) != id {
			continue
		}
		return Lookup{Status: RedirectedID, Entity: p.entity.id}
	}
	members, ok := r.gone[id]
	if !ok {
		return Lookup{}
	}
	successors := map[string]bool{}
	for _, m := range members {
		if p := s.profiles.at(m); p.entity != nil {
			successors[p.entity.id] = true
		}
	}
	return Lookup{Status: GoneID, Successors: slices.Sorted(maps.Keys(successors))}
}
