package simulation

import (
	"math"
	"time"

	"github.com/buyerjourney/b2b/internal/stat"
	"github.com/buyerjourney/b2b/journey"
)

// maxWork bounds the multiplications of one distribution function.
const maxWork = 4e9

// entry is one rate: of what to j.
type entry struct {
	j int
	x float64
}

// stage is one exponential phase: how fast it ends and what follows, stages by number, −1 the end.
type stage struct {
	rate float64
	next []entry
}

// Distribution returns the probability that a journey has ended by each of the times, by uniformisation (Jensen 1953), with a truncation
// error of at most 1e-10. ok is false unless all durations and delays are exponential or Erlang, or nothing, and where the times are so
// long against the fastest phase that the sum would not end in reasonable time.
func (a *Analysis) Distribution(times ...time.Duration) (p []float64, ok bool) {
	stages, start, ok := a.stages()
	if !ok {
		return nil, false
	}
	rate, arcs := 0.0, 0
	for _, s := range stages {
		rate = max(rate, s.rate)
		arcs += len(s.next) + 1
	}
	longest := 0.0
	for _, t := range times {
		longest = max(longest, t.Seconds())
	}
	mean := rate * longest
	steps := int(math.Ceil(mean + 8*math.Sqrt(mean) + 30))
	if float64(steps)*float64(arcs) > maxWork {
		return nil, false
	}
	ended := make([]float64, steps+1) // by number of jumps
	now, next := make([]float64, len(stages)), make([]float64, len(stages))
	done := 0.0
	put := func(to []float64, e entry, x float64) {
		if e.j < 0 {
			done += float64(x * e.x)
		} else {
			to[e.j] += float64(x * e.x)
		}
	}
	for _, e := range start {
		put(now, e, 1)
	}
	for k := range ended {
		ended[k] = min(1, done)
		clear(next)
		for i, x := range now {
			if x == 0 {
				continue
			}
			jump := stages[i].rate / rate
			next[i] += float64(x * (1 - jump))
			for _, e := range stages[i].next {
				put(next, e, x*jump)
			}
		}
		now, next = next, now
	}
	p = make([]float64, len(times))
	for i, t := range times {
		p[i] = poissonMix(ended, rate*t.Seconds())
	}
	return p, true
}

// poissonMix returns Σ Poisson(k; mean)·ended[k]; what lies beyond the list has the last value.
func poissonMix(ended []float64, mean float64) float64 {
	if mean <= 0 {
		return ended[0]
	}
	var sum, mass stat.Compensated
	for k, x := range ended {
		log, _ := math.Lgamma(float64(k) + 1)
		w := math.Exp(float64(float64(k)*math.Log(mean)) - mean - log)
		sum.Add(w * x)
		mass.Add(w)
	}
	return min(1, max(0, sum.Sum()+float64(max(0, 1-mass.Sum())*ended[len(ended)-1])))
}

// stages expands the chain into exponential phases; ok is false if some stay or delay is of another sort.
func (a *Analysis) stages() (stages []stage, start []entry, ok bool) {
	c := a.chain
	if !c.timed {
		return nil, nil, false
	}
	first := make([]int, len(c.states)) // stage of each state, −1: it takes no time
	phases := make([]int, len(c.states))
	for i, tokens := range c.states {
		phases[i] = 1
		if len(tokens) == 1 && tokens[0].phases == 0 {
			phases[i] = a.stays[tokens[0].place].phases
		}
		if c.m1[i] == 0 {
			first[i] = -1
			continue
		}
		if phases[i] == 0 {
			return nil, nil, false
		}
		first[i] = len(stages)
		for k := range phases[i] {
			s := stage{rate: float64(phases[i]) / c.m1[i]}
			if k+1 < phases[i] {
				s.next = []entry{{len(stages) + 1, 1}}
			}
			stages = append(stages, s)
		}
	}
	x := expander{c: c, first: first, stages: stages, budget: 1_000_000}
	for i := range c.states {
		if first[i] >= 0 {
			last := first[i] + phases[i] - 1
			list := x.follow(nil, c.arcs[i], 1, 0)
			x.stages[last].next = list
		}
	}
	start = x.follow(nil, c.start, 1, 0)
	return x.stages, start, !x.failed
}

// leastMass is the probability below which states that take no time are no longer followed.
const leastMass = 1e-14

// expander turns arcs into entries between stages, through delays and states that take no time.
type expander struct {
	c      *chain
	first  []int
	stages []stage
	budget int
	failed bool
}

func (x *expander) follow(out []entry, arcs []arc, p float64, depth int) []entry {
	if depth > 10_000 || x.budget < 0 {
		x.failed = true
		return out
	}
	for _, a := range arcs {
		x.budget--
		w := p * a.p
		if w < leastMass {
			continue
		}
		if a.m1 > 0 { // a delay: phases of its own
			k := int(math.Round(a.m1 * a.m1 / max(a.m2-float64(a.m1*a.m1), 1e-300)))
			if !a.phased || k < 1 || k > 100 {
				x.failed = true
				return out
			}
			begin := len(x.stages)
			for i := range k {
				s := stage{rate: float64(k) / a.m1}
				if i+1 < k {
					s.next = []entry{{begin + i + 1, 1}}
				}
				x.stages = append(x.stages, s)
			}
			on := x.follow(nil, []arc{{to: a.to, p: 1}}, 1, depth+1)
			x.stages[begin+k-1].next = on
			out = append(out, entry{begin, w})
			continue
		}
		switch {
		case a.to < 0:
			out = append(out, entry{-1, w})
		case x.first[a.to] >= 0:
			out = append(out, entry{x.first[a.to], w})
		default:
			out = x.follow(out, x.c.arcs[a.to], w, depth+1)
		}
	}
	return out
}

// isPhased reports whether a duration is made of exponential phases.
func isPhased(d journey.Duration) bool {
	return d.Family == journey.Exponential || d.Family == journey.Erlang
}
