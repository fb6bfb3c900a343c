package journey

import (
	"cmp"
	"iter"
	"slices"
	"strconv"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/funnel"
	"github.com/buyerjourney/b2b/touchpoint"
)

// TouchConfig says what a touch means as a step. Every function may be nil: the step is then named as the touchpoint, the kind is
// left to [Config.Default], and the phase is the catalogue's. The zero value is valid.
type TouchConfig struct {
	Catalogue *touchpoint.Catalogue
	Step      func(touchpoint.Touch) StepID
	Kind      func(touchpoint.Touch) Kind
	Phase     func(touchpoint.Touch) b2b.Phase
}

// FromTouches returns the events of touches, in the order in which they first occur. Touches with one source and id, at one
// touchpoint and time, recorded at one time, are one event of several persons: the one with the smallest person key decides
// [Event.Person], account, seat and what the configuration makes of the touch; the others are in With, each with their own account.
// The event's Seq is the smallest. Without an id every touch is an event of its own.
func FromTouches(c TouchConfig, touches []touchpoint.Touch) []Event {
	var order []meeting
	persons := make(map[meeting][]touchpoint.Touch)
	for i, t := range touches {
		m := meetingOf(t)
		if t.ID == "" {
			m.row = i
		}
		if persons[m] == nil {
			order = append(order, m)
		}
		persons[m] = append(persons[m], t)
	}
	events := make([]Event, len(order))
	for i, m := range order {
		events[i] = c.event(persons[m])
	}
	return events
}

// meeting is what the touches of one event have in common.
type meeting struct {
	id, source            string
	touchpoint            touchpoint.ID
	started, at, recorded time.Time
	row                   int // of a touch without id, which has nothing in common with any other
}

func meetingOf(t touchpoint.Touch) meeting {
	return meeting{t.ID, t.Source, t.Touchpoint, t.Started.UTC(), t.At.UTC(), t.RecordedAt.UTC(), 0}
}

// event returns the event of the touches of one meeting.
func (c TouchConfig) event(touches []touchpoint.Touch) Event {
	slices.SortFunc(touches, func(a, b touchpoint.Touch) int {
		return cmp.Or(compareParticipants(participant(a), participant(b)), a.Compare(b))
	})
	t := touches[0]
	e := Event{
		Step:       StepID(t.Touchpoint),
		Touchpoint: t.Touchpoint,
		Person:     t.Person,
		Account:    t.Account,
		Seat:       t.Seat,
		At:         t.At,
		Started:    t.Started,
		RecordedAt: t.RecordedAt,
		Seq:        t.Seq,
		Source:     t.Source,
		ID:         t.ID,
	}
	if c.Step != nil {
		e.Step = c.Step(t)
	}
	if c.Kind != nil {
		e.Kind = c.Kind(t)
	}
	switch {
	case c.Phase != nil:
		e.Phase = c.Phase(t)
	case c.Catalogue != nil:
		e.Phase = c.Catalogue.Phase(t.Touchpoint)
	}
	for _, other := range touches[1:] {
		e.Seq = min(e.Seq, other.Seq)
		w := participant(other)
		if w.Person == "" || w == participant(t) || slices.Contains(e.With, w) {
			continue
		}
		e.With = append(e.With, w)
	}
	for k := range e.With {
		if w := &e.With[k]; w.Account == e.Account {
			w.Account = ""
		}
	}
	return e
}

func participant(t touchpoint.Touch) Participant {
	return Participant{Person: t.Person, Account: t.Account, Seat: t.Seat}
}

// Touches yields one touch per row with the index of its journey, in the order of the log. A log without times gives touches
// without times. Exposure does not travel in a log.
func (l *Log) Touches() iter.Seq2[int, touchpoint.Touch] {
	return func(yield func(int, touchpoint.Touch) bool) {
		r := &l.rows
		for j := range l.keys {
			for i := r.Offsets[j]; i < r.Offsets[j+1]; i++ {
				t := touchpoint.Touch{
					ID:         at(r.ID, i, ""),
					Source:     r.Source.At(i),
					Seq:        at(r.Seq, i, 0),
					Touchpoint: touchpoint.ID(r.Touchpoint.At(i)),
					Person:     b2b.PersonID(r.Person.At(i)),
					Account:    b2b.AccountID(r.Account.At(i)),
					Seat:       b2b.SeatID(r.Seat.At(i)),
				}
				if l.timed {
					zone := at(r.Zone, i, 0)
					t.At = instant(r.At[i], zone)
					t.Started = instant(at(r.Started, i, NoTime), zone)
					t.RecordedAt = instant(at(r.RecordedAt, i, NoTime), zone)
				}
				if !yield(j, t) {
					return
				}
			}
		}
	}
}

// StepKey names what is counted for row i of a journey, such as step and channel; nil is the name of the step.
type StepKey func(j Journey, i int) string

// StepCounts counts what each person did, ordered by person, steps by name: the input of role inference. Rows without a person are
// left out. The seat is the one on most of the person's rows (ties: the smallest name), "" where no row has one.
func StepCounts(l *Log, key StepKey) []dmu.PersonSteps {
	r := &l.rows
	if !r.Person.IsPresent() {
		return nil
	}
	type counts struct{ steps, seats map[string]int64 }
	all := make([]counts, len(r.Person.Names))
	for j := range l.keys {
		journey := l.Journey(j)
		for i := r.Offsets[j]; i < r.Offsets[j+1]; i++ {
			c := &all[r.Person.Codes[i]]
			if r.Person.At(i) == "" {
				continue
			}
			if c.steps == nil {
				c.steps, c.seats = make(map[string]int64), make(map[string]int64)
			}
			if key == nil {
				c.steps[r.Step.Names[r.Code(i)]]++
			} else {
				c.steps[key(journey, i-r.Offsets[j])]++
			}
			if seat := r.Seat.At(i); seat != "" {
				c.seats[seat]++
			}
		}
	}
	var out []dmu.PersonSteps
	for code, c := range all {
		if c.steps == nil {
			continue
		}
		p := dmu.PersonSteps{Person: b2b.PersonID(r.Person.Names[code])}
		for _, s := range sortedKeys(c.seats) {
			if p.Seat == "" || c.seats[s] > c.seats[string(p.Seat)] {
				p.Seat = b2b.SeatID(s)
			}
		}
		for _, s := range sortedKeys(c.steps) {
			p.Steps = append(p.Steps, dmu.StepCount{Step: s, N: c.steps[s]})
		}
		out = append(out, p)
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// StageRule says which step moves a deal to which stage. An empty Kind is any kind. It is plain data.
type StageRule struct {
	Step     StepID
	Kind     Kind
	Pipeline string
	Stage    funnel.Stage
	Outcome  funnel.Outcome
}

// Changes returns one change per event, deal and rule that the event matches, in the order of the log; the deals of an event are
// its objects of the type [DealObject]. A matching event without a deal is rejected with the reason "no deal". Amounts are not
// given: a journey knows that a stage was reached, not what it is worth.
func Changes(l *Log, rules []StageRule) ([]funnel.Change, []b2b.Rejection) {
	var changes []funnel.Change
	var rejected []b2b.Rejection
	r := &l.rows
	byStep := make([][]StageRule, len(r.Step.Names))
	for _, rule := range rules {
		if i, found := slices.BinarySearch(r.Step.Names, string(rule.Step)); found {
			byStep[i] = append(byStep[i], rule)
		}
	}
	seen := make(map[uint32]bool) // joint events that were dealt with
	for i := range l.Len() {
		matching := slices.DeleteFunc(slices.Clone(byStep[r.Code(i)]), func(rule StageRule) bool {
			return rule.Kind != "" && string(rule.Kind) != r.Kind.At(i)
		})
		if len(matching) == 0 || seen[r.Event[i]] {
			continue
		}
		seen[r.Event[i]] = true
		change := funnel.Change{Account: b2b.AccountID(r.Account.At(i)), Seq: at(r.Seq, i, 0)}
		change.At = funnel.Instant{Precision: b2b.OrderOnly}
		if l.timed {
			t := instant(r.At[i], at(r.Zone, i, 0))
			change.At = funnel.Within(t, at(r.Precision, i, 0), t.Location())
			change.RecordedAt = instant(at(r.RecordedAt, i, NoTime), 0)
		}
		deals := 0
		if x := l.extra[r.Event[i]]; x != nil {
			for _, o := range x.objects {
				if o.Type != DealObject || o.ID == "" {
					continue
				}
				deals++
				for _, rule := range matching {
					change.Deal, change.Pipeline = b2b.DealID(o.ID), rule.Pipeline
					change.Stage, change.Outcome = rule.Stage, rule.Outcome
					changes = append(changes, change)
				}
			}
		}
		if deals == 0 {
			rejected = append(rejected, b2b.Rejection{Index: i, Path: "rows[" + strconv.Itoa(i) + "].objects", Reason: "no deal"})
		}
	}
	return changes, rejected
}
