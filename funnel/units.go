package funnel

import (
	"cmp"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel/survival"
	"github.com/buyerjourney/b2b/internal/enum"
)

// Unit says what is counted. It is a closed enumeration; zero is [PerDeal].
type Unit uint8

// The units. A deal that is reopened is one deal and two episodes. Deals without an account are accounts of their own.
const (
	PerDeal Unit = iota
	PerAccount
	PerEpisode
)

var unitNames = enum.New[Unit]("unit", "deal", "account", "episode")

// IsValid reports whether u is a value of the enumeration.
func (u Unit) IsValid() bool { return unitNames.Valid(u) }

// String returns the name in lower case.
func (u Unit) String() string { return unitNames.String(u) }

// AppendText implements [encoding.TextAppender].
func (u Unit) AppendText(dst []byte) ([]byte, error) { return unitNames.AppendText(dst, u) }

// MarshalText implements [encoding.TextMarshaler].
func (u Unit) MarshalText() ([]byte, error) { return unitNames.AppendText(nil, u) }

// UnmarshalText implements [encoding.TextUnmarshaler]; the empty text is [PerDeal].
func (u *Unit) UnmarshalText(text []byte) error { return unitNames.UnmarshalText(u, text) }

// Dimension says by what deals are set apart. It is a closed enumeration; zero is [Undivided].
type Dimension uint8

// The dimensions.
const (
	Undivided Dimension = iota
	ByPipeline
	ByAccount
	ByOwner
	ByLeadSource
	BySegment
)

var dimensions = enum.New[Dimension]("dimension", "none", "pipeline", "account", "owner", "source", "segment")

// IsValid reports whether d is a value of the enumeration.
func (d Dimension) IsValid() bool { return dimensions.Valid(d) }

// String returns the name in lower case.
func (d Dimension) String() string { return dimensions.String(d) }

// AppendText implements [encoding.TextAppender].
func (d Dimension) AppendText(dst []byte) ([]byte, error) { return dimensions.AppendText(dst, d) }

// MarshalText implements [encoding.TextMarshaler].
func (d Dimension) MarshalText() ([]byte, error) { return dimensions.AppendText(nil, d) }

// UnmarshalText implements [encoding.TextUnmarshaler]; the empty text is [Undivided].
func (d *Dimension) UnmarshalText(text []byte) error { return dimensions.UnmarshalText(d, text) }

// segment returns the name of the segment that a deal is in.
func (s *State) segment(i int, by Dimension) string {
	a := &s.deals[i]
	switch by {
	case ByPipeline:
		return s.pipelines[a.pipeline].id
	case ByAccount:
		return s.accounts[a.account]
	case ByOwner:
		return s.owners[a.owner]
	case ByLeadSource:
		return s.sources[a.source]
	case BySegment:
		return s.segments[a.segment]
	case Undivided:
	}
	return ""
}

// Target is a set of places: those whose stage or whose outcome is named. The zero value is empty.
type Target struct {
	Stages   []Stage
	Outcomes []Outcome
}

// IsZero reports whether the set names nothing.
func (t Target) IsZero() bool { return len(t.Stages) == 0 && len(t.Outcomes) == 0 }

func (t Target) check(p *b2b.Problems, path string) {
	for _, o := range t.Outcomes {
		if !o.IsValid() || o == UnknownOutcome {
			p.Add(path+".outcomes", "unknown outcome")
		}
	}
}

// in marks the places of the set.
func (t Target) in(s *State) []bool {
	set := make([]bool, len(s.placeList))
	for i, p := range s.placeList {
		set[i] = p.Stage != "" && slices.Contains(t.Stages, p.Stage) || slices.Contains(t.Outcomes, p.Outcome)
	}
	return set
}

const microPerDay = 86400e6

// course is how one unit went on from where it is counted: from entry to exit, in microseconds.
type course struct {
	entry, exit int64
	end         Outcome // UnknownOutcome: censored at exit; Won stands for the target, whatever it is
	deal        int32   // the deal, or the first deal of an account
	untimed     bool    // entry is not known in time
}

// courses follows every unit from its first entry into from (nil: its opening) to its first entry into to. What ended
// before the observation began is left out: the units of that time that went on otherwise were not seen.
func (s *State) courses(from, to []bool, unit Unit) []course {
	out := s.allCourses(from, to, unit)
	if begin := toMicro(s.config.Observed.From); begin != noTime {
		out = slices.DeleteFunc(out, func(x course) bool { return x.end != UnknownOutcome && x.exit <= begin })
	}
	return out
}

func (s *State) allCourses(from, to []bool, unit Unit) []course {
	var out []course
	if unit == PerAccount {
		return s.accountCourses(from, to)
	}
	c := &s.sojourns
	for i := range s.deals {
		first, last := int(c.First[i]), int(c.First[i+1])
		if first == last {
			continue
		}
		if unit == PerDeal {
			if x, ok := s.course(i, first, last, from, to); ok {
				out = append(out, x)
			}
			continue
		}
		for j := s.firstEpisode[i]; j < s.firstEpisode[i+1]; j++ {
			end := last
			if j+1 < s.firstEpisode[i+1] {
				end = int(s.episodes[j+1].first)
			}
			if x, ok := s.course(i, int(s.episodes[j].first), end, from, to); ok {
				out = append(out, x)
			}
		}
	}
	return out
}

// course follows passages first ≤ j < last. A deal that was reopened ends by its last close.
func (s *State) course(deal, first, last int, from, to []bool) (x course, ok bool) {
	c := &s.sojourns
	start := first
	if from != nil {
		for start < last && !from[c.Place[start]] {
			start++
		}
		if start == last {
			return course{}, false
		}
	}
	x = course{entry: c.In[start], exit: s.asOf, deal: int32(deal), untimed: c.Flags[start]&TimeUnknown != 0}
	closed := -1
	for j := start; j < last; j++ {
		place := c.Place[j]
		if to[place] && (j > start || from == nil || !from[place]) {
			x.exit, x.end = c.In[j], Won
			x.untimed = x.untimed || c.Flags[j]&TimeUnknown != 0 || j == start // first seen there: nobody knows how long it took
			return x, true
		}
		if open := s.places[place].outcome.IsOpen(); open {
			closed = -1
		} else if closed < 0 {
			closed = j
		}
	}
	if closed >= 0 {
		x.exit, x.end = c.In[closed], s.places[c.Place[closed]].outcome
		if x.end == Won { // won, but that is not the target: it leaves by another way
			x.end = Churned + 1
		}
		x.untimed = x.untimed || c.Flags[closed]&TimeUnknown != 0
	}
	return x, true
}

// accountCourses joins the deals of an account: from the first entry of any to the first target of any; with no target,
// censored while a deal is open, else ended by the last close.
func (s *State) accountCourses(from, to []bool) []course {
	var out []course
	at := map[uint32]int{}
	for _, x := range s.allCourses(from, to, PerDeal) {
		account := s.deals[x.deal].account
		k, ok := at[account]
		if account == 0 || !ok {
			at[account] = len(out)
			out = append(out, x)
			continue
		}
		y := &out[k]
		if x.entry < y.entry {
			y.entry = x.entry
		}
		y.untimed = y.untimed || x.untimed
		switch {
		case y.end == Won && x.end == Won:
			y.exit = min(y.exit, x.exit)
		case y.end == Won:
		case x.end == Won:
			y.exit, y.end = x.exit, Won
		case y.end == UnknownOutcome || x.end == UnknownOutcome:
			y.exit, y.end = s.asOf, UnknownOutcome
		case x.exit > y.exit:
			y.exit, y.end = x.exit, x.end
		}
	}
	return out
}

// spells turns courses into spells in days, from entry; what happened before the observation began is left out, and what
// was under way then is at risk from then on. Cause 1 is the target; the other causes are listed by outcome.
func (s *State) spells(courses []course) (spells []survival.Spell, causes []Outcome, truncated int) {
	seen := [numOutcomes + 1]bool{Won: true}
	for _, x := range courses {
		seen[x.end] = seen[x.end] || x.end != UnknownOutcome
	}
	code := [numOutcomes + 1]int{}
	causes = []Outcome{Won}
	code[Won] = 1
	for o := range seen {
		if seen[o] && Outcome(o) != Won {
			causes = append(causes, Outcome(o))
			code[o] = len(causes)
		}
	}
	begin := toMicro(s.config.Observed.From)
	spells = make([]survival.Spell, 0, len(courses))
	for k, x := range courses {
		if x.untimed || x.exit < x.entry {
			continue
		}
		sp := survival.Spell{Exit: float64(x.exit-x.entry) / microPerDay, Cause: code[x.end], Case: k}
		if begin != noTime && x.entry < begin {
			if x.exit <= begin {
				continue
			}
			sp.Entry = float64(begin-x.entry) / microPerDay
			truncated++
		}
		if sp.Exit == sp.Entry && sp.Cause == 0 {
			continue // seen at the very end: no exposure
		}
		spells = append(spells, sp)
	}
	return spells, causes, truncated
}

// bySegment splits courses by the segment of their deal, segments in order of their names.
func (s *State) bySegment(courses []course, by Dimension) (segments []string, parts [][]course) {
	index := map[string]int{}
	for _, x := range courses {
		name := s.segment(int(x.deal), by)
		k, ok := index[name]
		if !ok {
			k = len(segments)
			index[name] = k
			segments = append(segments, name)
			parts = append(parts, nil)
		}
		parts[k] = append(parts[k], x)
	}
	order := make([]int, len(segments))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(x, y int) int { return cmp.Compare(segments[x], segments[y]) })
	sorted, grouped := make([]string, len(order)), make([][]course, len(order))
	for i, k := range order {
		sorted[i], grouped[i] = segments[k], parts[k]
	}
	return sorted, grouped
}
