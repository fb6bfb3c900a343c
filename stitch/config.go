package stitch

import (
	"iter"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/enum"
)

// Config is what a [Resolver] and [Batch] work with. The zero value is valid: it has no rules and links nothing.
type Config struct {
	Rules      Rules
	Normalizer *Normalizer // nil = defaults
	// Predicates are the functions that rules name. They must be pure: the same pair and moment, the same answer. An answer
	// may not change by time alone, since a pair is asked again only when facts about its component change or something in
	// it expires; v is there to weigh the times in the profiles.
	Predicates map[string]func(a, b Profile, v time.Time) bool
	Scorer     Scorer // needed by rules with a Score condition
	Key        []byte // secret of entity ids and tombstones; Forget needs at least 32 bytes
	IPBits     int    // addresses are stored under this many bits; 0 = 24
	IPBits6    int    // likewise for IPv6; 0 = 48
	Workers    int    // for Batch and View; 0 = 1; the result does not depend on it
	// OnTombstone says what happens to an identifier of a person who has been forgotten.
	OnTombstone TombstonePolicy
	// IDs overrides the ids of entities. It must be pure, and give different founders different ids.
	IDs func(Level, ProfileID) string
}

// TombstonePolicy says what happens when an identifier of a forgotten person turns up again. It is a closed
// enumeration; zero is [Refuse].
type TombstonePolicy uint8

// The policies.
const (
	Refuse    TombstonePolicy = iota // the whole fact is refused
	Anonymise                        // the identifier is left out, the rest is kept
)

var tombstonePolicies = enum.New[TombstonePolicy]("tombstone policy", "refuse", "anonymise").Alias("anonymize", Anonymise)

// ParseTombstonePolicy reads the name of a policy; the empty text is [Refuse].
func ParseTombstonePolicy(text string) (TombstonePolicy, error) { return tombstonePolicies.Parse(text) }

// IsValid reports whether p is a value of the enumeration.
func (p TombstonePolicy) IsValid() bool { return tombstonePolicies.Valid(p) }

// String returns the name in lower case.
func (p TombstonePolicy) String() string { return tombstonePolicies.String(p) }

// AppendText implements [encoding.TextAppender].
func (p TombstonePolicy) AppendText(dst []byte) ([]byte, error) {
	return tombstonePolicies.AppendText(dst, p)
}

// MarshalText implements [encoding.TextMarshaler].
func (p TombstonePolicy) MarshalText() ([]byte, error) { return tombstonePolicies.AppendText(nil, p) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseTombstonePolicy] does.
func (p *TombstonePolicy) UnmarshalText(text []byte) error {
	return tombstonePolicies.UnmarshalText(p, text)
}

// Scorer finds and scores pairs of profiles that may be the same without sharing an identifier; match.Index is one. A
// resolver adds and removes profiles as their facts change. Candidates are the profiles in equal blocks, whoever was
// added first; a block that is too large has no candidates at all, so that the order of arrival does not matter. Score is
// pure in its pair.
type Scorer interface {
	Candidates(p Profile) iter.Seq[ProfileID]
	Score(a, b Profile) Score
	Add(p Profile)
	Remove(id ProfileID)
}

// Score is the evidence that two profiles are the same, in bits: log2 of the odds that the comparison adds. The parts
// sum to the total.
type Score struct {
	Bits  float64
	Parts []ScorePart
}

// ScorePart is what one comparison adds.
type ScorePart struct {
	Name string
	Bits float64
}

// Report counts what an import did. Rejections are in input order; their reasons are one of format, check_digit, blocked,
// level, time, duplicate_id, forgotten, private_range, too_long and unknown_key.
type Report struct {
	Accepted   int // facts that are in the store now, those that were there already included
	Rejected   int // facts that are not
	Duplicates int // of Accepted: the same id with the same content was there already
	Replaced   int // texts with bytes that are not UTF-8; the bytes were replaced
	Rejections []b2b.Rejection
}

// Count returns the number of rejections with a reason.
func (r Report) Count(reason string) int {
	n := 0
	for _, x := range r.Rejections {
		if x.Reason == reason {
			n++
		}
	}
	return n
}

// Err returns every rejection as a [b2b.InvalidError], joined; nil if there is none.
func (r Report) Err() error {
	var p b2b.Problems
	for _, x := range r.Rejections {
		p.Add(x.Path, x.Reason)
	}
	return p.Err()
}
