package funnel

import (
	"cmp"
	"strconv"
	"time"

	"github.com/buyerjourney/b2b"
)

// Change is one recorded row about one deal: an entry into a stage, an outcome, an amount, or several of these. Not
// every row changes the stage. Fields left at zero say nothing about their subject.
type Change struct {
	Deal       b2b.DealID
	Account    b2b.AccountID
	Pipeline   string // "" is the pipeline that the deal is in, at first the first one of the book
	Stage      Stage
	Outcome    Outcome
	At         Instant   // when it happened
	RecordedAt time.Time // when it became known; zero stands for At
	Seq        int64     // order of the source; 0 is not given

	Amount, Recurring b2b.Money // no currency: not given; 0 EUR is 0
	CloseDate         Date      // expected or actual, a local day
	Probability       b2b.Fraction
	Category          Category

	Owner, LeadSource, Segment string
}

// Instant is a time as exactly as it is known: it lies in [Earliest, Latest]. An exact time has Earliest == Latest. A day
// is the whole local day. [b2b.OrderOnly] without bounds is a position in the order of Seq, which a [Book] bounds by its
// neighbours. Latest orders and ages: what is not complete cannot be known. The zero value is no time.
type Instant struct {
	Earliest, Latest time.Time
	Precision        b2b.Precision
}

// Exact returns the instant of an exactly known time.
func Exact(t time.Time) Instant {
	t = micro(t)
	return Instant{Earliest: t, Latest: t, Precision: b2b.Microsecond}
}

// Within returns the instant of a time known to a precision: for [b2b.Day] the whole day in the zone (nil is UTC). Its
// Latest is the last microsecond of the span. Precisions of a second and finer are exact.
func Within(t time.Time, precision b2b.Precision, zone *time.Location) Instant {
	if t.IsZero() {
		return Instant{Precision: precision}
	}
	switch precision {
	case b2b.OrderOnly:
		return Instant{Precision: b2b.OrderOnly}
	case b2b.Year, b2b.Month, b2b.Day, b2b.Minute:
		span, _ := precision.Span(t, zone)
		return Instant{Earliest: span.From, Latest: span.To.Add(-time.Microsecond), Precision: precision}
	case b2b.UnknownPrecision, b2b.Second, b2b.Millisecond, b2b.Microsecond:
	}
	e := Exact(t)
	e.Precision = precision
	return e
}

// IsZero reports whether the instant says nothing.
func (i Instant) IsZero() bool { return i == Instant{} }

// IsExact reports whether the instant is one moment.
func (i Instant) IsExact() bool { return !i.Latest.IsZero() && i.Earliest.Equal(i.Latest) }

// Date is a calendar day without a zone; a [BookConfig] says in which zone it is read. Dates are comparable with ==. The
// zero value is no date.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDate reads "2006-01-02"; the empty text is no date.
func ParseDate(text string) (Date, error) {
	if text == "" {
		return Date{}, nil
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return Date{}, &b2b.InvalidError{Reason: "not a date"}
	}
	return DateOf(t, time.UTC), nil
}

// DateOf returns the day of t in a zone; nil is UTC, a zero time is no date.
func DateOf(t time.Time, zone *time.Location) Date {
	if t.IsZero() {
		return Date{}
	}
	y, m, d := t.In(orUTC(zone)).Date()
	return Date{Year: y, Month: m, Day: d}
}

// IsZero reports whether the date is not given.
func (d Date) IsZero() bool { return d == Date{} }

// Compare returns −1, 0 or 1 as d is before, on or after e.
func (d Date) Compare(e Date) int {
	return cmp.Or(cmp.Compare(d.Year, e.Year), cmp.Compare(d.Month, e.Month), cmp.Compare(d.Day, e.Day))
}

// AddDays returns the day n days later.
func (d Date) AddDays(n int) Date {
	return DateOf(time.Date(d.Year, d.Month, d.Day+n, 0, 0, 0, 0, time.UTC), nil)
}

// Start returns the first instant of the day in a zone, in UTC; nil is UTC. No date gives the zero time.
func (d Date) Start(zone *time.Location) time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, orUTC(zone)).UTC()
}

// String returns "2006-01-02", or "" for no date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

// AppendText implements [encoding.TextAppender].
func (d Date) AppendText(dst []byte) ([]byte, error) { return append(dst, d.String()...), nil }

// MarshalText implements [encoding.TextMarshaler].
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler] as [ParseDate] does.
func (d *Date) UnmarshalText(text []byte) error {
	v, err := ParseDate(string(text))
	if err == nil {
		*d = v
	}
	return err
}

var earliestTime = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)

// check reports why a change cannot be taken, with paths below "changes[i]".
func (c *Change) check(i int) []b2b.Rejection {
	var out []b2b.Rejection
	add := func(field, reason string) {
		out = append(out, b2b.Rejection{Index: i, Path: "changes[" + strconv.Itoa(i) + "]." + field, Reason: reason})
	}
	if c.Deal == "" {
		add("deal", "empty")
	}
	if c.Stage == "" && c.Outcome == UnknownOutcome && !c.Amount.IsGiven() && !c.Recurring.IsGiven() {
		add("stage", "neither stage nor outcome nor amount")
	}
	if !c.Outcome.IsValid() {
		add("outcome", "unknown")
	}
	if !c.Category.IsValid() {
		add("category", "unknown")
	}
	ordered := c.At.Precision == b2b.OrderOnly
	switch {
	case !c.At.Precision.IsValid():
		add("at", "unknown precision")
	case c.At.Latest.IsZero() && !ordered:
		add("at", "no time")
	case !c.At.Latest.IsZero() && c.At.Latest.Before(earliestTime), !c.At.Earliest.IsZero() && c.At.Earliest.Before(earliestTime):
		add("at", "before 1900")
	case c.At.Latest.Year() > 9999:
		add("at", "after 9999")
	case !c.At.Latest.IsZero() && c.At.Latest.Before(c.At.Earliest):
		add("at", "latest before earliest")
	}
	if !c.RecordedAt.IsZero() && (c.RecordedAt.Before(earliestTime) || c.RecordedAt.Year() > 9999) {
		add("recorded_at", "before 1900 or after 9999")
	}
	return out
}

func orUTC(zone *time.Location) *time.Location {
	if zone == nil {
		return time.UTC
	}
	return zone
}

// micro returns t in UTC, cut to microseconds, without a monotonic reading.
func micro(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return time.UnixMicro(t.UnixMicro()).UTC()
}
