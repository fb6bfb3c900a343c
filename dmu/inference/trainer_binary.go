package inference

import (
	"cmp"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/bin"
)

const trainerVersion = 1

// AppendBinary appends the canonical bytes of the state: equal states have equal bytes, however they came about. It never
// returns an error.
func (t *Trainer) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, trainerVersion)
	steps := live(&t.steps, func(s int) bool {
		return t.declared[s] || slices.ContainsFunc(t.seats, func(r tally) bool { return at(r.counts, s) > 0 })
	})
	dst = bin.AppendUvarint(dst, uint64(len(steps)))
	for _, s := range steps {
		dst = bin.AppendString(dst, t.steps.names[s])
		dst = bin.AppendBool(dst, t.declared[s])
	}
	tokens := live(&t.tokens, func(k int) bool {
		return slices.ContainsFunc(t.seats, func(r tally) bool { return at(r.tokens, k) > 0 })
	})
	dst = bin.AppendUvarint(dst, uint64(len(tokens)))
	for _, k := range tokens {
		dst = bin.AppendString(dst, t.tokens.names[k])
	}
	var seats []*tally
	for i := range t.seats {
		if t.seats[i].persons > 0 {
			seats = append(seats, &t.seats[i])
		}
	}
	slices.SortFunc(seats, func(a, b *tally) int { return cmp.Compare(a.id, b.id) })
	dst = bin.AppendUvarint(dst, uint64(len(seats)))
	for _, r := range seats {
		dst = bin.AppendString(dst, string(r.id))
		dst = bin.AppendUvarint(dst, uint64(r.persons))
		for _, s := range steps {
			dst = bin.AppendUvarint(dst, uint64(at(r.counts, s)))
			if at(r.counts, s) > 0 {
				dst = bin.AppendUvarint(dst, uint64(at(r.takers, s)))
			}
		}
		if r.id == "" {
			continue // titles of unlabelled persons are not counted
		}
		for _, k := range tokens {
			dst = bin.AppendUvarint(dst, uint64(at(r.tokens, k)))
		}
	}
	return dst, nil
}

// live lists the indices of the names that count, in the order of the names.
func live(d *dictionary, keep func(int) bool) []int {
	var list []int
	for i := range d.names {
		if keep(i) {
			list = append(list, i)
		}
	}
	slices.SortFunc(list, func(i, j int) int { return cmp.Compare(d.names[i], d.names[j]) })
	return list
}

// UnmarshalBinary replaces the state by the one that [Trainer.AppendBinary] wrote. Input that is truncated, longer, or in
// any other than the canonical form is an error; the receiver is then unchanged.
func (t *Trainer) UnmarshalBinary(data []byte) error {
	r := bin.NewReader(data)
	r.Version(trainerVersion)
	var c Trainer
	for i := range r.Count(2) {
		name := r.String()
		if name == "" || (i > 0 && name <= c.steps.names[i-1]) {
			r.Fail(bin.ErrCorrupt)
			break
		}
		c.step(name)
		c.declared[i] = r.Bool()
	}
	for i := range r.Count(1) {
		name := r.String()
		if name == "" || (i > 0 && name <= c.tokens.names[i-1]) {
			r.Fail(bin.ErrCorrupt)
			break
		}
		c.tokens.intern(name)
	}
	for range r.Count(2) {
		c.readSeat(r)
		if r.Err() != nil {
			break
		}
	}
	if r.Err() == nil && !c.minimal() {
		r.Fail(bin.ErrCorrupt)
	}
	if err := r.Done(); err != nil {
		return err
	}
	*t = c
	return nil
}

func (t *Trainer) readSeat(r *bin.Reader) {
	id := b2b.SeatID(r.String())
	if n := len(t.seats); n > 0 && id <= t.seats[n-1].id {
		r.Fail(bin.ErrCorrupt)
	}
	row := tally{id: id, persons: count(r)}
	if row.persons == 0 {
		r.Fail(bin.ErrCorrupt)
	}
	if r.Err() != nil {
		return
	}
	row.counts = make([]int64, len(t.steps.names))
	row.takers = make([]int64, len(t.steps.names))
	row.tokens = make([]int64, len(t.tokens.names))
	for s := range row.counts {
		n := count(r)
		row.counts[s], row.events = n, row.events+n
		if n > 0 {
			row.takers[s] = count(r)
			if k := row.takers[s]; k == 0 || k > n || k > row.persons {
				r.Fail(bin.ErrCorrupt)
			}
		}
		if row.events < 0 {
			r.Fail(bin.ErrCorrupt)
		}
		if r.Err() != nil {
			return
		}
	}
	if id != "" {
		for k := range row.tokens {
			n := count(r)
			row.tokens[k], row.words = n, row.words+n
			if row.words < 0 {
				r.Fail(bin.ErrCorrupt)
			}
			if r.Err() != nil {
				return
			}
		}
	}
	t.seats[t.seat(id)] = row
}

// minimal reports whether every name in the dictionaries is needed: the canonical form holds no others.
func (t *Trainer) minimal() bool {
	for s := range t.steps.names {
		if !t.declared[s] && !slices.ContainsFunc(t.seats, func(r tally) bool { return at(r.counts, s) > 0 }) {
			return false
		}
	}
	for k := range t.tokens.names {
		if !slices.ContainsFunc(t.seats, func(r tally) bool { return at(r.tokens, k) > 0 }) {
			return false
		}
	}
	return true
}

// count reads a non-negative int64.
func count(r *bin.Reader) int64 {
	n := r.Uvarint()
	if n > 1<<63-1 {
		r.Fail(bin.ErrCorrupt)
		return 0
	}
	return int64(n)
}
