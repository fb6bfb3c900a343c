package simulation

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel/survival"
	"github.com/buyerjourney/b2b/internal/exact"
	"github.com/buyerjourney/b2b/internal/stat"
	"github.com/buyerjourney/b2b/journey"
)

// Visit is one visit of a journey to a step, in microseconds: how long it waited for a server and how long the step took. Queue is how
// many, itself included, waited when it arrived; 0 if it did not wait.
type Visit struct {
	Step  journey.StepID
	Wait  int64
	Time  int64
	Queue int
}

// Run is one simulated journey. Time is from its beginning to its end, or to the horizon if it was still inside, which is Censored.
type Run struct {
	End      End // of the zero value if censored
	Censored bool
	Time     int64 // µs
	Visits   []Visit
}

// Outcome is the accumulator of simulated journeys. The zero value is the identity; sums are exact, so that any partition of the
// journeys gives the same bytes. It is not safe for concurrent use.
type Outcome struct {
	ends     map[End]int64
	censored int64
	time     map[int32]int64 // of ended journeys, by log bucket of 1 %
	open     map[int32]int64 // of censored ones
	sum      exact.Wide      // of the times of ended journeys
	steps    map[journey.StepID]*stepSums
}

// stepSums are the sums of one step.
type stepSums struct {
	visits     int64
	wait, time exact.Wide
	last       int64 // journeys that ended without a goal after it
	queue      int64 // the longest
}

// log buckets: bucket i > 0 holds (1.01^(i−1), 1.01^i] µs, bucket 0 what takes no time.
func bucketOf(us int64) int32 {
	if us <= 0 {
		return 0
	}
	return 1 + int32(math.Ceil(math.Log(float64(us))/math.Log(1.01)-1e-9))
}

// bucketEnd is the upper bound of a bucket in seconds.
func bucketEnd(i int32) float64 {
	if i <= 0 {
		return 0
	}
	return math.Pow(1.01, float64(i-1)) / 1e6
}

// check refuses what no journey can be.
func (r *Run) check() error {
	var p b2b.Problems
	if r.Time < 0 {
		p.Add("time", "negative")
	}
	if r.Censored == (r.End.Kind != UnknownEnd) || !endKinds.Valid(r.End.Kind) {
		p.Add("end", "a journey either ends or is censored")
	}
	for i, v := range r.Visits {
		if v.Step == "" || v.Wait < 0 || v.Time < 0 || v.Queue < 0 {
			p.Addf(fmt.Sprintf("visits[%d]", i), "no step, or negative")
		}
	}
	return p.Err()
}

// Add counts one journey; a malformed one is an error, and then nothing changes.
func (o *Outcome) Add(r Run) error {
	if err := r.check(); err != nil {
		return err
	}
	o.init()
	if r.Censored {
		o.censored++
		o.open[bucketOf(r.Time)]++
	} else {
		o.ends[r.End]++
		o.time[bucketOf(r.Time)]++
		o.sum.Add(r.Time)
	}
	for k := range r.Visits {
		v := &r.Visits[k]
		s := o.step(v.Step)
		s.visits++
		s.wait.Add(v.Wait)
		s.time.Add(v.Time)
		s.queue = max(s.queue, int64(v.Queue))
	}
	if n := len(r.Visits); n > 0 && !r.Censored && r.End.Kind != Goal {
		o.step(r.Visits[n-1].Step).last++
	}
	return nil
}

func (o *Outcome) init() {
	if o.ends == nil {
		o.ends, o.time, o.open = make(map[End]int64), make(map[int32]int64), make(map[int32]int64)
		o.steps = make(map[journey.StepID]*stepSums)
	}
}

func (o *Outcome) step(id journey.StepID) *stepSums {
	s := o.steps[id]
	if s == nil {
		s = &stepSums{}
		o.steps[id] = s
	}
	return s
}

// Merge adds another accumulator, which is unchanged.
func (o *Outcome) Merge(p *Outcome) error {
	o.init()
	for e, n := range p.ends {
		o.ends[e] += n
	}
	o.censored += p.censored
	for i, n := range p.time {
		o.time[i] += n
	}
	for i, n := range p.open {
		o.open[i] += n
	}
	o.sum.Merge(&p.sum)
	for id, s := range p.steps {
		t := o.step(id)
		t.visits += s.visits
		t.last += s.last
		t.queue = max(t.queue, s.queue)
		t.wait.Merge(&s.wait)
		t.time.Merge(&s.time)
	}
	return nil
}

// Journeys returns how many journeys were counted, and how many of them were still inside at the horizon.
func (o *Outcome) Journeys() (all, censored int64) {
	all = o.censored
	for _, n := range o.ends {
		all += n
	}
	return all, o.censored
}

// EndCount is how many journeys came to an end, with the Wilson (1927) interval of its share of all journeys.
type EndCount struct {
	End
	N     int64
	Share b2b.Estimate
}

// Ends returns the ends by kind and step.
func (o *Outcome) Ends(level float64) []EndCount {
	all, _ := o.Journeys()
	out := make([]EndCount, 0, len(o.ends))
	for e, n := range o.ends {
		out = append(out, EndCount{e, n, wilson(n, all, level)})
	}
	slices.SortFunc(out, func(a, b EndCount) int { return compareEnds(a.End, b.End) })
	return out
}

func wilson(k, n int64, level float64) b2b.Estimate {
	if n == 0 {
		return b2b.Point(0, "no journeys")
	}
	lo, hi := stat.Wilson(float64(k), float64(n), level)
	return b2b.Estimate{Value: float64(k) / float64(n), Low: lo, High: hi, Level: level, Method: "Wilson (1927)"}
}

// Mean returns the mean time of the journeys that ended, in seconds; ok is false if none did. With censored journeys it is too low: use
// [Outcome.Quantile].
func (o *Outcome) Mean() (seconds float64, ok bool) {
	all, censored := o.Journeys()
	if all == censored {
		return 0, false
	}
	return o.sum.Float64() / float64(all-censored) / 1e6, true
}

// Quantile returns the time until a share q of the journeys has ended, in seconds, within 1 %: the Kaplan-Meier estimate over the log buckets,
// with the interval of Brookmeyer & Crowley (1982) on the scale log(−log), which without censoring is one of order statistics. ok is false if
// fewer have ended for certain.
func (o *Outcome) Quantile(q, level float64) (e b2b.Estimate, ok bool) {
	var spells []survival.Spell
	for _, i := range bucketsOf(o.time) {
		spells = append(spells, survival.Spell{Exit: bucketEnd(i), Cause: 1, Weight: float64(o.time[i])})
	}
	for _, i := range bucketsOf(o.open) {
		if i > 0 { // who has seen no time is at risk of nothing
			spells = append(spells, survival.Spell{Exit: bucketEnd(i), Weight: float64(o.open[i])})
		}
	}
	curve, err := survival.KaplanMeier(spells, survival.Config{Level: level})
	if err != nil {
		return b2b.Estimate{}, false
	}
	x, ok := curve.Quantile(q)
	if !ok {
		return b2b.Estimate{}, false
	}
	return x.Estimate, true
}

func bucketsOf(m map[int32]int64) []int32 {
	keys := make([]int32, 0, len(m))
	for i := range m {
		keys = append(keys, i)
	}
	slices.Sort(keys)
	return keys
}

// StepCount is what happened at a step: visits, mean wait and time in seconds, the longest queue, and how many journeys ended without a
// goal right after it.
type StepCount struct {
	Step     journey.StepID
	Visits   int64
	Wait     float64
	Time     float64
	Queue    int64
	DropOffs int64
}

// Steps returns what happened at each step that was visited, by name.
func (o *Outcome) Steps() []StepCount {
	out := make([]StepCount, 0, len(o.steps))
	for id, s := range o.steps {
		n := float64(s.visits)
		out = append(out, StepCount{id, s.visits, s.wait.Float64() / n / 1e6, s.time.Float64() / n / 1e6, s.queue, s.last})
	}
	slices.SortFunc(out, func(a, b StepCount) int { return cmp.Compare(a.Step, b.Step) })
	return out
}
