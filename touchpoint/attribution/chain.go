package attribution

import (
	"iter"

	"github.com/buyerjourney/b2b"
)

// ChainConfig says how a chain is fitted. The zero value is valid: order 1, nulls used, loops collapsed.
type ChainConfig struct {
	Order       int  // 0 means 1
	IgnoreNulls bool // leave out paths without a conversion: P(conversion) is then 1
	KeepLoops   bool // keep transitions of a state to itself; removal effects are the same either way
}

func (cfg ChainConfig) order() int { return max(1, cfg.Order) }

func (cfg ChainConfig) check(p *b2b.Problems, path string) {
	if cfg.Order < 0 || cfg.Order > maxOrder {
		p.Addf(path+".order", "outside 0..%d", maxOrder)
	}
}

// maxOrder bounds the order of a chain: beyond it every path is a state of its own in any data met so far.
const maxOrder = 64

// Chain is a fitted absorbing Markov chain of order k over names (Anderl, Becker, von Wangenheim and Schumann 2016, IJRM
// 33:457). States are windows of k steps; from each the chain goes on, or ends in conversion or in null. It is immutable and
// safe for concurrent use.
type Chain struct {
	*structure
	fit *solution
}

// State is one state of a chain.
type State struct {
	Names   []string // the window of steps, oldest first
	Start   float64  // share of paths that begin here
	Visits  float64  // expected number of visits per path
	Hitting float64  // P(conversion) from here on
	Convert float64  // P(the next move is conversion)
}

// Transition is a move between two states with its probability.
type Transition struct {
	From, To []string
	P        float64
}

// Effect is what the removal of a set of states takes away. The zero value is nothing.
type Effect struct {
	Conversion float64 // 1 − P(conversion without)/P(conversion), in [0,1]: the share of conversions whose path visits the set
	Value      float64 // the same of the expected value; in [0,1] unless there are refunds
}

// FitChain fits a chain to the paths, exactly: no simulation, no bound on the length of paths. [ErrNoConversions] if no path
// converts. O(steps + S³) for up to 64 states and for order 1 up to 512; above, sparse solves to rounding.
func FitChain(p *Paths, cfg ChainConfig) (*Chain, error) {
	var bad b2b.Problems
	cfg.check(&bad, "config")
	if err := bad.Err(); err != nil {
		return nil, err
	}
	s := compileStates(p, cfg.order(), cfg.KeepLoops)
	fit := newSolver(s).solve(new(solution), weightsOf(p, cfg.IgnoreNulls))
	if fit == nil {
		return nil, ErrNoConversions
	}
	return &Chain{structure: s, fit: fit}, nil
}

func weightsOf(p *Paths, ignoreNulls bool) *weights {
	w := p.weights(ignoreNulls)
	return &w
}

// Order returns the order of the chain.
func (c *Chain) Order() int { return c.order }

// Len returns the number of states, start and ends not counted.
func (c *Chain) Len() int { return len(c.grams) }

// P returns the probability of conversion, which is ΣC/(ΣC+ΣN) for every order.
func (c *Chain) P() float64 { return c.fit.p }

// Value returns the expected value of a path.
func (c *Chain) Value() float64 { return c.fit.v }

// States iterates over the states, in the order in which the sorted paths meet them.
func (c *Chain) States() iter.Seq[State] {
	return func(yield func(State) bool) {
		for s := range c.grams {
			if !yield(State{
				Names: c.names(s), Start: c.fit.start[s], Visits: c.fit.x[s], Hitting: c.fit.h[s], Convert: c.fit.r[s],
			}) {
				return
			}
		}
	}
}

// Transitions iterates over the moves between states.
func (c *Chain) Transitions() iter.Seq[Transition] {
	return func(yield func(Transition) bool) {
		for e := range c.from {
			if !yield(Transition{From: c.names(int(c.from[e])), To: c.names(int(c.to[e])), P: c.fit.q[e]}) {
				return
			}
		}
	}
}

// Removal returns the effect of sending to null every path that comes to a state of the set. A name is the set of all
// states that contain it, see [Chain.RemovalOf]; a pair, a seat or a sequence of steps are sets as well. in is asked once per
// state and must not keep its argument.
func (c *Chain) Removal(in func(state []string) bool) Effect {
	set := make([]bool, len(c.grams))
	for s := range set {
		set[s] = in(c.names(s))
	}
	return c.effect(set)
}

// RemovalOf returns the effect of removing all states that contain one of the names.
func (c *Chain) RemovalOf(names ...string) Effect {
	drop := make([]bool, len(c.p.names))
	for i, n := range c.p.names {
		for _, m := range names {
			drop[i] = drop[i] || n == m
		}
	}
	set := make([]bool, len(c.grams))
	for s, gram := range c.grams {
		for _, code := range gram {
			set[s] = set[s] || drop[code]
		}
	}
	return c.effect(set)
}

func (c *Chain) effect(set []bool) Effect {
	v := newSolver(c.structure)
	p, value := v.loss(c.fit, set)
	e := Effect{Conversion: clamp(p / c.fit.p)}
	if c.fit.v != 0 {
		e.Value = value / c.fit.v
	}
	return e
}

func clamp(x float64) float64 { return min(max(x, 0), 1) }

func (c *Chain) names(s int) []string {
	out := make([]string, len(c.grams[s]))
	for i, code := range c.grams[s] {
		out[i] = c.p.names[code]
	}
	return out
}
