package importance

import (
	"slices"
	"strings"

	"github.com/buyerjourney/b2b/internal/bin"
)

// order returns the rows in canonical order: by key, cells, weight, group.
func (s *Survey) order() []int32 {
	rows := make([]int32, len(s.keys))
	for i := range rows {
		rows[i] = int32(i)
	}
	q := s.width()
	slices.SortFunc(rows, func(a, b int32) int {
		if s.keys[a] != s.keys[b] {
			if s.keys[a] < s.keys[b] {
				return -1
			}
			return 1
		}
		if c := slices.Compare(s.cells[int(a)*q:int(a+1)*q], s.cells[int(b)*q:int(b+1)*q]); c != 0 {
			return c
		}
		if s.weights[a] != s.weights[b] {
			if s.weights[a] < s.weights[b] {
				return -1
			}
			return 1
		}
		return strings.Compare(s.names[s.groups[a]], s.names[s.groups[b]])
	})
	return rows
}

const surveyVersion = 1

// AppendBinary appends the canonical form: equal surveys have equal bytes. It never fails.
func (s *Survey) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, surveyVersion)
	if len(s.cfg.Drivers) == 0 {
		return bin.AppendString(dst, ""), nil
	}
	dst = bin.AppendString(dst, s.cfg.Outcome)
	for _, list := range [][]string{s.cfg.Drivers, s.cfg.Stated} {
		dst = bin.AppendUvarint(dst, uint64(len(list)))
		for _, n := range list {
			dst = bin.AppendString(dst, n)
		}
	}
	dst = bin.AppendUvarint(dst, uint64(len(s.cfg.Missing)))
	for _, x := range s.cfg.Missing {
		dst = bin.AppendFloat64(dst, x+0)
	}
	dst = bin.AppendUvarint(dst, uint64(s.seen))
	for _, n := range s.missing {
		dst = bin.AppendUvarint(dst, uint64(n))
	}
	dst = bin.AppendUvarint(dst, uint64(len(s.keys)))
	q := s.width()
	for _, r := range s.order() {
		dst = bin.AppendUvarint(dst, s.keys[r])
		for _, x := range s.cells[int(r)*q : int(r+1)*q] {
			dst = bin.AppendFloat64(dst, x)
		}
		dst = bin.AppendFloat64(dst, s.weights[r])
		dst = bin.AppendString(dst, s.names[s.groups[r]])
	}
	return dst, nil
}

// UnmarshalBinary replaces the survey by what [Survey.AppendBinary] wrote. Any other input is an error, and the survey is
// then unchanged.
func (s *Survey) UnmarshalBinary(data []byte) error {
	r := bin.NewReader(data)
	r.Version(surveyVersion)
	var t Survey
	if outcome := r.String(); outcome != "" {
		t.decode(r, outcome)
	}
	if err := r.Done(); err != nil {
		return err
	}
	again, err := t.AppendBinary(make([]byte, 0, len(data)))
	if err != nil {
		return err
	}
	if string(again) != string(data) {
		return bin.ErrCorrupt
	}
	*s = t
	return nil
}

func (s *Survey) decode(r *bin.Reader, outcome string) {
	cfg := SurveyConfig{Outcome: outcome}
	for _, list := range []*[]string{&cfg.Drivers, &cfg.Stated} {
		for range r.Count(1) {
			*list = append(*list, r.String())
		}
	}
	for range r.Count(8) {
		cfg.Missing = append(cfg.Missing, r.Finite())
	}
	if r.Err() != nil {
		return
	}
	if cfg.Check() != nil {
		r.Fail(bin.ErrCorrupt)
		return
	}
	s.configure(cfg)
	s.seen = count(r)
	for i := range s.missing {
		s.missing[i] = count(r)
	}
	for range r.Count(8 * s.width()) {
		s.keys = append(s.keys, r.Uvarint())
		for range s.missing {
			s.cells = append(s.cells, r.Finite())
		}
		w := r.Finite()
		if !(w > 0) {
			r.Fail(bin.ErrCorrupt)
		}
		s.weights = append(s.weights, w)
		s.groups = append(s.groups, s.group(r.String()))
	}
}

func count(r *bin.Reader) int64 {
	n := r.Uvarint()
	if n > 1<<62 {
		r.Fail(bin.ErrCorrupt)
	}
	return int64(n)
}
