package conformance

import (
	"cmp"
	"context"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/enum"
	"github.com/buyerjourney/b2b/internal/stat"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/discovery"
)

// Result is what holding all journeys of a log against a model gave. It is immutable and safe for concurrent use; it
// comes from [Model.Check].
type Result struct {
	Variants   *discovery.Variants
	Alignments []Alignment // per variant
	Journeys   int
	Fitting    int // journeys that the model allows as they are
	Inexact    int // journeys whose cost is only a lower bound
	TotalCost  int64
	// MeanFitness is the mean over journeys, LogFitness 1 − Σ cost/Σ worst; both are 1 where all fit, and for no journeys.
	MeanFitness, LogFitness float64

	log     *journey.Log
	running bool
}

// Check aligns all journeys of a log: once per variant.
func (m *Model) Check(ctx context.Context, log *journey.Log, cfg Config) (*Result, error) {
	return m.check(ctx, log, cfg, false)
}

// CheckRunning explains all journeys of a log as beginnings; see [Model.Prefix]. The fitness of such a result is 1 where
// nothing deviates, and means little else.
func (m *Model) CheckRunning(ctx context.Context, log *journey.Log, cfg Config) (*Result, error) {
	return m.check(ctx, log, cfg, true)
}

func (m *Model) check(ctx context.Context, log *journey.Log, cfg Config, running bool) (*Result, error) {
	r := &Result{Variants: discovery.NewVariants(log), Journeys: log.Journeys(), log: log, running: running}
	sequences := make([][]journey.StepID, r.Variants.Len())
	for i := range sequences {
		sequences[i] = r.Variants.Steps(i)
	}
	var err error
	if r.Alignments, err = m.align(ctx, sequences, cfg, running); err != nil {
		return nil, err
	}
	var fitness stat.Compensated
	worst := int64(0)
	for i, a := range r.Alignments {
		n := r.Variants.Count(i)
		if a.Fits {
			r.Fitting += int(n)
		}
		if !a.Exact {
			r.Inexact += int(n)
		}
		r.TotalCost += n * int64(a.Cost)
		worst += n * int64(a.Worst)
		fitness.Add(float64(float64(n) * (1 - a.Fitness()))) // of what is lacking, so that all fitting is exactly 1
	}
	r.MeanFitness, r.LogFitness = 1, 1
	if r.Journeys > 0 {
		r.MeanFitness = 1 - fitness.Sum()/float64(r.Journeys)
	}
	if worst > 0 {
		r.LogFitness = 1 - float64(r.TotalCost)/float64(worst)
	}
	return r, nil
}

// Of returns the alignment of a journey.
func (r *Result) Of(journey int) Alignment { return r.Alignments[r.Variants.Of(journey)] }

// Deviations returns the departures of a journey, with its failed touchpoints.
func (r *Result) Deviations(journeyIndex int) []Deviation {
	a := r.Of(journeyIndex)
	j := r.log.Journey(journeyIndex)
	return a.Deviations(func(e int) bool { return j.Outcome(e) == journey.Failed })
}

// By says by what deviations are counted. It is a closed enumeration; zero is [ByStep].
type By uint8

// What deviations can be counted by. Step, phase, touchpoint and department are those of the row, or of the map's step
// where the row does not say or nothing happened; person and seat are those of the journey.
const (
	ByStep By = iota
	ByPerson
	BySeat
	ByDepartment
	ByPhase
	ByTouchpoint
)

var bys = enum.New[By]("grouping", "step", "person", "seat", "department", "phase", "touchpoint")

// String returns the name of the grouping.
func (b By) String() string { return bys.String(b) }

// DeviationCount says how often a kind of deviation happened to one name. The zero value counts nothing.
type DeviationCount struct {
	Kind     DeviationKind
	Name     string
	Count    int          // deviations
	Share    b2b.Estimate // of all journeys, those with at least one (Wilson 1927)
	Journeys []int        // which they are, ascending
}

// Count counts the deviations of all journeys, in order of kind, then of name. m is the map that the model was made of;
// nil is none, and then only rows say what is known of them.
func (r *Result) Count(by By, m *journey.Map) []DeviationCount {
	type key struct {
		kind DeviationKind
		name string
	}
	found := make(map[key]*DeviationCount)
	for i := range r.Journeys {
		j := r.log.Journey(i)
		for _, d := range r.Deviations(i) {
			k := key{d.Kind, r.name(by, m, j, d)}
			c := found[k]
			if c == nil {
				c = &DeviationCount{Kind: k.kind, Name: k.name}
				found[k] = c
			}
			c.Count++
			if n := len(c.Journeys); n == 0 || c.Journeys[n-1] != i {
				c.Journeys = append(c.Journeys, i)
			}
		}
	}
	out := make([]DeviationCount, 0, len(found))
	for _, c := range found {
		c.Share = wilson(len(c.Journeys), r.Journeys)
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b DeviationCount) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return out
}

// name returns the name that a deviation is counted under.
func (r *Result) name(by By, m *journey.Map, j journey.Journey, d Deviation) string {
	var step journey.Step
	if m != nil {
		step, _ = m.Step(string(d.Step))
	}
	from, _ := j.Rows()
	rows := r.log.Rows()
	happened := d.Kind != Missing
	switch by {
	case ByPerson:
		return string(j.Person())
	case BySeat:
		return string(j.Seat())
	case ByDepartment:
		return step.Department
	case ByPhase:
		if happened && rows.Phase != nil && rows.Phase[from+d.Position] != b2b.UnknownPhase {
			return rows.Phase[from+d.Position].String()
		}
		return step.Phase.String()
	case ByTouchpoint:
		if happened {
			if t := rows.Touchpoint.At(from + d.Position); t != "" {
				return t
			}
		}
		return string(step.Touchpoint)
	case ByStep:
	}
	return string(d.Step)
}

// level is the confidence level of the intervals of this package.
const level = .95

// wilson returns the share k/n with its interval; of nothing, the whole range.
func wilson(k, n int) b2b.Estimate {
	e := b2b.Estimate{High: 1, Level: level, Method: "Wilson 1927"}
	if n > 0 {
		e.Value = float64(k) / float64(n)
		e.Low, e.High = stat.Wilson(float64(k), float64(n), level)
	}
	return e
}
