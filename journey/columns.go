package journey

import (
	"math"
	"time"

	"github.com/buyerjourney/b2b"
)

// NoTime stands for "no time" in a column of microseconds.
const NoTime = math.MinInt64

// Column is a dictionary-coded column of names: row i has the name Names[Codes[i]]. A column without codes is absent, which
// is the empty name in every row. The zero value is absent.
type Column struct {
	Names []string
	Codes []uint32
}

// IsPresent reports whether the column has codes.
func (c Column) IsPresent() bool { return c.Codes != nil }

// At returns the name in a row; an absent column gives the empty name.
func (c Column) At(row int) string {
	if c.Codes == nil {
		return ""
	}
	return c.Names[c.Codes[row]]
}

// Columns holds events column by column: the fast way to add a million of them. Step and At are required; every other column
// may be nil. All columns that are given have the length of Step.Codes. Times are microseconds since 1970 in UTC, [NoTime]
// where there is none; Zone is the offset from UTC in minutes. Participants, objects and attributes go through [Builder.Add].
type Columns struct {
	Journey, Step, Touchpoint, Kind, Person, Account, Seat, Resource, Source, Lifecycle Column
	At, Started, RecordedAt, Seq                                                        []int64
	Zone                                                                                []int16
	Precision                                                                           []b2b.Precision
	Phase                                                                               []b2b.Phase
	Outcome                                                                             []Outcome
	ID                                                                                  []string
}

// names returns the coded columns in canonical order, with their names in paths.
func (c *Columns) names() [numNames]*Column {
	return [numNames]*Column{
		&c.Source, &c.Step, &c.Journey, &c.Kind, &c.Account, &c.Person, &c.Seat, &c.Touchpoint, &c.Resource, &c.Lifecycle,
	}
}

// The positions of the coded columns in [Columns.names].
const (
	colSource = iota
	colStep
	colJourney
	colKind
	colAccount
	colPerson
	colSeat
	colTouchpoint
	colResource
	colLifecycle
	numNames
)

var nameNames = [numNames]string{"source", "step", "journey", "kind", "account", "person", "seat", "touchpoint", "resource", "lifecycle"}

// check reports every column of the wrong length and every code without a name.
func (c *Columns) check() error {
	var p b2b.Problems
	n := len(c.Step.Codes)
	if len(c.At) != n {
		p.Addf("columns.at", "%d values for %d steps", len(c.At), n)
	}
	for i, col := range c.names() {
		if col.Codes == nil {
			continue
		}
		if len(col.Codes) != n {
			p.Addf("columns."+nameNames[i], "%d values for %d steps", len(col.Codes), n)
		}
		limit := uint32(len(col.Names))
		for row, code := range col.Codes {
			if code >= limit {
				p.Addf("columns."+nameNames[i], "row %d: no name for the code", row)
				break
			}
		}
	}
	for _, f := range [...]struct {
		name string
		n    int
	}{
		{"started", len(c.Started)},
		{"recorded_at", len(c.RecordedAt)},
		{"seq", len(c.Seq)},
		{"zone", len(c.Zone)},
		{"precision", len(c.Precision)},
		{"phase", len(c.Phase)},
		{"outcome", len(c.Outcome)},
		{"id", len(c.ID)},
	} {
		if f.n != 0 && f.n != n {
			p.Addf("columns."+f.name, "%d values for %d steps", f.n, n)
		}
	}
	return p.Err()
}

// take returns the rows of the list, in its order. Columns that are absent stay absent; names are shared. The columns of step
// and journey names are left to the caller.
func (c *Columns) take(rows []uint32) Columns {
	out := *c
	for _, col := range out.names() {
		col.Codes = pick(col.Codes, rows)
	}
	out.At = pick(c.At, rows)
	out.Started = pick(c.Started, rows)
	out.RecordedAt = pick(c.RecordedAt, rows)
	out.Seq = pick(c.Seq, rows)
	out.Zone = pick(c.Zone, rows)
	out.Precision = pick(c.Precision, rows)
	out.Phase = pick(c.Phase, rows)
	out.Outcome = pick(c.Outcome, rows)
	out.ID = pick(c.ID, rows)
	return out
}

// pick returns col at the rows of the list; an absent column stays absent.
func pick[T any](col []T, rows []uint32) []T {
	if col == nil {
		return nil
	}
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = col[r]
	}
	return out
}

// at returns the value of a row, or absent where the column has none.
func at[T any](col []T, row int, absent T) T {
	if col == nil {
		return absent
	}
	return col[row]
}

// micros returns t in microseconds, finer parts cut off, or NoTime for the zero time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return NoTime
	}
	return t.UnixMicro()
}

// instant returns the time of a column in the zone of offset minutes; [NoTime] gives the zero time.
func instant(us int64, offset int16) time.Time {
	if us == NoTime {
		return time.Time{}
	}
	t := time.UnixMicro(us)
	if offset == 0 {
		return t.UTC()
	}
	return t.In(time.FixedZone("", 60*int(offset)))
}

// lapse returns a number of microseconds as a length of time; beyond 292 years, which dates that stand for "never" bring about, it
// is the longest one there is.
func lapse(us int64) time.Duration {
	const most = math.MaxInt64 / int64(time.Microsecond)
	return time.Duration(min(max(us, -most), most)) * time.Microsecond
}
