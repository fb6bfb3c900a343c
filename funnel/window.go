package funnel

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/enum"
)

// ReachMode narrows which chains of steps count. Modes are combined with |; the zero value takes the longest chain within
// the window and passes by everything that does not extend it. The rules are those of ClickHouse's windowFunnel.
type ReachMode uint8

// The modes.
const (
	// StrictOrder ends the search, once a chain has begun, at an event of no step and at a step whose predecessor was not
	// reached.
	StrictOrder ReachMode = 1 << iota
	// AllowReentry, with StrictOrder, passes by a step out of order; an event of no step still ends the search.
	AllowReentry
	// StrictIncrease wants each step strictly later than the one before.
	StrictIncrease
	// StrictDeduplication ends the search at a step, other than the first, that was reached before.
	StrictDeduplication
	// StrictOnce lets one event serve one step of a chain.
	StrictOnce
)

// Steps that are no step of the chain.
const (
	NoStep   = -1 // an event that matches no step
	Excluded = -2 // an event that ends the chains that are under way
)

// maxSteps bounds the length of a chain.
const maxSteps = 64

// StepEvent is one event of one unit: a deal, an account or a person, by the caller's number. An event that matches
// several steps has one row for each, with the same time and ID.
type StepEvent struct {
	Unit int // from 0
	At   time.Time
	ID   string // of the event; orders events of one time and step, and tells them apart for [StrictOnce]
	Step int    // from 0, or NoStep, or Excluded
}

// ReachConfig sets up [Reach]. Steps is required.
type ReachConfig struct {
	Steps  int           // number of steps, 1..64
	Within time.Duration // from the first step to the last, inclusive; 0: no bound
	Mode   ReachMode
	AsOf   time.Time // end of observation; zero: the latest event
	Level  float64   // of intervals; 0 is 0.95
}

func (c ReachConfig) check() error {
	var p b2b.Problems
	if c.Steps < 1 || c.Steps > maxSteps {
		p.Addf("config.steps", "outside 1..%d", maxSteps)
	}
	if c.Within < 0 {
		p.Add("config.within", "negative")
	}
	if c.Mode >= StrictOnce<<1 {
		p.Add("config.mode", "unknown")
	}
	if !(c.Level >= 0 && c.Level < 1) {
		p.Add("config.level", "outside [0,1)")
	}
	return p.Err()
}

// within is the window in microseconds.
func (c ReachConfig) within() int64 {
	if c.Within == 0 {
		return 1 << 62
	}
	return int64(c.Within / time.Microsecond)
}

// ReachedUnit is how far one unit came.
type ReachedUnit struct {
	Unit  int
	Level int // number of steps reached in one chain
	Fate  Fate
}

// Fate says what became of a unit in its window. It is a closed enumeration; zero is [NotStarted].
type Fate uint8

// The fates.
const (
	NotStarted Fate = iota
	Complete        // all steps within the window
	Failed          // the window is over, or the search was ended by its mode
	InWindow        // may still come to the end: censored, not failed
)

var fates = enum.New[Fate]("fate", "not-started", "complete", "failed", "in-window")

// IsValid reports whether f is a value of the enumeration.
func (f Fate) IsValid() bool { return fates.Valid(f) }

// String returns the name in lower case.
func (f Fate) String() string { return fates.String(f) }

// AppendText implements [encoding.TextAppender].
func (f Fate) AppendText(dst []byte) ([]byte, error) { return fates.AppendText(dst, f) }

// MarshalText implements [encoding.TextMarshaler].
func (f Fate) MarshalText() ([]byte, error) { return fates.AppendText(nil, f) }

// UnmarshalText implements [encoding.TextUnmarshaler]; the empty text is [NotStarted].
func (f *Fate) UnmarshalText(text []byte) error { return fates.UnmarshalText(f, text) }

// Reached is the answer of [Reach].
type Reached struct {
	Units                                  []ReachedUnit // by number; units without a row are absent
	ByLevel                                []int         // number of units of each level 0..Steps
	Steps                                  []int         // number of units that came at least to step 1..Steps
	Started, Completed, Failures, Censored int
	// Rate is the share of started units that complete within the window: Kaplan and Meier over the time since the start,
	// those still in their window censored.
	Rate Rate
}

// Reach follows units through a chain of steps within a window. The order of the rows has no meaning: events of a unit
// are taken by time, step, ID. Rows with a step out of range, a negative unit or no time are rejected and listed.
// O(n log n) per unit, O(n) if sorted; nothing is allocated per event.
func Reach(rows []StepEvent, c ReachConfig) (Reached, []b2b.Rejection, error) {
	acc, err := NewReachAcc(c)
	if err != nil {
		return Reached{}, nil, err
	}
	var out Reached
	grouped, units, bounds, latest, rejected := group(rows, c.Steps)
	asOf := latest
	if !c.AsOf.IsZero() {
		asOf = c.AsOf.UnixMicro()
	}
	out.Units = make([]ReachedUnit, 0, len(units))
	for u, unit := range units {
		part := grouped[bounds[u]:bounds[u+1]]
		sortRows(part, rows)
		r := acc.search.run(part, rows)
		fate := acc.count(r, asOf)
		out.Units = append(out.Units, ReachedUnit{Unit: unit, Level: r.level, Fate: fate})
	}
	result := acc.Result()
	result.Units = out.Units
	return result, rejected, nil
}

// group brings the rows of each unit together: by counting where the numbers of units are dense.
func group(rows []StepEvent, steps int) (grouped []stepRow, units []int, bounds []int, latest int64, rejected []b2b.Rejection) {
	valid, sparse := 0, false
	next := []int32{0} // number of rows by unit, one place on; then where its next row goes
	latest = noTime
	good := func(r *StepEvent) bool {
		return r.Unit >= 0 && r.Step >= Excluded && r.Step < steps && !r.At.IsZero()
	}
	for i := range rows {
		r := &rows[i]
		if !good(r) {
			rejected = append(rejected, rejectStep(i, r, steps))
			continue
		}
		valid++
		if sparse = sparse || r.Unit > 8*len(rows)+1024; sparse {
			continue
		}
		if grow := r.Unit + 2 - len(next); grow > 0 {
			next = append(next, make([]int32, grow)...)
		}
		next[r.Unit+1]++
	}
	grouped = make([]stepRow, valid)
	if sparse {
		return groupSparse(rows, good, grouped, rejected)
	}
	top := len(next) - 2
	bounds = append(make([]int, 0, len(next)), 0)
	for u := 0; u <= top; u++ {
		if n := next[u+1]; n > 0 {
			units = append(units, u)
			bounds = append(bounds, bounds[len(bounds)-1]+int(n))
		}
		next[u+1] += next[u]
	}
	for i := range rows {
		r := &rows[i]
		if !good(r) {
			continue
		}
		at := r.At.UnixMicro()
		latest = max(latest, at)
		grouped[next[r.Unit]] = stepRow{at: at, index: int32(i), step: int32(r.Step)}
		next[r.Unit]++
	}
	return grouped, units, bounds, latest, rejected
}

func groupSparse(rows []StepEvent, good func(*StepEvent) bool, grouped []stepRow, rejected []b2b.Rejection) ([]stepRow, []int, []int, int64, []b2b.Rejection) {
	order := make([]int32, 0, len(grouped))
	for i := range rows {
		if good(&rows[i]) {
			order = append(order, int32(i))
		}
	}
	slices.SortFunc(order, func(x, y int32) int { return cmp.Compare(rows[x].Unit, rows[y].Unit) })
	var units []int
	bounds := []int{0}
	latest := int64(noTime)
	for k, i := range order {
		r := &rows[i]
		at := r.At.UnixMicro()
		latest = max(latest, at)
		if k == 0 || r.Unit != units[len(units)-1] {
			units = append(units, r.Unit)
			bounds = append(bounds, k)
		}
		grouped[k] = stepRow{at: at, index: i, step: int32(r.Step)}
		bounds[len(bounds)-1] = k + 1
	}
	return grouped, units, bounds, latest, rejected
}

func rejectStep(i int, r *StepEvent, steps int) b2b.Rejection {
	path := "rows[" + strconv.Itoa(i) + "]"
	switch {
	case r.Unit < 0:
		return b2b.Rejection{Index: i, Path: path + ".unit", Reason: "negative"}
	case r.At.IsZero():
		return b2b.Rejection{Index: i, Path: path + ".at", Reason: "no time"}
	}
	return b2b.Rejection{Index: i, Path: path + ".step", Reason: "outside 0.." + strconv.Itoa(steps-1)}
}

// StepEvents returns one row for each passage of the deals into a place that belongs to a step; units are the indices of
// the deals. Passages into other places are rows of [NoStep].
func (s *State) StepEvents(steps ...Target) []StepEvent {
	sets := make([][]bool, len(steps))
	for k, t := range steps {
		sets[k] = t.in(s)
	}
	var out []StepEvent
	c := &s.sojourns
	for i := range s.deals {
		for j := int(c.First[i]); j < int(c.First[i+1]); j++ {
			e := StepEvent{Unit: i, At: fromMicro(c.In[j]), ID: strconv.Itoa(j - int(c.First[i])), Step: NoStep}
			matched := false
			for k := range sets {
				if sets[k][c.Place[j]] {
					e.Step, matched = k, true
					out = append(out, e)
				}
			}
			if !matched {
				out = append(out, e)
			}
		}
	}
	return out
}
