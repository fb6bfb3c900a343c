package funnel

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/enum"
)

// BrandEventKind says what happened to a brand in the set that a prospect considers. It is a closed enumeration; zero is
// [UnknownBrandEvent].
type BrandEventKind uint8

// The kinds. NoneChosen names no brand: the prospect decided for none.
const (
	UnknownBrandEvent BrandEventKind = iota
	Added
	Dropped
	Chosen
	NoneChosen
	Mentioned // spoken of: perhaps considered, perhaps not
)

var brandEventKinds = enum.New[BrandEventKind]("brand event", "unknown", "added", "dropped", "chosen", "none-chosen", "mentioned")

// ParseBrandEventKind reads the name of a kind; the empty text is [UnknownBrandEvent].
func ParseBrandEventKind(text string) (BrandEventKind, error) { return brandEventKinds.Parse(text) }

// IsValid reports whether k is a value of the enumeration.
func (k BrandEventKind) IsValid() bool { return brandEventKinds.Valid(k) }

// String returns the name in lower case.
func (k BrandEventKind) String() string { return brandEventKinds.String(k) }

// AppendText implements [encoding.TextAppender].
func (k BrandEventKind) AppendText(dst []byte) ([]byte, error) {
	return brandEventKinds.AppendText(dst, k)
}

// MarshalText implements [encoding.TextMarshaler].
func (k BrandEventKind) MarshalText() ([]byte, error) { return brandEventKinds.AppendText(nil, k) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseBrandEventKind] does.
func (k *BrandEventKind) UnmarshalText(text []byte) error {
	return brandEventKinds.UnmarshalText(k, text)
}

// BrandEvent is one recorded change of the set of brands that the prospect of a deal considers. Brands compare exactly:
// spellings are the caller's business.
type BrandEvent struct {
	Deal   b2b.DealID
	Brand  string
	Kind   BrandEventKind
	At     Instant
	Source string // the system or person that says so
}

// BrandStay is one stay of a brand in a set.
type BrandStay struct {
	Brand     string
	In, Out   time.Time // Out is zero while it goes on; In is zero for a brand that was there before the first record
	Initial   bool      // in the set from the start, not added during the evaluation
	Certain   bool      // added, dropped or chosen; false where it was only mentioned
	Chosen    bool      // the stay ended, or goes on, with the choice
	Readded   bool      // the brand had been dropped before
	Undropped bool      // chosen while it was out of the set: it must have come back unseen
}

// Consideration holds the sets of brands of all deals (Court, Elzinga, Mulder and Vetvik 2009: the prospect adds brands to
// the initial set and drops others while he evaluates). It is immutable and safe for concurrent use.
type Consideration struct {
	own   string
	deals map[b2b.DealID]*considered
	order []b2b.DealID
}

// considered is the set of one deal over time.
type considered struct {
	stays       []BrandStay // by (In, Brand)
	first, last time.Time
	asked       bool // somebody recorded more than mentions
	decided     time.Time
	chosen      string // "" for none
}

// NewConsideration makes the sets from events in any order; events of one deal are taken by (time, brand, kind, source).
// Events without a deal, a kind, a brand where one is needed, or a time are rejected. A brand that is dropped without
// having been added was there from the start; a brand that is added at the first instant of a deal belongs to the initial
// set.
func NewConsideration(own string, events ...BrandEvent) (*Consideration, Report) {
	c := &Consideration{own: own, deals: map[b2b.DealID]*considered{}}
	var rep Report
	grouped := map[b2b.DealID][]BrandEvent{}
	for i, e := range events {
		path, reason := "", ""
		switch {
		case e.Deal == "":
			path, reason = "deal", "empty"
		case !e.Kind.IsValid() || e.Kind == UnknownBrandEvent:
			path, reason = "kind", "unknown"
		case e.Brand == "" && e.Kind != NoneChosen:
			path, reason = "brand", "empty"
		case e.At.Latest.IsZero():
			path, reason = "at", "no time"
		case e.At.Latest.Before(earliestTime) || e.At.Latest.Before(e.At.Earliest):
			path, reason = "at", "before 1900 or latest before earliest"
		}
		if reason != "" {
			rep.Rejected = append(rep.Rejected, b2b.Rejection{Index: i, Path: "events[" + strconv.Itoa(i) + "]." + path, Reason: reason})
			continue
		}
		rep.Accepted++
		e.At.Latest = micro(e.At.Latest)
		grouped[e.Deal] = append(grouped[e.Deal], e)
	}
	for id, list := range grouped {
		slices.SortFunc(list, func(x, y BrandEvent) int {
			return cmp.Or(x.At.Latest.Compare(y.At.Latest), cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Brand, y.Brand), cmp.Compare(x.Source, y.Source))
		})
		d, flags := consider(list)
		c.deals[id] = d
		c.order = append(c.order, id)
		if flags != 0 {
			rep.Flagged = append(rep.Flagged, Flagged{Deal: id, Flags: flags})
		}
	}
	slices.Sort(c.order)
	slices.SortFunc(rep.Flagged, func(x, y Flagged) int { return cmp.Compare(x.Deal, y.Deal) })
	return c, rep
}

// consider walks through the events of one deal. Dropped without Added is flagged [TimeUnknown], chosen while out of the
// set [StageOutcomeConflict], events after the choice [AfterClose].
func consider(list []BrandEvent) (*considered, Flags) {
	d := &considered{first: list[0].At.Latest, last: list[len(list)-1].At.Latest}
	var flags Flags
	current := map[string]int{} // brand to its open stay
	seen := map[string]bool{}
	open := func(brand string, at time.Time, certain bool) int {
		s := BrandStay{Brand: brand, In: at, Certain: certain, Initial: at.Equal(d.first), Readded: seen[brand]}
		if s.Readded {
			s.Initial = false
		}
		seen[brand] = true
		d.stays = append(d.stays, s)
		current[brand] = len(d.stays) - 1
		return len(d.stays) - 1
	}
	for _, e := range list {
		at := e.At.Latest
		if !d.decided.IsZero() && e.Kind != Mentioned {
			flags |= AfterClose
		}
		i, in := current[e.Brand]
		switch e.Kind {
		case Added:
			d.asked = true
			if !in {
				open(e.Brand, at, true)
			} else if !d.stays[i].Certain {
				d.stays[i].Certain = true
			}
		case Mentioned:
			if !in {
				open(e.Brand, at, false)
			}
		case Dropped:
			d.asked = true
			if !in {
				if seen[e.Brand] {
					continue // dropped again
				}
				flags |= TimeUnknown
				i = open(e.Brand, d.first, true)
				d.stays[i].In, d.stays[i].Initial = time.Time{}, true
			}
			d.stays[i].Certain = true
			d.stays[i].Out = at
			delete(current, e.Brand)
		case Chosen:
			d.asked = true
			if !in {
				if seen[e.Brand] {
					flags |= StageOutcomeConflict
				}
				again := seen[e.Brand]
				i = open(e.Brand, at, true)
				d.stays[i].Undropped = again
			}
			d.stays[i].Certain, d.stays[i].Chosen = true, true
			d.decided, d.chosen = at, e.Brand
		case NoneChosen:
			d.asked = true
			d.decided, d.chosen = at, ""
		case UnknownBrandEvent:
		}
	}
	slices.SortStableFunc(d.stays, func(x, y BrandStay) int { return cmp.Or(x.In.Compare(y.In), cmp.Compare(x.Brand, y.Brand)) })
	return d, flags
}

// SetAt returns the brands that the prospect of a deal considers at t, by (since when, name). ok is false where nobody can
// say: the deal is not held, t lies before its first record, or brands were only mentioned and nobody asked for the set.
// Then the set is unknown, which is not the set of our brand alone.
func (c *Consideration) SetAt(deal b2b.DealID, t time.Time) (set []BrandStay, ok bool) {
	d := c.deals[deal]
	if d == nil || t.Before(d.first) {
		return nil, false
	}
	for _, s := range d.stays {
		if !s.In.After(t) && (s.Out.IsZero() || s.Out.After(t)) {
			if s.Out.After(t) {
				s.Out = time.Time{} // not known then
			}
			if s.Chosen && d.decided.After(t) {
				s.Chosen = false
			}
			set = append(set, s)
		}
	}
	return set, d.asked
}

// Changes returns what the sets say about our own brand, for a [Book]: dropped is an exit of the deal, which competes with
// the sale, and taken back opens the deal again.
func (c *Consideration) Changes() []Change {
	var out []Change
	for _, id := range c.order {
		for _, s := range c.deals[id].stays {
			if s.Brand != c.own {
				continue
			}
			if s.Readded {
				out = append(out, Change{Deal: id, Outcome: Open, At: Exact(s.In)})
			}
			if !s.Out.IsZero() {
				out = append(out, Change{Deal: id, Outcome: Lost, At: Exact(s.Out)})
			}
		}
	}
	return out
}

// Deals returns the deals held, by id.
func (c *Consideration) Deals() []b2b.DealID { return slices.Clone(c.order) }
