package exact

import (
	"math"
	"math/bits"
)

const (
	// unit is the number of bits below the binary point: enough for the product of two smallest float64 (2·1074 = 2148), rounded up
	// so that the point lies between two limbs.
	unit  = oneAt * 64
	oneAt = 34 // limb that holds the integers from 1

	// flush is the magnitude from which the int64 part is moved into the limbs.
	flush = 1 << 62
)

// Sum is an exact sum of finite float64 values. The zero value is 0 and ready to use. Copy it with [Sum.Clone] only: a plain
// copy shares memory. Not safe for concurrent use; one goroutine at a time.
//
// A Sum of integers below 2^53 holds no memory beyond its 40 bytes; one of prices or seconds holds two or three limbs of 8 bytes.
type Sum struct {
	small int64    // integer part that has not reached the limbs
	limbs []uint64 // two's complement, least significant first; the top bit of the last is the sign
	lo    int      // limbs[0] counts units of 2^(64·lo − unit)
}

// Add adds x. NaN and infinities are ignored: callers refuse them at the door.
func (s *Sum) Add(x float64) {
	if i := int64(x); i > -1<<53 && i < 1<<53 && float64(i) == x {
		s.AddInt(i)
		return
	}
	s.addFloat(x, false)
}

// Sub subtracts x. NaN and infinities are ignored.
func (s *Sum) Sub(x float64) { s.Add(-x) }

// AddInt adds n.
func (s *Sum) AddInt(n int64) {
	t := s.small + n
	if (t > s.small) == (n > 0) && t > -flush && t < flush {
		s.small = t
		return
	}
	s.spill()
	if n > -flush && n < flush {
		s.small = n
		return
	}
	s.add([]uint64{uint64(n)}, oneAt, false)
}

// AddProduct adds the exact product x·y, without rounding, overflow or underflow. It ignores NaN and infinities.
func (s *Sum) AddProduct(x, y float64) { s.product(x, y, false) }

// SubProduct subtracts the exact product x·y. It ignores NaN and infinities.
func (s *Sum) SubProduct(x, y float64) { s.product(x, y, true) }

func (s *Sum) product(x, y float64, neg bool) {
	p := x * y
	if i := int64(p); i > -1<<53 && i < 1<<53 && float64(i) == p && math.Trunc(x) == x && math.Trunc(y) == y {
		// An integral product below 2^53 of two integers is exact.
		if neg {
			i = -i
		}
		s.AddInt(i)
		return
	}
	xm, xe, xn, ok := split(x)
	ym, ye, yn, ok2 := split(y)
	if !ok || !ok2 || xm == 0 || ym == 0 {
		return
	}
	hi, lo := bits.Mul64(xm, ym)
	at := xe + ye + unit
	sh := uint(at % 64)
	buf := [3]uint64{lo << sh, hi<<sh | lo>>(64-sh), hi >> (64 - sh)}
	s.add(trimTop(buf[:]), at/64, neg != (xn != yn))
}

func (s *Sum) addFloat(x float64, neg bool) {
	m, e, n, ok := split(x)
	if !ok || m == 0 {
		return
	}
	at := e + unit
	sh := uint(at % 64)
	buf := [2]uint64{m << sh, m >> (64 - sh)}
	s.add(trimTop(buf[:]), at/64, neg != n)
}

// split gives |x| = m·2^e with m < 2^53.
func split(x float64) (m uint64, e int, neg, ok bool) {
	b := math.Float64bits(x)
	m, e = b&(1<<52-1), int(b>>52&0x7ff)
	switch e {
	case 0x7ff:
		return 0, 0, false, false
	case 0:
		e = 1
	default:
		m |= 1 << 52
	}
	return m, e - 1075, b>>63 != 0, true
}

// trimTop drops upper limbs of a two's complement number that the sign of the rest implies.
func trimTop(a []uint64) []uint64 {
	for n := len(a); n > 1 && a[n-1] == sign(a[:n-1]); n-- {
		a = a[:n-1]
	}
	return a
}

// sign is the limb that continues a upwards: 0 or all ones.
func sign(a []uint64) uint64 {
	if len(a) == 0 {
		return 0
	}
	return uint64(int64(a[len(a)-1]) >> 63)
}

// cover extends the window to the limbs [lo, hi).
func (s *Sum) cover(lo, hi int) {
	if len(s.limbs) == 0 {
		s.lo = lo
	}
	end := s.lo + len(s.limbs)
	nlo, nend := min(lo, s.lo), max(hi, end)
	if nlo == s.lo && nend == end {
		return
	}
	up := sign(s.limbs)
	var w []uint64
	if nlo == s.lo && nend-nlo <= cap(s.limbs) {
		w = s.limbs[:nend-nlo]
	} else {
		w = make([]uint64, nend-nlo)
		copy(w[s.lo-nlo:], s.limbs)
	}
	for i := end - nlo; i < len(w); i++ {
		w[i] = up
	}
	s.limbs, s.lo = w, nlo
}

// add adds or subtracts the two's complement number a, whose first limb is limb number at. a may be s.limbs.
func (s *Sum) add(a []uint64, at int, sub bool) {
	if len(a) == 0 {
		return
	}
	s.cover(at, at+len(a))
	var flip, carry uint64
	if sub {
		flip, carry = ^uint64(0), 1
	}
	ext := sign(a) ^ flip
	before := sign(s.limbs)
	w := s.limbs[at-s.lo:]
	for i := range a {
		w[i], carry = bits.Add64(w[i], a[i]^flip, carry)
	}
	// Above a: adding 0 without a carry, or −1 with one, changes nothing.
	for i := len(a); i < len(w) && carry != ext&1; i++ {
		w[i], carry = bits.Add64(w[i], ext, carry)
	}
	if before == ext && sign(s.limbs) != before {
		end := s.lo + len(s.limbs)
		n := make([]uint64, end-s.lo+1)
		copy(n, s.limbs)
		n[len(n)-1] = before
		s.limbs = n
	}
}

// spill moves the integer part into the limbs.
func (s *Sum) spill() {
	if s.small != 0 {
		n := s.small
		s.small = 0
		s.add([]uint64{uint64(n)}, oneAt, false)
	}
}

// tidy drops limbs that carry no information, so that the window is as small as the value needs.
func (s *Sum) tidy() {
	w := trimTop(s.limbs)
	lo := s.lo
	for len(w) > 0 && w[0] == 0 {
		w, lo = w[1:], lo+1
	}
	switch {
	case len(w) == 0:
		s.limbs, s.lo = nil, 0
	case lo != s.lo:
		s.limbs, s.lo = append([]uint64(nil), w...), lo
	default:
		s.limbs = w
	}
}

// Merge adds t, which stays as it is.
func (s *Sum) Merge(t *Sum) {
	n := t.small
	s.add(t.limbs, t.lo, false)
	s.AddInt(n)
	s.tidy()
}

// Unmerge subtracts t, which stays as it is unless it is s.
func (s *Sum) Unmerge(t *Sum) {
	n := t.small
	s.add(t.limbs, t.lo, true)
	s.AddInt(-n) // |n| < 2^62
	s.tidy()
}

// Clone returns an independent copy.
func (s *Sum) Clone() Sum {
	return Sum{small: s.small, limbs: append([]uint64(nil), s.limbs...), lo: s.lo}
}

// Equal reports whether s and t have the same value.
func (s *Sum) Equal(t *Sum) bool {
	d := s.Clone()
	d.Unmerge(t)
	return d.IsZero()
}

// magnitude returns |s| without leading or trailing zero limbs, its lowest limb's number, and whether s is negative.
func (s *Sum) magnitude() (m []uint64, lo int, neg bool) {
	if len(s.limbs) == 0 {
		switch {
		case s.small == 0:
			return nil, 0, false
		case s.small < 0:
			return []uint64{uint64(-s.small)}, oneAt, true
		}
		return []uint64{uint64(s.small)}, oneAt, false
	}
	c := s.Clone()
	c.spill()
	m, lo, neg = c.limbs, c.lo, sign(c.limbs) != 0
	if neg {
		carry := uint64(1)
		for i := range m {
			m[i], carry = bits.Add64(^m[i], 0, carry)
		}
	}
	for len(m) > 0 && m[len(m)-1] == 0 {
		m = m[:len(m)-1]
	}
	for len(m) > 0 && m[0] == 0 {
		m, lo = m[1:], lo+1
	}
	return m, lo, neg
}

// IsZero reports whether the sum is exactly 0.
func (s *Sum) IsZero() bool { return s.Sign() == 0 }

// Sign returns -1, 0 or 1.
func (s *Sum) Sign() int {
	m, _, neg := s.magnitude()
	switch {
	case len(m) == 0:
		return 0
	case neg:
		return -1
	}
	return 1
}

// Float64 returns the float64 nearest to the sum, ties to even. A sum beyond the largest float64 gives an infinity, as IEEE 754
// rounding has it; sums of fewer than 2^40 values below 1e290 cannot come there.
func (s *Sum) Float64() float64 {
	if len(s.limbs) == 0 {
		return float64(s.small)
	}
	m, lo, neg := s.magnitude()
	x := round(m, lo*64-unit)
	if neg {
		return -x
	}
	return x
}

// round returns the float64 nearest to m·2^e, ties to even. m has no leading zero limb.
func round(m []uint64, e int) float64 {
	if len(m) == 0 {
		return 0
	}
	top := len(m)*64 - bits.LeadingZeros64(m[len(m)-1]) // bits in m
	cut := max(top-53, -1074-e)                         // bits of m to round away
	if cut <= 0 {
		return math.Ldexp(float64(m[0]), e) // at most 53 bits, all in the lowest limb
	}
	if cut > top {
		return 0
	}
	q := bitsFrom(m, cut)
	half := m[(cut-1)/64] >> uint((cut-1)%64) & 1
	if half == 1 && (q&1 == 1 || sticky(m, cut-1)) {
		q++
	}
	return math.Ldexp(float64(q), e+cut)
}

// bitsFrom returns the 64 bits of m from bit i.
func bitsFrom(m []uint64, i int) uint64 {
	k, sh := i/64, uint(i%64)
	if k >= len(m) {
		return 0
	}
	v := m[k] >> sh
	if k+1 < len(m) {
		v |= m[k+1] << (64 - sh)
	}
	return v
}

// sticky reports whether any of the lowest n bits of m is set.
func sticky(m []uint64, n int) bool {
	for i := 0; i < n/64; i++ {
		if m[i] != 0 {
			return true
		}
	}
	return n%64 != 0 && m[n/64]<<(64-uint(n%64)) != 0
}
