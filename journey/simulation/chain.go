package simulation

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/journey"
)

// maxStates bounds the markings of a tree.
const maxStates = 2000

// token is an active place; phases is how many exponential phases it still has, 0 for a place outside parallel blocks.
type token struct {
	place, phases int
}

// arc is one way from a state to another, or to the outcome −1−to.
type arc struct {
	to     int
	p      float64
	m1, m2 float64 // moments of the delay
	phased bool    // the delay is exponential or Erlang
	enters []int   // places that become active
}

// chain is the absorbing chain of a flow: its states are sets of tokens.
type chain struct {
	states [][]token
	arcs   [][]arc
	start  []arc
	m1, m2 []float64 // moments of the stay
	timed  bool      // the stays are right: no parallel block with other than exponential or Erlang durations
}

// moments is the first and second moment of a duration in seconds, and its phases if it is exponential or Erlang.
type moments struct {
	m1, m2 float64
	phases int
}

// momentsOf returns the moments of a duration whose mean is scaled.
func momentsOf(d journey.Duration, scale float64) moments {
	mean, sd, _ := d.Moments()
	mean, sd = mean*scale, sd*scale
	m := moments{m1: mean, m2: float64(mean*mean) + float64(sd*sd)}
	switch d.Family {
	case journey.Exponential:
		m.phases = 1
	case journey.Erlang:
		m.phases = erlangPhases(d)
		m.m2 = mean * mean * (1 + 1/float64(m.phases))
	case journey.Unset, journey.Constant, journey.Gamma, journey.LogNormal, journey.Weibull, journey.PERT, journey.Empirical:
	}
	return m
}

// erlangPhases is the number of phases whose coefficient of variation is nearest to that of the duration.
func erlangPhases(d journey.Duration) int {
	if d.SD <= 0 || d.Mean <= 0 {
		return 1
	}
	return int(min(100, max(1, math.Round(d.Mean*d.Mean/(d.SD*d.SD)))))
}

// newChain explores the states from the start. stays are the moments of each place, delays those of each edge.
func newChain(f *flow, stays []moments, delays func(branch) moments, limit int) (*chain, error) {
	c := &chain{timed: true}
	index := make(map[string]int)
	var key []byte
	state := func(tokens []token) (int, error) { // tokens are copied
		key = key[:0]
		for _, t := range tokens {
			key = binary.AppendUvarint(key, uint64(t.place))
			key = binary.AppendUvarint(key, uint64(t.phases))
		}
		if i, ok := index[string(key)]; ok {
			return i, nil
		}
		if len(c.states) >= limit {
			return 0, &b2b.TooLargeError{What: "states of the flow", Limit: int64(limit)}
		}
		index[string(key)] = len(c.states)
		c.states = append(c.states, slices.Clone(tokens))
		return len(c.states) - 1, nil
	}
	var scratch []token
	target := func(b branch, before []token) (arc, error) {
		a := arc{p: b.p}
		d := delays(b)
		a.m1, a.m2, a.phased = d.m1, d.m2, isPhased(b.delay)
		if b.outcome >= 0 {
			a.to = -1 - b.outcome
			return a, nil
		}
		scratch = scratch[:0]
		if len(before) == 0 {
			a.enters = b.active
		}
		for _, i := range b.active {
			k := slices.IndexFunc(before, func(t token) bool { return t.place == i })
			if k >= 0 {
				scratch = append(scratch, before[k])
				continue
			}
			t := token{place: i}
			if f.parallel && f.inParallel(i) {
				t.phases = max(1, stays[i].phases)
			}
			scratch = append(scratch, t)
			if len(before) > 0 {
				a.enters = append(a.enters, i)
			}
		}
		slices.SortFunc(scratch, func(x, y token) int { return x.place - y.place })
		to, err := state(scratch)
		a.to = to
		return a, err
	}
	for _, b := range f.start {
		a, err := target(b, nil)
		if err != nil {
			return nil, err
		}
		c.start = append(c.start, a)
	}
	for i := 0; i < len(c.states); i++ {
		tokens := c.states[i]
		if len(tokens) == 1 && tokens[0].phases == 0 {
			m := stays[tokens[0].place]
			c.m1, c.m2 = append(c.m1, m.m1), append(c.m2, m.m2)
			ways := f.expand(nil, tokens[0].place)
			arcs := make([]arc, 0, len(ways))
			for _, b := range ways {
				a, err := target(b, nil)
				if err != nil {
					return nil, err
				}
				arcs = append(arcs, a)
			}
			c.arcs = append(c.arcs, arcs)
			continue
		}
		if err := c.race(f, stays, tokens, target, state); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// race adds the ways out of a state with parallel tokens: the first to finish a phase moves.
func (c *chain) race(f *flow, stays []moments, tokens []token, target func(branch, []token) (arc, error), state func([]token) (int, error)) error {
	rates := make([]float64, len(tokens))
	total, instant := 0.0, 0
	for k, t := range tokens {
		m := stays[t.place]
		if m.m1 == 0 {
			instant++
		} else {
			rates[k] = float64(max(1, m.phases)) / m.m1
			total += rates[k]
		}
		if m.phases == 0 && m.m1 > 0 {
			c.timed = false
		}
	}
	if instant > 0 { // what takes no time happens first
		for k, t := range tokens {
			rates[k] = 0
			if stays[t.place].m1 == 0 {
				rates[k] = 1
			}
		}
		total = float64(instant)
		c.m1, c.m2 = append(c.m1, 0), append(c.m2, 0)
	} else {
		c.m1, c.m2 = append(c.m1, 1/total), append(c.m2, 2/(total*total))
	}
	var arcs []arc
	for k, t := range tokens {
		p := rates[k] / total
		if p == 0 {
			continue
		}
		rest := slices.Delete(slices.Clone(tokens), k, k+1)
		if t.phases > 1 {
			next := slices.Clone(tokens)
			next[k].phases--
			to, err := state(next)
			if err != nil {
				return err
			}
			arcs = append(arcs, arc{to: to, p: p})
			continue
		}
		places := make([]int, len(rest))
		for i := range rest {
			places[i] = rest[i].place
		}
		for _, b := range f.expand(places, t.place) {
			b.p *= p
			a, err := target(b, rest)
			if err != nil {
				return err
			}
			arcs = append(arcs, a)
		}
	}
	c.arcs = append(c.arcs, arcs)
	return nil
}

// inParallel reports whether a place lies in a parallel block.
func (f *flow) inParallel(i int) bool {
	for n := f.leaf[i]; n >= 0; n = f.nodes[n].parent {
		if f.nodes[n].op == journey.Parallel {
			return true
		}
	}
	return false
}
