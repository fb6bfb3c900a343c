package journey

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/buyerjourney/b2b"
)

// Group says which rows without more ado belong to one journey. It is a closed enumeration; zero is [ByKey].
type Group uint8

// The groupings. ByKey: the event's own instance key; without one, account, person and kind. ByPerson: account and person,
// whatever the key or kind. ByAccountKind: account and kind, whoever takes part.
const (
	ByKey Group = iota
	ByPerson
	ByAccountKind
)

// Config says how events become journeys. The zero value groups by key, never cuts on silence and leaves unknown kinds
// unknown. It is plain data.
type Config struct {
	Group   Group
	Gap     time.Duration // > 0: a new instance after that much silence between two rows; keys get "/2", "/3", …
	Default Kind          // stands in for an empty [Event.Kind]
}

// Check reports a grouping that does not exist, a negative gap, and a default kind that is no text.
func (c Config) Check() error {
	var p b2b.Problems
	if c.Group > ByAccountKind {
		p.Add("group", "no such grouping")
	}
	if c.Gap < 0 || (c.Gap > 0 && c.Gap < time.Microsecond) {
		p.Add("gap", "negative or below one microsecond")
	}
	if !utf8.ValidString(string(c.Default)) {
		p.Add("default", notUTF8)
	}
	return p.Err()
}

// Builder is a set of events: adding one twice changes nothing if it has an id, and the order of adding never matters. The
// zero value is an empty set with the zero [Config]. It is not safe for concurrent use.
type Builder struct {
	config     Config
	t          table
	superseded []uint32          // rows of t that a later version replaces, after compact
	current    map[uint32]uint32 // the row that replaces each of them
	dirty      bool              // rows were added since the last compact
	added      int               // events and rows offered so far; the next index of a path
	offered    []uint32          // index of each row of t when it was offered; nil: its number
	duplicates int
	rejected   []Reject
}

// Report says what became of the events. The zero value says that there were none.
type Report struct {
	Accepted    int          // events of the log's set that count, superseded versions not included
	Duplicates  int          // events offered again with equal content
	Superseded  []Superseded // ids of which several versions are known, by (source, id)
	Rejected    []Reject     // in the order in which they were offered
	Assumed     int          // rows whose time of recording is unknown, so that At stands in
	TieJourneys int          // journeys whose order hangs on how equal times were broken
	LateEvents  int          // rows recorded after a row that follows them in the order
	Unassigned  int          // events with neither key, person nor account: kept, in no journey
}

// Reject is one event that cannot be used, with the reason; the path is as in "events[12].at". The event is given back whole,
// so it may hold personal data.
type Reject struct {
	b2b.Rejection
	Event Event
}

// NewBuilder returns an empty set; the error is that of [Config.Check].
func NewBuilder(c Config) (*Builder, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	return &Builder{config: c}, nil
}

// Add adds events. It never fails: what cannot be used is in the report of [Builder.Build]. Slices are copied.
func (b *Builder) Add(events ...Event) {
	for i := range events {
		e := &events[i]
		path, reason := e.problem()
		if reason == "" {
			if path = b.t.add(e); path != "" {
				reason = notUTF8
			}
		}
		if reason != "" {
			b.reject(path, reason, *e)
		} else {
			b.note(b.t.n-1, b.added)
		}
		b.added++
	}
	b.dirty = true
}

// note remembers under which index a row was offered, if that is not its number.
func (b *Builder) note(row, index int) {
	if b.offered == nil {
		if row == index {
			return
		}
		b.offered = make([]uint32, row, max(16, 2*row))
		for i := range b.offered {
			b.offered[i] = uint32(i)
		}
	}
	b.offered = append(b.offered, uint32(index))
}

// index is the reverse of note.
func (b *Builder) index(row uint32) int {
	if b.offered == nil {
		return int(row)
	}
	return int(b.offered[row])
}

func (b *Builder) reject(path, reason string, e Event) {
	e.With, e.Objects, e.Attributes = slices.Clone(e.With), slices.Clone(e.Objects), slices.Clone(e.Attributes)
	full := "events[" + strconv.Itoa(b.added) + "]." + path
	b.rejected = append(b.rejected, Reject{b2b.Rejection{Index: b.added, Path: full, Reason: reason}, e})
}

// AddColumns adds many events at once; see [Columns]. Columns of unequal length and codes without a name are an error, and
// then nothing is added. A row that cannot be used is in the report of [Builder.Build], counted on from the events before.
func (b *Builder) AddColumns(c Columns) error {
	if err := c.check(); err != nil {
		return err
	}
	rows := b.checkRows(&c)
	first := b.t.n
	b.t.appendColumns(&c, rows)
	if rows != nil || b.offered != nil || first != b.added {
		for i := range b.t.n - first {
			b.note(first+i, b.added+int(rows.at(i)))
		}
	}
	b.added += len(c.Step.Codes)
	b.dirty = true
	return nil
}

// checkRows rejects the rows that cannot be used and returns the others; nil is all.
func (b *Builder) checkRows(c *Columns) (usable rowList) {
	var bad [numNames][]bool // by code: no valid UTF-8
	suspicious := false
	for i, col := range c.names() {
		for code, name := range col.Names {
			if !utf8.ValidString(name) || (i == colStep && name == "") {
				if bad[i] == nil {
					bad[i] = make([]bool, len(col.Names))
				}
				bad[i][code] = true
				suspicious = true
			}
		}
	}
	base := b.added
	for r := range c.Step.Codes {
		path, reason := "", ""
		if suspicious || !plain(c, r) {
			e := eventOf(c, r, c.Step.At(r), c.Journey.At(r), nil)
			if path, reason = e.problem(); reason == "" {
				for i, col := range c.names() {
					if bad[i] != nil && col.Codes != nil && bad[i][col.Codes[r]] {
						path, reason = nameNames[i], notUTF8
						break
					}
				}
			}
			if reason != "" {
				if usable == nil {
					usable = make(rowList, r, len(c.Step.Codes))
					for i := range usable {
						usable[i] = uint32(i)
					}
				}
				b.added = base + r
				b.reject(path, reason, e)
				continue
			}
		}
		if usable != nil {
			usable = append(usable, uint32(r))
		}
	}
	b.added = base
	return usable
}

// plain reports whether the values of a row need no closer look.
func plain(c *Columns, r int) bool {
	inYears := func(us int64) bool { return us == NoTime || (us >= firstSecond*1e6 && us <= lastSecond*1e6) }
	if !inYears(c.At[r]) || (c.ID != nil && !utf8.ValidString(c.ID[r])) {
		return false
	}
	if c.Started != nil && (!inYears(c.Started[r]) || (c.At[r] != NoTime && c.Started[r] > c.At[r])) {
		return false
	}
	if c.RecordedAt != nil && !inYears(c.RecordedAt[r]) {
		return false
	}
	return at(c.Phase, r, 0).IsValid() && at(c.Precision, r, 0).IsValid() && outcomes.Valid(at(c.Outcome, r, 0))
}

// Merge adds the events of another set, which is unchanged. Different configurations are [b2b.ErrConfigMismatch]; an empty set
// with the zero configuration takes over the other's.
func (b *Builder) Merge(other *Builder) error {
	if b.config != other.config {
		switch {
		case other.t.n == 0 && other.config == Config{}:
			return nil
		case b.t.n == 0 && b.config == Config{}:
			b.config = other.config
		default:
			return fmt.Errorf("journey: %w", b2b.ErrConfigMismatch)
		}
	}
	n, rows := b.t.n, other.t.n
	b.t.merge(&other.t)
	for r := range uint32(rows) {
		b.note(n+int(r), b.added+other.index(r))
	}
	for _, r := range other.rejected { // of the time before, if other is b
		r.Index += b.added
		_, field, _ := strings.Cut(r.Path, "]")
		r.Path = "events[" + strconv.Itoa(r.Index) + "]" + field
		b.rejected = append(b.rejected, r)
	}
	b.added += other.added
	b.duplicates += other.duplicates
	b.dirty = true
	return nil
}
