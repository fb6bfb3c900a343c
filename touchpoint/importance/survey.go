package importance

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stream"
)

// SurveyConfig names the columns of a survey. It is a plain value; a [Survey] keeps a copy.
type SurveyConfig struct {
	Outcome string    // what the drivers are to explain: an overall judgement, a recommendation
	Drivers []string  // what was rated, for example one column per touchpoint
	Stated  []string  // stated importance, one column per driver in the same order, or none
	Missing []float64 // ratings that mean "not applicable", such as 0 on a scale from 1 to 5: missing, not low
}

// Check reports every way in which the configuration is malformed.
func (c SurveyConfig) Check() error {
	var p b2b.Problems
	if c.Outcome == "" {
		p.Add("config.outcome", "missing")
	}
	if len(c.Drivers) == 0 {
		p.Add("config.drivers", "none")
	}
	seen := map[string]bool{c.Outcome: true}
	for i, d := range c.Drivers {
		at := "config.drivers[" + strconv.Itoa(i) + "]"
		if d == "" {
			p.Add(at, "empty")
		} else if seen[d] {
			p.Add(at, "named before")
		}
		seen[d] = true
	}
	if n := len(c.Stated); n != 0 && n != len(c.Drivers) {
		p.Add("config.stated", "not one per driver")
	}
	for i, x := range c.Missing {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			p.Add("config.missing["+strconv.Itoa(i)+"]", "not a finite number")
		}
	}
	return p.Err()
}

func (c SurveyConfig) clone() SurveyConfig {
	c.Drivers, c.Stated, c.Missing = slices.Clone(c.Drivers), slices.Clone(c.Stated), slices.Clone(c.Missing)
	slices.Sort(c.Missing)
	c.Missing = slices.Compact(c.Missing)
	return c
}

func (c SurveyConfig) equal(d SurveyConfig) bool {
	return c.Outcome == d.Outcome && slices.Equal(c.Drivers, d.Drivers) && slices.Equal(c.Stated, d.Stated) && slices.Equal(c.Missing, d.Missing)
}

// Answer is one cell of a survey. The zero value is missing. It is a comparable value.
type Answer struct {
	Value float64
	Given bool
}

// Answered returns an answer that was given.
func Answered(x float64) Answer { return Answer{x, true} }

// Row is one respondent's answers. Key and Group enter as a hash and a label: no person is kept. The zero value has no
// answers.
type Row struct {
	Key     string // identifies the row, for resampling; "" takes the answers themselves
	Group   string // rows that belong together, such as those of one account; "" is none
	Outcome Answer
	Drivers []Answer
	Stated  []Answer
	Weight  Answer // > 0; missing is 1
}

// Survey is an accumulator of rows. Rows with an answer missing in outcome, drivers or stated importance are counted and left
// out (listwise). The zero value is empty without columns and takes over those of the first survey merged into it; make
// others with [NewSurvey]. Not safe for concurrent use; one goroutine at a time.
type Survey struct {
	cfg     SurveyConfig
	seen    int64   // rows added
	missing []int64 // by column: outcome, drivers, stated
	cells   []float64
	keys    []uint64
	weights []float64
	groups  []uint32
	names   []string // of groups; 0 is ""
	code    map[string]uint32
}

// NewSurvey returns an empty survey with the columns.
func NewSurvey(cfg SurveyConfig) (*Survey, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	s := &Survey{}
	s.configure(cfg)
	return s, nil
}

func (s *Survey) configure(cfg SurveyConfig) {
	s.cfg = cfg.clone()
	s.missing = make([]int64, 1+len(cfg.Drivers)+len(cfg.Stated))
	s.names, s.code = []string{""}, map[string]uint32{"": 0}
}

// width is the number of cells of a row: drivers, outcome, stated.
func (s *Survey) width() int { return len(s.missing) }

// Add adds a row. Errors: columns that do not match the configuration, answers that are not finite, a weight that is not
// above 0; the survey is then unchanged.
func (s *Survey) Add(r Row) error {
	if err := s.check(&r); err != nil {
		return err
	}
	s.seen++
	p := len(s.cfg.Drivers)
	s.cells = reserve(s.cells, s.width())
	cells := s.cells // the row belongs to the survey once it is complete
	complete := true
	take := func(a Answer, column int) {
		if !a.Given || len(s.cfg.Missing) > 0 && slices.Contains(s.cfg.Missing, a.Value) && column > 0 {
			s.missing[column]++
			complete = false
		}
		cells = append(cells, a.Value+0)
	}
	for i, a := range r.Drivers {
		take(a, 1+i)
	}
	take(r.Outcome, 0)
	for i, a := range r.Stated {
		take(a, 1+p+i)
	}
	if !complete {
		return nil
	}
	weight := 1.0
	if r.Weight.Given {
		weight = r.Weight.Value
	}
	var key uint64
	if r.Key != "" {
		key = stream.Hash(r.Key) | 1 // 0 is no key
	}
	s.cells = cells
	s.keys = append(reserve(s.keys, 1), key)
	s.weights = append(reserve(s.weights, 1), weight)
	s.groups = append(reserve(s.groups, 1), s.group(r.Group))
	return nil
}

func (s *Survey) check(r *Row) error {
	if len(r.Drivers) == len(s.cfg.Drivers) && len(r.Stated) == len(s.cfg.Stated) && len(r.Drivers) > 0 {
		ok := finite(r.Outcome) && finite(r.Weight) && (!r.Weight.Given || r.Weight.Value > 0)
		for _, a := range r.Drivers {
			ok = ok && finite(a)
		}
		for _, a := range r.Stated {
			ok = ok && finite(a)
		}
		if ok {
			return nil
		}
	}
	var p b2b.Problems
	if len(r.Drivers) != len(s.cfg.Drivers) || len(s.cfg.Drivers) == 0 {
		p.Add("drivers", "not one per driver of the configuration")
	}
	if len(r.Stated) != len(s.cfg.Stated) {
		p.Add("stated", "not one per stated column of the configuration")
	}
	const reason = "not a finite number"
	if !finite(r.Outcome) {
		p.Add("outcome", reason)
	}
	for i, a := range r.Drivers {
		if !finite(a) {
			p.Add("drivers["+strconv.Itoa(i)+"]", reason)
		}
	}
	for i, a := range r.Stated {
		if !finite(a) {
			p.Add("stated["+strconv.Itoa(i)+"]", reason)
		}
	}
	if !finite(r.Weight) || r.Weight.Given && !(r.Weight.Value > 0) {
		p.Add("weight", "not a finite number above 0")
	}
	return p.Err()
}

func finite(a Answer) bool { return !a.Given || !math.IsNaN(a.Value) && !math.IsInf(a.Value, 0) }

// reserve makes room for n more elements, at least twice what there is: append alone grows large slices by a quarter, and so
// copies the rows five times over.
func reserve[T any](s []T, n int) []T {
	if len(s)+n > cap(s) {
		return slices.Grow(s, max(len(s), n))
	}
	return s
}

func (s *Survey) group(name string) uint32 {
	if name == "" {
		return 0
	}
	if c, ok := s.code[name]; ok {
		return c
	}
	c := uint32(len(s.names))
	name = strings.Clone(name)
	s.names = append(s.names, name)
	s.code[name] = c
	return c
}

// Merge adds all rows of other, which is unchanged. Different columns are [b2b.ErrConfigMismatch].
func (s *Survey) Merge(other *Survey) error {
	switch {
	case len(other.cfg.Drivers) == 0:
		return nil
	case len(s.cfg.Drivers) == 0:
		s.configure(other.cfg)
	case !s.cfg.equal(other.cfg):
		return b2b.ErrConfigMismatch
	}
	s.seen += other.seen
	for i, n := range other.missing {
		s.missing[i] += n
	}
	rename := make([]uint32, len(other.names))
	for i, n := range other.names {
		rename[i] = s.group(n)
	}
	n := len(other.keys)
	s.cells = append(s.cells, other.cells[:n*other.width()]...)
	s.keys = append(s.keys, other.keys[:n]...)
	s.weights = append(s.weights, other.weights[:n]...)
	for _, g := range other.groups[:n] {
		s.groups = append(s.groups, rename[g])
	}
	return nil
}
