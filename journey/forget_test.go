package journey_test

import (
	"bytes"
	"cmp"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b/journey"
)

// propForget: a set that forgot a person is the set that never held them; the log holds no row and no name of them.
func propForget(t *rapid.T) {
	config := rapid.SampledFrom(configs).Draw(t, "config")
	events := rapid.SliceOfN(genEvent(false), 0, 10).Draw(t, "events")
	for i := range events { // the others' part in a joint event is tested below
		events[i].With = nil
	}
	b, _ := journey.NewBuilder(config)
	b.Add(events...)
	l, _ := b.Build(journey.Identities{})
	removed := b.Forget("p1")
	others := slices.DeleteFunc(slices.Clone(events), func(e journey.Event) bool { return e.Person == "p1" })
	want, _ := build(config, others...)
	got, _ := b.Build(journey.Identities{})
	if dump(got) != dump(want) || removed.N("events") != int64(len(events)-len(others)) {
		t.Fatalf("forgetting is not never having known:\n%s\n%s", dump(got), dump(want))
	}
	data, _ := b.AppendBinary(nil)
	if bytes.Contains(data, []byte("p1")) {
		t.Fatal("the name is still there")
	}
	after, _ := l.Forget("p1")
	for _, n := range after.Rows().Person.Names {
		if n == "p1" {
			t.Fatal("the name is still in the log")
		}
	}
	if again, more := after.Forget("p1"); again.Len() != after.Len() || !more.IsEmpty() {
		t.Fatal("forgotten twice")
	}
}

func TestForget(t *testing.T) { rapid.Check(t, propForget) }
func FuzzForget(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propForget)) }

// propForgetJoint: forgetting in the set of events and forgetting in the log of them come to the same, joint events included, as long as
// every participant has a row (a journey has one row of an event, whoever takes part) and an empty account or kind of a participant is
// the event's and not an unknown one.
func propForgetJoint(t *rapid.T) {
	config := rapid.SampledFrom(configs[:2]).Draw(t, "config")
	b, _ := journey.NewBuilder(config)
	for i, e := range rapid.SliceOfN(genEvent(false), 0, 8).Draw(t, "events") {
		e.Seq = int64(i) // no ties that content would break
		e.Account, e.Kind = cmp.Or(e.Account, "a1"), cmp.Or(e.Kind, "kind1")
		for k := range e.With {
			e.With[k].Journey = ""
		}
		b.Add(e)
	}
	before, _ := b.Build(journey.Identities{})
	got, _ := before.Forget("p1", "p3")
	b.Forget("p1", "p3")
	want, _ := b.Build(journey.Identities{})
	if dump(got) != dump(want) {
		t.Fatalf("log:\n%s\nset:\n%s", dump(got), dump(want))
	}
}

func TestForgetJointRows(t *testing.T) { rapid.Check(t, propForgetJoint) }

func TestForgetJoint(t *testing.T) {
	b, _ := journey.NewBuilder(journey.Config{})
	b.Add(
		journey.Event{Step: "meeting", Account: "a", Person: "anna", Seat: "buyer", At: epoch, With: []journey.Participant{{Person: "ben", Seat: "legal"}}},
		journey.Event{Step: "call", Account: "a", Person: "ben", Seat: "legal", At: epoch.Add(time.Hour), With: []journey.Participant{{Person: "anna", Seat: "buyer"}}},
	)
	l, _ := b.Build(journey.Identities{})
	without, removed := l.Forget("anna")
	if without.Len() != 2 || removed.N("rows") != 2 || without.Journeys() != 1 || without.Journey(0).Person() != "ben" {
		t.Errorf("log: %v %s", removed, dump(without))
	}
	removed = b.Forget("anna")
	l, _ = b.Build(journey.Identities{})
	if l.Len() != 2 || removed.N("participations") != 2 || l.Journeys() != 1 {
		t.Errorf("builder: %v %s", removed, dump(l))
	}
}
