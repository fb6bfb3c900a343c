package experience

import (
	"bytes"
	"cmp"
	"iter"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/bin"
	"github.com/buyerjourney/b2b/touchpoint"
)

// Response is one person's answer. The zero value is invalid, since the instrument is required. It is a plain value; do not
// change its slice while others read it.
type Response struct {
	ID         string // responses with equal ID are one
	Touchpoint touchpoint.ID
	Person     b2b.PersonID
	Account    b2b.AccountID
	Seat       b2b.SeatID
	At         time.Time
	Instrument Instrument
	Score      float64 // a whole number on the scale of the instrument
	Weight     float64 // by role or revenue; 0 means 1
	Ratings    []DimensionRating
	Exposure   touchpoint.Exposure
}

// Check reports every way in which the response is malformed: no instrument, a score off the scale or fractional, a weight
// that is negative, a rating without a dimension, and numbers that are not finite.
func (r Response) Check() error {
	var p b2b.Problems
	if scale, ok := r.Instrument.Scale(); !ok {
		p.Add("instrument", "missing")
	} else if !(r.Score >= scale.Min && r.Score <= scale.Max) {
		p.Add("score", "off the scale of the instrument")
	} else if r.Score != math.Trunc(r.Score) {
		p.Add("score", "not a whole number")
	}
	if !(r.Weight >= 0) || math.IsInf(r.Weight, 1) {
		p.Add("weight", "not a finite number ≥ 0")
	}
	for i, d := range r.Ratings {
		at := "ratings[" + strconv.Itoa(i) + "]"
		if d.Dimension == UnknownDimension || !d.Dimension.IsValid() {
			p.Add(at+".dimension", "missing")
		}
		if math.IsNaN(d.Score) || math.IsInf(d.Score, 0) {
			p.Add(at+".score", "not a finite number")
		}
	}
	if !r.Exposure.IsValid() {
		p.Add("exposure", "no value of the enumeration")
	}
	return p.Err()
}

func (r Response) compare(s Response) int {
	return cmp.Or(r.At.Compare(s.At), cmp.Compare(r.ID, s.ID), bytes.Compare(r.bytes(), s.bytes()))
}

func (r Response) bytes() []byte {
	b := bin.AppendTime(nil, r.At)
	for _, s := range [...]string{r.ID, string(r.Touchpoint), string(r.Person), string(r.Account), string(r.Seat)} {
		b = bin.AppendString(b, s)
	}
	b = append(b, byte(r.Instrument), byte(r.Exposure))
	b = bin.AppendFloat64(bin.AppendFloat64(b, r.Score), r.Weight)
	for _, d := range r.Ratings {
		b = bin.AppendFloat64(append(b, byte(d.Dimension)), d.Score)
	}
	return b
}

// Responses is a set of responses by ID: a repeated ID counts once, of different contents the last in (time, bytes) holds.
// Responses without an ID are all kept. It holds persons, so it can forget them; the aggregate that holds none is [Tally].
// Late responses are welcome. The zero value is empty. Not safe for concurrent use; one goroutine at a time.
type Responses struct {
	byID    map[string]Response
	loose   []Response
	repeats int64
}

// Add adds a response; one that [Response.Check] refuses is an error and changes nothing.
func (s *Responses) Add(r Response) error {
	if err := r.Check(); err != nil {
		return err
	}
	r.Ratings = slices.Clone(r.Ratings)
	if r.ID == "" {
		s.loose = append(s.loose, r)
		return nil
	}
	if s.byID == nil {
		s.byID = make(map[string]Response)
	}
	old, ok := s.byID[r.ID]
	if ok {
		s.repeats++
	}
	if !ok || r.compare(old) > 0 {
		s.byID[r.ID] = r
	}
	return nil
}

// Repeats returns how many additions had an ID that was there already.
func (s *Responses) Repeats() int64 { return s.repeats }

// Len returns the number of responses.
func (s *Responses) Len() int { return len(s.byID) + len(s.loose) }

// Merge adds all responses of other, which is unchanged.
func (s *Responses) Merge(other *Responses) error {
	repeats := other.repeats
	for _, r := range slices.SortedFunc(maps.Values(other.byID), Response.compare) {
		if err := s.Add(r); err != nil {
			return err
		}
	}
	s.loose = append(s.loose, other.loose...)
	s.repeats += repeats
	return nil
}

// All iterates over the responses in the order of (time, ID).
func (s *Responses) All() iter.Seq[Response] {
	return func(yield func(Response) bool) {
		all := append(slices.Collect(maps.Values(s.byID)), s.loose...)
		slices.SortFunc(all, Response.compare)
		for _, r := range all {
			r.Ratings = slices.Clone(r.Ratings)
			if !yield(r) {
				return
			}
		}
	}
}

// Forget takes out the responses of the persons. Tallies that counted them are for the caller to [Tally.Sub] first.
func (s *Responses) Forget(persons ...b2b.PersonID) b2b.Removed {
	gone := func(r Response) bool { return r.Person != "" && slices.Contains(persons, r.Person) }
	n := s.Len()
	maps.DeleteFunc(s.byID, func(_ string, r Response) bool { return gone(r) })
	s.loose = slices.DeleteFunc(s.loose, gone)
	var r b2b.Removed
	r.Add("responses", int64(n-s.Len()))
	return r
}
