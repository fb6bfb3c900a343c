package b2b

import (
	"encoding/json"
	"time"

	"github.com/buyerjourney/b2b/internal/enum"
)

// Window is the half-open span of time [From, To). A zero bound means unbounded, so the zero value is all of time.
// Bounds are instants; their location has no meaning. JSON is {"from":…,"to":…} in RFC 3339 and UTC, an unbounded side
// being "" or absent.
type Window struct {
	From, To time.Time
}

// Contains reports whether From ≤ t < To.
func (w Window) Contains(t time.Time) bool {
	return (w.From.IsZero() || !t.Before(w.From)) && (w.To.IsZero() || t.Before(w.To))
}

// IsEmpty reports whether no instant lies in the window: both bounds are given and To ≤ From.
func (w Window) IsEmpty() bool { return !w.From.IsZero() && !w.To.IsZero() && !w.From.Before(w.To) }

// Intersect returns the instants that lie in both windows; the result may be empty.
func (w Window) Intersect(v Window) Window {
	if w.From.IsZero() || v.From.After(w.From) {
		w.From = v.From
	}
	if w.To.IsZero() || (!v.To.IsZero() && v.To.Before(w.To)) {
		w.To = v.To
	}
	return w
}

// Overlaps reports whether some instant lies in both windows.
func (w Window) Overlaps(v Window) bool {
	return !w.IsEmpty() && !v.IsEmpty() && !w.Intersect(v).IsEmpty()
}

// Duration returns the length; ok is false if a side is unbounded. An empty window has length 0.
func (w Window) Duration() (d time.Duration, ok bool) {
	if w.From.IsZero() || w.To.IsZero() {
		return 0, false
	}
	return max(0, w.To.Sub(w.From)), true
}

// UTC returns the window with both bounds in UTC and without monotonic readings, so that equal windows are ==.
func (w Window) UTC() Window { return Window{From: instant(w.From), To: instant(w.To)} }

// Check reports a window that ends before it begins or is empty.
func (w Window) Check() error {
	if w.IsEmpty() {
		return &InvalidError{Path: "to", Reason: "not after from"}
	}
	return nil
}

type windowJSON struct {
	From string `json:"from,omitzero"`
	To   string `json:"to,omitzero"`
}

// MarshalJSON writes {"from":…,"to":…}; an unbounded side is left out.
func (w Window) MarshalJSON() ([]byte, error) {
	return json.Marshal(windowJSON{From: formatInstant(w.From), To: formatInstant(w.To)})
}

// UnmarshalJSON reads what [Window.MarshalJSON] writes; a side that is "" or absent is unbounded. A window that ends
// before it begins is an error.
func (w *Window) UnmarshalJSON(data []byte) error {
	var j windowJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	var p Problems
	read := func(path, text string) time.Time {
		if text == "" {
			return time.Time{}
		}
		t, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			p.Add(path, "not an RFC 3339 time")
		}
		return t.UTC()
	}
	v := Window{From: read("from", j.From), To: read("to", j.To)}
	if p.Len() == 0 {
		p.Join("", v.Check())
	}
	if err := p.Err(); err != nil {
		return err
	}
	*w = v
	return nil
}

func instant(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Round(0)
}

func formatInstant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// View says as of when, and as known when, a question is asked. Known zero means all that is recorded. At zero means no
// bound, and is an error where a moment is needed. Both bounds are inclusive.
//
// View{At: t, Known: t} gives the answer that was given at t; View{At: t} gives the answer about t as known now.
type View struct {
	At, Known time.Time
}

// Sees reports whether a fact that occurred at at and was recorded at recorded belongs to the view. A zero recorded
// stands for at.
func (v View) Sees(at, recorded time.Time) bool {
	if recorded.IsZero() {
		recorded = at
	}
	return (v.At.IsZero() || !at.After(v.At)) && (v.Known.IsZero() || !recorded.After(v.Known))
}

// Precision says how exactly a time is known. It is a closed enumeration; zero is [UnknownPrecision].
type Precision uint8

// The precisions, from the coarsest to the finest. OrderOnly: the time is no time, only a position.
const (
	UnknownPrecision Precision = iota
	OrderOnly
	Year
	Month
	Day
	Minute
	Second
	Millisecond
	Microsecond
)

var precisions = enum.New[Precision]("precision",
	"unknown", "order-only", "year", "month", "day", "minute", "second", "millisecond", "microsecond")

// ParsePrecision reads the name of a precision; the empty text is [UnknownPrecision].
func ParsePrecision(text string) (Precision, error) { return precisions.Parse(text) }

// IsValid reports whether p is a value of the enumeration.
func (p Precision) IsValid() bool { return precisions.Valid(p) }

// String returns the name in lower case.
func (p Precision) String() string { return precisions.String(p) }

// AppendText implements [encoding.TextAppender].
func (p Precision) AppendText(dst []byte) ([]byte, error) { return precisions.AppendText(dst, p) }

// MarshalText implements [encoding.TextMarshaler].
func (p Precision) MarshalText() ([]byte, error) { return precisions.AppendText(nil, p) }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParsePrecision] does.
func (p *Precision) UnmarshalText(text []byte) error { return precisions.UnmarshalText(p, text) }

// Span returns the calendar year, month or day, or the minute, second, millisecond or microsecond, in which t lies in
// the zone; a nil zone is UTC. A local day has 23, 24 or 25 hours. Bounds are in UTC. For [UnknownPrecision] the span is
// one microsecond, since a time that comes without a precision is taken as it is; for [OrderOnly] ok is false.
func (p Precision) Span(t time.Time, zone *time.Location) (span Window, ok bool) {
	if zone == nil {
		zone = time.UTC
	}
	y, m, d := t.In(zone).Date()
	switch p {
	case OrderOnly:
		return Window{}, false
	case Year:
		span = Window{From: time.Date(y, 1, 1, 0, 0, 0, 0, zone), To: time.Date(y+1, 1, 1, 0, 0, 0, 0, zone)}
	case Month:
		span = Window{From: time.Date(y, m, 1, 0, 0, 0, 0, zone), To: time.Date(y, m+1, 1, 0, 0, 0, 0, zone)}
	case Day:
		span = Window{From: time.Date(y, m, d, 0, 0, 0, 0, zone), To: time.Date(y, m, d+1, 0, 0, 0, 0, zone)}
	case Minute, Second, Millisecond, Microsecond, UnknownPrecision:
		width := p.width()
		from := t.UTC().Round(0).Truncate(width)
		span = Window{From: from, To: from.Add(width)}
	default:
		return Window{}, false
	}
	return span.UTC(), true
}

// width returns the fixed length of the units below a day.
func (p Precision) width() time.Duration {
	switch p {
	case Minute:
		return time.Minute
	case Second:
		return time.Second
	case Millisecond:
		return time.Millisecond
	case UnknownPrecision, OrderOnly, Year, Month, Day, Microsecond:
		return time.Microsecond
	default:
		return time.Microsecond
	}
}
