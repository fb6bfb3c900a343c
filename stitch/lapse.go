package stitch

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/buyerjourney/b2b"
)

// Lapse is a length of time as rules write it: "36h", "30d", "8w", "90m". Days are 24 hours, whatever the calendar says.
// The empty text is unlimited.
type Lapse string

// unlimited is the length that an empty [Lapse] stands for.
const unlimited = math.MaxInt64

// Duration returns the length; ok is false if it is unlimited. A text that is no positive length is an error.
func (l Lapse) Duration() (d time.Duration, ok bool, err error) {
	s := strings.TrimSpace(string(l))
	if s == "" {
		return 0, false, nil
	}
	bad := &b2b.InvalidError{Reason: "not a length of time such as 36h, 30d or 8w"}
	unit := time.Duration(0)
	switch s[len(s)-1] {
	case 'd':
		unit = 24 * time.Hour
	case 'w':
		unit = 7 * 24 * time.Hour
	}
	if unit > 0 {
		n, err := strconv.ParseInt(s[:len(s)-1], 10, 64)
		if err != nil || n <= 0 || n > math.MaxInt64/int64(unit) {
			return 0, false, bad
		}
		return time.Duration(n) * unit, true, nil
	}
	d, e := time.ParseDuration(s)
	if e != nil || d <= 0 {
		return 0, false, bad
	}
	return d, true, nil
}

// nanos returns the length in nanoseconds, unlimited for an empty or malformed text.
func (l Lapse) nanos() int64 {
	if d, ok, err := l.Duration(); ok && err == nil {
		return int64(d)
	}
	return unlimited
}

// after returns t + d, where unlimited stays unlimited.
func after(t, d int64) int64 {
	if d == unlimited || t > unlimited-d {
		return unlimited
	}
	return t + d
}
