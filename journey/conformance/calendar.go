package conformance

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/buyerjourney/b2b"
)

// Calendar says when a business is open, so that durations can be counted in open time. The zero value is always open.
// It must not be changed once it is in use; then it is safe for concurrent use.
type Calendar struct {
	Week     []Opening      // empty: always open
	Closed   []string       // dates "2006-01-02" on which nothing is open
	Location *time.Location // nil is UTC
}

// Opening is one span of open hours on a day of the week, in time since midnight; To is at most 24 hours.
type Opening struct {
	Day      time.Weekday
	From, To time.Duration
}

// calendar is a Calendar in the form that counts.
type calendar struct {
	location *time.Location
	week     [7][][2]int64 // microseconds since midnight, per day
	day      [7]int64      // open time of each day
	total    int64         // open time of a week
	closed   []int64       // day numbers, ascending
	lost     []int64       // open time of closed[:i]
}

// compile checks a calendar; one that is always open gives nil.
func (c *Calendar) compile() (*calendar, error) {
	if c == nil || len(c.Week) == 0 && len(c.Closed) == 0 {
		return nil, nil
	}
	var p b2b.Problems
	out := &calendar{location: c.Location}
	if out.location == nil {
		out.location = time.UTC
	}
	week := c.Week
	if len(week) == 0 {
		for d := time.Sunday; d <= time.Saturday; d++ {
			week = append(week, Opening{d, 0, 24 * time.Hour})
		}
	}
	for i, o := range week {
		if o.Day < time.Sunday || o.Day > time.Saturday || o.From < 0 || o.To <= o.From || o.To > 24*time.Hour {
			p.Add("calendar.week["+strconv.Itoa(i)+"]", "not a span of a day of the week")
			continue
		}
		out.week[o.Day] = append(out.week[o.Day], [2]int64{o.From.Microseconds(), o.To.Microseconds()})
	}
	for d := range out.week {
		slices.SortFunc(out.week[d], func(a, b [2]int64) int { return int(a[0] - b[0]) })
		for i, o := range out.week[d] {
			if i > 0 && o[0] < out.week[d][i-1][1] {
				p.Add("calendar.week", "two openings of a day overlap")
			}
			out.day[d] += o[1] - o[0]
		}
		out.total += out.day[d]
	}
	for i, text := range c.Closed {
		t, err := time.Parse(time.DateOnly, text)
		if err != nil {
			p.Add("calendar.closed["+strconv.Itoa(i)+"]", "not a date")
			continue
		}
		out.closed = append(out.closed, t.Unix()/secondsPerDay)
	}
	slices.Sort(out.closed)
	out.closed = slices.Compact(out.closed)
	out.lost = make([]int64, len(out.closed)+1)
	for i, d := range out.closed {
		out.lost[i+1] = out.lost[i] + out.day[weekday(d)]
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	return out, nil
}

const secondsPerDay = 86_400

// weekday of a day number; day 0, 1 January 1970, was a Thursday.
func weekday(day int64) int { return int(((day+4)%7 + 7) % 7) }

// open returns the open time from a fixed moment up to an instant, by the clock on the wall.
func (c *calendar) open(us int64) int64 {
	t := time.UnixMicro(us)
	_, offset := t.In(c.location).Zone()
	wall := us + int64(offset)*1e6
	const dayMicros = secondsPerDay * 1_000_000
	day := wall / dayMicros
	if wall%dayMicros < 0 {
		day--
	}
	in := wall - day*dayMicros
	// Weeks that begin on day 3, a Sunday.
	weeks := (day - 3) / 7
	if (day-3)%7 < 0 {
		weeks--
	}
	sum := weeks * c.total
	for d := weeks*7 + 3; d < day; d++ {
		sum += c.day[weekday(d)]
	}
	at, closed := slices.BinarySearch(c.closed, day)
	sum -= c.lost[at]
	if closed {
		return sum
	}
	for _, o := range c.week[weekday(day)] {
		sum += max(0, min(in, o[1])-o[0])
	}
	return sum
}

// between returns the open time between two instants; of a nil calendar, all time.
func (c *calendar) between(from, to int64) int64 {
	if c == nil {
		return to - from
	}
	return c.open(to) - c.open(from)
}

// key is the fingerprint of a calendar.
func (c *Calendar) key() string {
	if c == nil || len(c.Week) == 0 && len(c.Closed) == 0 {
		return ""
	}
	var key strings.Builder
	if c.Location != nil {
		key.WriteString(c.Location.String())
	}
	week, closed := slices.Clone(c.Week), slices.Clone(c.Closed)
	slices.SortFunc(week, func(a, b Opening) int {
		if a.Day != b.Day {
			return int(a.Day - b.Day)
		}
		return int((a.From - b.From) / time.Microsecond)
	})
	slices.Sort(closed)
	for _, o := range week {
		key.WriteString("|" + o.Day.String() + " " + o.From.String() + " " + o.To.String())
	}
	for _, d := range slices.Compact(closed) {
		key.WriteString("|" + d)
	}
	return key.String()
}
