package lifetime

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/mat"

	"github.com/buyerjourney/b2b"
)

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
					next[i] += float64(q * c.p.At(i, j) * value[j])
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
			m.Set(i, j, float64(count(i == j))-float64(q*p))
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
