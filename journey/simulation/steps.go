package simulation

import (
	"slices"

	"github.com/buyerjourney/b2b/journey"
)

// StepFigures says what a step is worth. FlowThrough is the probability of a goal once the step is entered, known in graphs only (in a tree it
// depends on what runs beside it). Without is the share of all journeys that reach a goal without ever doing the step: what is left when it is
// blocked. Gain is known in graphs, unless closing the exit would leave no way on.
type StepFigures struct {
	Step        journey.StepID
	Visits      float64 // expected number
	Ever        float64 // probability of doing it at all
	FlowThrough float64
	FlowKnown   bool
	Without     float64
	Exit        float64 // probability that a visit ends the journey without a goal
	Gain        float64 // of the overall flow-through when that exit is closed and its share goes to the other ways
	GainKnown   bool
}

func (a *Analysis) steps(f *flow, s *solver, visits []float64) {
	n := len(a.model.steps)
	a.Steps = make([]StepFigures, n)
	count := func(x arc, weight float64) {
		for _, i := range x.enters {
			a.Steps[f.places[i].step].Visits += float64(weight * x.p)
			a.Length += float64(weight * x.p)
		}
	}
	for i := range a.Steps {
		a.Steps[i].Step = a.model.steps[i].ID
	}
	for _, x := range a.chain.start {
		count(x, 1)
	}
	for i, arcs := range a.chain.arcs {
		for _, x := range arcs {
			count(x, visits[i])
		}
	}
	h := a.through(s, -1)
	if a.model.isTree {
		a.treeSteps(f)
		return
	}
	diagonal := s.diagonal()
	stateOf := make([]int, n)
	for i := range stateOf {
		stateOf[i] = -1
	}
	for i, tokens := range a.chain.states {
		stateOf[f.places[tokens[0].place].step] = i
	}
	for k := range a.Steps {
		x := &a.Steps[k]
		i := stateOf[k]
		if i < 0 || visits[i] == 0 {
			x.Without = a.FlowThrough
			continue
		}
		x.Ever = min(1, visits[i]/diagonal[i])
		x.FlowThrough, x.FlowKnown = min(1, h[i]), true
		x.Without = max(0, a.FlowThrough-float64(x.Ever*h[i]))
		for _, w := range a.chain.arcs[i] {
			if w.to < 0 && !a.model.isGoal[-1-w.to] {
				x.Exit += w.p
			}
		}
		if rest := 1/diagonal[i] - x.Exit; rest > 1e-12 {
			x.Gain, x.GainKnown = max(0, x.Ever*(h[i]/diagonal[i]/rest-h[i])), true
		}
	}
}

// treeSteps finds, step by step, the journeys that never enter it, by making every way into it an end of its own.
func (a *Analysis) treeSteps(f *flow) {
	for k := range a.Steps {
		x := &a.Steps[k]
		if x.Visits == 0 {
			x.Without = a.FlowThrough
			continue
		}
		enters := func(w arc) bool {
			return slices.ContainsFunc(w.enters, func(i int) bool { return f.places[i].step == k })
		}
		n := len(a.chain.states)
		r := newRates(n)
		ever, goal := make([]float64, n), make([]float64, n)
		for i, arcs := range a.chain.arcs {
			for _, w := range arcs {
				if enters(w) {
					r.add(i, -1, w.p)
					ever[i] += w.p
					continue
				}
				r.add(i, w.to, w.p)
				if w.to < 0 && a.model.isGoal[-1-w.to] {
					goal[i] += w.p
				}
			}
		}
		s := factor(r)
		s.solve(ever)
		s.solve(goal)
		for _, w := range a.chain.start {
			switch {
			case enters(w):
				x.Ever += w.p
			case w.to >= 0:
				x.Ever += float64(w.p * ever[w.to])
				x.Without += float64(w.p * goal[w.to])
			case a.model.isGoal[-1-w.to]:
				x.Without += w.p
			}
		}
		x.Ever, x.Without = min(1, x.Ever), min(1, x.Without)
	}
}
