package forecast

import (
	"math"
	"math/bits"
)

// roots holds the twiddle factors of a fast Fourier transform in the order in which its blocks need them: block b of any
// stage has exp(−iπ·f), f being the binary fraction of the reversed bits of b.
type roots []complex128

// grow returns factors for transforms of size n, a power of two.
func (r roots) grow(n int) roots {
	for b := len(r); b < max(1, n/2); b++ {
		f := float64(bits.Reverse64(uint64(b))>>1) * 0x1p-63
		sin, cos := math.Sincos(-math.Pi * f)
		r = append(r, complex(cos, sin))
	}
	return r
}

// times returns a·b, each product rounded: the compiler fuses those of a complex multiplication with their sums where it can.
func times(a, b complex128) complex128 {
	return complex(
		float64(real(a)*real(b))-float64(imag(a)*imag(b)),
		float64(real(a)*imag(b))+float64(imag(a)*real(b)),
	)
}

// transform is the forward transform in place; the result is in the order of reversed bits.
func (r roots) transform(a []complex128) {
	for size := len(a) / 2; size >= 1; size /= 2 {
		for b, at := 0, 0; at < len(a); b, at = b+1, at+2*size {
			w := r[b]
			x, y := a[at:at+size], a[at+size:at+2*size]
			for i, u := range x {
				v := times(y[i], w)
				x[i], y[i] = u+v, u-v
			}
		}
	}
}

// invert undoes transform, but for a factor of len(a).
func (r roots) invert(a []complex128) {
	for size := 1; size < len(a); size *= 2 {
		for b, at := 0, 0; at < len(a); b, at = b+1, at+2*size {
			w := complex(real(r[b]), -imag(r[b]))
			x, y := a[at:at+size], a[at+size:at+2*size]
			for i, u := range x {
				v := y[i]
				x[i], y[i] = u+v, times(u-v, w)
			}
		}
	}
}

// convolve returns the product of two polynomials with real coefficients, and the factors that were needed for it. Both go through one complex transform: with
// z = a + ib, the transform of the product is (Z(k)² − conj(Z(−k))²)/4i. In the order of reversed bits −k stands where all
// bits below the highest one are flipped.
func (r roots) convolve(a, b []float64) (product []float64, grown roots) {
	n := len(a) + len(b) - 1
	size := 1 << bits.Len(uint(n-1))
	r = r.grow(size)
	z := make([]complex128, size)
	for i, x := range a {
		z[i] = complex(x, 0)
	}
	for i, y := range b {
		z[i] += complex(0, y)
	}
	r.transform(z)
	for j := range z {
		m := j
		if j > 0 {
			m = j ^ (1<<(bits.Len(uint(j))-1) - 1)
		}
		if m < j {
			continue
		}
		p, q := z[j], z[m]
		pc, qc := complex(real(p), -imag(p)), complex(real(q), -imag(q))
		z[j] = (times(p, p) - times(qc, qc)) * complex(0, -0.25)
		z[m] = (times(q, q) - times(pc, pc)) * complex(0, -0.25)
	}
	r.invert(z)
	out := make([]float64, n)
	scale := 1 / float64(size)
	for i := range out {
		out[i] = real(z[i]) * scale
	}
	return out, r
}
