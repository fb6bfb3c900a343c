package simulation

import (
	"cmp"
	"slices"

	"github.com/buyerjourney/b2b/journey"
)

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
	r := newRates(len(c.states))
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
			r.add(i, x.to, p)
			if x.to < 0 && g.a.model.isGoal[-1-x.to] {
				goal[i] += p
			}
		}
	}
	factor(r).solve(goal)
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
		o.FlowThrough += float64(x.p * h[x.to])
		o.Low += float64(x.p * low[x.to])
		o.High += float64(x.p * high[x.to])
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
