package journey

import (
	"math"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/touchpoint"
)

// The ends of a [Graph]: an edge from Start leads into the map, an edge to End out of it.
const (
	Start StepID = "^"
	End   StepID = "$"
)

// Step is one step of a map. The zero value is invalid: it needs an ID. It is plain data.
//
// Sender, receiver and the touchpoint's channel are the view of CJML (Halvorsrud et al. 2023). A step that is internal to the
// buyer, such as legal review, is essential although the seller never sees it.
type Step struct {
	ID               StepID
	Name             string
	Aliases          []string // names under which logs know it
	Visibility       touchpoint.Visibility
	Actor            Actor
	Sender, Receiver string // roles or departments
	Touchpoint       touchpoint.ID
	Phase            b2b.Phase
	Duration         Duration
	ProcessStep      string // the internal process that carries it
	Department       string // who is responsible for it
	Importance       b2b.Estimate
	Evidence         Evidence
}

// Evidence says what a figure rests on; N is the effective number of observations behind it. The zero value is an assumption with
// nothing behind it.
type Evidence struct {
	Basis Basis
	N     float64
}

// Duration is how long something takes, in seconds. The zero value is unknown. N is the effective number of observations behind
// the mean. PERT uses Min, Mode and Max, the other families Mean and SD.
type Duration struct {
	Family         Family
	Mean, SD       float64
	Min, Mode, Max float64
	N              float64
}

// Edge says that To may come directly after From; P is its share of what leaves From, Delay what passes between the two. The zero
// value is invalid.
type Edge struct {
	From, To StepID
	P        b2b.Fraction
	Delay    Duration
	Evidence Evidence
}

// Graph is free flow: jumps are allowed, parallelism is not. Edges from [Start] begin a journey, edges to [End] end it. Nobody
// may change the slice of a graph that was handed on.
type Graph struct {
	Edges []Edge
}

func (Graph) flow() {}

// Map is the designed journey of one role in one kind of process. Use [NewMap], which checks and copies; a Map that was checked
// must not be changed and is safe for concurrent use.
type Map struct {
	ID, Version string
	Name        string
	Persona     string
	Seat        b2b.SeatID
	Kind        Kind
	Process     Process
	Valid       b2b.Window
	Steps       []Step
	Flow        Flow // nil: the steps without an order
	Goals       []StepID
	Exits       []StepID
}

// NewMap checks a map and returns a copy. Every problem is reported at once, with paths such as "map.steps[3].duration.mean".
func NewMap(m Map) (*Map, error) {
	var p b2b.Problems
	m.check(&p)
	if err := p.Err(); err != nil {
		return nil, err
	}
	c := m
	c.Valid = m.Valid.UTC()
	c.Steps = slices.Clone(m.Steps)
	for i := range c.Steps {
		c.Steps[i].Aliases = slices.Clone(c.Steps[i].Aliases)
	}
	switch f := m.Flow.(type) {
	case Tree:
		c.Flow = cloneTree(f)
	case Graph:
		c.Flow = Graph{Edges: slices.Clone(f.Edges)}
	}
	c.Goals, c.Exits = slices.Clone(m.Goals), slices.Clone(m.Exits)
	return &c, nil
}

func cloneTree(t Tree) Tree {
	t.Weights = slices.Clone(t.Weights)
	t.Children = slices.Clone(t.Children)
	for i := range t.Children {
		t.Children[i] = cloneTree(t.Children[i])
	}
	return t
}

// Moments returns the mean and the standard deviation in seconds; ok is false for an unknown duration. PERT has the mean
// (min + 4·mode + max)/6 and the deviation of its beta distribution.
func (d Duration) Moments() (mean, sd float64, ok bool) {
	switch d.Family {
	case Unset:
		return 0, 0, false
	case Constant:
		return d.Mean, 0, true
	case Exponential:
		return d.Mean, d.Mean, true
	case PERT:
		mean = (d.Min + 4*d.Mode + d.Max) / 6
		return mean, math.Sqrt(max(0, (mean-d.Min)*(d.Max-mean)/7)), true
	case Erlang, Gamma, LogNormal, Weibull, Empirical:
	}
	return d.Mean, d.SD, true
}

// Step returns the step with an id or, failing that, an alias; ok is false if there is none.
func (m *Map) Step(name string) (s Step, ok bool) {
	for i := range m.Steps {
		if string(m.Steps[i].ID) == name {
			return m.Steps[i], true
		}
	}
	for i := range m.Steps {
		if slices.Contains(m.Steps[i].Aliases, name) {
			return m.Steps[i], true
		}
	}
	return Step{}, false
}

// Controllable reports whether the seller decides when the step happens: the actor is the seller or, where partners says so, a
// partner. known is false for an unknown actor.
func (s Step) Controllable(partners bool) (yes, known bool) {
	return s.Actor == Seller || (partners && s.Actor == Partner), s.Actor != UnknownActor
}
