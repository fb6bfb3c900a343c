package simulation

import (
	"math"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b/internal/stream"
	"github.com/buyerjourney/b2b/journey"
)

// params are the values of everything that is not known for certain: shares of branches and mean durations. Means are given as
// factors on the designed ones.
type params struct {
	share  [][]float64 // graph: by origin, along out; tree: by node in the order of flatten, nil for nodes without choice
	stay   []float64   // by step
	delay  []float64   // by edge
	names  []string
	values []float64 // along names, for the report of what matters
}

// fork is one branching with its evidence.
type fork struct {
	name  string
	p     []float64
	alpha []float64 // of the Dirichlet distribution
	basis bool      // rests on something
}

// newFork takes the shares of a branching, NaN where unknown, and the evidence behind them. Known shares that sum to less than one
// leave the rest to the unknown ones in equal parts; if there are none, to nobody.
func newFork(name string, p []float64, n float64, interview bool) fork {
	f := fork{name: name, p: make([]float64, len(p)), alpha: make([]float64, len(p)), basis: true}
	known, unknown := 0.0, 0
	for _, x := range p {
		if math.IsNaN(x) {
			unknown++
		} else {
			known += x
		}
	}
	for i, x := range p {
		if math.IsNaN(x) {
			x = max(0, 1-known) / float64(unknown)
		}
		f.p[i] = x
	}
	if n == 0 {
		n = float64(len(p)) // one per branch for what is assumed
		if interview {
			n = 10
		}
	}
	f.basis = unknown == 0
	for i, x := range f.p {
		f.alpha[i] = n * x
	}
	if unknown == len(p) {
		for i := range f.alpha {
			f.alpha[i] = 1
		}
	}
	return f
}

// draw returns shares from the posterior. The mass that belongs to nobody keeps its size: the others are drawn as parts of the rest.
func (f *fork) draw(r *stream.Rand) []float64 {
	out := make([]float64, len(f.p))
	total, sum := 0.0, 0.0
	for i, a := range f.alpha {
		total += f.p[i]
		if a > 0 {
			out[i] = r.Gamma(a)
			sum += out[i]
		}
	}
	if sum == 0 {
		copy(out, f.p)
		return out
	}
	for i := range out {
		out[i] *= min(1, total) / sum
	}
	return out
}

// listForks lists the branchings of the flow, in the order of params.share.
func (s *Model) listForks() []fork {
	var out []fork
	if s.isTree {
		var walk func(t journey.Tree)
		walk = func(t journey.Tree) {
			var f fork
			if t.Op == journey.Choice || t.Op == journey.Loop {
				n := max(len(t.Children), 1)
				p := make([]float64, n)
				if t.Weights == nil {
					for i := range p {
						p[i] = math.NaN()
					}
				} else {
					copy(p, shares(t.Weights, n))
				}
				f = newFork(t.Op.String()+" "+strconv.Itoa(len(out)), p, t.N, false)
			}
			out = append(out, f)
			for _, c := range t.Children {
				walk(c)
			}
		}
		walk(s.tree)
		return out
	}
	for i, list := range s.out {
		name := "ways on from the start"
		if i < len(s.steps) {
			name = "ways on from " + string(s.steps[i].ID)
		}
		p := make([]float64, len(list))
		n, interview := 0.0, false
		for k, e := range list {
			x, ok := s.edges[e].P.Value()
			if !ok {
				x = math.NaN()
			}
			p[k] = x
			n = max(n, s.edges[e].Evidence.N)
			interview = interview || s.edges[e].Evidence.Basis == journey.Interview
		}
		out = append(out, newFork(name, p, n, interview))
	}
	return out
}

// point returns the point estimate of the parameters.
func (s *Model) point() *params {
	p := &params{stay: make([]float64, len(s.steps)), delay: make([]float64, len(s.edges))}
	for _, f := range s.forks {
		p.share = append(p.share, f.p)
	}
	for i := range p.stay {
		p.stay[i] = 1
	}
	for i := range p.delay {
		p.delay[i] = 1
	}
	return p
}

// draw returns the parameters of a replicate; replicate 0 is the point estimate. Each parameter has a stream of its own, so that
// changing one leaves the luck of the others as it is.
func (s *Model) draw(replicate int) *params {
	p := s.point()
	note := func(name string, x float64) { p.names, p.values = append(p.names, name), append(p.values, x) }
	for i := range s.forks {
		f := &s.forks[i]
		if len(f.p) > 1 {
			if replicate > 0 {
				r := s.root.SourceS("simulation shares", uint64(replicate), f.name)
				p.share[i] = f.draw(&r)
			}
			note(f.name, p.share[i][0])
		}
	}
	for i, x := range s.steps {
		p.stay[i] = s.factor(x.Duration, "duration of "+string(x.ID), replicate)
		if x.Duration.Mean > 0 || x.Duration.Family == journey.PERT {
			note("duration of "+string(x.ID), p.stay[i])
		}
	}
	for i, e := range s.edges {
		if e.Delay.Family == journey.Unset {
			continue
		}
		name := "delay from " + string(e.From) + " to " + string(e.To)
		p.delay[i] = s.factor(e.Delay, name, replicate)
		note(name, p.delay[i])
	}
	return p
}

// factor draws the mean of a duration as a factor on the designed one: log-normal with median 1 and the log-deviation
// min(1, CV/√max(N, 0.5)).
func (s *Model) factor(d journey.Duration, name string, replicate int) float64 {
	mean, sd, ok := d.Moments()
	if replicate == 0 || !ok || mean <= 0 || sd == 0 {
		return 1
	}
	r := s.root.SourceS("simulation means", uint64(replicate), name)
	return math.Exp(r.NormFloat64() * min(1, sd/mean/math.Sqrt(max(d.N, .5))))
}

// flow compiles the flow under parameters.
func (s *Model) flow(p *params) *flow {
	f := &flow{}
	if s.isTree {
		f.flatten(s.tree, -1, 0, s.index, func(id journey.StepID) int {
			if e, ok := s.final(id); ok {
				return s.endOf[e]
			}
			return -1
		})
		for i := range f.nodes {
			if p.share[i] != nil {
				f.nodes[i].weights = p.share[i]
			}
		}
		f.tame()
		for _, e := range f.begin(0) {
			b := branch{p: e.p, active: slices.Clone(e.places), outcome: -1, edge: -1}
			if len(e.places) == 0 {
				b.outcome = s.endOf[End{Kind: Ended}]
			}
			f.start = append(f.start, b)
		}
		return f
	}
	for i, x := range s.steps {
		next := -1
		if e, ok := s.final(x.ID); ok {
			next = s.endOf[e]
		}
		f.places = append(f.places, place{step: i, next: next})
	}
	f.ways = make([][]branch, len(s.steps))
	for i := range s.steps {
		f.ways[i] = s.waysOn(i, p)
	}
	f.start = s.waysOn(len(s.steps), p)
	return f
}

// waysOn returns the branches that leave a step of a graph, or the start.
func (s *Model) waysOn(i int, p *params) []branch {
	var id journey.StepID
	if i < len(s.steps) {
		id = s.steps[i].ID
		if e, ok := s.final(id); ok {
			return []branch{{p: 1, outcome: s.endOf[e], edge: -1}}
		}
	}
	out := make([]branch, 0, len(s.out[i])+1)
	rest := 1.0
	for k, e := range s.out[i] {
		x := p.share[i][k]
		if x == 0 {
			continue
		}
		rest -= x
		b := branch{p: x, outcome: -1, delay: s.edges[e].Delay, edge: e}
		if to := s.edges[e].To; to == journey.End {
			b.outcome = s.endOf[End{Ended, id}]
		} else {
			k := s.index[to]
			b.active = s.alone[k : k+1 : k+1]
		}
		out = append(out, b)
	}
	if rest > 1e-9 {
		return append(out, branch{p: rest, outcome: s.endOf[End{Stuck, id}], edge: -1})
	}
	for k := range out { // what rounding left over
		out[k].p /= 1 - rest
	}
	return out
}
