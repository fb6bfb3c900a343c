package funnel

import (
	"time"

	"github.com/buyerjourney/b2b/internal/bin"
)

// History is the passages of one deal: the record that [CountsAcc] and [ExposureAcc] count.
type History struct {
	Pipeline string
	AsOf     time.Time // end of a passage that goes on
	Passages []Passage // in order; the Out of the last may be zero
}

// History returns the passages of deal i.
func (s *State) History(i int) History {
	return History{Pipeline: s.pipelines[s.deals[i].pipeline].id, AsOf: s.AsOf(), Passages: s.Passages(i)}
}

// CountsAcc counts how often deals went from one place to another. The zero value is empty and ready to use. It is not
// safe for concurrent use.
type CountsAcc struct{ t tally }

// TransitionCount is how often deals went from one place to another; From is empty for the start of a deal.
type TransitionCount struct {
	Pipeline               string
	From, To               Stage
	FromOutcome, ToOutcome Outcome
	First, Repeated        int64 // entries that were the first, and returns
}

// N returns all entries.
func (c TransitionCount) N() int64 { return c.First + c.Repeated }

// Add counts the transitions of one deal.
func (a *CountsAcc) Add(h History) error {
	a.t.add(transitions(h))
	return nil
}

// Sub takes out the transitions of a deal that was added.
func (a *CountsAcc) Sub(h History) error { return a.t.sub(transitions(h)) }

// Merge adds what b holds.
func (a *CountsAcc) Merge(b *CountsAcc) error { return a.t.merge(&b.t) }

// Result returns the counts by pipeline, from, to and outcomes.
func (a *CountsAcc) Result() []TransitionCount {
	var out []TransitionCount
	for _, k := range a.t.keys() {
		n := a.t.cells[k].n
		c := TransitionCount{Pipeline: k.a, From: Stage(k.b), To: Stage(k.c), FromOutcome: Outcome(k.i), ToOutcome: Outcome(k.j)}
		if last := len(out) - 1; last >= 0 {
			d := out[last]
			d.First, d.Repeated = 0, 0
			if d == c {
				out[last].Repeated += n
				continue
			}
		}
		if k.k == 0 {
			c.First = n
		} else {
			c.Repeated = n
		}
		out = append(out, c)
	}
	return out
}

// AppendBinary appends the canonical form.
func (a *CountsAcc) AppendBinary(dst []byte) ([]byte, error) { return a.t.append(dst), nil }

// UnmarshalBinary sets the accumulator to what [CountsAcc.AppendBinary] wrote; on an error it is unchanged.
func (a *CountsAcc) UnmarshalBinary(data []byte) error {
	t, err := decodeTally(data)
	if err != nil {
		return err
	}
	if len(t.config) > 0 {
		return bin.ErrCorrupt
	}
	for k := range t.cells {
		if k.k < 0 || k.k > 1 || !inEnum(k.i) || !inEnum(k.j) || k.d != "" {
			return bin.ErrCorrupt
		}
	}
	a.t = t
	return nil
}

func inEnum(o int32) bool { return o >= 0 && o < int32(numOutcomes) }

func transitions(h History) []entry {
	out := make([]entry, 0, len(h.Passages))
	key := tallyKey{a: h.Pipeline}
	for _, p := range h.Passages {
		key.c, key.j = string(p.Stage), int32(p.Outcome)
		key.k = 0
		if p.Visit > 1 {
			key.k = 1
		}
		out = append(out, entry{key: key, n: 1})
		key.b, key.i = key.c, key.j
	}
	return out
}
