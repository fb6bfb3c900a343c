package journey_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/funnel"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/touchpoint"
)

// TestTouches: a meeting of three persons is one event with three rows, and comes back as three touches.
func TestTouches(t *testing.T) {
	catalogue, err := touchpoint.NewCatalogue([]touchpoint.Touchpoint{{ID: "fair", Phase: b2b.Attract}}, touchpoint.ControlPolicy{})
	if err != nil {
		t.Fatal(err)
	}
	touches := []touchpoint.Touch{
		{ID: "1", Source: "crm", Seq: 7, Touchpoint: "fair", Person: "carl", Account: "b", Seat: "legal", At: epoch, Started: epoch.Add(-time.Hour), RecordedAt: epoch.Add(time.Hour)},
		{ID: "1", Source: "crm", Seq: 7, Touchpoint: "fair", Person: "anna", Account: "a", Seat: "buyer", At: epoch, Started: epoch.Add(-time.Hour), RecordedAt: epoch.Add(time.Hour)},
		{ID: "1", Source: "crm", Seq: 7, Touchpoint: "fair", Person: "ben", Account: "a", At: epoch, Started: epoch.Add(-time.Hour), RecordedAt: epoch.Add(time.Hour)},
		{Touchpoint: "fair", Person: "ben", Account: "a", At: epoch.Add(time.Minute)},
		{Touchpoint: "fair", Person: "ben", Account: "a", At: epoch.Add(time.Minute)},
	}
	events := journey.FromTouches(journey.TouchConfig{Catalogue: catalogue}, touches)
	if len(events) != 3 || events[0].Person != "anna" || events[0].Phase != b2b.Attract || events[0].Step != "fair" {
		t.Fatalf("%+v", events)
	}
	diff(t, "with", []journey.Participant{{Person: "ben"}, {Person: "carl", Account: "b", Seat: "legal"}}, events[0].With)
	l, _ := build(journey.Config{}, events...)
	var got []touchpoint.Touch
	for _, x := range l.Touches() {
		got = append(got, x)
	}
	slices.SortFunc(got, touchpoint.Touch.Compare)
	slices.SortFunc(touches, touchpoint.Touch.Compare)
	diff(t, "touches", touches, got)
}

// TestTouchRoundTrip: touches that are no versions of one another come back as they were, in whatever order they went in.
func TestTouchRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var touches []touchpoint.Touch
		for i := range rapid.IntRange(0, 8).Draw(t, "n") {
			touches = append(touches, touchpoint.Touch{
				Touchpoint: touchpoint.ID(rapid.SampledFrom([]string{"fair", "mail"}).Draw(t, "touchpoint")),
				Person:     b2b.PersonID(rapid.SampledFrom([]string{"anna", "ben"}).Draw(t, "person")),
				Account:    "a", Seq: int64(i), At: epoch.Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "at")) * time.Hour),
			})
		}
		l, _ := build(journey.Config{}, journey.FromTouches(journey.TouchConfig{}, shuffled(t, touches))...)
		var got []touchpoint.Touch
		for _, x := range l.Touches() {
			got = append(got, x)
		}
		slices.SortFunc(got, touchpoint.Touch.Compare)
		slices.SortFunc(touches, touchpoint.Touch.Compare)
		if !slices.Equal(got, touches) {
			t.Fatalf("%v, want %v", got, touches)
		}
	})
}

func TestStepCounts(t *testing.T) {
	l, _ := build(journey.Config{},
		journey.Event{Person: "b", Seat: "legal", Step: "review", At: day(1)},
		journey.Event{Person: "b", Seat: "legal", Step: "review", At: day(2)},
		journey.Event{Person: "b", Seat: "buyer", Step: "call", At: day(3), With: []journey.Participant{{Person: "a"}}},
		journey.Event{Account: "x", Step: "visit", At: day(3)},
	)
	diff(t, "counts", []dmu.PersonSteps{
		{Person: "a", Steps: []dmu.StepCount{{Step: "call", N: 1}}},
		{Person: "b", Seat: "legal", Steps: []dmu.StepCount{{Step: "call", N: 1}, {Step: "review", N: 2}}},
	}, journey.StepCounts(l, nil))
	byDay := journey.StepCounts(l, func(j journey.Journey, i int) string { return string(j.Step(i)) + j.At(i).Format(" 02") })
	diff(t, "own key", 3, len(byDay[1].Steps))
}

func TestChanges(t *testing.T) {
	deals := []journey.ObjectRef{{Type: journey.DealObject, ID: "d1"}, {Type: journey.DealObject, ID: "d2"}, {Type: "order", ID: "o"}}
	l, _ := build(journey.Config{},
		journey.Event{Account: "a", Person: "p", Step: "quote", At: day(1), RecordedAt: day(2), Seq: 5, Precision: b2b.Day, Objects: deals, With: []journey.Participant{{Person: "q"}}},
		journey.Event{Account: "a", Person: "p", Step: "quote", At: day(3)},
		journey.Event{Account: "a", Person: "p", Step: "call", At: day(4), Objects: deals},
		journey.Event{Account: "a", Person: "p", Kind: journey.Support, Step: "order", At: day(5), Objects: deals},
	)
	changes, rejected := journey.Changes(l, []journey.StageRule{
		{Step: "quote", Pipeline: "new", Stage: "offered"}, {Step: "order", Kind: journey.Purchase, Outcome: funnel.Won},
	})
	if len(changes) != 2 || len(rejected) != 1 || rejected[0].Reason != "no deal" {
		t.Fatalf("%+v %+v", changes, rejected)
	}
	want := funnel.Change{
		Deal: "d1", Account: "a", Pipeline: "new", Stage: "offered", RecordedAt: day(2), Seq: 5,
		At: funnel.Instant{Earliest: day(1), Latest: day(2).Add(-time.Microsecond), Precision: b2b.Day},
	}
	if changes[0] != want || changes[1].Deal != "d2" {
		t.Errorf("%+v, want %+v", changes[0], want)
	}
}
