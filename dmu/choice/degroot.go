package choice

import (
	"cmp"
	"math/cmplx"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/buyerjourney/b2b"
)

// Class is a closed class of members: they hear one another, and nobody else.
type Class struct {
	Members   []int     // positions, ascending
	Influence []float64 // social influence π of each: πᵀW = πᵀ, Σπ = 1
	Period    int       // 1: opinions converge; more: they go round for ever
}

// DeGroot is the limit of repeated averaging x(t+1) = Wx(t) (DeGroot 1974). Each closed class comes to a consensus, which is
// the mean of its initial opinions by social influence; everybody else ends at a mixture of the classes. It is immutable and
// safe for concurrent use; the zero value has no members.
type DeGroot struct {
	// Classes are ordered by their first member. One class: the whole group comes to one consensus.
	Classes []Class
	// Converged is false where a class has a period above 1. [DeGroot.Limit] is then the average over time (Cesàro).
	Converged bool

	w, v [][]float64
}

// NewDeGroot analyses the weights W[i][j] that member i gives to j; each row sums to 1 within 1e−9. Cost O(D³).
func NewDeGroot(w [][]float64) (*DeGroot, error) {
	var problems b2b.Problems
	checkStochastic(&problems, "w", w)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	n := len(w)
	g := &DeGroot{w: cloneRows(w), v: make([][]float64, n), Converged: true}
	class := slices.Repeat([]int{-1}, n)
	for _, members := range components(w) {
		if !closed(w, members) {
			continue
		}
		g.Classes = append(g.Classes, Class{Members: members, Influence: stationary(w, members), Period: period(w, members)})
	}
	slices.SortFunc(g.Classes, func(a, b Class) int { return cmp.Compare(a.Members[0], b.Members[0]) })
	for c, k := range g.Classes {
		g.Converged = g.Converged && k.Period == 1
		for _, i := range k.Members {
			class[i] = c
		}
	}
	// Transient members end in class c with probability h = (I−Q)⁻¹R.
	var transient []int
	for i, c := range class {
		if c < 0 {
			transient = append(transient, i)
		}
	}
	a, r := make([][]float64, len(transient)), make([][]float64, len(transient))
	for k, i := range transient {
		a[k], r[k] = make([]float64, len(transient)), make([]float64, len(g.Classes))
		for l, j := range transient {
			a[k][l] = -w[i][j]
		}
		a[k][k]++
		for j, c := range class {
			if c >= 0 {
				r[k][c] += w[i][j]
			}
		}
	}
	f, _ := factor(a) // not singular: every transient member reaches a class
	absorbed := f.solve(r)
	for i := range n {
		g.v[i] = make([]float64, n)
	}
	spread := func(i, c int, h float64) {
		for k, j := range g.Classes[c].Members {
			g.v[i][j] = h * g.Classes[c].Influence[k]
		}
	}
	for i, c := range class {
		if c >= 0 {
			spread(i, c, 1)
		}
	}
	for k, i := range transient {
		for c, h := range absorbed[k] {
			spread(i, c, h)
		}
	}
	return g, nil
}

// V returns the matrix of effects of initial on final opinions; its rows sum to 1.
func (g *DeGroot) V() [][]float64 { return cloneRows(g.v) }

// Limit returns the final opinions; x has a row per member and a column per topic.
func (g *DeGroot) Limit(x [][]float64) ([][]float64, error) {
	if len(x) != len(g.v) {
		return nil, &b2b.InvalidError{Path: "opinions", Reason: "not one row per member"}
	}
	out := make([][]float64, len(x))
	for i := range out {
		out[i] = make([]float64, len(x[0]))
		for j, row := range x {
			if len(row) != len(x[0]) || !finite(row) {
				return nil, &b2b.InvalidError{Path: "opinions", Reason: "not finite numbers, one per column"}
			}
			for c, v := range row {
				out[i][c] += float64(g.v[i][j] * v)
			}
		}
	}
	return out, nil
}

// Speed returns |λ₂|, the factor by which disagreement shrinks per step in the long run. It is defined where there is one
// closed class, without a period, and more than one member.
func (g *DeGroot) Speed() (lambda2 float64, ok bool) {
	n := len(g.w)
	if len(g.Classes) != 1 || !g.Converged || n < 2 {
		return 0, false
	}
	m := mat.NewDense(n, n, nil)
	for i, row := range g.w {
		m.SetRow(i, row)
	}
	var e mat.Eigen
	if !e.Factorize(m, mat.EigenNone) {
		return 0, false
	}
	size := make([]float64, n)
	for i, x := range e.Values(nil) {
		size[i] = cmplx.Abs(x)
	}
	slices.Sort(size)
	return min(1, size[n-2]), true
}

// components returns the strongly connected components of the graph w > 0 (Tarjan 1972), members ascending.
func components(w [][]float64) [][]int {
	n := len(w)
	index, low := make([]int, n), make([]int, n) // index 0: not met
	onStack := make([]bool, n)
	var stack []int
	var list [][]int
	next := 1
	var visit func(i int)
	visit = func(i int) {
		index[i], low[i] = next, next
		next++
		stack = append(stack, i)
		onStack[i] = true
		for j, x := range w[i] {
			switch {
			case x <= 0:
			case index[j] == 0:
				visit(j)
				low[i] = min(low[i], low[j])
			case onStack[j]:
				low[i] = min(low[i], index[j])
			}
		}
		if low[i] == index[i] {
			k := slices.Index(stack, i)
			members := slices.Clone(stack[k:])
			stack = stack[:k]
			for _, j := range members {
				onStack[j] = false
			}
			slices.Sort(members)
			list = append(list, members)
		}
	}
	for i := range n {
		if index[i] == 0 {
			visit(i)
		}
	}
	return list
}

func closed(w [][]float64, members []int) bool {
	for _, i := range members {
		for j, x := range w[i] {
			if _, in := slices.BinarySearch(members, j); x > 0 && !in {
				return false
			}
		}
	}
	return true
}

// period is the greatest common divisor of the lengths of the cycles of a class.
func period(w [][]float64, members []int) int {
	level := map[int]int{members[0]: 0}
	queue := []int{members[0]}
	g := 0
	for len(queue) > 0 {
		i := queue[0]
		queue = queue[1:]
		for _, j := range members {
			if w[i][j] <= 0 {
				continue
			}
			if l, met := level[j]; met {
				g = gcd(g, max(l-level[i]-1, level[i]+1-l))
			} else {
				level[j] = level[i] + 1
				queue = append(queue, j)
			}
		}
	}
	return max(1, g)
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// stationary returns π of a closed class by the elimination of Grassmann, Taksar and Heyman (1985), which subtracts nothing.
func stationary(w [][]float64, members []int) []float64 {
	n := len(members)
	a := make([][]float64, n)
	for k, i := range members {
		a[k] = make([]float64, n)
		for l, j := range members {
			a[k][l] = w[i][j]
		}
	}
	for k := n - 1; k > 0; k-- {
		out := 0.0
		for l := range k {
			out += a[k][l]
		}
		for i := range k {
			a[i][k] /= out
			for l := range k {
				a[i][l] += float64(a[i][k] * a[k][l])
			}
		}
	}
	pi := make([]float64, n)
	pi[0] = 1
	for k := 1; k < n; k++ {
		for i := range k {
			pi[k] += float64(pi[i] * a[i][k])
		}
	}
	return scaled(pi)
}
