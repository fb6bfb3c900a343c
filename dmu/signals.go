package dmu

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/bin"
)

// Signal is something that a person said or did from which a preference for an alternative speaks.
type Signal struct {
	Person      b2b.PersonID
	ID          string // of the signal in its source; equal ids of one person are one signal
	At          time.Time
	Alternative AlternativeID
	Weight      float64 // ≥ 0, in pseudo-observations
	Reliability float64 // in [0,1]
}

// compare orders the signals of one person.
func (s Signal) compare(t Signal) int {
	return cmp.Or(s.At.Compare(t.At), cmp.Compare(s.ID, t.ID), cmp.Compare(s.Alternative, t.Alternative),
		cmp.Compare(s.Weight, t.Weight), cmp.Compare(s.Reliability, t.Reliability))
}

// Signals is the set of signals of many persons. It is idempotent: adding a signal again changes nothing. Two signals of one
// person with the same ID that differ are both kept, so that the order of arrival does not matter; the first in order of
// (At, ID, …) counts, and [Stance.Repeated] reports the others.
//
// The zero value is empty and ready to use. It is not safe for concurrent use; one goroutine at a time.
type Signals struct {
	persons map[b2b.PersonID][]Signal // each ascending and without repetition
}

// Add adds a signal. Empty names, a zero time, a weight that is negative or not finite, and a reliability outside [0,1] are
// errors; the receiver is then unchanged.
func (s *Signals) Add(x Signal) error {
	var p b2b.Problems
	for _, f := range [...]struct {
		path  string
		empty bool
	}{{"person", x.Person == ""}, {"id", x.ID == ""}, {"alternative", x.Alternative == ""}, {"at", x.At.IsZero()}} {
		if f.empty {
			p.Add(f.path, "empty")
		}
	}
	if !(x.Weight >= 0) || math.IsInf(x.Weight, 1) {
		p.Add("weight", "not a finite number ≥ 0")
	}
	if !(x.Reliability >= 0 && x.Reliability <= 1) {
		p.Add("reliability", "outside [0,1]")
	}
	if err := p.Err(); err != nil {
		return err
	}
	x.At = utc(x.At)
	x.Weight, x.Reliability = x.Weight+0, x.Reliability+0 // no −0
	s.insert(x)
	return nil
}

func (s *Signals) insert(x Signal) {
	list := s.persons[x.Person]
	i, found := slices.BinarySearchFunc(list, x, Signal.compare)
	if found {
		return
	}
	if s.persons == nil {
		s.persons = make(map[b2b.PersonID][]Signal)
	}
	s.persons[x.Person] = slices.Insert(list, i, x)
}

// Merge adds the signals of another set, which is unchanged. It never returns an error.
func (s *Signals) Merge(t *Signals) error {
	for _, list := range t.persons {
		for _, x := range list {
			s.insert(x)
		}
	}
	return nil
}

// Len returns the number of signals.
func (s *Signals) Len() int {
	n := 0
	for _, list := range s.persons {
		n += len(list)
	}
	return n
}

// Forget takes out the persons' signals, counted as "signals".
func (s *Signals) Forget(persons ...b2b.PersonID) b2b.Removed {
	var gone b2b.Removed
	for _, id := range persons {
		gone.Add("signals", int64(len(s.persons[id])))
		delete(s.persons, id)
	}
	return gone
}

const signalsVersion = 1

// AppendBinary appends the canonical bytes of the set. It never returns an error.
func (s *Signals) AppendBinary(dst []byte) ([]byte, error) {
	ids := make([]b2b.PersonID, 0, len(s.persons))
	for id := range s.persons {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	dst = append(dst, signalsVersion)
	dst = bin.AppendUvarint(dst, uint64(len(ids)))
	for _, id := range ids {
		dst = bin.AppendString(dst, string(id))
		dst = bin.AppendUvarint(dst, uint64(len(s.persons[id])))
		for _, x := range s.persons[id] {
			dst = bin.AppendTime(dst, x.At)
			dst = bin.AppendString(dst, x.ID)
			dst = bin.AppendString(dst, string(x.Alternative))
			dst = bin.AppendFloat64(dst, x.Weight)
			dst = bin.AppendFloat64(dst, x.Reliability)
		}
	}
	return dst, nil
}

// UnmarshalBinary replaces the set by the one that [Signals.AppendBinary] wrote; any other input is an error and changes
// nothing.
func (s *Signals) UnmarshalBinary(data []byte) error {
	r := bin.NewReader(data)
	r.Version(signalsVersion)
	var c Signals
	last := b2b.PersonID("")
	for range r.Count(2) {
		id := b2b.PersonID(strings.Clone(r.String()))
		if id <= last {
			r.Fail(bin.ErrCorrupt)
		}
		last = id
		n := r.Count(20)
		if n == 0 {
			r.Fail(bin.ErrCorrupt)
		}
		for i := range n {
			x := Signal{Person: id, At: r.Time(), ID: strings.Clone(r.String())}
			x.Alternative = AlternativeID(strings.Clone(r.String()))
			x.Weight, x.Reliability = r.Finite(), r.Finite()
			if r.Err() != nil {
				return r.Err()
			}
			if list := c.persons[id]; len(list) != i || (i > 0 && x.compare(list[i-1]) <= 0) ||
				math.Signbit(x.Weight) || math.Signbit(x.Reliability) || c.Add(x) != nil {
				r.Fail(bin.ErrCorrupt)
			}
		}
		if r.Err() != nil {
			break
		}
	}
	if err := r.Done(); err != nil {
		return err
	}
	*s = c
	return nil
}
