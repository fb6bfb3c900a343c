package cli

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // so that -zone works where the system has no zones

	"github.com/buyerjourney/b2b"
)

// ParseTime reads RFC 3339 with `T` or a blank, the same without a zone, and
// `2006-01-02`; those without a zone are in the given one (nil is UTC). The
// result is in UTC; the precision is that of the text: a day, a second, or the
// fraction's (at most a microsecond).
//
// A time of day that the zone's clocks skip is read as [time.Date] does.
func ParseTime(s string, zone *time.Location) (time.Time, b2b.Precision, error) {
	s = strings.TrimSpace(s)
	p := digits{s: s}
	year := p.number(4)
	p.one("-")
	month := p.number(2)
	p.one("-")
	day := p.number(2)
	if zone == nil {
		zone = time.UTC
	}
	var hour, minute, second, nano int
	precision := b2b.Day
	if p.s != "" {
		p.one("Tt ")
		hour = p.number(2)
		p.one(":")
		minute = p.number(2)
		p.one(":")
		second = p.number(2)
		precision = b2b.Second
		if strings.HasPrefix(p.s, ".") {
			var n int
			nano, n = p.fraction()
			precision = b2b.Microsecond
			if n <= 3 {
				precision = b2b.Millisecond
			}
		}
		if p.s != "" {
			zone = p.offset()
		}
	}
	if p.bad || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) ||
		hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, b2b.UnknownPrecision, errTime
	}
	return time.Date(year, time.Month(month), day, hour, minute, second, nano, zone).UTC(), precision, nil
}

// errTime does not repeat the text: it may be somebody's date of birth.
var errTime = errors.New("not a time: want RFC 3339, `2006-01-02 15:04:05` or `2006-01-02`")

// digits eats text from the left and remembers whether anything was amiss.
type digits struct {
	s   string
	bad bool
}

func (p *digits) number(width int) int {
	if len(p.s) < width {
		p.bad, p.s = true, ""
		return 0
	}
	n := 0
	for i := range width {
		d := p.s[i] - '0'
		if d > 9 {
			p.bad = true
		}
		n = n*10 + int(d)
	}
	p.s = p.s[width:]
	return n
}

func (p *digits) one(of string) {
	if p.s == "" || strings.IndexByte(of, p.s[0]) < 0 {
		p.bad, p.s = true, ""
		return
	}
	p.s = p.s[1:]
}

// fraction reads `.123…`: nanoseconds, further digits cut off, and the number
// of digits.
func (p *digits) fraction() (nano, n int) {
	i, unit := 1, 100_000_000
	for ; i < len(p.s) && '0' <= p.s[i] && p.s[i] <= '9'; i++ {
		nano += int(p.s[i]-'0') * unit
		unit /= 10
	}
	if i == 1 {
		p.bad = true
	}
	p.s = p.s[i:]
	return nano, i - 1
}

// offset reads `Z` or `±hh:mm` to the end of the text.
func (p *digits) offset() *time.Location {
	if p.s == "Z" || p.s == "z" {
		p.s = ""
		return time.UTC
	}
	sign := 1
	if p.s[0] == '-' {
		sign = -1
	}
	p.one("+-")
	hours := p.number(2)
	p.one(":")
	minutes := p.number(2)
	if p.s != "" || hours > 23 || minutes > 59 {
		p.bad = true
	}
	if hours == 0 && minutes == 0 {
		return time.UTC
	}
	return time.FixedZone("", sign*(hours*3600+minutes*60))
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// ParseZone reads a zone of the IANA database; empty is UTC. `Local` is
// refused: results may not depend on the machine.
func ParseZone(name string) (*time.Location, error) {
	if name == "Local" {
		return nil, fmt.Errorf("zone %q: name one, such as Europe/Amsterdam", name)
	}
	return time.LoadLocation(name)
}

// ParseDuration reads a length of time: weeks and days, which are 24 hours
// long, then whatever [time.ParseDuration] reads: `12w`, `30d`, `1.5d`,
// `1d12h`, `36h`. It is never negative.
func ParseDuration(s string) (time.Duration, error) {
	text := strings.TrimSpace(s)
	bad := fmt.Errorf("not a length of time: %q: want for example 30d, 12w or 36h", s)
	var total float64
	for _, unit := range []struct {
		name   byte
		length time.Duration
	}{{'w', 7 * 24 * time.Hour}, {'d', 24 * time.Hour}} {
		i := strings.IndexByte(text, unit.name)
		if i < 0 {
			continue
		}
		// Digits and a point only: no sign, no exponent, no infinity.
		if strings.Trim(text[:i], "0123456789.") != "" {
			return 0, bad
		}
		n, err := strconv.ParseFloat(text[:i], 64)
		if err != nil {
			return 0, bad
		}
		total += float64(n * float64(unit.length))
		text = text[i+1:]
		if text == "" {
			text = "0"
		}
	}
	rest, err := time.ParseDuration(text)
	if err != nil || rest < 0 || total+float64(rest) >= math.MaxInt64 {
		return 0, bad
	}
	return time.Duration(math.Round(total)) + rest, nil
}
