package conformance

import (
	"slices"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/bin"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/discovery"
)

// RuleCount says how often a rule was asked and kept.
type RuleCount struct {
	Rule
	Activated, Fulfilled int64
	Confidence           b2b.Estimate // fulfilled/activated (Wilson 1927)
	Violations           []Violation  // the first ones
}

// Violation is one journey that breaks a rule, and the first event that does; −1 where it is the journey as a whole.
type Violation struct {
	Journey, Event int
}

// RuleCounts judges journeys by a list of rules. It is an accumulator; use [NewRuleCounts]. The zero value takes over the
// rules of the first that it is merged with. Not safe for concurrent use while it is changed.
type RuleCounts struct {
	rules     []Rule
	activated []int64
	fulfilled []int64
	at        map[string][]int // positions of the steps of the journey at hand
}

// NewRuleCounts makes an empty accumulator. Every problem of the rules is reported at once.
func NewRuleCounts(rules []Rule) (*RuleCounts, error) {
	if err := checkRules(rules); err != nil {
		return nil, err
	}
	return &RuleCounts{rules: slices.Clone(rules), activated: make([]int64, len(rules)), fulfilled: make([]int64, len(rules))}, nil
}

// Add judges a journey. The zero Journey is an error.
func (c *RuleCounts) Add(j journey.Journey) error { return c.change(j, 1) }

// Sub takes a journey out again. Where that would make a count negative, c is unchanged and the error is a
// [*b2b.InvalidError].
func (c *RuleCounts) Sub(j journey.Journey) error {
	if err := c.change(j, -1); err != nil {
		return err
	}
	for i, n := range c.activated {
		if n < 0 || c.fulfilled[i] < 0 || c.fulfilled[i] > n {
			_ = c.change(j, 1)
			return &b2b.InvalidError{Path: "journey", Reason: "was not added before: a count would be negative"}
		}
	}
	return nil
}

func (c *RuleCounts) change(j journey.Journey, by int64) error {
	if j.Log() == nil {
		return &b2b.InvalidError{Path: "journey", Reason: "the zero value is no journey"}
	}
	if c.at == nil {
		c.at = make(map[string][]int)
	}
	for i, r := range c.rules {
		v := r.of(j, positions(c.at, j))
		if v.Activated {
			c.activated[i] += by
		}
		if v.Fulfilled {
			c.fulfilled[i] += by
		}
	}
	return nil
}

// positions finds the events of each step of a journey.
func positions(at map[string][]int, j journey.Journey) map[string][]int {
	for s := range at {
		delete(at, s)
	}
	for i := range j.Len() {
		s := string(j.Step(i))
		at[s] = append(at[s], i)
	}
	return at
}

// of applies a rule to a journey.
func (r Rule) of(j journey.Journey, at map[string][]int) Verdict {
	return r.judge(at[string(r.A)], at[string(r.B)], j.Len(), r.condition(j))
}

// condition returns the condition on a pair of events of a journey, nil for none.
func (r Rule) condition(j journey.Journey) func(i, k int) bool {
	if r.Within == 0 && !r.SameRole {
		return nil
	}
	from, _ := j.Rows()
	rows := j.Log().Rows()
	limit := r.Within.Microseconds()
	return func(i, k int) bool {
		if r.Within > 0 {
			if !j.Log().Timed() {
				return false
			}
			if d := rows.At[from+k] - rows.At[from+i]; d > limit || -d > limit {
				return false
			}
		}
		if r.SameRole {
			s := rows.Seat.At(from + i)
			return s != "" && s == rows.Seat.At(from+k)
		}
		return true
	}
}

// Merge adds the counts of other, which is unchanged. Other rules are [b2b.ErrConfigMismatch].
func (c *RuleCounts) Merge(other *RuleCounts) error {
	if other.rules == nil {
		return nil
	}
	if c.rules == nil {
		c.rules = slices.Clone(other.rules)
		c.activated, c.fulfilled = make([]int64, len(c.rules)), make([]int64, len(c.rules))
	}
	if !slices.Equal(c.rules, other.rules) {
		return b2b.ErrConfigMismatch
	}
	for i := range c.rules {
		c.activated[i] += other.activated[i]
		c.fulfilled[i] += other.fulfilled[i]
	}
	return nil
}

// Counts returns the counts in the order of the rules, without violations.
func (c *RuleCounts) Counts() []RuleCount {
	out := make([]RuleCount, len(c.rules))
	for i, r := range c.rules {
		out[i] = RuleCount{Rule: r, Activated: c.activated[i], Fulfilled: c.fulfilled[i], Confidence: wilson(int(c.fulfilled[i]), int(c.activated[i]))}
	}
	return out
}

const version = 1

// AppendBinary appends the canonical binary form, with the rules.
func (c *RuleCounts) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, version)
	dst = bin.AppendUvarint(dst, uint64(len(c.rules)))
	for i, r := range c.rules {
		dst = append(dst, byte(r.Template))
		dst = bin.AppendString(dst, string(r.A))
		dst = bin.AppendString(dst, string(r.B))
		dst = bin.AppendUvarint(dst, uint64(r.N))
		dst = bin.AppendVarint(dst, int64(r.Within))
		dst = bin.AppendBool(dst, r.SameRole)
		dst = bin.AppendUvarint(dst, uint64(c.activated[i]))
		dst = bin.AppendUvarint(dst, uint64(c.fulfilled[i]))
	}
	return dst, nil
}

// UnmarshalBinary reads what AppendBinary wrote; on an error c is unchanged.
func (c *RuleCounts) UnmarshalBinary(data []byte) error {
	r := bin.NewReader(data)
	r.Version(version)
	n := RuleCounts{}
	for range r.Count(8) {
		var x Rule
		if b := r.Bytes(1); len(b) == 1 {
			x.Template = Template(b[0])
		}
		x.A, x.B = journey.StepID(r.String()), journey.StepID(r.String())
		x.N = int(r.Uvarint())
		x.Within = time.Duration(r.Varint())
		x.SameRole = r.Bool()
		a, f := r.Uvarint(), r.Uvarint()
		if f > a || a > 1<<62 {
			r.Fail(bin.ErrCorrupt)
		}
		if r.Err() != nil {
			break
		}
		n.rules = append(n.rules, x)
		n.activated, n.fulfilled = append(n.activated, int64(a)), append(n.fulfilled, int64(f))
	}
	if err := r.Done(); err != nil {
		return err
	}
	if checkRules(n.rules) != nil {
		return bin.ErrCorrupt
	}
	*c = n
	return nil
}

// CheckRules judges all journeys of a log by rules: once per variant where a rule has no conditions. At most sample
// violations are listed per rule.
func CheckRules(log *journey.Log, rules []Rule, sample int) ([]RuleCount, error) {
	if err := checkRules(rules); err != nil {
		return nil, err
	}
	v := discovery.NewVariants(log)
	out := make([]RuleCount, len(rules))
	for i, r := range rules {
		out[i].Rule = r
	}
	add := func(c *RuleCount, x Verdict, n int64) {
		if x.Activated {
			c.Activated += n
		}
		if x.Fulfilled {
			c.Fulfilled += n
		}
	}
	verdicts := make([][]Verdict, len(rules)) // per rule without conditions: per variant
	at := make(map[string][]int)
	for k := range v.Len() {
		j := log.Journey(v.First(k))
		positions(at, j)
		for i, r := range rules {
			if r.condition(j) == nil {
				x := r.of(j, at)
				verdicts[i] = append(verdicts[i], x)
				add(&out[i], x, v.Count(k))
			}
		}
	}
	for k := range log.Journeys() {
		j := log.Journey(k)
		placed := false
		for i, r := range rules {
			var x Verdict
			if verdicts[i] != nil {
				x = verdicts[i][v.Of(k)]
			} else {
				if !placed {
					positions(at, j)
					placed = true
				}
				x = r.of(j, at)
				add(&out[i], x, 1)
			}
			if x.Activated && !x.Fulfilled && len(out[i].Violations) < sample {
				out[i].Violations = append(out[i].Violations, Violation{k, x.Event})
			}
		}
	}
	for i := range out {
		out[i].Confidence = wilson(int(out[i].Fulfilled), int(out[i].Activated))
	}
	return out, nil
}
