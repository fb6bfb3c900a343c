package experience

import (
	"bytes"
	"errors"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/bin"
	"github.com/buyerjourney/b2b/internal/exact"
)

// Tally is an accumulator of the scores of one instrument: how often each score was given, by account. It holds no person.
// Repeats are not seen: put responses through [Responses] first. The zero value is empty and takes the instrument of the first
// response. Not safe for concurrent use; one goroutine at a time.
type Tally struct {
	instrument Instrument
	accounts   map[string]*scores
}

// scores counts the scores of one account, from the least on the scale.
type scores [11]cell

// cell counts one score.
type cell struct {
	n     int64
	w, w2 exact.Sum // sums of weights and of their squares
}

// NewTally returns an empty tally of the instrument.
func NewTally(i Instrument) (*Tally, error) {
	if _, ok := i.Scale(); !ok {
		return nil, &b2b.InvalidError{Path: "instrument", Reason: "missing"}
	}
	return &Tally{instrument: i}, nil
}

// Instrument returns the instrument, unknown in an empty zero value.
func (t *Tally) Instrument() Instrument { return t.instrument }

// Add adds a response. One that [Response.Check] refuses, or of another instrument, is an error and changes nothing.
func (t *Tally) Add(r Response) error {
	if err := t.check(r); err != nil {
		return err
	}
	t.add(r, 1)
	return nil
}

// AddAll adds the responses it can and returns the others, in order, with paths such as responses[12].score.
func (t *Tally) AddAll(responses []Response) []b2b.Rejection {
	var out []b2b.Rejection
	for i, r := range responses {
		err := t.Add(r)
		if err == nil {
			continue
		}
		var p b2b.Problems
		p.Join("responses["+strconv.Itoa(i)+"]", err)
		many, ok := p.Err().(interface{ Unwrap() []error })
		if !ok {
			continue
		}
		for _, e := range many.Unwrap() {
			if bad, ok := errors.AsType[*b2b.InvalidError](e); ok {
				out = append(out, b2b.Rejection{Index: i, Path: bad.Path, Reason: bad.Reason})
			}
		}
	}
	return out
}

// AddCounts adds n responses of one score and weight 1, as reports give them.
func (t *Tally) AddCounts(account b2b.AccountID, i Instrument, score float64, n int64) error {
	r := Response{Account: account, Instrument: i, Score: score}
	var p b2b.Problems
	p.Join("", t.check(r))
	if n < 0 || n > 1<<53 {
		p.Add("n", "outside 0..2^53")
	}
	if err := p.Err(); err != nil {
		return err
	}
	if n > 0 {
		t.add(r, n)
	}
	return nil
}

// Sub takes out a response that was added; one that is not there is an error and changes nothing.
func (t *Tally) Sub(r Response) error {
	if err := t.check(r); err != nil {
		return err
	}
	s := t.accounts[string(r.Account)]
	if s == nil {
		return &b2b.InvalidError{Path: "account", Reason: "no such response in the tally"}
	}
	c := &s[t.index(r.Score)]
	left, left2 := c.w.Clone(), c.w2.Clone()
	w := weight(r)
	left.Sub(w)
	left2.SubProduct(w, w)
	if c.n == 0 || left.Sign() < 0 || left2.Sign() < 0 || c.n == 1 && (!left.IsZero() || !left2.IsZero()) {
		return &b2b.InvalidError{Path: "score", Reason: "no such response in the tally"}
	}
	c.n--
	c.w, c.w2 = left, left2
	if s.total() == 0 {
		delete(t.accounts, string(r.Account))
	}
	return nil
}

// Merge adds the counts of other, which is unchanged. Another instrument is [b2b.ErrConfigMismatch].
func (t *Tally) Merge(other *Tally) error {
	switch {
	case other.instrument == UnknownInstrument:
		return nil
	case t.instrument == UnknownInstrument:
		t.instrument = other.instrument
	case t.instrument != other.instrument:
		return b2b.ErrConfigMismatch
	}
	for name, s := range other.accounts {
		own := t.of(name)
		for i := range s {
			own[i].n += s[i].n
			own[i].w.Merge(&s[i].w)
			own[i].w2.Merge(&s[i].w2)
		}
	}
	return nil
}

func (t *Tally) check(r Response) error {
	var p b2b.Problems
	p.Join("", r.Check())
	if p.Len() == 0 && t.instrument != UnknownInstrument && r.Instrument != t.instrument {
		p.Add("instrument", "not that of the tally")
	}
	return p.Err()
}

func weight(r Response) float64 {
	if r.Weight == 0 {
		return 1
	}
	return r.Weight
}

func (t *Tally) index(score float64) int {
	scale, _ := t.instrument.Scale()
	return int(score - scale.Min)
}

func (t *Tally) add(r Response, n int64) {
	t.instrument = r.Instrument
	c := &t.of(string(r.Account))[t.index(r.Score)]
	c.n += n
	w := weight(r)
	c.w.AddProduct(w, float64(n))
	if n == 1 {
		c.w2.AddProduct(w, w)
	} else {
		c.w2.AddInt(n) // counts have weight 1
	}
}

func (t *Tally) of(account string) *scores {
	s := t.accounts[account]
	if s == nil {
		if t.accounts == nil {
			t.accounts = make(map[string]*scores)
		}
		s = new(scores)
		t.accounts[account] = s
	}
	return s
}

func (s *scores) total() (n int64) {
	for i := range s {
		n += s[i].n
	}
	return n
}

// names returns the accounts in order.
func (t *Tally) names() []string { return slices.Sorted(maps.Keys(t.accounts)) }

const tallyVersion = 1

// AppendBinary appends the canonical form: equal tallies have equal bytes. It never fails.
func (t *Tally) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, tallyVersion, byte(t.instrument))
	dst = bin.AppendUvarint(dst, uint64(len(t.accounts)))
	for _, name := range t.names() {
		dst = bin.AppendString(dst, name)
		s := t.accounts[name]
		for i := range s {
			dst = bin.AppendUvarint(dst, uint64(s[i].n))
			if s[i].n > 0 {
				dst = s[i].w.AppendBinary(dst)
				dst = s[i].w2.AppendBinary(dst)
			}
		}
	}
	return dst, nil
}

// UnmarshalBinary replaces the tally by what [Tally.AppendBinary] wrote. Any other input is an error, and the tally is then
// unchanged.
func (t *Tally) UnmarshalBinary(data []byte) error {
	r := bin.NewReader(data)
	r.Version(tallyVersion)
	u := Tally{}
	if b := r.Bytes(1); b != nil {
		u.instrument = Instrument(b[0])
	}
	scale, known := u.instrument.Scale()
	if u.instrument != UnknownInstrument && !known {
		r.Fail(bin.ErrCorrupt)
	}
	for range r.Count(12) {
		s := u.of(r.String())
		for i := range s {
			n := r.Uvarint()
			if n > 1<<53 || n > 0 && float64(i) > scale.Max-scale.Min {
				r.Fail(bin.ErrCorrupt)
			}
			if s[i].n = int64(n); n > 0 {
				for _, sum := range [...]*exact.Sum{&s[i].w, &s[i].w2} {
					decodeSum(r, sum)
				}
			}
		}
	}
	if err := r.Done(); err != nil {
		return err
	}
	again, err := u.AppendBinary(make([]byte, 0, len(data)))
	if err != nil {
		return err
	}
	for _, s := range u.accounts {
		if s.total() == 0 {
			return bin.ErrCorrupt
		}
	}
	if !bytes.Equal(again, data) {
		return bin.ErrCorrupt
	}
	*t = u
	return nil
}

func decodeSum(r *bin.Reader, s *exact.Sum) {
	if r.Err() != nil {
		return
	}
	rest, err := s.Decode(r.Rest())
	if err != nil {
		r.Fail(err)
		return
	}
	r.Skip(r.Len() - len(rest))
	if s.Sign() <= 0 || math.IsInf(s.Float64(), 0) {
		r.Fail(bin.ErrCorrupt)
	}
}
