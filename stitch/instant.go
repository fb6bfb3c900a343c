package stitch

import (
	"math"
	"time"

	"github.com/buyerjourney/b2b"
)

// bounds returns a window in nanoseconds; an unbounded side is the extreme of int64.
func bounds(w b2b.Window) (from, to int64) {
	from, to = math.MinInt64, math.MaxInt64
	if !w.From.IsZero() {
		from = nano(w.From)
	}
	if !w.To.IsZero() {
		to = nano(w.To)
	}
	return from, to
}

// nano returns the instant in nanoseconds since 1970, clamped to what 64 bits hold.
func nano(t time.Time) int64 {
	switch s := t.Unix(); {
	case s < firstSecond:
		return math.MinInt64
	case s >= lastSecond:
		return math.MaxInt64
	}
	return t.UnixNano()
}

// What 64 bits of nanoseconds hold: 1700 to 2250, in seconds since 1970.
var (
	firstSecond = time.Date(1700, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	lastSecond  = time.Date(2251, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
)

// moment is the reverse of nano: the extremes are the zero time.
func moment(n int64) time.Time {
	if n == math.MinInt64 || n == -unlimited || n == math.MaxInt64 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}

func window(from, to int64) b2b.Window { return b2b.Window{From: moment(from), To: moment(to)} }
