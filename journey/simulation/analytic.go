package simulation

import (
	"math"
	"slices"

	"github.com/buyerjourney/b2b/internal/stat"
	"github.com/buyerjourney/b2b/journey"
)

// EndShare is the probability of one end. Mean is the expected time until it, given that it comes, in seconds; Timed says that
// times are known.
type EndShare struct {
	End
	IsGoal bool
	P      float64
	Mean   float64
	Timed  bool
}

// Analysis is the exact answer under the point estimate of the parameters (Kemeny & Snell 1960). Mean and SD are of the time until the
// end, in seconds; Timed is false where a parallel block holds other than exponential or Erlang durations: then ask [Model.Simulate]. It
// is immutable and safe for concurrent use.
type Analysis struct {
	Ends        []EndShare // with P > 0, in the order goal, exit, ended, stuck, then by step
	Steps       []StepFigures
	FlowThrough float64 // probability of a goal
	Length      float64 // expected number of steps
	Mean, SD    float64
	Timed       bool
	States      int
	Livelock    []journey.StepID // steps from which no end can be reached: their journeys count as stuck
	Loads       []Load
	model       *Model
	chain       *chain
	stays       []moments
}

// Analytic solves the chain. A flow with more than 2,000 markings is a [b2b.TooLargeError].
func (s *Model) Analytic() (*Analysis, error) { return s.analyse(s.point()) }

func (s *Model) analyse(p *params) (*Analysis, error) {
	f := s.flow(p)
	stays := make([]moments, len(f.places))
	for i, x := range f.places {
		stays[i] = momentsOf(s.steps[x.step].Duration, p.stay[x.step])
	}
	delays := func(b branch) moments {
		if b.edge < 0 || b.delay.Family == journey.Unset {
			return moments{}
		}
		return momentsOf(b.delay, p.delay[b.edge])
	}
	limit := maxStates
	if !s.isTree {
		limit = math.MaxInt
	}
	c, err := newChain(f, stays, delays, limit)
	if err != nil {
		return nil, err
	}
	a := &Analysis{model: s, chain: c, stays: stays, States: len(c.states), Timed: c.timed}
	stuck := s.endOf[End{Kind: Stuck}]
	a.Livelock = c.unlock(f, s, stuck, c.hopeless())
	solver := c.factor()
	visits := c.visits(solver)
	if far := tooFar(visits); far != nil { // all but closed: a journey would stay for more than 10¹² steps
		a.Livelock = append(a.Livelock, c.unlock(f, s, stuck, far)...)
		solver = c.factor()
		visits = c.visits(solver)
	}
	a.absorb(visits)
	a.steps(f, solver, visits)
	a.times(solver)
	a.loads()
	return a, nil
}

// hopeless returns the states from which no outcome can be reached; nil is none.
func (c *chain) hopeless() []bool {
	n := len(c.states)
	from := make([]int, n+2) // where the list of the states that lead to state i begins: from[i+1], once filled from[i]
	total := 0
	for _, arcs := range c.arcs {
		for _, a := range arcs {
			if a.to >= 0 && a.p > 0 {
				from[a.to+2]++
				total++
			}
		}
	}
	for i := range n {
		from[i+2] += from[i+1]
	}
	back := make([]int, total)
	stack := make([]int, 0, n)
	out := make([]bool, n)
	for i, arcs := range c.arcs {
		out[i] = true
		for _, a := range arcs {
			switch {
			case a.p == 0:
			case a.to >= 0:
				back[from[a.to+1]] = i
				from[a.to+1]++
			case out[i]:
				out[i] = false
				stack = append(stack, i)
			}
		}
	}
	for len(stack) > 0 {
		i := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, k := range back[from[i]:from[i+1]] {
			if out[k] {
				out[k] = false
				stack = append(stack, k)
			}
		}
	}
	if !slices.Contains(out, true) {
		return nil
	}
	return out
}

func tooFar(visits []float64) []bool {
	var out []bool
	for i, v := range visits {
		if v > 1e12 {
			if out == nil {
				out = make([]bool, len(visits))
			}
			out[i] = true
		}
	}
	return out
}

// unlock makes states end in the outcome stuck and returns their steps, by name.
func (c *chain) unlock(f *flow, s *Model, stuck int, states []bool) []journey.StepID {
	var steps []journey.StepID
	for i := range states {
		if states[i] {
			c.arcs[i] = []arc{{to: -1 - stuck, p: 1}}
			for _, t := range c.states[i] {
				steps = append(steps, s.steps[f.places[t.place].step].ID)
			}
		}
	}
	slices.Sort(steps)
	return slices.Compact(steps)
}

func (c *chain) factor() *solver {
	r := newRates(len(c.states))
	for i, arcs := range c.arcs {
		for _, a := range arcs {
			r.add(i, a.to, a.p)
		}
	}
	return factor(r)
}

// visits returns the expected number of visits to each state: α N.
func (c *chain) visits(s *solver) []float64 {
	e := make([]float64, len(c.states))
	for _, a := range c.start {
		if a.to >= 0 {
			e[a.to] += a.p
		}
	}
	s.solveLeft(e)
	return e
}

func (a *Analysis) absorb(visits []float64) {
	p := make([]float64, len(a.model.ends))
	for _, x := range a.chain.start {
		if x.to < 0 {
			p[-1-x.to] += x.p
		}
	}
	for i, arcs := range a.chain.arcs {
		for _, x := range arcs {
			if x.to < 0 {
				p[-1-x.to] += float64(visits[i] * x.p)
			}
		}
	}
	for k, e := range a.model.ends {
		if p[k] > 0 {
			a.Ends = append(a.Ends, EndShare{End: e, IsGoal: a.model.isGoal[k], P: min(1, p[k])})
		}
		if a.model.isGoal[k] {
			a.FlowThrough += p[k]
		}
	}
	a.FlowThrough = min(1, a.FlowThrough)
	slices.SortFunc(a.Ends, func(x, y EndShare) int { return compareEnds(x.End, y.End) })
}

func compareEnds(x, y End) int {
	if x.Kind != y.Kind {
		return int(x.Kind) - int(y.Kind)
	}
	switch {
	case x.Step < y.Step:
		return -1
	case x.Step > y.Step:
		return 1
	}
	return 0
}

// through returns, by state, the probability of a goal, or of one end if it is ≥ 0.
func (a *Analysis) through(s *solver, end int) []float64 {
	h := make([]float64, len(a.chain.states))
	for i, arcs := range a.chain.arcs {
		for _, x := range arcs {
			if x.to < 0 && a.counts(-1-x.to, end) {
				h[i] += x.p
			}
		}
	}
	s.solve(h)
	return h
}

func (a *Analysis) counts(outcome, end int) bool {
	if end >= 0 {
		return outcome == end
	}
	return a.model.isGoal[outcome]
}

// times solves for the moments of the time until the end: m_i = E[D_i] + Σ q_ij (E[delay_ij] + m_j), and the second likewise.
func (a *Analysis) times(s *solver) {
	if !a.Timed {
		return
	}
	c := a.chain
	m := slices.Clone(c.m1)
	for i, arcs := range c.arcs {
		for _, x := range arcs {
			m[i] += float64(x.p * x.m1)
		}
	}
	s.solve(m)
	v := slices.Clone(c.m2)
	rest := func(x arc) (m1, m2 float64) { // of delay and what follows, but the square of what follows
		if x.to < 0 {
			return x.m1, x.m2
		}
		return x.m1 + m[x.to], x.m2 + float64(2*x.m1*m[x.to])
	}
	for i, arcs := range c.arcs {
		for _, x := range arcs {
			r1, r2 := rest(x)
			v[i] += float64(x.p * (float64(2*c.m1[i]*r1) + r2))
		}
	}
	s.solve(v)
	var first, second stat.Compensated
	for _, x := range c.start {
		r1, r2 := rest(x)
		if x.to >= 0 {
			r2 += v[x.to]
		}
		first.Add(x.p * r1)
		second.Add(x.p * r2)
	}
	a.Mean = first.Sum()
	a.SD = math.Sqrt(max(0, second.Sum()-float64(a.Mean*a.Mean)))
	for k := range a.Ends {
		a.given(s, &a.Ends[k])
	}
}

// maxGiven bounds the number of ends for which the conditional time is computed.
const maxGiven = 64

// given sets the expected time of one end, by the transform of Doob: w_i = E[T·1(end)] solves the same equations with h_i for 1.
func (a *Analysis) given(s *solver, e *EndShare) {
	if len(a.Ends) > maxGiven {
		return
	}
	k := a.model.endOf[e.End]
	h := a.through(s, k)
	c := a.chain
	w := make([]float64, len(h))
	for i, arcs := range c.arcs {
		w[i] = h[i] * c.m1[i]
		for _, x := range arcs {
			switch {
			case x.to >= 0:
				w[i] += float64(x.p * x.m1 * h[x.to])
			case -1-x.to == k:
				w[i] += float64(x.p * x.m1)
			}
		}
	}
	s.solve(w)
	total := 0.0
	for _, x := range c.start {
		switch {
		case x.to >= 0:
			total += float64(x.p * (float64(x.m1*h[x.to]) + w[x.to]))
		case -1-x.to == k:
			total += float64(x.p * x.m1)
		}
	}
	e.Mean, e.Timed = total/e.P, true
}
