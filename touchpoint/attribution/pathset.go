package attribution

import "github.com/buyerjourney/b2b"

// PathSet is an accumulator of paths that holds no person: names are interned, equal paths (steps, ages, account) are one
// record with counts. Its state depends on neither order nor partition. The zero value is empty and ready to use. Not safe
// for concurrent use; one goroutine at a time. [PathSet.Result] gives an immutable [Paths] for the models.
type PathSet struct {
	names    table
	accounts table
	index    slots
	records  []record
	steps    []uint32 // of all records, one after the other
	ages     []int64  // of all timed records, in nanoseconds before the end
	sums     vault
	none     outcome // conversions whose path has no step
	conv     int64
	null     int64

	codes  []uint32 // scratch
	stamps []int64
}

// record is one distinct path, without pointers. Records that fall to 0 stay as they are and are left out of every result.
type record struct {
	outcome
	from    int
	age     int // offset in ages, −1 for a path without times
	n       int32
	account uint32
}

// outcome is what came of a path.
type outcome struct {
	conv, null, refunds int64
	value               value
}

func (o *outcome) live() bool { return o.conv != 0 || o.null != 0 }

// Add adds a path. Errors are those of [Path.Check], and a total beyond 2^53; the set is then unchanged. A path without
// conversions and nulls changes nothing. A known path costs O(steps) and no allocation.
func (s *PathSet) Add(p Path) error {
	if err := p.Check(); err != nil {
		return err
	}
	if err := s.room(p.Conversions, p.Nulls); err != nil {
		return err
	}
	if p.Conversions == 0 && p.Nulls == 0 {
		return nil
	}
	i := s.record(p)
	s.addTo(&s.records[i].outcome, p.Conversions, p.Nulls, p.Value)
	return nil
}

// AddAll adds the paths it can and returns the others, in order, with paths such as paths[3].conversions.
func (s *PathSet) AddAll(paths []Path) []b2b.Rejection { return rejections(paths, s.Add) }

// AddText adds a path that is written as one text with sep between the steps. Steps are trimmed of white space, empty
// steps dropped. Errors as in [PathSet.Add]; an empty sep is an error.
func (s *PathSet) AddText(text, sep string, conversions, nulls int64, value float64) error {
	var p b2b.Problems
	checkCounts(&p, conversions, nulls, value)
	if sep == "" {
		p.Add("sep", "empty")
	}
	if err := p.Err(); err != nil {
		return err
	}
	if err := s.room(conversions, nulls); err != nil {
		return err
	}
	if s.parse(text, sep); len(s.codes) == 0 {
		return &b2b.InvalidError{Path: "steps", Reason: "empty path"}
	}
	if conversions != 0 || nulls != 0 {
		i := s.find(0, nil)
		s.addTo(&s.records[i].outcome, conversions, nulls, value)
	}
	return nil
}

// AddUnattributed adds conversions that had no path at all, so that totals stay whole: they go to [Credits.Unattributed].
func (s *PathSet) AddUnattributed(conversions int64, value float64) error {
	var p b2b.Problems
	checkCounts(&p, conversions, 0, value)
	if err := p.Err(); err != nil {
		return err
	}
	if err := s.room(conversions, 0); err != nil {
		return err
	}
	s.addTo(&s.none, conversions, 0, value)
	return nil
}

// Sub takes a path out again that was added. More than is there, or a value that would be left without conversions, is an
// error and changes nothing.
func (s *PathSet) Sub(p Path) error {
	if err := p.Check(); err != nil {
		return err
	}
	if p.Conversions == 0 && p.Nulls == 0 {
		return nil
	}
	i, ok := s.lookup(p)
	if !ok {
		return &b2b.InvalidError{Path: "steps", Reason: "no such path in the set"}
	}
	r := &s.records[i]
	var out b2b.Problems
	if p.Conversions > r.conv {
		out.Add("conversions", "more than the set holds")
	}
	if p.Nulls > r.null {
		out.Add("nulls", "more than the set holds")
	}
	if p.Value < 0 && r.refunds == 0 {
		out.Add("value", "no refund in the set")
	}
	if out.Len() == 0 && p.Conversions == r.conv {
		left := s.sums.sum(r.value)
		if left.Sub(p.Value); !left.IsZero() {
			out.Add("value", "would be left without a conversion")
		}
	}
	if err := out.Err(); err != nil {
		return err
	}
	r.conv -= p.Conversions
	r.null -= p.Nulls
	s.sums.add(&r.value, -p.Value)
	if p.Value < 0 {
		r.refunds--
	}
	s.conv -= p.Conversions
	s.null -= p.Nulls
	return nil
}

// Merge adds all that other holds; other is unchanged. Names, accounts and separators may differ.
func (s *PathSet) Merge(other *PathSet) error {
	if err := s.room(other.conv, other.null); err != nil {
		return err
	}
	if other == s {
		clone := new(PathSet)
		if err := clone.Merge(s); err != nil {
			return err
		}
		other = clone
	}
	for i := range other.records {
		r := &other.records[i]
		if !r.live() {
			continue
		}
		s.codes = s.codes[:0]
		for _, c := range other.steps[r.from : r.from+int(r.n)] {
			s.codes = append(s.codes, s.names.intern(other.names.list[c]))
		}
		var account uint32
		if r.account != 0 {
			account = s.account(other.accounts.list[r.account])
		}
		var ages []int64
		if r.age >= 0 {
			ages = other.ages[r.age : r.age+int(r.n)]
		}
		k := s.find(account, ages)
		s.merge(&s.records[k].outcome, other.sums, &r.outcome)
	}
	s.merge(&s.none, other.sums, &other.none)
	return nil
}

// Totals returns the conversions, nulls and value of all paths, unattributed ones included.
func (s *PathSet) Totals() (conversions, nulls int64, value float64) {
	return s.conv, s.null, s.value()
}

// value returns the float64 nearest to the value of all paths.
func (s *PathSet) value() float64 {
	var sums vault
	var all value
	sums.merge(&all, s.sums, s.none.value)
	for i := range s.records {
		sums.merge(&all, s.sums, s.records[i].value)
	}
	return sums.float64(all)
}

// room checks that totals stay exact.
func (s *PathSet) room(conversions, nulls int64) error {
	var p b2b.Problems
	if s.conv+conversions > maxCount {
		p.Add("conversions", "total beyond 2^53")
	}
	if s.null+nulls > maxCount {
		p.Add("nulls", "total beyond 2^53")
	}
	return p.Err()
}

// addTo adds to an outcome of the set.
func (s *PathSet) addTo(o *outcome, conversions, nulls int64, value float64) {
	o.conv += conversions
	o.null += nulls
	s.sums.add(&o.value, value)
	if value < 0 {
		o.refunds++
	}
	s.conv += conversions
	s.null += nulls
}

// merge adds p, whose value belongs to from, to an outcome of the set.
func (s *PathSet) merge(o *outcome, from vault, p *outcome) {
	o.conv += p.conv
	o.null += p.null
	o.refunds += p.refunds
	s.sums.merge(&o.value, from, p.value)
	s.conv += p.conv
	s.null += p.null
}
