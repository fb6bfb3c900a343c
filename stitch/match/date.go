package match

import (
	"math/bits"
	"strconv"
	"time"
)

// dateValue is a date as eight digits, and as a day number where it is one of the calendar.
type dateValue struct {
	digits [8]byte
	packed uint32 // the digits of a valid date, four bits each, the first lowest
	day    int32
	year   int32
	valid  bool
	yearly bool // only the year is known
}

// dateLevel is the default level of two different dates of the calendar: of their digits, packed, and the days between.
func dateLevel(p, q uint32, days int32) uint8 {
	diff := p ^ q
	const low, top = 0x77777777, 0x88888888
	differ := ((diff&low + low) | diff) & top // the top bits of the digits that differ
	n := bits.OnesCount32(differ)
	switch {
	case uint16(diff) == 0 && byte(p>>16) == byte(q>>24) && byte(p>>24) == byte(q>>16):
		return 2
	case n == 1:
		return 3
	case n == 2: // neighbours that are swapped, of one part: neither year and month, nor month and day
		at := bits.TrailingZeros32(differ) / 4
		if at != 3 && at != 5 && bits.RotateLeft8(byte(p>>(4*at)), 4) == byte(q>>(4*at)) {
			return 3
		}
	}
	if days < 0 {
		days = -days
	}
	switch {
	case days <= 31:
		return 4
	case days <= 366:
		return 5
	case days <= 3653:
		return 6
	}
	return 7
}

// nearDigits says whether two dates differ in one digit, or in two neighbours of one part that are swapped.
func nearDigits(p, q *dateValue) bool {
	at, n := -1, 0
	for i := range p.digits {
		if p.digits[i] != q.digits[i] {
			if n++; n > 2 {
				return false
			}
			if at < 0 {
				at = i
			}
		}
	}
	return n == 1 || (at+1 < len(p.digits) && p.digits[at] == q.digits[at+1] && p.digits[at+1] == q.digits[at] && at != 3 && at != 5)
}

func swappedDates(col *column, x, y uint32) bool {
	if col.dates == nil {
		return false
	}
	p, q := &col.dates[x], &col.dates[y]
	return !p.yearly && !q.yearly && [4]byte(p.digits[:4]) == [4]byte(q.digits[:4]) && [2]byte(p.digits[4:6]) == [2]byte(q.digits[6:8]) &&
		[2]byte(p.digits[6:8]) == [2]byte(q.digits[4:6])
}

func parseDigits(s string) dateValue {
	var d dateValue
	copy(d.digits[:], s)
	y, err := strconv.Atoi(s[:4])
	if err != nil {
		return d
	}
	d.year = int32(y)
	if len(s) == 4 {
		d.yearly = true
		return d
	}
	m, _ := strconv.Atoi(s[4:6])
	day, _ := strconv.Atoi(s[6:8])
	t := time.Date(y, time.Month(m), day, 0, 0, 0, 0, time.UTC)
	if t.Year() == y && int(t.Month()) == m && t.Day() == day {
		d.day, d.valid = int32(t.Unix()/86400), true
		for i, c := range d.digits {
			d.packed |= uint32(c-'0') << (4 * i)
		}
	}
	return d
}
