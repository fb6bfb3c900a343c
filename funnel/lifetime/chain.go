package lifetime

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/mat"

	"github.com/buyerjourney/b2b"
)

// Chain is a customer's way through stages, one step per period: row i of P says where he goes from stage i. A row that
// sums to less than 1 loses the rest: the customer is gone. It is immutable and safe for concurrent use.
type Chain struct {
	states    []string
	p         *mat.Dense
	transient []int // states from which absorption, or loss, can be reached
	absorbing []int // states of closed classes
}

// DivergentError says that a value grows without bound: what is earned in a closed class, from which nobody leaves, is not
// discounted.
type DivergentError struct {
	Class []string // states of one closed class with rewards
}

// Error names the class.
func (e *DivergentError) Error() string {
	return "value is unbounded: closed class " + strings.Join(e.Class, ", ")
}

// Unwrap returns [b2b.ErrInvalid].
func (e *DivergentError) Unwrap() error { return b2b.ErrInvalid }

// NewChain checks a chain: as many names as rows and columns, no negative entry, no row above 1.
func NewChain(states []string, p [][]float64) (*Chain, error) {
	m, err := matrix("p", states, p)
	if err != nil {
		return nil, err
	}
	var problems b2b.Problems
	for i := range states {
		if sum := mat.Sum(m.RowView(i)); sum > 1+1e-9 {
			problems.Add("p["+strconv.Itoa(i)+"]", "sums to more than 1")
		}
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	c := &Chain{states: slices.Clone(states), p: m}
	c.classify()
	return c, nil
}

// matrix checks the shape and the entries of a non-negative matrix.
func matrix(name string, states []string, rows [][]float64) (*mat.Dense, error) {
	var p b2b.Problems
	n := len(states)
	if n == 0 {
		p.Add("states", "none")
	}
	if len(rows) != n {
		p.Addf(name, "%d rows for %d states", len(rows), n)
	}
	for i, row := range rows {
		if len(row) != n {
			p.Addf(name+"["+strconv.Itoa(i)+"]", "%d columns for %d states", len(row), n)
			continue
		}
		for j, x := range row {
			if !(x >= 0) || math.IsInf(x, 0) {
				p.Add(name+"["+strconv.Itoa(i)+"]["+strconv.Itoa(j)+"]", "negative or not a finite number")
			}
		}
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	m := mat.NewDense(n, n, nil)
	for i, row := range rows {
		m.SetRow(i, row)
	}
	return m, nil
}

// classify finds the states of closed classes: those that lose nothing and from which every reachable state leads back.
func (c *Chain) classify() {
	n := len(c.states)
	reach := make([][]bool, n)
	for i := range reach {
		reach[i] = make([]bool, n)
		reach[i][i] = true
		for j := range n {
			reach[i][j] = reach[i][j] || c.p.At(i, j) > 0
		}
	}
	for k := range n {
		for i := range n {
			if reach[i][k] {
				for j := range n {
					reach[i][j] = reach[i][j] || reach[k][j]
				}
			}
		}
	}
	for i := range n {
		closed := true
		for j := range n {
			if reach[i][j] && (!reach[j][i] || mat.Sum(c.p.RowView(j)) < 1-1e-9) {
				closed = false
			}
		}
		if closed {
			c.absorbing = append(c.absorbing, i)
		} else {
			c.transient = append(c.transient, i)
		}
	}
}

// Absorption is what becomes of customers in the long run, by transient state.
type Absorption struct {
	Transient, Absorbing []string
	Visits               [][]float64 // expected periods in each transient state: N = (I−P)⁻¹
	Ends                 [][]float64 // probability of ending in each absorbing state: N·R
	Steps, Variance      []float64   // of the number of periods until the end
}

// Absorption returns the fundamental matrix and what follows from it (Kemeny and Snell 1960). ok is false for a chain
// without transient states.
func (c *Chain) Absorption() (a Absorption, ok bool) {
	n := c.fundamental()
	if n == nil {
		return a, false
	}
	k := len(c.transient)
	for i := range k {
		a.Transient = append(a.Transient, c.states[c.transient[i]])
		a.Visits = append(a.Visits, mat.Row(nil, i, n))
	}
	for _, j := range c.absorbing {
		a.Absorbing = append(a.Absorbing, c.states[j])
	}
	for i := range k {
		row := make([]float64, len(c.absorbing))
		steps := 0.0
		for m := range k {
			steps += n.At(i, m)
			for j, s := range c.absorbing {
				row[j] += n.At(i, m) * c.p.At(c.transient[m], s)
			}
		}
		a.Ends = append(a.Ends, row)
		a.Steps = append(a.Steps, steps)
	}
	for i := range k { // (2N−I)t − t∘t
		v := -a.Steps[i] - a.Steps[i]*a.Steps[i]
		for m := range k {
			v += 2 * n.At(i, m) * a.Steps[m]
		}
		a.Variance = append(a.Variance, max(0, v))
	}
	return a, true
}

func (c *Chain) fundamental() *mat.Dense {
	k := len(c.transient)
	if k == 0 {
		return nil
	}
	m := mat.NewDense(k, k, nil)
	for i, s := range c.transient {
		for j, t := range c.transient {
			m.Set(i, j, float64(count(i == j))-c.p.At(s, t))
		}
	}
	var inv mat.Dense
	if err := inv.Inverse(m); err != nil && !isCondition(err) {
		return nil
	}
	return &inv
}

func isCondition(err error) bool {
	_, ok := errors.AsType[mat.Condition](err)
	return ok
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// ValueConfig says how value is counted.
type ValueConfig struct {
	Discount float64 // d per period; 0 is none
	AtEnd    bool    // rewards fall at the end of a period, not at its start
	Periods  int     // horizon; 0: without end
}

// Value returns the expected discounted reward of a customer from each state on: V = (I − P/(1+d))⁻¹·R (Pfeifer and
// Carraway 2000), or over a number of periods by recursion. A closed class with rewards and no discount is a
// [*DivergentError].
func (c *Chain) Value(reward []float64, v ValueConfig) ([]float64, error) {
	if err := c.checkValue(reward, v); err != nil {
		return nil, err
	}
	n := len(c.states)
	q := 1 / (1 + v.Discount)
	value := make([]float64, n)
	if v.Periods > 0 {
		for range v.Periods {
			next := make([]float64, n)
			for i := range n {
				next[i] = reward[i]
				for j := range n {
					next[i] += q * c.p.At(i, j) * value[j]
				}
			}
			value = next
		}
	} else if err := c.solve(false, q, reward, value); err != nil {
		return nil, err
	}
	if v.AtEnd {
		for i := range value {
			value[i] *= q
		}
	}
	return value, nil
}

func (c *Chain) checkValue(reward []float64, v ValueConfig) error {
	var p b2b.Problems
	if len(reward) != len(c.states) {
		p.Addf("reward", "%d rewards for %d states", len(reward), len(c.states))
	}
	for i, x := range reward {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			p.Add("reward["+strconv.Itoa(i)+"]", "not a finite number")
		}
	}
	if !(v.Discount >= 0) || math.IsInf(v.Discount, 0) {
		p.Add("config.discount", "negative or not a finite number")
	}
	if v.Periods < 0 {
		p.Add("config.periods", "negative")
	}
	if err := p.Err(); err != nil {
		return err
	}
	if v.Discount > 0 || v.Periods > 0 {
		return nil
	}
	for _, i := range c.absorbing {
		if reward[i] != 0 {
			e := &DivergentError{}
			for _, j := range c.absorbing { // the class of i: what it reaches
				if j == i || c.p.At(i, j) > 0 {
					e.Class = append(e.Class, c.states[j])
				}
			}
			return e
		}
	}
	return nil
}

// solve returns x with (I − qP)x = b, or the transposed system, closed classes left out where q is 1: there b is 0.
func (c *Chain) solve(transposed bool, q float64, b, x []float64) error {
	index := make([]int, 0, len(c.states))
	if q < 1 {
		for i := range c.states {
			index = append(index, i)
		}
	} else {
		index = append(index, c.transient...)
	}
	k := len(index)
	if k == 0 {
		return nil
	}
	m, rhs := mat.NewDense(k, k, nil), mat.NewVecDense(k, nil)
	for i, s := range index {
		rhs.SetVec(i, b[s])
		for j, t := range index {
			p := c.p.At(s, t)
			if transposed {
				p = c.p.At(t, s)
			}
			m.Set(i, j, float64(count(i == j))-q*p)
		}
	}
	var out mat.VecDense
	if err := out.SolveVec(m, rhs); err != nil && !isCondition(err) {
		return ErrNotConverged
	}
	for i, s := range index {
		x[s] = out.AtVec(i)
	}
	return nil
}

// Elasticities returns the derivative of the value from state start by each entry of P, without end: ∂V_start/∂P_ij =
// y_i·V_j/(1+d) with y = (I − Pᵀ/(1+d))⁻¹·e_start: two solves for all. With compensate ≥ 0 the mass is taken from that
// column: ∂/∂P_ij − ∂/∂P_i,compensate.
func (c *Chain) Elasticities(reward []float64, v ValueConfig, start, compensate int) ([][]float64, error) {
	if start < 0 || start >= len(c.states) || compensate >= len(c.states) {
		return nil, &b2b.InvalidError{Path: "start", Reason: "no such state"}
	}
	if v.Periods != 0 {
		return nil, &b2b.InvalidError{Path: "config.periods", Reason: "derivatives are without end"}
	}
	value, err := c.Value(reward, ValueConfig{Discount: v.Discount})
	if err != nil {
		return nil, err
	}
	q := 1 / (1 + v.Discount)
	e, y := make([]float64, len(c.states)), make([]float64, len(c.states))
	e[start] = 1
	if err := c.solve(true, q, e, y); err != nil {
		return nil, err
	}
	factor := q
	if v.AtEnd {
		factor *= q
	}
	out := make([][]float64, len(c.states))
	for i := range out {
		out[i] = make([]float64, len(c.states))
		for j := range out[i] {
			base := 0.0
			if compensate >= 0 {
				base = value[compensate]
			}
			out[i][j] = y[i] * (value[j] - base) * factor
		}
	}
	return out, nil
}
