package simulation

import (
	"math/bits"
)

// solver factors I − Q of an absorbing chain without any subtraction (Grassmann, Taksar & Heyman 1985): the diagonal is rebuilt
// from the off-diagonal rates and the absorbed mass, so that every entry keeps its relative precision, whatever the condition of the
// matrix. Pivots are taken by least degree, which keeps sparse flows sparse. Rows are dense in memory, but only the entries of the
// filled pattern are ever touched.
type solver struct {
	n     int
	order []int   // pivots in the order of elimination
	rank  []int   // position of a state in order
	later [][]int // neighbours of each pivot that are eliminated after it
	lower [][]float64
	upper [][]float64 // both ≥ 0: −L and −U
	d     []float64
}

// factor takes the rates q[i][j] to other states, as lists, and the absorbed mass of each state. Self-loops are taken out: a state's
// mass is what goes elsewhere.
func factor(n int, arcs [][]entry, absorbed []float64) *solver {
	s := &solver{n: n, rank: make([]int, n), later: make([][]int, n), lower: make([][]float64, n), upper: make([][]float64, n), d: make([]float64, n)}
	words := (n + 63) / 64
	adjacency := make([]uint64, n*words)
	a := make([]float64, n*n)
	out := make([]float64, n) // absorbed mass, grows with elimination
	copy(out, absorbed)
	set := func(i, j int) { adjacency[i*words+j/64] |= 1 << (j % 64) }
	for i, list := range arcs {
		for _, e := range list {
			if e.j != i {
				a[i*n+e.j] += e.x
				set(i, e.j)
				set(e.j, i)
			}
		}
	}
	degree := make([]int, n)
	for i := range n {
		for _, w := range adjacency[i*words : (i+1)*words] {
			degree[i] += bits.OnesCount64(w)
		}
	}
	done := make([]bool, n)
	for k := range n {
		p := -1
		for i := range n {
			if !done[i] && (p < 0 || degree[i] < degree[p]) {
				p = i
			}
		}
		done[p] = true
		s.order = append(s.order, p)
		s.rank[p] = k
		var near []int
		row := adjacency[p*words : (p+1)*words]
		for w, word := range row {
			for ; word != 0; word &= word - 1 {
				near = append(near, w*64+bits.TrailingZeros64(word))
			}
		}
		s.later[p] = near
		s.lower[p], s.upper[p] = make([]float64, len(near)), make([]float64, len(near))
		d := out[p]
		for _, j := range near {
			d += a[p*n+j]
		}
		s.d[p] = d
		for x, j := range near {
			if d > 0 {
				s.upper[p][x] = a[p*n+j] / d
				s.lower[p][x] = a[j*n+p] / d
			}
		}
		for x, i := range near {
			f := a[i*n+p]
			if f > 0 && d > 0 {
				target := a[i*n : (i+1)*n]
				for y, j := range near {
					if j != i {
						target[j] += f * s.upper[p][y]
					}
				}
				out[i] += f * out[p] / d
			}
			_ = x
			r := adjacency[i*words : (i+1)*words]
			n0 := 0
			for w := range r {
				r[w] |= row[w]
			}
			r[i/64] &^= 1 << (i % 64)
			r[p/64] &^= 1 << (p % 64)
			for w := range r {
				n0 += bits.OnesCount64(r[w])
			}
			degree[i] = n0
		}
	}
	return s
}

// entry is one rate: of what to j.
type entry struct {
	j int
	x float64
}

// solve overwrites b by the solution of (I − Q) x = b.
func (s *solver) solve(b []float64) {
	for _, p := range s.order {
		for x, i := range s.later[p] {
			b[i] += s.lower[p][x] * b[p]
		}
	}
	for k := s.n - 1; k >= 0; k-- {
		p := s.order[k]
		if s.d[p] > 0 {
			b[p] /= s.d[p]
		}
		for x, j := range s.later[p] {
			b[p] += s.upper[p][x] * b[j]
		}
	}
}

// solveLeft overwrites b by the solution of x (I − Q) = b.
func (s *solver) solveLeft(b []float64) {
	for _, p := range s.order {
		for x, j := range s.later[p] {
			b[j] += s.upper[p][x] * b[p]
		}
	}
	for k := s.n - 1; k >= 0; k-- {
		p := s.order[k]
		if s.d[p] > 0 {
			b[p] /= s.d[p]
		}
		for x, i := range s.later[p] {
			b[p] += s.lower[p][x] * b[i]
		}
	}
}

// diagonal returns the diagonal of (I − Q)⁻¹ from the factors alone (Takahashi, Fagan & Chen 1973): the entries of the inverse on the
// filled pattern, from the last pivot back. Every term is ≥ 0.
func (s *solver) diagonal() []float64 {
	z := make([]float64, s.n*s.n)
	for k := s.n - 1; k >= 0; k-- {
		p := s.order[k]
		near := s.later[p]
		for _, i := range near {
			column, row := 0.0, 0.0
			for y, j := range near {
				column += z[i*s.n+j] * s.lower[p][y]
				row += s.upper[p][y] * z[j*s.n+i]
			}
			z[i*s.n+p], z[p*s.n+i] = column, row
		}
		if s.d[p] > 0 {
			z[p*s.n+p] = 1 / s.d[p]
		}
		for y, j := range near {
			z[p*s.n+p] += s.upper[p][y] * z[j*s.n+p]
		}
	}
	out := make([]float64, s.n)
	for i := range out {
		out[i] = z[i*s.n+i]
	}
	return out
}
