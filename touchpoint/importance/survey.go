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
	rows    rows
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
	s.rows.q = len(s.missing)
	s.names, s.code = []string{""}, map[string]uint32{"": 0}
}

// Add adds a row. Errors: columns that do not match the configuration, answers that are not finite, a weight that is not
// above 0; the survey is then unchanged.
func (s *Survey) Add(r Row) error {
	p := len(s.cfg.Drivers)
	if p == 0 || len(r.Drivers) != p || len(r.Stated) != len(s.cfg.Stated) {
		return s.problems(&r)
	}
	cells := s.rows.next()
	drivers := take(cells[:p], r.Drivers)
	stated := take(cells[p+1:], r.Stated)
	weight := 1.0
	if r.Weight.Given {
		weight = r.Weight.Value
	}
	if !drivers || !stated || !finite(r.Outcome) || !finite(r.Weight) || !(weight > 0) {
		return s.problems(&r)
	}
	s.seen++
	lost := s.miss(s.missing[1:], r.Drivers) + s.miss(s.missing[1+p:], r.Stated)
	if !r.Outcome.Given {
		s.missing[0]++
		lost++
	}
	if lost > 0 {
		return nil
	}
	cells[p] = r.Outcome.Value + 0
	t := tag{weight: weight, group: s.group(r.Group)}
	if r.Key != "" {
		t.key = stream.Hash(r.Key) | 1 // 0 is no key
	}
	s.rows.push(t)
	return nil
}

// take copies the answers; it reports false if one that was given is not finite.
func take(cells []float64, answers []Answer) bool {
	ok := true
	for i, a := range answers {
		cells[i] = a.Value + 0 // no negative zero
		ok = ok && (!a.Given || a.Value-a.Value == 0)
	}
	return ok
}

// miss counts, by column, the answers that are missing, and returns how many are.
func (s *Survey) miss(columns []int64, answers []Answer) (n int) {
	for i, a := range answers {
		if !a.Given || len(s.cfg.Missing) > 0 && slices.Contains(s.cfg.Missing, a.Value) {
			columns[i]++
			n++
		}
	}
	return n
}

// problems says what is wrong with a row.
func (s *Survey) problems(r *Row) error {
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
	for i := range other.rows.n { // which may be s, whose rows then grow meanwhile
		copy(s.rows.next(), other.rows.row(i))
		t := *other.rows.tag(i)
		t.group = rename[t.group]
		s.rows.push(t)
	}
	return nil
}
