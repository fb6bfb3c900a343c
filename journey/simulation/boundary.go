package simulation

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/buyerjourney/b2b/journey"
)

// ErrUnknownActor is what every [UnknownActorError] is.
var ErrUnknownActor = errors.New("unknown actors")

// UnknownActorError names the steps of which nobody knows who makes them, where that decides the answer.
type UnknownActorError struct {
	Steps []journey.StepID
}

// Error names the steps.
func (e *UnknownActorError) Error() string {
	names := make([]string, len(e.Steps))
	for i, s := range e.Steps {
		names[i] = string(s)
	}
	return "unknown actors: " + strings.Join(names, ", ")
}

// Unwrap returns [ErrUnknownActor].
func (e *UnknownActorError) Unwrap() error { return ErrUnknownActor }

// Passage is a way from one step to another, or to the end of the journey (To is [journey.End]). From is [journey.Start] at the
// beginning. Inside a parallel block From is the step that completes and To the first step that begins.
type Passage struct {
	From, To journey.StepID
	Goal     bool // it leads to where only a goal can follow; else to where none can
}

// Sway is what the two sides can make of a journey that is at a step. Flow-through is the probability of a goal; Low and High are its
// bounds when the seller chooses the worst and the best way on at every step of the seller's, others going on as they do. Settled says that
// only goals, or only other ends, can follow.
type Sway struct {
	Step                               journey.StepID
	FlowThrough, Low, High             float64
	SettledGoal, SettledExit           bool
	SellerForcesGoal, SellerForcesNone bool
	OthersForceGoal, OthersForceNone   bool
	Controllable                       bool
}

// Influence returns High − Low.
func (s Sway) Influence() float64 { return s.High - s.Low }

// Boundary is where a journey is decided (Kobialka, Mannhardt, Tapia Tarifa & Johnsen 2022, with probabilities added). It is immutable and
// safe for concurrent use.
type Boundary struct {
	Points  []Passage // of no return: from where both ends are possible to where one is not, by (from, to)
	Near    []Passage // into the first places with a flow-through ≤ ε or ≥ 1 − ε
	Steps   []Sway    // by step as in the map, the steps that can be reached
	Overall Sway      // of the whole journey; its Step is [journey.Start]
}

// Boundary finds the points of no return, what each side can force, and the influence of the seller, who decides what follows each of
// the seller's own steps. Where the actor of some step is unknown the answer is an [UnknownActorError]. Reachability and forcing cost
// O(states + ways); influence is policy iteration, exact to 1e-12.
func (s *Model) Boundary() (*Boundary, error) {
	var unknown []journey.StepID
	for _, x := range s.steps {
		if _, known := x.Controllable(s.config.Partners); !known {
			unknown = append(unknown, x.ID)
		}
	}
	if len(unknown) > 0 {
		return nil, &UnknownActorError{unknown}
	}
	a, err := s.Analytic()
	if err != nil {
		return nil, err
	}
	g := newGame(a, s.flow(s.point()))
	b := &Boundary{}
	h := a.through(a.chain.factor(), -1)
	low, high := g.optimum(h, -1), g.optimum(h, 1)
	canGoal, canElse := g.reaches(true), g.reaches(false)
	sellerGoal, sellerNone := g.forces(true, true), g.forces(true, false)
	otherGoal, otherNone := g.forces(false, true), g.forces(false, false)
	done := make(map[int]bool)
	for i, tokens := range a.chain.states {
		if len(tokens) != 1 {
			continue
		}
		step := g.f.places[tokens[0].place].step
		if done[step] {
			continue
		}
		done[step] = true
		b.Steps = append(b.Steps, Sway{
			Step: s.steps[step].ID, FlowThrough: h[i], Low: low[i], High: high[i],
			SettledGoal: canGoal[i] && !canElse[i], SettledExit: !canGoal[i],
			SellerForcesGoal: sellerGoal[i], SellerForcesNone: sellerNone[i], OthersForceGoal: otherGoal[i], OthersForceNone: otherNone[i],
			Controllable: g.seller[i],
		})
	}
	slices.SortFunc(b.Steps, func(x, y Sway) int { return cmp.Compare(s.index[x.Step], s.index[y.Step]) })
	b.Overall = g.overall(h, low, high, canGoal, canElse)
	b.Points = g.passages(func(x arc) (inside, goal bool) {
		if x.to < 0 {
			return false, s.isGoal[-1-x.to]
		}
		return canGoal[x.to] && canElse[x.to], canGoal[x.to]
	}, func(i int) bool { return canGoal[i] && canElse[i] })
	eps := s.config.Epsilon
	open := func(p float64) bool { return p > eps && p < 1-eps }
	b.Near = g.passages(func(x arc) (inside, goal bool) {
		if x.to < 0 {
			return false, s.isGoal[-1-x.to]
		}
		return open(h[x.to]), h[x.to] >= 1-eps
	}, func(i int) bool { return open(h[i]) })
	return b, nil
}
