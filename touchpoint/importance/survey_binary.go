package importance

import (
	"cmp"
	"slices"
	"strings"

	"github.com/buyerjourney/b2b/internal/bin"
)

// order returns the rows in canonical order: by key, cells, weight, group.
func (s *Survey) order() []int32 {
	order := make([]int32, s.rows.n)
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int {
		s1, s2 := s.rows.tag(int(a)), s.rows.tag(int(b))
		if c := cmp.Compare(s1.key, s2.key); c != 0 {
			return c
		}
		if c := slices.Compare(s.rows.row(int(a)), s.rows.row(int(b))); c != 0 {
			return c
		}
		return cmp.Or(cmp.Compare(s1.weight, s2.weight), strings.Compare(s.names[s1.group], s.names[s2.group]))
	})
	return order
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
	dst = bin.AppendUvarint(dst, uint64(s.rows.n))
	for _, r := range s.order() {
		t := s.rows.tag(int(r))
		dst = bin.AppendUvarint(dst, t.key)
		for _, x := range s.rows.row(int(r)) {
			dst = bin.AppendFloat64(dst, x)
		}
		dst = bin.AppendFloat64(dst, t.weight)
		dst = bin.AppendString(dst, s.names[t.group])
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
	for range r.Count(8 * len(s.missing)) {
		t := tag{key: r.Uvarint()}
		cells := s.rows.next()
		for i := range cells {
			cells[i] = r.Finite()
		}
		if t.weight = r.Finite(); !(t.weight > 0) {
			r.Fail(bin.ErrCorrupt)
		}
		t.group = s.group(r.String())
		s.rows.push(t)
	}
}

func count(r *bin.Reader) int64 {
	n := r.Uvarint()
	if n > 1<<62 {
		r.Fail(bin.ErrCorrupt)
	}
	return int64(n)
}
