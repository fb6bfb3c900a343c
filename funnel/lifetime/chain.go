package lifetime

import (
	"errors"
	"math"
	"slices"
	"strconv"

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
				row[j] += float64(n.At(i, m) * c.p.At(c.transient[m], s))
			}
		}
		a.Ends = append(a.Ends, row)
		a.Steps = append(a.Steps, steps)
	}
	for i := range k { // (2N−I)t − t∘t
		v := -a.Steps[i] - float64(a.Steps[i]*a.Steps[i])
		for m := range k {
			v += float64(2 * n.At(i, m) * a.Steps[m])
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
