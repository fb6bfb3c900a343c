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

// game is the chain with who decides where.
type game struct {
	a      *Analysis
	f      *flow
	seller []bool // by state: the seller decides what follows
}

func newGame(a *Analysis, f *flow) *game {
	g := &game{a: a, f: f, seller: make([]bool, len(a.chain.states))}
	for i, tokens := range a.chain.states {
		if len(tokens) == 1 {
			g.seller[i], _ = a.model.steps[f.places[tokens[0].place].step].Controllable(a.model.config.Partners)
		}
	}
	return g
}

// wins reports whether an outcome is of the wanted sort.
func (g *game) wins(outcome int, goal bool) bool { return g.a.model.isGoal[outcome] == goal }

// reaches returns the states from which an end of a sort can be reached.
func (g *game) reaches(goal bool) []bool {
	return g.attract(goal, func(int) bool { return true })
}

// forces returns the states from which one side can force an end of a sort: its states need one way into the set, the others all.
func (g *game) forces(seller, goal bool) []bool {
	return g.attract(goal, func(i int) bool { return g.seller[i] == seller })
}

// attract grows the set of states from which an end of a sort is certain, given which states need only one way into the set. O(ways).
func (g *game) attract(goal bool, one func(i int) bool) []bool {
	n := len(g.a.chain.states)
	in, left := make([]bool, n), make([]int, n)
	back := make([][]int, n)
	var stack []int
	take := func(i int) {
		if !in[i] {
			in[i] = true
			stack = append(stack, i)
		}
	}
	for i, arcs := range g.a.chain.arcs {
		for _, x := range arcs {
			if x.p == 0 {
				continue
			}
			left[i]++
			if x.to >= 0 {
				back[x.to] = append(back[x.to], i)
			}
		}
	}
	visit := func(i int) {
		left[i]--
		if one(i) || left[i] == 0 {
			take(i)
		}
	}
	for i, arcs := range g.a.chain.arcs {
		for _, x := range arcs {
			if x.p > 0 && x.to < 0 && g.wins(-1-x.to, goal) {
				visit(i)
			}
		}
	}
	for len(stack) > 0 {
		i := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, k := range back[i] {
			visit(k)
		}
	}
	return in
}

// optimum returns the flow-through when the seller's states choose the best (sign 1) or the worst (−1) way: policy iteration from the
// shares as they are; a choice changes only for a strict gain, so that no best policy goes round in circles.
func (g *game) optimum(h []float64, sign float64) []float64 {
	c := g.a.chain
	choice := make([]int, len(c.states))
	for i := range choice {
		choice[i] = -1
	}
	value := slices.Clone(h)
	worth := func(x arc) float64 {
		if x.to >= 0 {
			return value[x.to]
		}
		if g.a.model.isGoal[-1-x.to] {
			return 1
		}
		return 0
	}
	for range 10_000 {
		changed := false
		for i, arcs := range c.arcs {
			if !g.seller[i] {
				continue
			}
			best := value[i]
			for k, x := range arcs {
				if v := worth(x); x.p > 0 && sign*(v-best) > 1e-12 {
					best, choice[i], changed = v, k, true
				}
			}
		}
		if !changed {
			break
		}
		value = g.evaluate(choice)
	}
	return value
}

// evaluate returns the flow-through under choices; −1 leaves the shares as they are.
func (g *game) evaluate(choice []int) []float64 {
	c := g.a.chain
	lists, absorbed := make([][]entry, len(c.states)), make([]float64, len(c.states))
	goal := make([]float64, len(c.states))
	for i, arcs := range c.arcs {
		for k, x := range arcs {
			p := x.p
			if choice[i] >= 0 {
				p = 0
				if choice[i] == k {
					p = 1
				}
			}
			switch {
			case p == 0:
			case x.to >= 0:
				lists[i] = append(lists[i], entry{x.to, p})
			default:
				absorbed[i] += p
				if g.a.model.isGoal[-1-x.to] {
					goal[i] += p
				}
			}
		}
	}
	factor(len(c.states), lists, absorbed).solve(goal)
	return goal
}

func (g *game) overall(h, low, high []float64, canGoal, canElse []bool) Sway {
	o := Sway{Step: journey.Start}
	goal, other := false, false
	for _, x := range g.a.chain.start {
		if x.to < 0 {
			if g.a.model.isGoal[-1-x.to] {
				o.FlowThrough, o.Low, o.High, goal = o.FlowThrough+x.p, o.Low+x.p, o.High+x.p, true
			} else {
				other = true
			}
			continue
		}
		o.FlowThrough += x.p * h[x.to]
		o.Low += x.p * low[x.to]
		o.High += x.p * high[x.to]
		goal, other = goal || canGoal[x.to], other || canElse[x.to]
	}
	o.SettledGoal, o.SettledExit = goal && !other, !goal
	return o
}

// passages lists the ways that lead from inside to outside, each once, by (from, to).
func (g *game) passages(where func(arc) (inside, goal bool), open func(i int) bool) []Passage {
	var out []Passage
	for i, arcs := range g.a.chain.arcs {
		if !open(i) {
			continue
		}
		for _, x := range arcs {
			inside, goal := where(x)
			if x.p == 0 || inside {
				continue
			}
			out = append(out, Passage{From: g.from(i, x), To: g.to(x), Goal: goal})
		}
	}
	slices.SortFunc(out, func(a, b Passage) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	return slices.Compact(out)
}

func (g *game) name(place int) journey.StepID { return g.a.model.steps[g.f.places[place].step].ID }

// from names the step whose completion is the way x: the one that is not active any more.
func (g *game) from(i int, x arc) journey.StepID {
	tokens := g.a.chain.states[i]
	for _, t := range tokens {
		if x.to < 0 || !slices.ContainsFunc(g.a.chain.states[x.to], func(u token) bool { return u.place == t.place && !slices.Contains(x.enters, t.place) }) {
			return g.name(t.place)
		}
	}
	return g.name(tokens[0].place)
}

func (g *game) to(x arc) journey.StepID {
	switch {
	case x.to < 0:
		return journey.End
	case len(x.enters) > 0:
		return g.name(x.enters[0])
	}
	return g.name(g.a.chain.states[x.to][0].place)
}
