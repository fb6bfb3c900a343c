package journey

import (
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/touchpoint"
)

// Match picks rows. An empty list, and the zero Direction, match everything; a row must match all that is given. Channels and
// Direction need the catalogue of [RuleConfig]: ByFirm is what the seller began, ByCustomer what the customer began. It is plain
// data.
type Match struct {
	Kinds     []Kind
	Steps     []StepID
	Channels  []touchpoint.Channel
	Seats     []b2b.SeatID
	Direction touchpoint.Initiator
}

// matcher is a [Match] in codes of a log.
type matcher struct {
	l           *Log
	kind        []bool
	step, seat  []bool
	touchpoints []bool
}

func newMatcher(l *Log, m Match, catalogue *touchpoint.Catalogue) matcher {
	r := &l.rows
	out := matcher{l: l, kind: wanted(&r.Kind, m.Kinds), step: wantedNames(r.Step.Names, m.Steps), seat: wanted(&r.Seat, m.Seats)}
	if len(m.Channels) == 0 && m.Direction == touchpoint.UnknownInitiator {
		return out
	}
	names := r.Touchpoint.Names
	if r.Touchpoint.Codes == nil {
		names = []string{""}
	}
	out.touchpoints = make([]bool, len(names))
	for i, n := range names {
		t, ok := catalogue.Lookup(touchpoint.ID(n))
		out.touchpoints[i] = ok && (len(m.Channels) == 0 || slices.Contains(m.Channels, t.Channel)) &&
			(m.Direction == touchpoint.UnknownInitiator || t.Initiator == m.Direction)
	}
	return out
}

// row reports whether a row of journey j matches.
func (m *matcher) row(i, j int) bool {
	r := &m.l.rows
	return (m.step == nil || m.step[r.Code(i)]) && (m.seat == nil || m.seat[at(r.Seat.Codes, i, 0)]) &&
		(m.touchpoints == nil || m.touchpoints[at(r.Touchpoint.Codes, i, 0)]) && (m.kind == nil || m.kindOf(j))
}

func (m *matcher) kindOf(j int) bool {
	code := m.l.head(j).kind
	return code != none && m.kind[code]
}
