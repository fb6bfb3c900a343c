package simulation

import "math/bits"

// rates are the shares with which the states of an absorbing chain lead to each other, row by row, and out of the chain.
type rates struct {
	n   int
	q   []float64 // n×n
	out []float64
}

func newRates(n int) rates { return rates{n, make([]float64, n*n), make([]float64, n)} }

// add adds a way from state i, out of the chain if to is negative. A way back to the same state changes nothing: what counts is what goes
// elsewhere.
func (r *rates) add(i, to int, p float64) {
	switch {
	case to < 0:
		r.out[i] += p
	case to != i:
		r.q[i*r.n+to] += p
	}
}

// solver factors I − Q of an absorbing chain without any subtraction (Grassmann, Taksar & Heyman 1985): the diagonal is rebuilt
// from the off-diagonal rates and the absorbed mass, so that every entry keeps its relative precision, whatever the condition of the
// matrix. Pivots are taken by least degree, which keeps sparse flows sparse. Rows are dense in memory, but only the entries of the
// filled pattern are ever touched. One factorisation serves any number of right-hand sides.
type solver struct {
	n            int
	order        []int   // pivots in the order of elimination
	from         []int   // by position in order: where the pivot's entries begin in the lists below
	later        []int32 // neighbours of each pivot that are eliminated after it
	lower, upper []float64
	d            []float64 // by state
	work         []float64 // n×n
}

// factor takes the rates apart; they are overwritten.
func factor(r rates) *solver {
	n, a, out := r.n, r.q, r.out
	s := &solver{n: n, order: make([]int, 0, n), from: make([]int, 1, n+1), d: make([]float64, n), work: a}
	words := (n + 63) / 64
	adjacency := make([]uint64, n*words)
	for i := range n {
		for j, x := range a[i*n : (i+1)*n] {
			if x != 0 {
				adjacency[i*words+j/64] |= 1 << (j % 64)
				adjacency[j*words+i/64] |= 1 << (i % 64)
			}
		}
	}
	degree := make([]int, n)
	for i := range n {
		degree[i] = count(adjacency[i*words : (i+1)*words])
	}
	done := make([]bool, n)
	for range n {
		p := -1
		for i := range n {
			if !done[i] && (p < 0 || degree[i] < degree[p]) {
				p = i
			}
		}
		done[p] = true
		row := adjacency[p*words : (p+1)*words]
		begin := len(s.later)
		for w, word := range row {
			for ; word != 0; word &= word - 1 {
				s.later = append(s.later, int32(w*64+bits.TrailingZeros64(word)))
			}
		}
		s.order, s.from = append(s.order, p), append(s.from, len(s.later))
		near := s.later[begin:]
		d := out[p]
		for _, j := range near {
			d += a[p*n+int(j)]
		}
		s.d[p] = d
		for _, j := range near {
			upper, lower := 0.0, 0.0
			if d > 0 {
				upper, lower = a[p*n+int(j)]/d, a[int(j)*n+p]/d
			}
			s.upper, s.lower = append(s.upper, upper), append(s.lower, lower)
		}
		upper := s.upper[begin:]
		for _, x := range near {
			i := int(x)
			if f := a[i*n+p]; f > 0 && d > 0 {
				target := a[i*n : (i+1)*n]
				for y, j := range near {
					target[j] += float64(f * upper[y]) // its own entry, too, which nobody reads
				}
				out[i] += f * out[p] / d
			}
			r := adjacency[i*words : (i+1)*words]
			for w := range r {
				r[w] |= row[w]
			}
			r[i/64] &^= 1 << (i % 64)
			r[p/64] &^= 1 << (p % 64)
			degree[i] = count(r)
		}
	}
	return s
}

// count returns the number of members of a set.
func count(set []uint64) int {
	n := 0
	for _, w := range set {
		n += bits.OnesCount64(w)
	}
	return n
}

// row returns the k-th pivot and its entries.
func (s *solver) row(k int) (p int, near []int32, lower, upper []float64) {
	from, to := s.from[k], s.from[k+1]
	return s.order[k], s.later[from:to], s.lower[from:to], s.upper[from:to]
}

// solve overwrites b by the solution of (I − Q) x = b.
func (s *solver) solve(b []float64) {
	for k := range s.n {
		p, near, lower, _ := s.row(k)
		for x, i := range near {
			b[i] += float64(lower[x] * b[p])
		}
	}
	for k := s.n - 1; k >= 0; k-- {
		p, near, _, upper := s.row(k)
		if s.d[p] > 0 {
			b[p] /= s.d[p]
		}
		for x, j := range near {
			b[p] += float64(upper[x] * b[j])
		}
	}
}

// solveLeft overwrites b by the solution of x (I − Q) = b.
func (s *solver) solveLeft(b []float64) {
	for k := range s.n {
		p, near, _, upper := s.row(k)
		for x, j := range near {
			b[j] += float64(upper[x] * b[p])
		}
	}
	for k := s.n - 1; k >= 0; k-- {
		p, near, lower, _ := s.row(k)
		if s.d[p] > 0 {
			b[p] /= s.d[p]
		}
		for x, i := range near {
			b[p] += float64(lower[x] * b[i])
		}
	}
}

// diagonal returns the diagonal of (I − Q)⁻¹ from the factors alone (Takahashi, Fagan & Chen 1973): the entries of the inverse on the
// filled pattern, from the last pivot back. Every term is ≥ 0.
func (s *solver) diagonal() []float64 {
	z := s.work // every entry that is read has been written before
	for k := s.n - 1; k >= 0; k-- {
		p, near, lower, upper := s.row(k)
		for _, x := range near {
			i := int(x)
			column, row := 0.0, 0.0
			for y, j := range near {
				column += float64(z[i*s.n+int(j)] * lower[y])
				row += float64(upper[y] * z[int(j)*s.n+i])
			}
			z[i*s.n+p], z[p*s.n+i] = column, row
		}
		z[p*s.n+p] = 0
		if s.d[p] > 0 {
			z[p*s.n+p] = 1 / s.d[p]
		}
		for y, j := range near {
			z[p*s.n+p] += float64(upper[y] * z[int(j)*s.n+p])
		}
	}
	out := make([]float64, s.n)
	for i := range out {
		out[i] = z[i*s.n+i]
	}
	return out
}
