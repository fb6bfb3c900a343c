package simulation

import (
	"math"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stat"
	"github.com/buyerjourney/b2b/journey"
)

// Figure is a number with what makes it uncertain. The interval is that of the percentiles over the draws of the parameters; Sampling and
// Parameter are the standard errors by the law of total variance: of one draw's journeys, and of the parameters.
type Figure struct {
	b2b.Estimate
	Sampling, Parameter float64
}

// EndFigure is the share of all journeys that come to an end.
type EndFigure struct {
	End
	IsGoal bool
	Share  Figure
}

// StepResult is what happens at a step: visits per journey, mean time and wait in seconds, and the share of its visits after which a
// journey ends without a goal.
type StepResult struct {
	Step    journey.StepID
	Visits  Figure
	Time    Figure
	Wait    Figure
	DropOff Figure
}

// DepartmentResult is how busy a department is: the share of server time in use, the mean wait of a step in seconds, the longest queue,
// and the mean wait in the last third of the arrivals against the first.
type DepartmentResult struct {
	Department  string
	Utilisation Figure
	Wait        Figure
	Queue       int64
	FirstThird  float64
	LastThird   float64
	WaitShare   float64 // of the total time of all journeys
}

// Assumption is one uncertain parameter and the share of the variance of the flow-through, or of the mean time where nothing else varies,
// that goes with it: the squared rank correlation over the draws, first order. Basis says whether anything stands behind it.
type Assumption struct {
	Parameter string
	Share     float64
	Assumed   bool
}

// Result is what the simulation found. It is immutable and safe for concurrent use.
type Result struct {
	FlowThrough Figure // share of journeys that reach a goal
	Time        Figure // mean time of the journeys that ended, seconds
	Length      Figure // steps per journey
	Censored    Figure // share still inside at the horizon
	Ends        []EndFigure
	Steps       []StepResult
	Departments []DepartmentResult
	Assumptions []Assumption // by share, descending
	Point       *Outcome     // of the point estimate of the parameters
	All         *Outcome     // of all draws together: quantiles of what may come
	figures     []figures
	level       float64
}

// figures are the numbers of one draw.
type figures struct {
	n             float64
	through, time float64
	length        float64
	censored      float64
	ends          []float64
	steps         [][4]float64 // visits, time, wait, drop-off
	departments   [][2]float64 // utilisation, wait
	timeVar       float64
	params        *params
}

func (s *Model) figuresOf(t *tally) figures {
	f := figures{ends: make([]float64, len(s.ends)), steps: make([][4]float64, len(s.steps)), departments: make([][2]float64, len(t.busy))}
	ended := 0.0
	for _, n := range t.ends {
		ended += float64(n)
	}
	f.n = ended + float64(t.censored)
	if f.n == 0 {
		return f
	}
	for k, n := range t.ends {
		f.ends[k] = float64(n) / f.n
		if s.isGoal[k] {
			f.through += f.ends[k]
		}
	}
	f.censored = float64(t.censored) / f.n
	f.length = float64(t.seen) / f.n
	if ended > 0 {
		f.time = float64(t.sum) / 1e6 / ended
		f.timeVar = max(0, t.squares/ended-float64(f.time*f.time)) / ended
	}
	for i, x := range t.steps {
		if x.visits > 0 {
			n := float64(x.visits)
			f.steps[i] = [4]float64{n / f.n, float64(x.time) / 1e6 / n, float64(x.wait) / 1e6 / n, float64(x.last) / n}
		}
	}
	for d := range t.busy {
		n, wait := int64(0), 0.0
		for _, third := range t.waits {
			n += third.n[d]
			wait += third.wait[d]
		}
		if t.length > 0 {
			x := &s.config.Departments[d]
			f.departments[d][0] = t.busy[d] / (t.length * float64(x.Servers) * x.openShare())
		}
		if n > 0 {
			f.departments[d][1] = wait / float64(n)
		}
	}
	return f
}

// figure sums up one number over the draws. variance is that of the number within one draw, from sampling alone.
func (s *Model) figure(all []figures, value func(*figures) float64, variance func(*figures) float64) Figure {
	list := make([]float64, len(all))
	within := 0.0
	for i := range all {
		list[i] = value(&all[i])
		within += variance(&all[i]) / float64(len(all))
	}
	f := Figure{Estimate: b2b.Point(list[0], "one draw"), Sampling: math.Sqrt(within)}
	if len(list) < 2 {
		return f
	}
	if between, ok := stat.Variance(list); ok {
		f.Parameter = math.Sqrt(max(0, between-within))
	}
	f.Estimate = b2b.Estimate{Value: f.Value, Level: s.config.Level, Method: "percentiles over draws of the parameters"}
	f.Low, f.High = interval(list, s.config.Level)
	return f
}

// interval returns the percentiles of draws, which it sorts, by quantiles of type 6: the next draw lies between them with the probability
// of the level, however few there are, from 2/(1−level)−1 on; fewer give their range.
func interval(draws []float64, level float64) (low, high float64) {
	slices.Sort(draws)
	low, _ = stat.Quantile6(draws, (1-level)/2)
	high, _ = stat.Quantile6(draws, (1+level)/2)
	return low, high
}

func share(value func(*figures) float64) func(*figures) float64 {
	return func(f *figures) float64 {
		p := value(f)
		return max(0, p*(1-p)) / max(1, f.n)
	}
}

func nothing(*figures) float64 { return 0 }

func (s *Model) result(tallies []*tally, all []figures) *Result {
	out := &Result{Point: tallies[0].outcome(s), All: &Outcome{}, figures: all, level: s.config.Level}
	for _, t := range tallies {
		_ = out.All.Merge(t.outcome(s)) // outcomes have no configuration to differ in
	}
	through := func(f *figures) float64 { return f.through }
	censored := func(f *figures) float64 { return f.censored }
	out.FlowThrough = s.figure(all, through, share(through))
	out.Censored = s.figure(all, censored, share(censored))
	out.Time = s.figure(all, func(f *figures) float64 { return f.time }, func(f *figures) float64 { return f.timeVar })
	out.Length = s.figure(all, func(f *figures) float64 { return f.length }, nothing)
	for k, e := range s.ends {
		value := func(f *figures) float64 { return f.ends[k] }
		if slices.ContainsFunc(all, func(f figures) bool { return f.ends[k] > 0 }) {
			out.Ends = append(out.Ends, EndFigure{e, s.isGoal[k], s.figure(all, value, share(value))})
		}
	}
	slices.SortFunc(out.Ends, func(a, b EndFigure) int { return compareEnds(a.End, b.End) })
	for i := range s.steps {
		one := func(k int) Figure { return s.figure(all, func(f *figures) float64 { return f.steps[i][k] }, nothing) }
		out.Steps = append(out.Steps, StepResult{s.steps[i].ID, one(0), one(1), one(2), one(3)})
	}
	total := float64(tallies[0].sum) / 1e6
	for d, x := range s.config.Departments {
		one := func(k int) Figure {
			return s.figure(all, func(f *figures) float64 { return f.departments[d][k] }, nothing)
		}
		r := DepartmentResult{Department: x.Name, Utilisation: one(0), Wait: one(1)}
		t := tallies[0]
		wait := 0.0
		for i, st := range t.steps {
			if s.department[i] == d {
				r.Queue = max(r.Queue, st.queue)
				wait += float64(st.wait) / 1e6
			}
		}
		mean := func(k int) float64 { return t.waits[k].wait[d] / math.Max(1, float64(t.waits[k].n[d])) }
		r.FirstThird, r.LastThird = mean(0), mean(2)
		if total > 0 {
			r.WaitShare = wait / total
		}
		out.Departments = append(out.Departments, r)
	}
	out.Assumptions = s.matters(all)
	return out
}

// matters ranks the parameters by the squared rank correlation with the flow-through, or with the time where the flow-through does not
// vary.
func (s *Model) matters(all []figures) []Assumption {
	if len(all) < 3 {
		return nil
	}
	target := make([]float64, len(all))
	varies := false
	for i := range all {
		target[i] = all[i].through
		varies = varies || target[i] != target[0]
	}
	if !varies {
		for i := range all {
			target[i] = all[i].time
		}
	}
	assumed := make(map[string]bool)
	for _, a := range s.assumed {
		assumed[a] = true
	}
	for _, f := range s.forks {
		if !f.basis && len(f.p) > 1 {
			assumed[f.name] = true
		}
	}
	var out []Assumption
	values := make([]float64, len(all))
	for k, name := range all[0].params.names {
		for i := range all {
			values[i] = all[i].params.values[k]
		}
		a := Assumption{Parameter: name, Assumed: assumed[name]}
		if rho, ok := stat.Spearman(values, target); ok {
			a.Share = rho * rho
		}
		out = append(out, a)
	}
	slices.SortStableFunc(out, func(a, b Assumption) int {
		switch {
		case a.Share > b.Share:
			return -1
		case a.Share < b.Share:
			return 1
		}
		return 0
	})
	return out
}
