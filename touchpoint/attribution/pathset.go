package attribution

import (
	"strings"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/exact"
)

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
	none     outcome  // conversions whose path has no step
	conv     int64
	null     int64

	texts   texts // seen by AddText
	textSep string
	codes   []uint32 // scratch
	stamps  []int64
}

// record is one distinct path. Records that fall to 0 stay as they are and are left out of every result.
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

// maxTexts and maxTextBytes bound the memory for texts that AddText remembers.
const (
	maxTexts     = 1 << 16
	maxTextBytes = 1 << 26
)

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
	s.add(s.record(p), p.Conversions, p.Nulls, p.Value)
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
	if sep != s.textSep {
		s.texts, s.textSep = texts{}, sep
	}
	i, hash, known := s.texts.lookup(text)
	if !known {
		if conversions == 0 && nulls == 0 && hasStep(text, sep) {
			return nil
		}
		if s.parse(text, sep); len(s.codes) == 0 {
			return &b2b.InvalidError{Path: "steps", Reason: "empty path"}
		}
		distinct := len(s.records)
		i = s.find(0, nil)
		// Only a path that has come before is likely to come again in the same words.
		if len(s.records) == distinct && len(s.texts.list) < maxTexts && len(s.texts.bytes)+len(text) < maxTextBytes {
			s.texts.remember(text, hash, i)
		}
	}
	if conversions != 0 || nulls != 0 {
		s.add(i, conversions, nulls, value)
	}
	return nil
}

func hasStep(text, sep string) bool {
	for step := range strings.SplitSeq(text, sep) {
		if strings.TrimSpace(step) != "" {
			return true
		}
	}
	return false
}

// parse interns the steps of a text and leaves their codes in s.codes.
func (s *PathSet) parse(text, sep string) {
	s.codes = s.codes[:0]
	for {
		var i int
		if len(sep) == 1 {
			i = strings.IndexByte(text, sep[0])
		} else {
			i = strings.Index(text, sep)
		}
		step := text
		if i >= 0 {
			step = text[:i]
		}
		if step = trim(step); step != "" {
			s.codes = append(s.codes, s.names.intern(step))
		}
		if i < 0 {
			break
		}
		text = text[i+len(sep):]
	}
}

// trim is [strings.TrimSpace], quick for a text that begins and ends with a visible ASCII character, or blanks around one.
func trim(s string) string {
	for len(s) > 0 && s[0] == ' ' {
		s = s[1:]
	}
	for len(s) > 0 && s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	if n := len(s); n > 0 && s[0]-'!' <= '~'-'!' && s[n-1]-'!' <= '~'-'!' {
		return s
	}
	return strings.TrimSpace(s)
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
	s.none.add(conversions, 0, value)
	s.conv += conversions
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
		if left := r.value.less(p.Value); !left.IsZero() {
			out.Add("value", "would be left without a conversion")
		}
	}
	if err := out.Err(); err != nil {
		return err
	}
	r.conv -= p.Conversions
	r.null -= p.Nulls
	r.value.add(-p.Value)
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
		s.records[s.find(account, ages)].merge(&r.outcome)
	}
	s.none.merge(&other.none)
	s.conv += other.conv
	s.null += other.null
	return nil
}

// Totals returns the conversions, nulls and value of all paths, unattributed ones included.
func (s *PathSet) Totals() (conversions, nulls int64, value float64) {
	var sum exact.Sum
	s.none.value.addTo(&sum)
	for i := range s.records {
		s.records[i].value.addTo(&sum)
	}
	return s.conv, s.null, sum.Float64()
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

func (s *PathSet) add(i int32, conversions, nulls int64, value float64) {
	s.records[i].add(conversions, nulls, value)
	s.conv += conversions
	s.null += nulls
}

func (o *outcome) add(conversions, nulls int64, value float64) {
	o.conv += conversions
	o.null += nulls
	o.value.add(value)
	if value < 0 {
		o.refunds++
	}
}

func (o *outcome) merge(p *outcome) {
	o.conv += p.conv
	o.null += p.null
	o.refunds += p.refunds
	o.value.merge(&p.value)
}
