package dmu

import (
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/enum"
)

// Reach is how far we have come with a person. It is a closed, ordered enumeration; zero is [ReachUnknown].
type Reach uint8

// The levels of reach, in order.
const (
	ReachUnknown Reach = iota
	Known              // we know that the person exists
	Contacted          // we have spoken or written to the person
	Engaged            // the person takes part
	Committed          // the person has agreed to something
)

var reaches = enum.New[Reach]("reach", "unknown", "known", "contacted", "engaged", "committed")

// ParseReach reads the name of a level; the empty text is [ReachUnknown].
func ParseReach(text string) (Reach, error) { return reaches.Parse(text) }

// IsValid reports whether r is a value of the enumeration.
func (r Reach) IsValid() bool { return reaches.Valid(r) }

// String returns the name in lower case.
func (r Reach) String() string { return reaches.String(r) }

// AppendText implements [encoding.TextAppender].
func (r Reach) AppendText(dst []byte) ([]byte, error) { return reaches.AppendText(dst, r) }

// MarshalText implements [encoding.TextMarshaler].
func (r Reach) MarshalText() ([]byte, error) { return reaches.AppendText(nil, r) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseReach] does.
func (r *Reach) UnmarshalText(text []byte) error { return reaches.UnmarshalText(r, text) }

// Source is where an assignment comes from. It is a closed enumeration ordered by precedence; zero is [UnknownSource].
type Source uint8

// The sources, the weakest first: Manual overrides Imported, Imported overrides Inferred.
const (
	UnknownSource Source = iota
	Inferred             // by package inference
	Imported             // from another system
	Manual               // by a person
)

var sources = enum.New[Source]("source", "unknown", "inferred", "imported", "manual")

// ParseSource reads the name of a source; the empty text is [UnknownSource].
func ParseSource(text string) (Source, error) { return sources.Parse(text) }

// IsValid reports whether s is a value of the enumeration.
func (s Source) IsValid() bool { return sources.Valid(s) }

// String returns the name in lower case.
func (s Source) String() string { return sources.String(s) }

// AppendText implements [encoding.TextAppender].
func (s Source) AppendText(dst []byte) ([]byte, error) { return sources.AppendText(dst, s) }

// MarshalText implements [encoding.TextMarshaler].
func (s Source) MarshalText() ([]byte, error) { return sources.AppendText(nil, s) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseSource] does.
func (s *Source) UnmarshalText(text []byte) error { return sources.UnmarshalText(s, text) }

// Assignment is one record that a person holds a seat, or, if Dismissed, that the person does not. It is bitemporal: Valid
// is when it holds, RecordedAt when we learned it; a zero RecordedAt was always known. [Unit] states which record wins.
// The zero value is no assignment, since a record has a seat.
type Assignment struct {
	Seat       b2b.SeatID
	Source     Source
	Valid      b2b.Window
	RecordedAt time.Time
	Dismissed  bool
	Note       string
}

// Interest is how much a person cares for a criterion. Weights are ≥ 0 and are scaled to sum 1 per person where used.
type Interest struct {
	Criterion string
	Weight    float64
}

// Member is one person at the table. The zero value is no member, since a member has an ID.
type Member struct {
	ID                              b2b.PersonID
	Title, Function, Level, OrgUnit string
	Assignments                     []Assignment
	Posterior                       []SeatP // from package inference; none is unknown, which is not zero
	Facets                          Facets
	PowerBases                      PowerBases
	Interests                       []Interest
	Reach                           Reach
	ReachedAt                       time.Time // when Reach was attained; zero is unknown
	Primary                         bool      // the first contact; at most one in a unit
}

// clone returns a member that shares no memory with m, its times in UTC.
func (m Member) clone() Member {
	m.Assignments = slices.Clone(m.Assignments)
	for i := range m.Assignments {
		a := &m.Assignments[i]
		a.Valid, a.RecordedAt = a.Valid.UTC(), utc(a.RecordedAt)
	}
	m.Posterior = slices.Clone(m.Posterior)
	m.Interests = slices.Clone(m.Interests)
	m.ReachedAt = utc(m.ReachedAt)
	return m
}

// check reports what is wrong with one member alone.
func (m Member) check(p *b2b.Problems, path string) {
	if m.ID == "" {
		p.Add(path+".id", "empty")
	}
	for i, a := range m.Assignments {
		a.check(p, path+".assignments["+strconv.Itoa(i)+"]")
	}
	sum := 0.0
	seen := make(map[b2b.SeatID]bool, len(m.Posterior))
	for i, sp := range m.Posterior {
		at := path + ".posterior[" + strconv.Itoa(i) + "]"
		if sp.Seat == "" {
			p.Add(at+".seat", "empty")
		}
		if seen[sp.Seat] {
			p.Add(at+".seat", "repeated")
		}
		seen[sp.Seat] = true
		if !(sp.P >= 0 && sp.P <= 1) {
			p.Add(at+".p", "outside [0,1]")
		}
		sum += sp.P
	}
	if sum > 1+1e-9 {
		p.Add(path+".posterior", "sums to more than 1")
	}
	for i, in := range m.Interests {
		at := path + ".interests[" + strconv.Itoa(i) + "]"
		if in.Criterion == "" {
			p.Add(at+".criterion", "empty")
		}
		if !(in.Weight >= 0) || math.IsInf(in.Weight, 1) {
			p.Add(at+".weight", "not a finite number ≥ 0")
		}
	}
	if !m.Reach.IsValid() {
		p.Add(path+".reach", "no such value")
	}
	if !m.Facets.IsValid() {
		p.Add(path+".facets", "no such value")
	}
}

func (a Assignment) check(p *b2b.Problems, path string) {
	if a.Seat == "" {
		p.Add(path+".seat", "empty")
	}
	if !a.Source.IsValid() || a.Source == UnknownSource {
		p.Add(path+".source", "unknown")
	}
	p.Join(path+".valid", a.Valid.Check())
}

func utc(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Round(0)
}
