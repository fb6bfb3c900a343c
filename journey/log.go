package journey

import (
	"iter"
	"time"

	"github.com/buyerjourney/b2b"
)

// Log is a set of recorded journeys in columns: rows are events (one per participant), journeys are ranges of rows, and
// codes are in the order of the names. Inside a journey rows are in the total order (At, Seq, Source, ID, content);
// journeys are in the order of (account, person, kind, key). The zero value is an empty log. A Log is immutable and safe for
// concurrent use.
type Log struct {
	rows     Rows
	keys     []string // one per journey
	heads    []head   // one per journey; nil in a log without accounts, persons, kinds and seats
	config   Config
	timed    bool
	derived  []bool // journeys whose key was made by the grouping, nil: none
	parts    []uint32
	late     []bool // rows, nil: none
	tied     []bool // journeys, nil: none
	extra    map[uint32]*extra
	past     []version // superseded versions, for [Log.AsOf]
	events   int
	assumed  int
	accounts []accountRange
	origin   *Log            // the log that this one was made of, where as-of views need it
	again    func(*Log) *Log // how it was made
}

// version is a superseded version of an event under resolved ids, and when the version that counts became known.
type version struct {
	Event
	until time.Time
}

// head is what a journey is about, as codes of the columns Account, Person, Kind and Seat.
type head struct {
	account, person, kind, seat uint32
}

// accountRange is the run of journeys of one account.
type accountRange struct {
	account uint32
	from    int
	to      int
}

// Rows is the read-only view of a log for inner loops. Journey i is the rows Offsets[i] to Offsets[i+1]. Step codes are in
// Narrow while there are at most 65,536 steps, else in Wide; the other one is nil. Step.Names are in ascending order, so code
// order is name order; Step.Codes and Journey.Codes are nil. Names of the other columns are in ascending order as well. Event
// numbers say which rows are one event: equal numbers, a joint step; inside an account they ascend in the total order. At is
// all zero in a log without times. Nobody may change any of the slices.
type Rows struct {
	Columns
	Offsets []int
	Narrow  []uint16
	Wide    []uint32
	Event   []uint32
}

// Code returns the step code of a row.
func (r *Rows) Code(row int) uint32 {
	if r.Narrow != nil {
		return uint32(r.Narrow[row])
	}
	return r.Wide[row]
}

// Rows returns the columns, read-only.
func (l *Log) Rows() *Rows { return &l.rows }

// Len returns the number of rows.
func (l *Log) Len() int { return len(l.rows.Event) }

// Journeys returns the number of journeys.
func (l *Log) Journeys() int { return len(l.keys) }

// Journey returns the i-th journey; i outside 0..Journeys()−1 panics, as an index does.
func (l *Log) Journey(i int) Journey {
	_ = l.keys[i]
	return Journey{log: l, i: i, from: l.rows.Offsets[i], to: l.rows.Offsets[i+1]}
}

// Steps returns the names of the steps by code, in ascending order. A log made by [Log.Where] shares the names of its origin,
// so some may have no row. The caller must not change the slice.
func (l *Log) Steps() []string { return l.rows.Step.Names }

// Timed reports whether the log has times. Without them sequence numbers are the order, and everything about time answers
// with the zero time or ok = false.
func (l *Log) Timed() bool { return l.timed }

// Events returns the upper bound of the event numbers.
func (l *Log) Events() int { return l.events }

// Assumed returns the number of rows whose time of recording is unknown, so that At stands in.
func (l *Log) Assumed() int { return l.assumed }

// Accounts yields each account with the indices of its journeys, in ascending order of both. Journeys without an account come
// first, under the empty id.
func (l *Log) Accounts() iter.Seq2[b2b.AccountID, []int] {
	return func(yield func(b2b.AccountID, []int) bool) {
		var list []int
		for _, a := range l.accounts {
			list = list[:0:0]
			for i := a.from; i < a.to; i++ {
				list = append(list, i)
			}
			if !yield(b2b.AccountID(name(&l.rows.Account, a.account)), list) {
				return
			}
		}
	}
}

// head returns what a journey is about.
func (l *Log) head(j int) head {
	if l.heads == nil {
		return head{}
	}
	return l.heads[j]
}

// name returns the name of a code in a column that may be absent; the code none has no name.
func name(c *Column, code uint32) string {
	if c.Codes == nil || code == none {
		return ""
	}
	return c.Names[code]
}

// Journey is a view of one recorded journey in its [Log]. The zero value is no journey. It is immutable and safe for
// concurrent use.
type Journey struct {
	log      *Log
	i        int
	from, to int
}

// Log returns the log that the journey is in.
func (j Journey) Log() *Log { return j.log }

// Index returns the position of the journey in its log.
func (j Journey) Index() int { return j.i }

// Rows returns the range of rows [from, to) in the columns of the log.
func (j Journey) Rows() (from, to int) { return j.from, j.to }

// Key returns the instance key.
func (j Journey) Key() string { return j.log.keys[j.i] }

// Person returns the person of the journey: that of the first row that names one.
func (j Journey) Person() b2b.PersonID {
	return b2b.PersonID(name(&j.log.rows.Person, j.log.head(j.i).person))
}

// Account returns the account of the journey: that of the first row that names one.
func (j Journey) Account() b2b.AccountID {
	return b2b.AccountID(name(&j.log.rows.Account, j.log.head(j.i).account))
}

// Seat returns the seat of the journey: that of the first row that names one.
func (j Journey) Seat() b2b.SeatID {
	return b2b.SeatID(name(&j.log.rows.Seat, j.log.head(j.i).seat))
}

// Kind returns the kind of the journey: that of the first row that names one.
func (j Journey) Kind() Kind { return Kind(name(&j.log.rows.Kind, j.log.head(j.i).kind)) }

// Len returns the number of rows.
func (j Journey) Len() int { return j.to - j.from }

// Step returns the i-th step.
func (j Journey) Step(i int) StepID { return StepID(j.log.rows.Step.Names[j.Code(i)]) }

// Code returns the code of the i-th step.
func (j Journey) Code(i int) uint32 { return j.log.rows.Code(j.from + i) }

// At returns when the i-th step was complete, in the zone in which it was recorded; the zero time in a log without times.
func (j Journey) At(i int) time.Time {
	if !j.log.timed {
		return time.Time{}
	}
	return instant(j.log.rows.At[j.from+i], at(j.log.rows.Zone, j.from+i, 0))
}

// Start returns the time of the first row; the zero time for an empty journey or a log without times.
func (j Journey) Start() time.Time {
	if j.Len() == 0 {
		return time.Time{}
	}
	return j.At(0)
}

// End returns the time of the last row; the zero time for an empty journey or a log without times.
func (j Journey) End() time.Time {
	if j.Len() == 0 {
		return time.Time{}
	}
	return j.At(j.Len() - 1)
}

// Outcome returns the outcome of the i-th step.
func (j Journey) Outcome(i int) Outcome { return at(j.log.rows.Outcome, j.from+i, UnknownOutcome) }

// Event returns the i-th row as an event under resolved ids, without the other participants, who have rows of their own. Its
// slices must not be changed.
func (j Journey) Event(i int) Event { return j.log.event(j.from+i, j.i) }

// TieSensitive reports whether two neighbours with different steps have time spans that overlap, so that the order of the
// journey hangs on how ties are broken.
func (j Journey) TieSensitive() bool { return j.log.tied != nil && j.log.tied[j.i] }

// Late reports whether the i-th row was recorded after some row that follows it in the order.
func (j Journey) Late(i int) bool { return j.log.late != nil && j.log.late[j.from+i] }

// event returns a row as an event under resolved ids, with the key that it was given under.
func (l *Log) event(row, journey int) Event {
	key := l.keys[journey]
	if l.derived != nil && l.derived[journey] {
		key = ""
	} else if l.parts != nil {
		key = trimPart(key, l.parts[journey])
	}
	return eventOf(&l.rows.Columns, row, l.rows.Step.Names[l.rows.Code(row)], key, l.extra[l.rows.Event[row]])
}
