package journey_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/journey"
)

var epoch = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// genEvent draws a usable event over small sets of names, so that ties, versions and joint steps happen.
func genEvent(withID bool) *rapid.Generator[journey.Event] {
	return rapid.Custom(func(t *rapid.T) journey.Event {
		name := func(label, prefix string, n int) string {
			if i := rapid.IntRange(0, n).Draw(t, label); i > 0 {
				return fmt.Sprint(prefix, i)
			}
			return ""
		}
		e := journey.Event{
			Step:     journey.StepID(fmt.Sprint("s", rapid.IntRange(0, 4).Draw(t, "step"))),
			Journey:  name("key", "k", 3),
			Kind:     journey.Kind(name("kind", "kind", 2)),
			Person:   b2b.PersonID(name("person", "p", 3)),
			Account:  b2b.AccountID(name("account", "a", 2)),
			Seat:     b2b.SeatID(name("seat", "seat", 2)),
			At:       epoch.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "at")) * time.Hour),
			Seq:      int64(rapid.IntRange(0, 2).Draw(t, "seq")),
			Outcome:  journey.Outcome(rapid.IntRange(0, 2).Draw(t, "outcome")),
			Resource: name("resource", "r", 1),
		}
		if rapid.Bool().Draw(t, "recorded") {
			e.RecordedAt = e.At.Add(time.Duration(rapid.IntRange(0, 10).Draw(t, "lag")) * time.Hour)
		}
		if withID {
			e.ID, e.Source = name("id", "id", 6), name("source", "src", 1)
		}
		for range rapid.IntRange(0, 2).Draw(t, "with") {
			e.With = append(e.With, journey.Participant{
				Person: b2b.PersonID(name("other", "p", 4)), Account: b2b.AccountID(name("their account", "a", 2)), Seat: b2b.SeatID(name("their seat", "seat", 2)), Journey: name("their key", "k", 3),
				Kind: journey.Kind(name("their kind", "kind", 2)),
			})
		}
		if rapid.Bool().Draw(t, "object") {
			e.Objects = []journey.ObjectRef{{Type: journey.DealObject, ID: name("deal", "d", 2)}}
		}
		return e
	})
}

func build(c journey.Config, events ...journey.Event) (*journey.Log, journey.Report) {
	b, err := journey.NewBuilder(c)
	if err != nil {
		panic(err)
	}
	b.Add(events...)
	return b.Build(journey.Identities{})
}

// dump writes everything that a log says of its journeys, so that equal dumps are equal logs. Event numbers are replaced by which rows
// are joint.
func dump(l *journey.Log) string {
	var b strings.Builder
	first := map[uint32]int{}
	r := l.Rows()
	for j := range l.Journeys() {
		x := l.Journey(j)
		fmt.Fprintf(&b, "%q person %q account %q kind %q seat %q tied %v\n", x.Key(), x.Person(), x.Account(), x.Kind(), x.Seat(), x.TieSensitive())
		from, to := x.Rows()
		for i := from; i < to; i++ {
			e := x.Event(i - from)
			if _, ok := first[r.Event[i]]; !ok {
				first[r.Event[i]] = i
			}
			fmt.Fprintf(&b, "  %q %v %v %v %q %q %q %q %d %q %q %v %v joint %d late %v\n", e.Step, e.At, e.Started, e.RecordedAt, e.Person, e.Seat,
				e.Kind, e.Account, e.Seq, e.ID, e.Source, e.Outcome, e.Objects, first[r.Event[i]], x.Late(i-from))
		}
	}
	return b.String()
}

func shuffled[T any](t *rapid.T, list []T) []T {
	if len(list) < 2 {
		return slices.Clone(list)
	}
	return rapid.Permutation(list).Draw(t, "order")
}
