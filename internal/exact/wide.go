package exact

import (
	"math/bits"

	"github.com/buyerjourney/b2b/internal/bin"
)

// Wide is a signed integer of 192 bits: an exact sum of int64 values and of their products. The zero value is 0. It is a plain
// comparable value: equal sums are ==. Not safe for concurrent use; one goroutine at a time.
//
// It cannot overflow in practice: 2^64 squares of the largest int64 fit. Beyond that it wraps.
type Wide struct{ w0, w1, w2 uint64 } // two's complement, least significant first

// Add adds n.
func (w *Wide) Add(n int64) {
	x := uint64(n >> 63)
	w.plus(uint64(n), x, x)
}

// Sub subtracts n.
func (w *Wide) Sub(n int64) {
	x := uint64(n >> 63)
	w.minus(uint64(n), x, x)
}

// AddSquare adds n·n.
func (w *Wide) AddSquare(n int64) { w.AddProduct(n, n) }

// SubSquare subtracts n·n.
func (w *Wide) SubSquare(n int64) { w.SubProduct(n, n) }

// AddProduct adds a·b.
func (w *Wide) AddProduct(a, b int64) { w.product(a, b, false) }

// SubProduct subtracts a·b.
func (w *Wide) SubProduct(a, b int64) { w.product(a, b, true) }

func (w *Wide) product(a, b int64, neg bool) {
	hi, lo := bits.Mul64(abs(a), abs(b))
	if neg != ((a < 0) != (b < 0)) {
		w.minus(lo, hi, 0)
	} else {
		w.plus(lo, hi, 0)
	}
}

func abs(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

// Merge adds v, which stays as it is.
func (w *Wide) Merge(v *Wide) { w.plus(v.w0, v.w1, v.w2) }

// Unmerge subtracts v, which stays as it is unless it is w.
func (w *Wide) Unmerge(v *Wide) { w.minus(v.w0, v.w1, v.w2) }

func (w *Wide) plus(a, b, c uint64) {
	var k uint64
	w.w0, k = bits.Add64(w.w0, a, 0)
	w.w1, k = bits.Add64(w.w1, b, k)
	w.w2, _ = bits.Add64(w.w2, c, k)
}

func (w *Wide) minus(a, b, c uint64) {
	var k uint64
	w.w0, k = bits.Sub64(w.w0, a, 0)
	w.w1, k = bits.Sub64(w.w1, b, k)
	w.w2, _ = bits.Sub64(w.w2, c, k)
}

// IsZero reports whether the sum is 0.
func (w *Wide) IsZero() bool { return *w == Wide{} }

// Sign returns -1, 0 or 1.
func (w *Wide) Sign() int {
	switch {
	case int64(w.w2) < 0:
		return -1
	case w.IsZero():
		return 0
	}
	return 1
}

// Int64 returns the sum if it fits an int64.
func (w *Wide) Int64() (n int64, ok bool) {
	x := uint64(int64(w.w0) >> 63)
	if w.w1 != x || w.w2 != x {
		return 0, false
	}
	return int64(w.w0), true
}

func (w *Wide) magnitude() (m [3]uint64, n int, neg bool) {
	v := *w
	if neg = int64(v.w2) < 0; neg {
		v = Wide{}
		v.minus(w.w0, w.w1, w.w2)
	}
	m = [3]uint64{v.w0, v.w1, v.w2}
	for n = 3; n > 0 && m[n-1] == 0; n-- {
	}
	return m, n, neg
}

// Float64 returns the float64 nearest to the sum, ties to even.
func (w *Wide) Float64() float64 {
	m, n, neg := w.magnitude()
	x := round(m[:n], 0)
	if neg {
		return -x
	}
	return x
}

// AppendBinary appends the canonical form: uvarint 2·n + (1 if negative) and the n bytes of the magnitude, big endian, the first
// not 0.
func (w *Wide) AppendBinary(dst []byte) []byte {
	m, n, neg := w.magnitude()
	if n == 0 {
		return append(dst, 0)
	}
	k := n*8 - bits.LeadingZeros64(m[n-1])/8
	return appendBytes(appendHead(dst, k, neg), m[:], 0, k)
}

// Decode sets w to the value at the beginning of b and returns what follows. On an error w is unchanged; the error is
// bin.ErrTruncated or bin.ErrCorrupt.
func (w *Wide) Decode(b []byte) (rest []byte, err error) {
	r := bin.NewReader(b)
	n, neg := readHead(r, 24)
	v := r.Bytes(n)
	if r.Err() != nil {
		return nil, r.Err()
	}
	var m [3]uint64
	for i, c := range v {
		p := n - 1 - i
		m[p/8] |= uint64(c) << uint(p%8*8)
	}
	// The magnitude is below 2^191, but for the one most negative value.
	if n > 0 && v[0] == 0 || m[2]>>63 != 0 && !(neg && m == [3]uint64{0, 0, 1 << 63}) {
		return nil, bin.ErrCorrupt
	}
	var t Wide
	if neg {
		t.minus(m[0], m[1], m[2])
	} else {
		t.plus(m[0], m[1], m[2])
	}
	*w = t
	return r.Rest(), nil
}
