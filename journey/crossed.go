package journey

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/buyerjourney/b2b/touchpoint"
)

// Crossing is one row that a rule says should have waited. Reason is a sentence that names steps, kinds and roles, no person.
type Crossing struct {
	Rule     string // its id
	Severity Severity
	Row      int // in the columns of the log
	Journey  int // the row's
	Open     int // the journey that was open
	Step     StepID
	At       time.Time
	OpenFor  time.Duration // how long the other had been open; negative before its start
	State    StepID        // the last step of the open journey before the row, "" before its start
	Running  bool          // the open journey has no end yet
	Reason   string
}

// Crossings returns every row that a rule says should have waited, by (row, rule, open journey). A log without times has none.
func (l *Log) Crossings(rules []CrossingRule, c RuleConfig) ([]Crossing, error) {
	if err := CheckRules(rules, c); err != nil {
		return nil, err
	}
	if !l.timed {
		return nil, nil
	}
	var out []Crossing
	s := newSpans(l, c.Spans)
	for i := range rules {
		out = l.crossings(out, &rules[i], s, c.Catalogue)
	}
	order := make(map[string]int, len(rules))
	for i, r := range rules {
		order[r.ID] = i
	}
	slices.SortFunc(out, func(a, b Crossing) int {
		return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(order[a.Rule], order[b.Rule]), cmp.Compare(a.Open, b.Open), cmp.Compare(b.OpenFor, a.OpenFor))
	})
	return out, nil
}

// openJourney is one open span of a journey that While matches.
type openJourney struct {
	span
	j int
}

func (l *Log) crossings(out []Crossing, rule *CrossingRule, s *spans, catalogue *touchpoint.Catalogue) []Crossing {
	r := &l.rows
	while, hold := newMatcher(l, rule.While, catalogue), newMatcher(l, rule.Hold, catalogue)
	before, after := rule.Before.Microseconds(), rule.After.Microseconds()
	open := make(map[string][]openJourney)
	for j := range l.keys {
		for i := r.Offsets[j]; i < r.Offsets[j+1]; i++ {
			if !while.row(i, j) {
				continue
			}
			for _, sp := range s.of(j, i) {
				for _, key := range l.scopeOfJourney(rule.Scope, j) {
					open[key] = append(open[key], openJourney{sp, j})
				}
			}
			break
		}
	}
	for _, list := range open {
		slices.SortFunc(list, func(a, b openJourney) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.j, b.j)) })
	}
	if len(open) == 0 {
		return out
	}
	for j := range l.keys {
		for i := r.Offsets[j]; i < r.Offsets[j+1]; i++ {
			if !hold.row(i, j) {
				continue
			}
			t := r.At[i]
			seen := make(map[openJourney]bool)
			for _, key := range l.scopeOfRow(rule.Scope, i) {
				for _, o := range open[key] {
					if o.from-before > t {
						break
					}
					if o.j == j || seen[o] {
						continue
					}
					inside := o.from < t && (o.running || t < o.to)
					near := (before > 0 && t <= o.from && o.from-before <= t) || (after > 0 && !o.running && o.to <= t && t <= o.to+after)
					if (inside && t-o.from >= rule.MinOpen.Microseconds()) || (!inside && near) {
						seen[o] = true
						out = append(out, l.crossing(rule, i, j, o))
					}
				}
			}
		}
	}
	return out
}

// scopeOfRow returns the keys under which a row looks for open journeys.
func (l *Log) scopeOfRow(scope Scope, i int) []string {
	r := &l.rows
	var key string
	switch scope {
	case SameAccount:
		key = r.Account.At(i)
	case SamePerson:
		key = r.Person.At(i)
	case SameDeal:
		return l.deals(i)
	}
	if key == "" {
		return nil
	}
	return []string{key}
}

func (l *Log) scopeOfJourney(scope Scope, j int) []string {
	var out []string
	if scope == SameAccount {
		if a := name(&l.rows.Account, l.head(j).account); a != "" {
			out = []string{a}
		}
		return out
	}
	for i := l.rows.Offsets[j]; i < l.rows.Offsets[j+1]; i++ {
		out = append(out, l.scopeOfRow(scope, i)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// deals returns the ids of the deals of a row's event.
func (l *Log) deals(i int) []string {
	x := l.extra[l.rows.Event[i]]
	if x == nil {
		return nil
	}
	var out []string
	for _, o := range x.objects {
		if o.Type == DealObject && o.ID != "" {
			out = append(out, o.ID)
		}
	}
	return slices.Compact(out)
}

func (l *Log) crossing(rule *CrossingRule, i, j int, o openJourney) Crossing {
	r := &l.rows
	t := r.At[i]
	c := Crossing{
		Rule: rule.ID, Severity: rule.Severity, Row: i, Journey: j, Open: o.j, Step: StepID(r.Step.Names[r.Code(i)]),
		At: instant(t, at(r.Zone, i, 0)), OpenFor: lapse(t - o.from), Running: o.running,
	}
	for k := r.Offsets[o.j]; k < r.Offsets[o.j+1] && r.At[k] < t; k++ {
		c.State = StepID(r.Step.Names[r.Code(k)])
	}
	title := rule.Name
	if title == "" {
		title = rule.ID
	}
	other := l.Journey(o.j)
	what := "another"
	switch kind := string(other.Kind()); {
	case kind == "":
	case strings.ContainsAny(kind[:1], "aeiouAEIOU"):
		what = "an " + kind
	default:
		what = "a " + kind
	}
	if seat := other.Seat(); seat != "" {
		what += " journey of " + string(seat)
	} else {
		what += " journey"
	}
	switch {
	case c.OpenFor < 0:
		c.Reason = fmt.Sprintf("%s: %q comes %s before %s begins", title, c.Step, spoken(-c.OpenFor), what)
	case !o.running && t >= o.to:
		c.Reason = fmt.Sprintf("%s: %q comes %s after %s ended", title, c.Step, spoken(lapse(t-o.to)), what)
	default:
		c.Reason = fmt.Sprintf("%s: %q while %s has been open for %s, last step %q", title, c.Step, what, spoken(c.OpenFor), c.State)
	}
	return c
}

// spoken writes a length of time for people: days from two days on, then hours, then minutes.
func spoken(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%.1f days", d.Hours()/24)
	case d >= 2*time.Hour:
		return fmt.Sprintf("%.1f hours", d.Hours())
	default:
		return fmt.Sprintf("%.0f minutes", d.Minutes())
	}
}

// Trial is what a rule would have held in a log.
type Trial struct {
	Rule      string
	Severity  Severity
	Crossings int
	Rows      int // rows that would have waited
	Journeys  int // journeys of those rows
	Accounts  int
}

// Try counts what each rule would have held, in the order of the rules.
func Try(rules []CrossingRule, l *Log, c RuleConfig) ([]Trial, error) {
	found, err := l.Crossings(rules, c)
	if err != nil {
		return nil, err
	}
	out := make([]Trial, len(rules))
	for i, rule := range rules {
		out[i] = Trial{Rule: rule.ID, Severity: rule.Severity}
		rows, journeys, accounts := make(map[int]bool), make(map[int]bool), make(map[uint32]bool)
		for _, x := range found {
			if x.Rule == rule.ID {
				out[i].Crossings++
				rows[x.Row], journeys[x.Journey], accounts[l.head(x.Journey).account] = true, true, true
			}
		}
		out[i].Rows, out[i].Journeys, out[i].Accounts = len(rows), len(journeys), len(accounts)
	}
	return out, nil
}
