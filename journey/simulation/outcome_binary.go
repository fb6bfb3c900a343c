package simulation

import (
	"bytes"
	"fmt"

	"github.com/buyerjourney/b2b/internal/bin"
	"github.com/buyerjourney/b2b/internal/exact"
	"github.com/buyerjourney/b2b/journey"
)

const outcomeVersion = 1

// AppendBinary appends the canonical form.
func (o *Outcome) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, outcomeVersion)
	dst = bin.AppendUvarint(dst, uint64(o.censored))
	ends := o.Ends(0)
	dst = bin.AppendUvarint(dst, uint64(len(ends)))
	for _, e := range ends {
		dst = bin.AppendString(append(dst, byte(e.Kind)), string(e.Step))
		dst = bin.AppendUvarint(dst, uint64(e.N))
	}
	for _, m := range [...]map[int32]int64{o.time, o.open} {
		keys := bucketsOf(m)
		dst = bin.AppendUvarint(dst, uint64(len(keys)))
		for _, i := range keys {
			dst = bin.AppendUvarint(bin.AppendUvarint(dst, uint64(i)), uint64(m[i]))
		}
	}
	dst = o.sum.AppendBinary(dst)
	steps := o.Steps()
	dst = bin.AppendUvarint(dst, uint64(len(steps)))
	for _, x := range steps {
		s := o.steps[x.Step]
		dst = bin.AppendString(dst, string(x.Step))
		dst = bin.AppendUvarint(bin.AppendUvarint(bin.AppendUvarint(dst, uint64(s.visits)), uint64(s.last)), uint64(s.queue))
		dst = s.time.AppendBinary(s.wait.AppendBinary(dst))
	}
	return dst, nil
}

// UnmarshalBinary replaces the accumulator; anything but a canonical form is an error, and then nothing changes.
func (o *Outcome) UnmarshalBinary(data []byte) error {
	r := bin.NewReader(data)
	if v := r.Bytes(1); len(v) == 1 && v[0] != outcomeVersion {
		return fmt.Errorf("simulation: outcome version %d: %w", v[0], bin.ErrCorrupt)
	}
	var d Outcome
	d.init()
	d.censored = int64(r.Uvarint())
	for range r.Uvarint() {
		kind := r.Bytes(1)
		if r.Err() != nil {
			break
		}
		e := End{EndKind(kind[0]), journey.StepID(r.String())}
		d.ends[e] += int64(r.Uvarint())
	}
	for _, m := range [...]map[int32]int64{d.time, d.open} {
		for range r.Uvarint() {
			if r.Err() != nil {
				break
			}
			i := int32(r.Uvarint())
			m[i] = int64(r.Uvarint())
		}
	}
	wide := func(w *exact.Wide) {
		if r.Err() == nil {
			rest, err := w.Decode(r.Rest())
			if err != nil {
				r.Fail(err)
				return
			}
			r.Skip(r.Len() - len(rest))
		}
	}
	wide(&d.sum)
	for range r.Uvarint() {
		if r.Err() != nil {
			break
		}
		s := d.step(journey.StepID(r.String()))
		s.visits, s.last, s.queue = int64(r.Uvarint()), int64(r.Uvarint()), int64(r.Uvarint())
		wide(&s.wait)
		wide(&s.time)
	}
	if err := r.Done(); err != nil {
		return fmt.Errorf("simulation: outcome: %w", err)
	}
	if again, err := d.AppendBinary(nil); err != nil || !bytes.Equal(again, data) {
		return fmt.Errorf("simulation: outcome: %w", bin.ErrCorrupt)
	}
	*o = d
	return nil
}
