package choice

import (
	"math"
	"slices"
)

// lu is the factorisation of a square matrix with row exchanges. It is plain and single-threaded, so that its bytes hang
// neither on the number of processors nor on fused multiplication.
type lu struct {
	a    [][]float64
	perm []int
}

// factor overwrites a. ok is false where the matrix is singular.
func factor(a [][]float64) (f lu, ok bool) {
	n := len(a)
	f = lu{a: a, perm: indices(n)}
	for k := range n {
		pivot := k
		for i := k + 1; i < n; i++ {
			if math.Abs(a[i][k]) > math.Abs(a[pivot][k]) {
				pivot = i
			}
		}
		if a[pivot][k] == 0 {
			return f, false
		}
		a[k], a[pivot] = a[pivot], a[k]
		f.perm[k], f.perm[pivot] = f.perm[pivot], f.perm[k]
		top := a[k][k+1:]
		for i := k + 1; i < n; i++ {
			q := a[i][k] / a[k][k]
			a[i][k] = q
			if q == 0 {
				continue
			}
			row := a[i][k+1:][:len(top)]
			for j, x := range top {
				row[j] -= float64(q * x)
			}
		}
	}
	return f, true
}

// solve returns x with A x = b for the rows b of several columns: x[i] and b[i] belong to row i of A.
func (f lu) solve(b [][]float64) [][]float64 {
	n := len(f.a)
	x := make([][]float64, n)
	for i, p := range f.perm {
		x[i] = slices.Clone(b[p])
	}
	axpy := func(i, k int, q float64) {
		if q == 0 {
			return
		}
		for c, v := range x[k] {
			x[i][c] -= float64(q * v)
		}
	}
	for i := range n {
		for k := range i {
			axpy(i, k, f.a[i][k])
		}
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			axpy(i, k, f.a[i][k])
		}
		for c := range x[i] {
			x[i][c] /= f.a[i][i]
		}
	}
	return x
}

// solveTransposed returns y with yᵀ A = bᵀ.
func (f lu) solveTransposed(b []float64) []float64 {
	n := len(f.a)
	y := slices.Clone(b)
	for i := range n { // Uᵀ
		y[i] /= f.a[i][i]
		for k := i + 1; k < n; k++ {
			y[k] -= float64(f.a[i][k] * y[i])
		}
	}
	for i := n - 1; i >= 0; i-- { // Lᵀ
		for k := range i {
			y[k] -= float64(f.a[i][k] * y[i])
		}
	}
	out := make([]float64, n)
	for i, p := range f.perm {
		out[p] = y[i]
	}
	return out
}
