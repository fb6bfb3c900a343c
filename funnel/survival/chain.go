package survival

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/buyerjourney/b2b"
)

// Chain is a time-homogeneous Markov chain in continuous time, estimated from exactly observed stays: the rate from r to s
// is N_rs/T_r. It is immutable and safe for concurrent use; the zero value has no states.
type Chain struct {
	N      [][]float64 // transitions, weighted
	T      []float64   // time spent in each state
	Q      [][]float64 // rates; the diagonal is minus the sum of its row
	LogLik float64
	level  float64
}

// FitChain estimates the rates; a stay that was only last seen adds to the time alone. Exactly timed data need no iteration:
// the maximum of the likelihood is N/T. Level 0 is 0.95. All malformed stays are reported at once.
func FitChain(stays []Stay, states int, level float64) (*Chain, error) {
	if _, err := newProduct(stays, states, MultiStateConfig{Level: level}); err != nil {
		return nil, err
	}
	c := &Chain{T: make([]float64, states), level: Config{Level: level}.level()}
	c.N, c.Q = square(states), square(states)
	for i := range stays {
		s := &stays[i]
		w := (&Spell{Weight: s.Weight}).weight()
		c.T[s.State] += float64(w * (s.Exit - s.Entry))
		if s.To >= 0 && s.To != s.State {
			c.N[s.State][s.To] += w
		}
	}
	for r, row := range c.N {
		for s, n := range row {
			if n == 0 || c.T[r] <= 0 {
				continue
			}
			q := n / c.T[r]
			c.Q[r][s] = q
			c.Q[r][r] -= q
			c.LogLik += float64(n*math.Log(q)) - float64(q*c.T[r])
		}
	}
	return c, nil
}

func square(n int) [][]float64 {
	m := make([][]float64, n)
	for i := range m {
		m[i] = make([]float64, n)
	}
	return m
}

// Rate returns the rate from r to s with a log-linear interval, whose standard error is √N/T. Without a transition the upper
// bound is that of the exact Poisson law; without time in r there is no rate, and ok is false.
func (c *Chain) Rate(r, s int) (rate b2b.Estimate, ok bool) {
	if r < 0 || s < 0 || r >= len(c.T) || s >= len(c.T) || r == s || c.T[r] <= 0 {
		return b2b.Estimate{}, false
	}
	n := c.N[r][s]
	if n == 0 {
		return b2b.Estimate{High: -math.Log((1-c.level)/2) / c.T[r], Level: c.level, Method: "no transition, exact"}, true
	}
	k := math.Exp(quantileNormal((1+c.level)/2) / math.Sqrt(n))
	q := n / c.T[r]
	return b2b.Estimate{Value: q, Low: q / k, High: q * k, Level: c.level, Method: "N/T, log-linear"}, true
}

// StdErr returns the standard error √N/T of the rate from r to s.
func (c *Chain) StdErr(r, s int) float64 {
	if c.T[r] <= 0 || r == s {
		return 0
	}
	return math.Sqrt(c.N[r][s]) / c.T[r]
}

// P returns the transition probabilities over a time t ≥ 0: exp(Qt).
func (c *Chain) P(t float64) ([][]float64, error) {
	if !(t >= 0) || math.IsInf(t, 0) {
		return nil, &b2b.InvalidError{Path: "t", Reason: "negative or not a finite number"}
	}
	n := len(c.T)
	if n == 0 {
		return nil, nil
	}
	m := mat.NewDense(n, n, nil)
	for i, row := range c.Q {
		for j, q := range row {
			m.Set(i, j, q*t)
		}
	}
	var e mat.Dense
	e.Exp(m)
	out := square(n)
	for i := range out {
		for j := range out[i] {
			out[i][j] = clamp(e.At(i, j))
		}
	}
	return out, nil
}

// Sojourn returns the mean length of a stay in r, −1/q_rr; ok is false for a state that is never left.
func (c *Chain) Sojourn(r int) (mean float64, ok bool) {
	if c.Q[r][r] == 0 {
		return 0, false
	}
	return -1 / c.Q[r][r], true
}

// Next returns the probabilities of the state that follows r; ok is false for a state that is never left.
func (c *Chain) Next(r int) (next []float64, ok bool) {
	if c.Q[r][r] == 0 {
		return nil, false
	}
	next = make([]float64, len(c.T))
	for s, q := range c.Q[r] {
		if s != r {
			next[s] = -q / c.Q[r][r]
		}
	}
	return next, true
}

// Ends is where a chain ends, by the states that can be left.
type Ends struct {
	Transient, Absorbing []int
	Time                 [][]float64 // expected time in each transient state
	Probability          [][]float64 // of ending in each absorbing state
	Mean                 []float64   // expected time to the end
}

// Absorption returns where the chain ends. ok is false where some state that can be left never leads to the end, or none
// can be left.
func (c *Chain) Absorption() (e Ends, ok bool) {
	for r := range c.T {
		if c.Q[r][r] == 0 {
			e.Absorbing = append(e.Absorbing, r)
		} else {
			e.Transient = append(e.Transient, r)
		}
	}
	inv, ok := c.inverse(e.Transient)
	if !ok {
		return Ends{}, false
	}
	for i := range e.Transient {
		row, ends := make([]float64, len(e.Transient)), make([]float64, len(e.Absorbing))
		mean := 0.0
		for j, s := range e.Transient {
			row[j] = inv.At(i, j)
			mean += row[j]
			for k, a := range e.Absorbing {
				ends[k] += float64(row[j] * c.Q[s][a])
			}
		}
		e.Time, e.Probability, e.Mean = append(e.Time, row), append(e.Probability, ends), append(e.Mean, mean)
	}
	return e, true
}

// FirstPassage returns the expected time until a state is first reached, from every other; ok is false where it is not sure
// to be reached from each of them.
func (c *Chain) FirstPassage(to int) (mean []float64, ok bool) {
	var rest []int
	for r := range c.T {
		if r != to {
			if c.Q[r][r] == 0 {
				return nil, false
			}
			rest = append(rest, r)
		}
	}
	inv, ok := c.inverse(rest)
	if !ok {
		return nil, false
	}
	mean = make([]float64, len(c.T))
	for i, r := range rest {
		for j := range rest {
			mean[r] += inv.At(i, j)
		}
	}
	return mean, true
}

// inverse returns (−Q)⁻¹ over some states; ok is false where it does not exist.
func (c *Chain) inverse(states []int) (*mat.Dense, bool) {
	if len(states) == 0 {
		return nil, false
	}
	m := mat.NewDense(len(states), len(states), nil)
	for i, r := range states {
		for j, s := range states {
			m.Set(i, j, -c.Q[r][s])
		}
	}
	var inv mat.Dense
	if err := inv.Inverse(m); err != nil {
		return nil, false
	}
	for i := range states {
		for j := range states {
			if x := inv.At(i, j); math.IsNaN(x) || math.IsInf(x, 0) || x < -1e-9 {
				return nil, false
			}
		}
	}
	return &inv, true
}
