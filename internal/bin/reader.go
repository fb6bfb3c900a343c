package bin

import (
	"encoding/binary"
	"errors"
	"math"
	"time"
)

var (
	// ErrTruncated says that the input ended before the value did.
	ErrTruncated = errors.New("bin: truncated")
	// ErrCorrupt says that the input is no canonical form of any value, or goes on after the last one.
	ErrCorrupt = errors.New("bin: corrupt")
)

// Reader reads what the append functions wrote. After the first error every method returns the zero value and the error stays;
// ask [Reader.Err] or, at the end, [Reader.Done]. The zero Reader is an empty input. Not safe for concurrent use.
type Reader struct {
	b   []byte
	err error
}

// NewReader reads b, which it does not change and does not copy.
func NewReader(b []byte) *Reader { return &Reader{b: b} }

// Err returns the first error, nil so far.
func (r *Reader) Err() error { return r.err }

// Fail makes err the sticky error unless there is one already. Callers use it for conditions of their own, most often with
// [ErrCorrupt].
func (r *Reader) Fail(err error) {
	if r.err == nil {
		r.err = err
		r.b = nil
	}
}

// Len returns the number of bytes that are left, 0 after an error.
func (r *Reader) Len() int { return len(r.b) }

// Rest returns the bytes that are left, without consuming them: a slice of the input, nil after an error.
func (r *Reader) Rest() []byte { return r.b }

// Skip consumes n bytes, which another decoder has read from [Reader.Rest].
func (r *Reader) Skip(n int) { r.take(n) }

// Uvarint reads an unsigned integer.
func (r *Reader) Uvarint() uint64 {
	if r.err != nil {
		return 0
	}
	if len(r.b) > 0 && r.b[0] < 0x80 {
		v := uint64(r.b[0])
		r.b = r.b[1:]
		return v
	}
	v, n := binary.Uvarint(r.b)
	switch {
	case n == 0:
		r.Fail(ErrTruncated)
		return 0
	case n < 0 || r.b[n-1] == 0: // overflow, or a last group of zero bits: not minimal
		r.Fail(ErrCorrupt)
		return 0
	}
	r.b = r.b[n:]
	return v
}

// Varint reads a signed integer.
func (r *Reader) Varint() int64 {
	u := r.Uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

// Bytes reads n bytes: a slice of the input, not a copy. A negative n is ErrCorrupt.
func (r *Reader) Bytes(n int) []byte { return r.take(n) }

func (r *Reader) take(n int) []byte {
	switch {
	case r.err != nil:
		return nil
	case n < 0:
		r.Fail(ErrCorrupt)
		return nil
	case n > len(r.b):
		r.Fail(ErrTruncated)
		return nil
	}
	v := r.b[:n:n]
	r.b = r.b[n:]
	return v
}

// String reads a string.
func (r *Reader) String() string {
	n := r.Uvarint()
	if n > uint64(len(r.b)) {
		r.Fail(ErrTruncated)
		return ""
	}
	return string(r.take(int(n)))
}

// Float64 reads a float64, whatever its bits: NaN and infinities are for the caller to refuse, or see [Reader.Finite].
func (r *Reader) Float64() float64 {
	v := r.take(8)
	if v == nil {
		return 0
	}
	return math.Float64frombits(binary.BigEndian.Uint64(v))
}

// Finite reads a float64 and fails with ErrCorrupt if it is NaN or infinite.
func (r *Reader) Finite() float64 {
	x := r.Float64()
	if math.IsNaN(x) || math.IsInf(x, 0) {
		r.Fail(ErrCorrupt)
		return 0
	}
	return x
}

// Bool reads a bool.
func (r *Reader) Bool() bool {
	v := r.take(1)
	if v == nil {
		return false
	}
	if v[0] > 1 {
		r.Fail(ErrCorrupt)
		return false
	}
	return v[0] == 1
}

// The Unix seconds of the times that package time orders rightly: years 1 to 9999, with room around them, so that the zero time is inside.
const (
	minSecond = -1 << 40
	maxSecond = 1 << 40
)

// Time reads an instant, in UTC; the zero time.Time comes back as such.
func (r *Reader) Time() time.Time {
	sec, nsec := r.Varint(), r.Uvarint()
	if r.err != nil {
		return time.Time{}
	}
	if nsec >= 1e9 || sec < minSecond || sec > maxSecond {
		r.Fail(ErrCorrupt)
		return time.Time{}
	}
	return time.Unix(sec, int64(nsec)).UTC()
}

// Count reads a number of elements that take at least minBytesEach bytes each, and fails with ErrTruncated if they cannot be in
// the rest of the input: what it returns is safe to allocate for. A minBytesEach below 1 counts as 1.
func (r *Reader) Count(minBytesEach int) int {
	n := r.Uvarint()
	if n > uint64(len(r.b)/max(minBytesEach, 1)) {
		r.Fail(ErrTruncated)
		return 0
	}
	return int(n)
}

// Version reads one byte and fails with ErrCorrupt if it is not want.
func (r *Reader) Version(want byte) {
	v := r.take(1)
	if v != nil && v[0] != want {
		r.Fail(ErrCorrupt)
	}
}

// Done returns the sticky error, or ErrCorrupt if input is left.
func (r *Reader) Done() error {
	if r.err == nil && len(r.b) > 0 {
		r.Fail(ErrCorrupt)
	}
	return r.err
}
