package attribution

import (
	"slices"
)

func (s *PathSet) account(a string) uint32 {
	if len(s.accounts.list) == 0 {
		s.accounts.intern("")
	}
	return s.accounts.intern(a)
}

// record interns the path and returns the number of its record.
func (s *PathSet) record(p Path) int32 {
	s.codes = s.codes[:0]
	for _, step := range p.Steps {
		s.codes = append(s.codes, s.names.intern(step))
	}
	var account uint32
	if p.Account != "" {
		account = s.account(string(p.Account))
	}
	return s.find(account, s.stamp(p))
}

// lookup is record without interning.
func (s *PathSet) lookup(p Path) (int32, bool) {
	s.codes = s.codes[:0]
	for _, step := range p.Steps {
		c, ok := s.names.code[step]
		if !ok {
			return 0, false
		}
		s.codes = append(s.codes, c)
	}
	var account uint32
	if p.Account != "" {
		c, ok := s.accounts.code[string(p.Account)]
		if !ok {
			return 0, false
		}
		account = c
	}
	i, _, ok := s.search(account, s.stamp(p))
	return i, ok
}

// stamp returns the ages of the steps in scratch memory, nil without times.
func (s *PathSet) stamp(p Path) []int64 {
	if len(p.Times) == 0 {
		return nil
	}
	s.stamps = s.stamps[:0]
	end := p.end()
	for _, t := range p.Times {
		s.stamps = append(s.stamps, int64(end.Sub(t)))
	}
	return s.stamps
}

// search looks for the record of the path in s.codes.
func (s *PathSet) search(account uint32, ages []int64) (i int32, hash uint32, ok bool) {
	hash = hashPath(account, s.codes, ages)
	i, ok = s.index.find(hash, func(i int32) bool {
		r := &s.records[i]
		if r.account != account || (r.age >= 0) != (ages != nil) || !slices.Equal(s.steps[r.from:r.from+int(r.n)], s.codes) {
			return false
		}
		return ages == nil || slices.Equal(s.ages[r.age:r.age+int(r.n)], ages)
	})
	return i, hash, ok
}

// find returns the record of the path in s.codes, which it makes if it is new.
func (s *PathSet) find(account uint32, ages []int64) int32 {
	i, hash, ok := s.search(account, ages)
	if ok {
		return i
	}
	r := record{from: len(s.steps), n: int32(len(s.codes)), age: -1, account: account}
	s.steps = append(double(s.steps, len(s.codes)), s.codes...)
	if ages != nil {
		r.age = len(s.ages)
		s.ages = append(s.ages, ages...)
	}
	i = int32(len(s.records))
	s.records = append(double(s.records, 1), r)
	s.index.put(hash, i)
	return i
}
