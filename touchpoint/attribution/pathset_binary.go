package attribution

import (
	"bytes"

	"github.com/buyerjourney/b2b/internal/bin"
	"github.com/buyerjourney/b2b/internal/exact"
)

const pathSetVersion = 1

// AppendBinary appends the canonical form of the set: equal sets have equal bytes. It never fails.
func (s *PathSet) AppendBinary(dst []byte) ([]byte, error) {
	used := make([]bool, len(s.names.list))
	owned := make([]bool, len(s.accounts.list))
	n := 0
	for i := range s.records {
		r := &s.records[i]
		if !r.live() {
			continue
		}
		n++
		for _, c := range s.steps[r.from : r.from+int(r.n)] {
			used[c] = true
		}
		if r.account != 0 {
			owned[r.account] = true
		}
	}
	names, rank := sorted(s.names.list, used)
	accounts, place := sorted(s.accounts.list, owned)
	dst = append(dst, pathSetVersion)
	for _, list := range [][]string{names, accounts} {
		dst = bin.AppendUvarint(dst, uint64(len(list)))
		for _, name := range list {
			dst = bin.AppendString(dst, name)
		}
	}
	dst = s.appendOutcome(dst, &s.none)
	dst = bin.AppendUvarint(dst, uint64(n))
	for _, i := range s.canonical(rank, place, n) {
		r := &s.records[i]
		account := uint64(0)
		if r.account != 0 {
			account = uint64(place[r.account]) + 1
		}
		dst = bin.AppendUvarint(dst, account)
		dst = bin.AppendUvarint(dst, uint64(r.n))
		for _, c := range s.steps[r.from : r.from+int(r.n)] {
			dst = bin.AppendUvarint(dst, uint64(rank[c]))
		}
		dst = bin.AppendBool(dst, r.age >= 0)
		if r.age >= 0 {
			for _, a := range s.ages[r.age : r.age+int(r.n)] {
				dst = bin.AppendUvarint(dst, uint64(a))
			}
		}
		dst = s.appendOutcome(dst, &r.outcome)
	}
	return dst, nil
}

func (s *PathSet) appendOutcome(dst []byte, o *outcome) []byte {
	dst = bin.AppendUvarint(dst, uint64(o.conv))
	dst = bin.AppendUvarint(dst, uint64(o.null))
	dst = bin.AppendUvarint(dst, uint64(o.refunds))
	sum := s.sums.sum(o.value)
	return sum.AppendBinary(dst)
}

// decodeOutcome reads an outcome whose value belongs to the set.
func (s *PathSet) decodeOutcome(r *bin.Reader) (o outcome) {
	for _, f := range [...]*int64{&o.conv, &o.null, &o.refunds} {
		u := r.Uvarint()
		if u > maxCount {
			r.Fail(bin.ErrCorrupt)
			return o
		}
		*f = int64(u)
	}
	if r.Err() != nil {
		return o
	}
	var sum exact.Sum
	rest, err := sum.Decode(r.Rest())
	if err != nil {
		r.Fail(err)
		return o
	}
	r.Skip(r.Len() - len(rest))
	if o.conv == 0 && (!sum.IsZero() || o.refunds != 0) {
		r.Fail(bin.ErrCorrupt)
	}
	o.value = s.sums.take(sum)
	return o
}

// UnmarshalBinary replaces the set by what [PathSet.AppendBinary] wrote. Any other input is an error, and the set is then
// unchanged.
func (s *PathSet) UnmarshalBinary(data []byte) error {
	r := bin.NewReader(data)
	r.Version(pathSetVersion)
	var lists [2][]string
	for k := range lists {
		for range r.Count(1) {
			lists[k] = append(lists[k], r.String())
		}
	}
	var t PathSet
	t.none = t.decodeOutcome(r)
	t.conv, t.null = t.none.conv, t.none.null
	for range r.Count(6) {
		if err := t.decodeRecord(r, lists[0], lists[1]); err != nil {
			return err
		}
	}
	if err := r.Done(); err != nil {
		return err
	}
	// One form for one state: whatever was not written in that form is refused.
	again, err := t.AppendBinary(make([]byte, 0, len(data)))
	if err != nil {
		return err
	}
	if !bytes.Equal(again, data) {
		return bin.ErrCorrupt
	}
	*s = t
	return nil
}

func (s *PathSet) decodeRecord(r *bin.Reader, names, accounts []string) error {
	owner := r.Uvarint()
	if owner > uint64(len(accounts)) {
		r.Fail(bin.ErrCorrupt)
	}
	n := r.Count(1)
	s.codes = s.codes[:0]
	for range n {
		c := r.Uvarint()
		if c >= uint64(len(names)) {
			r.Fail(bin.ErrCorrupt)
			break
		}
		s.codes = append(s.codes, s.names.intern(names[c]))
	}
	var ages []int64
	if r.Bool() {
		for range n {
			a := r.Uvarint()
			if a > 1<<63-1 {
				r.Fail(bin.ErrCorrupt)
			}
			ages = append(ages, int64(a))
		}
	}
	o := s.decodeOutcome(r)
	if r.Err() == nil && (n == 0 || !o.live()) {
		r.Fail(bin.ErrCorrupt)
	}
	if err := r.Err(); err != nil {
		return err
	}
	if err := s.room(o.conv, o.null); err != nil {
		return bin.ErrCorrupt
	}
	var account uint32
	if owner > 0 {
		account = s.account(accounts[owner-1])
	}
	i := s.find(account, ages)
	s.merge(&s.records[i].outcome, s.sums, &o)
	return nil
}
