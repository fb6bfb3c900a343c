package conformance

import (
	"cmp"
	"slices"

	"github.com/buyerjourney/b2b/internal/enum"
	"github.com/buyerjourney/b2b/journey"
)

// DeviationKind is one of the four ways in which a journey departs from its map (Halvorsrud, Kvale & Følstad 2016). It
// is a closed enumeration; zero is [UnknownDeviation].
type DeviationKind uint8

// The kinds of deviation.
const (
	UnknownDeviation DeviationKind = iota
	AdHoc                          // a touchpoint that the map does not have there
	Failed                         // a touchpoint that was tried and broke down
	Irregular                      // a touchpoint of the map at another place in the sequence
	Missing                        // a touchpoint of the map that did not happen
)

var deviationKinds = enum.New[DeviationKind]("deviation", "unknown", "ad-hoc", "failed", "irregular", "missing")

// ParseDeviationKind reads the name of a kind.
func ParseDeviationKind(text string) (DeviationKind, error) { return deviationKinds.Parse(text) }

// String returns "ad-hoc", "failed", "irregular" or "missing".
func (k DeviationKind) String() string { return deviationKinds.String(k) }

// AppendText implements [encoding.TextAppender].
func (k DeviationKind) AppendText(dst []byte) ([]byte, error) {
	return deviationKinds.AppendText(dst, k)
}

// MarshalText implements [encoding.TextMarshaler].
func (k DeviationKind) MarshalText() ([]byte, error) { return deviationKinds.AppendText(nil, k) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (k *DeviationKind) UnmarshalText(text []byte) error {
	return deviationKinds.UnmarshalText(k, text)
}

// Deviation is one departure from the model. Position is the index of the event; for a missing touchpoint that of the
// event before which it was due.
type Deviation struct {
	Kind     DeviationKind
	Step     journey.StepID
	Position int
}

// Deviations returns the departures that the moves of an alignment show, in the order of the moves. A log move and a
// model move of the same step are one irregular sequence: nearest pairs first, earliest on ties, each move once. Of the
// rest, log moves are ad-hoc, model moves missing. So for unit costs ad-hoc + missing + 2·irregular is the cost.
//
// failed says which events broke down; nil is none. A failed event is failed, whatever else it is: this kind is counted
// beside the other three. An event that would be ad-hoc, but repeats the step of the event before it because that one
// failed, is a retry and no deviation.
func (a *Alignment) Deviations(failed func(event int) bool) []Deviation {
	type side struct{ move, event int }
	var logs, models []side
	event := 0
	events := make([]journey.StepID, 0, len(a.Moves))
	at := make([]int, len(a.Moves)) // position of each move
	for i, m := range a.Moves {
		at[i] = event
		switch m.Kind {
		case Log:
			logs = append(logs, side{i, event})
		case Unmatched:
			models = append(models, side{i, event})
		case Sync, UnknownMove:
		}
		if m.Kind != Unmatched {
			events = append(events, m.Step)
			event++
		}
	}
	type pairing struct{ distance, first, l, m int }
	var pairs []pairing
	for i, l := range logs {
		for k, m := range models {
			if a.Moves[l.move].Step == a.Moves[m.move].Step {
				pairs = append(pairs, pairing{max(l.move-m.move, m.move-l.move), min(l.move, m.move), i, k})
			}
		}
	}
	slices.SortFunc(pairs, func(x, y pairing) int {
		return cmp.Or(cmp.Compare(x.distance, y.distance), cmp.Compare(x.first, y.first), cmp.Compare(x.l, y.l), cmp.Compare(x.m, y.m))
	})
	usedLog, usedModel := make([]bool, len(logs)), make([]bool, len(models))
	for _, p := range pairs {
		if !usedLog[p.l] && !usedModel[p.m] {
			usedLog[p.l], usedModel[p.m] = true, true
		}
	}
	broke := func(e int) bool { return failed != nil && failed(e) }
	var out []Deviation
	nextLog, nextModel := 0, 0
	for i, m := range a.Moves {
		switch m.Kind {
		case Log:
			k := AdHoc
			if usedLog[nextLog] {
				k = Irregular
			}
			nextLog++
			e := at[i]
			if retry := e > 0 && broke(e-1) && events[e-1] == m.Step; k == Irregular || !retry {
				out = append(out, Deviation{k, m.Step, e})
			}
		case Unmatched:
			if !usedModel[nextModel] {
				out = append(out, Deviation{Missing, m.Step, at[i]})
			}
			nextModel++
		case Sync, UnknownMove:
		}
		if m.Kind != Unmatched && broke(at[i]) {
			out = append(out, Deviation{Failed, m.Step, at[i]})
		}
	}
	return out
}
