package journey

import (
	"slices"
	"strconv"
	"time"

	"github.com/buyerjourney/b2b"
)

// Closing says which steps end a journey of a kind, such as "complaint solved". Without one for its kind a journey ends with its
// last row. A journey that has been closed is opened again by a later row whose step is in Opens; an empty Opens is every step
// that does not close. It is plain data.
type Closing struct {
	Kind  Kind
	Steps []StepID
	Opens []StepID
}

// SpanConfig says when a journey is open. A journey whose kind has a [Closing] and that no step has closed is running: its end is
// unknown and not before AsOf. The zero value closes every journey with its last row.
type SpanConfig struct {
	Closings []Closing
	AsOf     time.Time // zero: the latest row of the log
}

// Check reports closings without steps and kinds that are given twice.
func (c SpanConfig) Check() error {
	var p b2b.Problems
	for i, cl := range c.Closings {
		path := "closings[" + strconv.Itoa(i) + "]"
		if len(cl.Steps) == 0 {
			p.Add(path+".steps", "empty")
		}
		if slices.ContainsFunc(c.Closings[:i], func(o Closing) bool { return o.Kind == cl.Kind }) {
			p.Add(path+".kind", "given twice")
		}
	}
	return p.Err()
}

// span is a stretch of time in microseconds. A running span ends at an unknown time that is not before to.
type span struct {
	from, to int64
	running  bool
}

// spans gives the open spans of journeys.
type spans struct {
	log     *Log
	asOf    int64
	closing map[Kind]*closingCodes
}

type closingCodes struct{ closes, opens []bool } // by step code; opens nil: all

func newSpans(l *Log, c SpanConfig) *spans {
	s := &spans{log: l, asOf: NoTime, closing: make(map[Kind]*closingCodes)}
	if c.AsOf.IsZero() {
		for _, us := range l.rows.At {
			s.asOf = max(s.asOf, us)
		}
	} else {
		s.asOf = micros(c.AsOf)
	}
	for _, cl := range c.Closings {
		s.closing[cl.Kind] = &closingCodes{wantedNames(l.rows.Step.Names, cl.Steps), wantedNames(l.rows.Step.Names, cl.Opens)}
	}
	return s
}

// of returns the open spans of a journey, in order of time. from is the first row that counts: the start of a span is the first row
// at or after it.
func (s *spans) of(j, from int) []span {
	r := &s.log.rows
	to := r.Offsets[j+1]
	if from >= to {
		return nil
	}
	cl := s.closing[Kind(name(&r.Kind, s.log.head(j).kind))]
	if cl == nil {
		return []span{{r.At[from], r.At[to-1], false}}
	}
	var out []span
	open, start := true, r.At[from]
	for i := from; i < to; i++ {
		code := r.Code(i)
		switch {
		case open && cl.closes[code]:
			out = append(out, span{start, r.At[i], false})
			open = false
		case !open && !cl.closes[code] && (cl.opens == nil || cl.opens[code]):
			open, start = true, r.At[i]
		}
	}
	if open {
		out = append(out, span{start, max(s.asOf, r.At[to-1]), true})
	}
	return out
}

// whole returns the span from the first opening to the last closing.
func (s *spans) whole(j int) (span, bool) {
	list := s.of(j, s.log.rows.Offsets[j])
	if len(list) == 0 {
		return span{}, false
	}
	last := list[len(list)-1]
	return span{list[0].from, last.to, last.running}, true
}
