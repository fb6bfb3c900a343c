package journey_test

import (
	"testing"
	"time"

	"github.com/buyerjourney/b2b/journey"
)

func TestThinPath(t *testing.T) {
	b, err := journey.NewBuilder(journey.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t0 := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	b.Add(
		journey.Event{Journey: "2", Step: "b", At: t0.Add(time.Hour)},
		journey.Event{Journey: "2", Step: "a", At: t0},
		journey.Event{Journey: "1", Step: "c", At: t0.Add(time.Minute)},
		journey.Event{Step: "x", At: t0},
		journey.Event{At: t0},
	)
	l, rep := b.Build(journey.Identities{})
	if rep.Accepted != 4 || rep.Unassigned != 1 || len(rep.Rejected) != 1 || rep.Rejected[0].Path != "events[4].step" {
		t.Errorf("report %+v", rep)
	}
	if l.Len() != 3 || l.Journeys() != 2 || l.Journey(0).Key() != "1" || l.Journey(1).Step(0) != "a" || !l.Journey(1).End().Equal(t0.Add(time.Hour)) {
		t.Errorf("log %+v", l)
	}
	if w := l.Where(journey.Filter{Steps: []journey.StepID{"a"}}); w.Len() != 1 || w.Journeys() != 1 || w.Journey(0).Key() != "2" {
		t.Errorf("where %+v", w)
	}
}
