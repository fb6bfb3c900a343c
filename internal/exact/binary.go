package exact

import (
	"math/bits"

	"github.com/buyerjourney/b2b/internal/bin"
)

// maxBytes bounds the position of the highest byte that is decoded. The product of the two largest float64, added 2^2048 times, is below it.
const maxBytes = unit/8 + 512 + 256

// AppendBinary appends the canonical form: uvarint 2·n + (1 if negative), and unless n is 0 the uvarint position of the lowest
// byte, counted from 2^-2176, and the n bytes of the magnitude, big endian, the first and the last not 0.
func (s *Sum) AppendBinary(dst []byte) []byte {
	m, lo, neg := s.magnitude()
	if len(m) == 0 {
		return append(dst, 0)
	}
	skip := bits.TrailingZeros64(m[0]) / 8
	n := len(m)*8 - bits.LeadingZeros64(m[len(m)-1])/8 - skip
	dst = appendHead(dst, n, neg)
	dst = bin.AppendUvarint(dst, uint64(lo*8+skip))
	return appendBytes(dst, m, skip, n)
}

// Decode sets s to the value at the beginning of b and returns what follows. On an error s is unchanged; the error is
// bin.ErrTruncated or bin.ErrCorrupt.
func (s *Sum) Decode(b []byte) (rest []byte, err error) {
	r := bin.NewReader(b)
	n, neg := readHead(r, maxBytes)
	if r.Err() != nil {
		return nil, r.Err()
	}
	if n == 0 {
		*s = Sum{}
		return r.Rest(), nil
	}
	at := r.Uvarint()
	if at > maxBytes || int(at)+n > maxBytes {
		r.Fail(bin.ErrCorrupt)
	}
	v := r.Bytes(n)
	if r.Err() != nil {
		return nil, r.Err()
	}
	if v[0] == 0 || v[n-1] == 0 {
		return nil, bin.ErrCorrupt
	}
	lo := int(at) / 8
	m := make([]uint64, (int(at)+n-1)/8-lo+1, (int(at)+n-1)/8-lo+2)
	for i, c := range v {
		p := int(at) + n - 1 - i
		m[p/8-lo] |= uint64(c) << uint(p%8*8)
	}
	if m[len(m)-1]>>63 != 0 {
		m = append(m, 0) // room for the sign
	}
	var t Sum
	t.add(m, lo, neg)
	t.settle()
	*s = t
	return r.Rest(), nil
}

// settle tidies and moves a pure small integer back to the int64 part.
func (s *Sum) settle() {
	s.tidy()
	if len(s.limbs) == 1 && s.lo == oneAt {
		if n := int64(s.limbs[0]); n > -flush && n < flush && s.small == 0 {
			*s = Sum{small: n}
		}
	}
}

func appendHead(dst []byte, n int, neg bool) []byte {
	h := uint64(n) << 1
	if neg {
		h |= 1
	}
	return bin.AppendUvarint(dst, h)
}

func readHead(r *bin.Reader, most int) (n int, neg bool) {
	h := r.Uvarint()
	if h>>1 > uint64(most) || h == 1 {
		r.Fail(bin.ErrCorrupt)
		return 0, false
	}
	return int(h >> 1), h&1 != 0
}

// appendBytes appends n bytes of m, big endian, of which the lowest is byte number skip.
func appendBytes(dst []byte, m []uint64, skip, n int) []byte {
	for i := skip + n - 1; i >= skip; i-- {
		dst = append(dst, byte(m[i/8]>>uint(i%8*8)))
	}
	return dst
}
