package attribution

import (
	"slices"
	"strconv"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/enum"
)

// Form says how repeated names of a path are written. It is a closed enumeration; zero is All, which keeps every step.
type Form uint8

// The forms, with the names that Snowplow and fractribution give them in brackets.
const (
	All             Form = iota // every step as it is (unique)
	Exposure                    // runs of one name become one step (exposure)
	FirstOccurrence             // each name once, where it first appears (first)
	Frequency                   // each name once, where it first appears, with its count: "email(3)" (frequency)
)

var forms = enum.New[Form]("form", "all", "exposure", "first", "frequency").Alias("none", All).Alias("unique", All)

// ParseForm reads the name of a form, without regard to case; "none", "unique" and the empty text are [All].
func ParseForm(text string) (Form, error) { return forms.Parse(text) }

// String returns the name in lower case.
func (f Form) String() string { return forms.String(f) }

// Transform changes paths before any model sees them. Its parts work in the order of the fields. The zero value changes
// nothing. It is a plain value.
type Transform struct {
	Lookback   time.Duration // keep steps of at most this age, counted from the conversion, or from the last step of a null path; 0 keeps all
	Keep       []string      // keep these names only; none keeps all
	Drop       []string      // drop these names
	DropIfLast []string      // drop these names from the end of a path, unless it has no other
	LastSteps  int           // keep the last steps only; 0 keeps all
	Form       Form
	Untimed    bool // forget the ages, so that paths that differ in them only become one
}

// Apply returns the changed paths. Conversions whose path loses all steps become unattributed; its nulls are counted beside
// them ([Paths.Unattributed]). A lookback on paths without times is an error, since their age is unknown.
func (t Transform) Apply(p *Paths) (*Paths, error) {
	if err := t.check(p); err != nil {
		return nil, err
	}
	var set PathSet
	b := transformer{t: t, p: p, keep: t.pass(p.names), last: make([]bool, len(p.names))}
	for i, n := range p.names {
		b.last[i] = slices.Contains(t.DropIfLast, n)
	}
	for r := range p.conv {
		path := Path{Conversions: int64(p.conv[r]), Nulls: int64(p.null[r]), Value: p.value[r], Account: b2b.AccountID(p.owner(r))}
		b.apply(r)
		path.Steps = b.steps
		if len(path.Steps) == 0 {
			set.addTo(&set.none, path.Conversions, path.Nulls, path.Value)
			continue
		}
		set.codes = set.codes[:0]
		for _, s := range path.Steps {
			set.codes = append(set.codes, set.names.intern(s))
		}
		var account uint32
		if path.Account != "" {
			account = set.account(string(path.Account))
		}
		var ages []int64
		if p.agesOf(r) != nil && !t.Untimed {
			ages = b.ages
		}
		i := set.find(account, ages)
		set.addTo(&set.records[i].outcome, path.Conversions, path.Nulls, path.Value)
	}
	set.addTo(&set.none, int64(p.none.Conversions), int64(p.nones), p.none.Value)
	out := set.Result()
	out.refunds, out.total = p.refunds, p.total
	return out, nil
}

func (t Transform) check(p *Paths) error {
	var bad b2b.Problems
	switch {
	case t.Lookback < 0:
		bad.Add("transform.lookback", "negative")
	case t.Lookback > 0:
		for r := range p.conv {
			if p.agesOf(r) == nil {
				bad.Add("transform.lookback", "paths without times")
				break
			}
		}
	}
	if t.LastSteps < 0 {
		bad.Add("transform.last_steps", "negative")
	}
	if !forms.Valid(t.Form) {
		bad.Add("transform.form", "no value of the enumeration")
	}
	return bad.Err()
}

// pass reports by code which names are kept.
func (t Transform) pass(names []string) []bool {
	keep := make([]bool, len(names))
	for i, n := range names {
		keep[i] = (len(t.Keep) == 0 || slices.Contains(t.Keep, n)) && !slices.Contains(t.Drop, n)
	}
	return keep
}

// transformer changes one path after the other in scratch memory.
type transformer struct {
	t          Transform
	p          *Paths
	keep, last []bool
	codes      []uint32
	ages       []int64
	steps      []string
}

func (b *transformer) apply(r int) {
	b.codes, b.ages, b.steps = b.codes[:0], b.ages[:0], b.steps[:0]
	ages := b.p.agesOf(r)
	for i, c := range b.p.of(r) {
		if !b.keep[c] || b.t.Lookback > 0 && ages[i] > int64(b.t.Lookback) {
			continue
		}
		b.codes = append(b.codes, c)
		if ages != nil {
			b.ages = append(b.ages, ages[i])
		}
	}
	b.cutEnd()
	if n := len(b.codes) - b.t.LastSteps; b.t.LastSteps > 0 && n > 0 {
		b.shift(n)
	}
	for i, c := range b.codes {
		if b.repeats(i) {
			continue
		}
		name := b.p.names[c]
		if b.t.Form == Frequency {
			name += "(" + strconv.Itoa(count(b.codes, c)) + ")"
		}
		if len(b.ages) > 0 {
			b.ages[len(b.steps)] = b.ages[i]
		}
		b.steps = append(b.steps, name)
	}
	b.ages = b.ages[:min(len(b.ages), len(b.steps))]
}

// cutEnd drops the names of DropIfLast from the end, unless nothing else is there.
func (b *transformer) cutEnd() {
	n := len(b.codes)
	for n > 0 && b.last[b.codes[n-1]] {
		n--
	}
	if n > 0 {
		b.codes, b.ages = b.codes[:n], b.ages[:min(n, len(b.ages))]
	}
}

// shift drops the first n steps.
func (b *transformer) shift(n int) {
	b.codes = b.codes[n:]
	if len(b.ages) > 0 {
		b.ages = b.ages[n:]
	}
}

// repeats reports whether the form leaves out step i.
func (b *transformer) repeats(i int) bool {
	switch b.t.Form {
	case All:
		return false
	case Exposure:
		return i > 0 && b.codes[i-1] == b.codes[i]
	case FirstOccurrence, Frequency:
		return slices.Contains(b.codes[:i], b.codes[i])
	default:
		return false
	}
}

func count(codes []uint32, c uint32) int {
	n := 0
	for _, d := range codes {
		if c == d {
			n++
		}
	}
	return n
}
