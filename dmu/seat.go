package dmu

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/enum"
)

// Seat is a kind of place at the table: what inference labels, completeness counts and maps are drawn for. The zero value
// is no seat, since a seat has an ID.
type Seat struct {
	ID         b2b.SeatID
	Facets     Facets  // what holding the seat says of a person
	Min, Max   int     // how many persons hold it; Max 0 is unlimited
	Required   bool    // the group is incomplete without it
	Importance float64 // weight in coverage, ≥ 0
	Priority   int     // for callers that show or fill seats in an order of their own; not used here
}

// Needed returns the number of persons that make the seat complete: max(1, Min).
func (s Seat) Needed() int { return max(1, s.Min) }

// Template is the list of seats that a buying unit is measured against. The zero value has no seats. It is immutable and
// safe for concurrent use.
type Template struct {
	seats []Seat
}

// NewTemplate returns a template with the seats in the given order. Empty or repeated ids, counts below 0, Max below Min,
// and an importance that is negative or not finite are errors.
func NewTemplate(seats ...Seat) (Template, error) {
	var p b2b.Problems
	seen := make(map[b2b.SeatID]int, len(seats))
	for i, s := range seats {
		path := "seats[" + strconv.Itoa(i) + "]"
		first, dup := seen[s.ID]
		switch {
		case s.ID == "":
			p.Add(path+".id", "empty")
		case dup:
			p.Addf(path+".id", "same as seats[%d]", first)
		default:
			seen[s.ID] = i
		}
		if s.Min < 0 {
			p.Add(path+".min", "negative")
		}
		if s.Max < 0 || (s.Max > 0 && s.Max < s.Min) {
			p.Add(path+".max", "below min")
		}
		if !(s.Importance >= 0) || math.IsInf(s.Importance, 1) {
			p.Add(path+".importance", "not a finite number ≥ 0")
		}
		if !s.Facets.IsValid() {
			p.Add(path+".facets", "no such value")
		}
	}
	if err := p.Err(); err != nil {
		return Template{}, err
	}
	return Template{seats: slices.Clone(seats)}, nil
}

// MustTemplate is [NewTemplate] for literals; it panics on an error.
func MustTemplate(seats ...Seat) Template {
	t, err := NewTemplate(seats...)
	if err != nil {
		panic(err)
	}
	return t
}

// Len returns the number of seats.
func (t Template) Len() int { return len(t.seats) }

// Seats returns a copy of the seats in order.
func (t Template) Seats() []Seat { return slices.Clone(t.seats) }

// Seat returns the seat with the given id.
func (t Template) Seat(id b2b.SeatID) (Seat, bool) {
	if i := t.index(id); i >= 0 {
		return t.seats[i], true
	}
	return Seat{}, false
}

func (t Template) index(id b2b.SeatID) int {
	return slices.IndexFunc(t.seats, func(s Seat) bool { return s.ID == id })
}

// BuyClass is how new the purchase is to the organisation (Robinson, Faris and Wind 1967). It is a closed enumeration;
// zero is [UnknownBuyClass].
type BuyClass uint8

// The buy classes.
const (
	UnknownBuyClass BuyClass = iota
	NewTask                  // never bought before
	ModifiedRebuy            // bought before, but specification, price or vendor are open
	StraightRebuy            // the same again
)

var buyClasses = enum.New[BuyClass]("buy class", "unknown", "new_task", "modified_rebuy", "straight_rebuy")

// ParseBuyClass reads the name of a buy class, such as "new_task"; the empty text is [UnknownBuyClass].
func ParseBuyClass(text string) (BuyClass, error) { return buyClasses.Parse(text) }

// IsValid reports whether c is a value of the enumeration.
func (c BuyClass) IsValid() bool { return buyClasses.Valid(c) }

// String returns the name in lower case, such as "new_task".
func (c BuyClass) String() string { return buyClasses.String(c) }

// AppendText implements [encoding.TextAppender].
func (c BuyClass) AppendText(dst []byte) ([]byte, error) { return buyClasses.AppendText(dst, c) }

// MarshalText implements [encoding.TextMarshaler].
func (c BuyClass) MarshalText() ([]byte, error) { return buyClasses.AppendText(nil, c) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseBuyClass] does.
func (c *BuyClass) UnmarshalText(text []byte) error { return buyClasses.UnmarshalText(c, text) }

// DefaultTemplate returns the seats that a purchase of the class usually has: the seven roles, and the authorities legal
// and budget as seats of their own. The numbers are judgements to be replaced freely; * is required.
//
//	new task        initiator 0.., user* 1.., influencer* 1.., decider* 1..1, buyer* 1.., gatekeeper 0.., approver 0..1,
//	                legal* 1.., budget* 1..1; importance 1, of decider 3, of approver, legal and budget 2
//	modified rebuy  the same, legal and influencer not required
//	straight rebuy, unknown   the same, only user and buyer required
func DefaultTemplate(class BuyClass) Template {
	role := func(r Role, lo, hi int, importance float64) Seat {
		return Seat{ID: b2b.SeatID(r.String()), Facets: Facets{Role: r}, Min: lo, Max: hi, Importance: importance}
	}
	may := func(a Authority, lo, hi int, importance float64) Seat {
		return Seat{
			ID: b2b.SeatID(a.String()), Facets: Facets{Authorities: AuthoritiesOf(a)},
			Min: lo, Max: hi, Importance: importance,
		}
	}
	seats := []Seat{
		role(Initiator, 0, 0, 1), role(User, 1, 0, 1), role(Influencer, 1, 0, 1), role(Decider, 1, 1, 3),
		role(Buyer, 1, 0, 1), role(Gatekeeper, 0, 0, 1), role(Approver, 0, 1, 2),
		may(Legal, 1, 0, 2), may(Budget, 1, 1, 2),
	}
	optional := []b2b.SeatID{"initiator", "gatekeeper", "approver"}
	switch class {
	case NewTask:
	case ModifiedRebuy:
		optional = append(optional, "legal", "influencer")
	case StraightRebuy, UnknownBuyClass:
		optional = append(optional, "legal", "influencer", "decider", "budget")
	default:
		return DefaultTemplate(UnknownBuyClass)
	}
	for i := range seats {
		seats[i].Required = !slices.Contains(optional, seats[i].ID)
		seats[i].Priority = i
	}
	return MustTemplate(seats...)
}

// SeatP is the probability that a person holds a seat.
type SeatP struct {
	Seat b2b.SeatID
	P    float64
}

// sortPosterior orders by probability descending, then by seat.
func sortPosterior(ps []SeatP) {
	slices.SortStableFunc(ps, func(a, b SeatP) int {
		return cmp.Or(cmp.Compare(b.P, a.P), cmp.Compare(a.Seat, b.Seat))
	})
}
