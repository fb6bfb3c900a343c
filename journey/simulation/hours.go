package simulation

import (
	"math"
	"slices"
	"time"
)

// openShare returns the share of a week that the department is open; without hours it is always open.
func (d *Department) openShare() float64 {
	if len(d.Hours) == 0 {
		return 1
	}
	open := 0.0
	for _, list := range d.week() {
		for _, h := range list {
			open += (h.Close - h.Open).Seconds()
		}
	}
	return open / (7 * day)
}

// week returns the stretches of each weekday, in order, overlaps joined.
func (d *Department) week() [7][]Hours {
	var week [7][]Hours
	for _, h := range d.Hours {
		week[h.Day] = append(week[h.Day], h)
	}
	for i := range week {
		slices.SortFunc(week[i], func(a, b Hours) int { return int(a.Open - b.Open) })
		joined := week[i][:0]
		for _, h := range week[i] {
			if n := len(joined); n > 0 && h.Open <= joined[n-1].Close {
				joined[n-1].Close = max(joined[n-1].Close, h.Close)
			} else {
				joined = append(joined, h)
			}
		}
		week[i] = joined
	}
	return week
}

// calendar answers when work is done, in seconds since the start of the simulation.
type calendar struct {
	always bool
	week   [7][]Hours
	zone   *time.Location
	start  time.Time
}

func newCalendar(d *Department, start time.Time) calendar {
	zone := d.Zone
	if zone == nil {
		zone = time.UTC
	}
	return calendar{always: len(d.Hours) == 0, week: d.week(), zone: zone, start: start}
}

// finish returns when work that begins at t and needs so many open seconds is done: it pauses outside the hours. Local days have 23 to
// 25 hours.
func (c *calendar) finish(t, need float64) float64 {
	if c.always {
		return t + need
	}
	at := c.start.Add(time.Duration(t * float64(time.Second))).In(c.zone)
	y, m, d := at.Date()
	for range 100_000 { // some 270 years
		midnight := time.Date(y, m, d, 0, 0, 0, 0, c.zone)
		for _, h := range c.week[midnight.Weekday()] {
			open := c.since(time.Date(y, m, d, 0, 0, 0, int(h.Open), c.zone))
			shut := c.since(time.Date(y, m, d, 0, 0, 0, int(h.Close), c.zone))
			from := max(open, t)
			if from >= shut {
				continue
			}
			if need <= shut-from {
				return from + need
			}
			need -= shut - from
		}
		y, m, d = midnight.AddDate(0, 0, 1).Date()
	}
	return math.MaxFloat64
}

func (c *calendar) since(t time.Time) float64 { return t.Sub(c.start).Seconds() }
