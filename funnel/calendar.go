package funnel

import (
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/enum"
)

// Calendar divides time into periods of a zone: local days, weeks from Monday, months, quarters, years. It is a closed
// enumeration; zero is [WholeTime], which does not divide.
type Calendar uint8

// The calendars.
const (
	WholeTime Calendar = iota
	Daily
	Weekly
	Monthly
	Quarterly
	Yearly
)

var calendars = enum.New[Calendar]("calendar", "none", "day", "week", "month", "quarter", "year")

// IsValid reports whether c is a value of the enumeration.
func (c Calendar) IsValid() bool { return calendars.Valid(c) }

// String returns the name in lower case.
func (c Calendar) String() string { return calendars.String(c) }

// AppendText implements [encoding.TextAppender].
func (c Calendar) AppendText(dst []byte) ([]byte, error) { return calendars.AppendText(dst, c) }

// MarshalText implements [encoding.TextMarshaler].
func (c Calendar) MarshalText() ([]byte, error) { return calendars.AppendText(nil, c) }

// UnmarshalText implements [encoding.TextUnmarshaler]; the empty text is [WholeTime].
func (c *Calendar) UnmarshalText(text []byte) error { return calendars.UnmarshalText(c, text) }

// Index returns the number of the period in which t lies in a zone (nil is UTC): consecutive periods have consecutive
// numbers. [WholeTime] has one period, 0.
func (c Calendar) Index(t time.Time, zone *time.Location) int {
	y, m, d := t.In(orUTC(zone)).Date()
	switch c {
	case Daily, Weekly:
		days := int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
		if c == Daily {
			return days
		}
		return floorDiv(days+3, 7) // 1970-01-01 was a Thursday
	case Monthly:
		return y*12 + int(m) - 1
	case Quarterly:
		return y*4 + (int(m)-1)/3
	case Yearly:
		return y
	case WholeTime:
	}
	return 0
}

// Period returns the period of a number, half-open; that of [WholeTime] is unbounded.
func (c Calendar) Period(index int, zone *time.Location) b2b.Window {
	start := func(i int) time.Time {
		switch c {
		case Daily:
			return time.Date(1970, 1, 1+i, 0, 0, 0, 0, orUTC(zone))
		case Weekly:
			return time.Date(1970, 1, 1+7*i-3, 0, 0, 0, 0, orUTC(zone))
		case Monthly:
			return time.Date(floorDiv(i, 12), time.Month(i-12*floorDiv(i, 12)+1), 1, 0, 0, 0, 0, orUTC(zone))
		case Quarterly:
			return time.Date(floorDiv(i, 4), time.Month(3*(i-4*floorDiv(i, 4))+1), 1, 0, 0, 0, 0, orUTC(zone))
		case Yearly:
			return time.Date(i, 1, 1, 0, 0, 0, 0, orUTC(zone))
		case WholeTime:
		}
		return time.Time{}
	}
	return b2b.Window{From: start(index), To: start(index + 1)}.UTC()
}

// Split returns the periods of the calendar that a bounded window overlaps, cut to the window; [WholeTime] and a window
// without bounds give the window itself.
func (c Calendar) Split(w b2b.Window, zone *time.Location) []b2b.Window {
	if _, bounded := w.Duration(); !bounded || c == WholeTime {
		return []b2b.Window{w}
	}
	var out []b2b.Window
	for i := c.Index(w.From, zone); ; i++ {
		p := c.Period(i, zone)
		if !p.From.Before(w.To) {
			return out
		}
		if q := p.Intersect(w); !q.IsEmpty() {
			out = append(out, q)
		}
	}
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
