package linear

import "math"

// Spectrum is the spectral decomposition R = V·D·V' of a symmetric matrix.
//
// The zero value is ready to use; its memory is reused by the next decomposition. Not safe for concurrent use.
type Spectrum struct {
	Values []float64 // eigenvalues, not sorted, none below 0
	n      int
	v      []float64 // columns are eigenvectors: v[i*n+k] is component i of vector k
	a      []float64
}

// Decompose fills s by the cyclic method of Jacobi (Golub and Van Loan, Matrix Computations, 8.5), which finds small
// eigenvalues of a correlation matrix to high relative accuracy. r is not changed.
func (s *Spectrum) Decompose(r []float64, n int) {
	s.n = n
	s.a = append(s.a[:0], r...)
	s.v = grow(s.v, n*n)
	s.Values = grow(s.Values, n)
	a, v := s.a, s.v
	for i := range n {
		v[i*n+i] = 1
	}
	for range 60 {
		off, diagonal := 0.0, 0.0
		for i := range n {
			diagonal += float64(a[i*n+i] * a[i*n+i])
			for j := range i {
				off += float64(a[i*n+j] * a[i*n+j])
			}
		}
		if off <= 1e-34*diagonal {
			break
		}
		for p := range n {
			for q := p + 1; q < n; q++ {
				s.rotate(p, q)
			}
		}
	}
	for i := range n {
		s.Values[i] = max(0, a[i*n+i])
	}
}

// rotate makes a[p][q] zero.
func (s *Spectrum) rotate(p, q int) {
	n, a, v := s.n, s.a, s.v
	apq := a[p*n+q]
	if apq == 0 {
		return
	}
	theta := (a[q*n+q] - a[p*n+p]) / (2 * apq)
	t := 1 / (math.Abs(theta) + math.Sqrt(float64(theta*theta)+1))
	if theta < 0 {
		t = -t
	}
	c := 1 / math.Sqrt(float64(t*t)+1)
	sn := t * c
	a[p*n+p] -= float64(t * apq)
	a[q*n+q] += float64(t * apq)
	a[p*n+q], a[q*n+p] = 0, 0
	for i := range n {
		if i != p && i != q {
			x, y := a[i*n+p], a[i*n+q]
			a[i*n+p] = float64(c*x) - float64(sn*y)
			a[i*n+q] = float64(sn*x) + float64(c*y)
			a[p*n+i], a[q*n+i] = a[i*n+p], a[i*n+q]
		}
		x, y := v[i*n+p], v[i*n+q]
		v[i*n+p] = float64(c*x) - float64(sn*y)
		v[i*n+q] = float64(sn*x) + float64(c*y)
	}
}

func grow(x []float64, n int) []float64 {
	if cap(x) < n {
		return make([]float64, n)
	}
	x = x[:n]
	clear(x)
	return x
}

// Tiny is the eigenvalue of a correlation matrix, and the pivot, below which a driver counts as a combination of others.
const Tiny = 1e-12

// Power writes V·D^e·V' to out, with D^e = 0 where the eigenvalue is tiny (the pseudo-inverse for e < 0).
func (s *Spectrum) Power(e float64, out []float64) {
	n := s.n
	clear(out[:n*n])
	for k := range n {
		if s.Values[k] < Tiny {
			continue
		}
		d := math.Pow(s.Values[k], e)
		for i := range n {
			x := s.v[i*n+k] * d
			for j := range n {
				out[i*n+j] += float64(x * s.v[j*n+k])
			}
		}
	}
}

// Cholesky factors the symmetric matrix a = L·L' in place (lower triangle), and returns the index of the first row that
// depends on earlier ones, −1 if there is none. scale is what pivots are compared with.
func Cholesky(a []float64, n int, scale func(i int) float64) int {
	for i := range n {
		for j := range i + 1 {
			x := a[i*n+j]
			for k := range j {
				x -= float64(a[i*n+k] * a[j*n+k])
			}
			if i == j {
				if !(x > Tiny*scale(i)) {
					return i
				}
				a[i*n+i] = math.Sqrt(x)
				continue
			}
			a[i*n+j] = x / a[j*n+j]
		}
	}
	return -1
}

// SolveCholesky solves L·L'·x = b in place.
func SolveCholesky(l []float64, n int, b []float64) {
	for i := range n {
		for k := range i {
			b[i] -= float64(l[i*n+k] * b[k])
		}
		b[i] /= l[i*n+i]
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			b[i] -= float64(l[k*n+i] * b[k])
		}
		b[i] /= l[i*n+i]
	}
}
