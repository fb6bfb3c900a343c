package attribution

import (
	"cmp"
	"slices"
)

// elimination solves (I−A)·x = b for a sub-stochastic A by eliminating one state after the other: every walk through the
// state is replaced by moves between its neighbours. Each step adds and multiplies non-negative numbers only, and divides by
// the probability of leaving the state, so that the result is accurate however slowly the chain ends (Grassmann, Taksar and
// Heyman 1985, Operations Research 33, keep the divisor as a sum in the same spirit).
type elimination struct {
	rows, cols []map[int32]float64 // of A, by state; the diagonal is in loop
	loop       []float64
	skip       []bool
}

func newElimination(s *structure, q []float64, cut []bool, transposed bool) *elimination {
	n := len(s.grams)
	e := &elimination{rows: make([]map[int32]float64, n), cols: make([]map[int32]float64, n), loop: make([]float64, n), skip: cut}
	if cut == nil {
		e.skip = make([]bool, n)
	}
	for i := range n {
		e.rows[i], e.cols[i] = map[int32]float64{}, map[int32]float64{}
	}
	for k := range s.from {
		from, to := s.from[k], s.to[k]
		if transposed {
			from, to = to, from
		}
		switch {
		case q[k] == 0 || e.skip[from] || e.skip[to]:
		case from == to:
			e.loop[from] = q[k]
		default:
			e.rows[from][to], e.cols[to][from] = q[k], q[k]
		}
	}
	return e
}

func (e *elimination) work(s int32) int { return len(e.rows[s]) * len(e.cols[s]) }

// solve writes the solution to x; states that are skipped keep what they have. States that make little work go first: they
// are taken in rounds, an eighth of the rest at a time, by the work that they make then; ties by number.
func (e *elimination) solve(x, b []float64) {
	rhs := slices.Clone(b)
	var left, order []int32
	for s := range e.rows {
		if !e.skip[s] {
			left = append(left, int32(s))
		}
	}
	rows := make([][]int32, len(e.rows)) // of the triangular system, sorted, so that sums have one order
	for len(left) > 0 {
		slices.SortFunc(left, func(s, t int32) int { return cmp.Or(cmp.Compare(e.work(s), e.work(t)), cmp.Compare(s, t)) })
		now := left[:(len(left)+7)/8]
		for _, s := range now {
			rows[s] = e.remove(s, rhs)
		}
		order = append(order, now...)
		left = left[len(now):]
	}
	for _, s := range slices.Backward(order) {
		y := rhs[s]
		for _, j := range rows[s] {
			y += float64(e.rows[s][j] * x[j])
		}
		x[s] = y
	}
}

// remove eliminates state s: row s is divided by 1−loop and put into the rows that lead to s.
func (e *elimination) remove(s int32, rhs []float64) []int32 {
	d := 1 / (1 - e.loop[s])
	next, before := keys(e.rows[s]), keys(e.cols[s])
	for _, j := range next {
		e.rows[s][j] *= d
		delete(e.cols[j], s)
	}
	rhs[s] *= d
	for _, i := range before {
		g := e.rows[i][s]
		delete(e.rows[i], s)
		rhs[i] += float64(g * rhs[s])
		for _, j := range next {
			add := float64(g * e.rows[s][j])
			if i == j {
				e.loop[i] += add
				continue
			}
			y := e.rows[i][j] + add
			e.rows[i][j], e.cols[j][i] = y, y
		}
	}
	return next
}

func keys(m map[int32]float64) []int32 {
	out := make([]int32, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
