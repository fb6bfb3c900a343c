package dmu

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/bin"
	"github.com/buyerjourney/b2b/internal/stat"
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

// StanceConfig says how signals become a stance. The zero value needs alternatives, a moment, and has no decay.
type StanceConfig struct {
	Alternatives []Alternative
	AsOf         time.Time
	HalfLife     time.Duration // a signal that old weighs half; 0 is no decay
	Prior        float64       // pseudo-observations of each alternative before any signal; 0 is 1
}

// Stance is what a person wants, from the signals: the mean of a Dirichlet distribution over the alternatives (own design).
// Without a signal that counts, the stance is unknown: P is the prior, and there is no score.
type Stance struct {
	Person    b2b.PersonID
	P         []float64 // by alternative; sums to 1
	Precision float64   // Σα: pseudo-observations in all, the prior's included
	Attitude  Attitude  // the label of the score; UnknownAttitude where there is none

	Used     int // signals that count
	Later    int // signals after AsOf, ignored
	Unlisted int // signals for something that is no alternative now, ignored
	Repeated int // signals with the ID of an earlier one, ignored

	score float64
	known bool
}

// Score returns P(ours) − the largest P of the others, in [−1,1]; ok is false where no signal counts, no alternative is ours
// or there is no other.
func (s Stance) Score() (score float64, ok bool) { return s.score, s.known }

// Rating returns the score on the scale −5 … +5.
func (s Stance) Rating() (rating float64, ok bool) { return 5 * s.score, s.known }

// AttitudeOf returns the label of a score: opponent up to −.6, sceptic up to −.2, neutral below .2, supporter below .6,
// champion from there. A number outside [−1,1] is unknown.
func AttitudeOf(score float64) Attitude {
	switch {
	case !(score >= -1 && score <= 1):
		return UnknownAttitude
	case score <= -0.6:
		return Opponent
	case score <= -0.2:
		return Sceptic
	case score < 0.2:
		return Neutral
	case score < 0.6:
		return Supporter
	}
	return Champion
}

// Stances returns the stance of each person in the order given. Each signal up to AsOf adds
// weight · reliability · 2^(−(AsOf−At)/HalfLife) to its alternative; sums are compensated, in the order of (At, ID).
func (s *Signals) Stances(persons []b2b.PersonID, cfg StanceConfig) ([]Stance, error) {
	var p b2b.Problems
	p.Join("config", CheckAlternatives(cfg.Alternatives))
	if len(cfg.Alternatives) == 0 {
		p.Add("config.alternatives", "empty")
	}
	if cfg.AsOf.IsZero() {
		p.Add("config.as_of", "missing")
	}
	if cfg.HalfLife < 0 {
		p.Add("config.half_life", "negative")
	}
	if cfg.Prior == 0 {
		cfg.Prior = 1
	}
	if !(cfg.Prior > 0) || math.IsInf(cfg.Prior, 1) {
		p.Add("config.prior", "not a positive finite number")
	}
	for i, id := range persons {
		if id == "" {
			p.Add("persons["+strconv.Itoa(i)+"]", "empty")
		}
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	out := make([]Stance, len(persons))
	for i, id := range persons {
		out[i] = stance(id, s.persons[id], cfg)
	}
	return out, nil
}

func stance(id b2b.PersonID, signals []Signal, cfg StanceConfig) Stance {
	st := Stance{Person: id, P: make([]float64, len(cfg.Alternatives))}
	alpha := make([]stat.Compensated, len(st.P))
	for a := range alpha {
		alpha[a].Add(cfg.Prior)
	}
	seen := make(map[string]bool, len(signals))
	for _, x := range signals {
		if x.At.After(cfg.AsOf) {
			st.Later++
			continue
		}
		if seen[x.ID] {
			st.Repeated++
			continue
		}
		seen[x.ID] = true
		a := slices.IndexFunc(cfg.Alternatives, func(alt Alternative) bool { return alt.ID == x.Alternative })
		if a < 0 {
			st.Unlisted++
			continue
		}
		w := x.Weight * x.Reliability
		if cfg.HalfLife > 0 {
			w *= math.Exp2(-float64(cfg.AsOf.Sub(x.At)) / float64(cfg.HalfLife))
		}
		if w > 0 {
			st.Used++
			alpha[a].Add(w)
		}
	}
	var total stat.Compensated
	for a := range alpha {
		st.P[a] = min(alpha[a].Sum(), math.MaxFloat64/float64(2*len(alpha)))
		total.Add(st.P[a])
	}
	st.Precision = total.Sum()
	ours, best := -1, -1.0
	for a := range st.P {
		if cfg.Alternatives[a].Ours {
			ours = a
		} else {
			best = max(best, st.P[a])
		}
	}
	if ours >= 0 && best >= 0 && st.Used > 0 {
		// Divided last, so that (3−2)/5 is the .2 at which a supporter begins.
		st.score, st.known = (st.P[ours]-best)/st.Precision, true
		st.Attitude = AttitudeOf(st.score)
	}
	for a := range st.P {
		st.P[a] /= st.Precision
	}
	return st
}
