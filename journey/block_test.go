package journey_test

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/journey"
)

// manyEvents draws events by the thousand: most fields are empty in long runs, so that columns begin and end anywhere; one in
// ten has a second version, one in ten is offered twice.
func manyEvents(n int) []journey.Event {
	r := rand.New(rand.NewPCG(3, 4))
	var out []journey.Event
	for i := range n {
		e := journey.Event{
			Journey: fmt.Sprint("j", r.IntN(n/30)), Step: journey.StepID(fmt.Sprint("s", r.IntN(40))), Source: "s", ID: strconv.Itoa(i),
			At: epoch.Add(time.Duration(r.IntN(1_000_000)) * time.Second),
		}
		switch run := i / 700 % 5; run {
		case 1:
			e.Person, e.Started = b2b.PersonID(fmt.Sprint("p", r.IntN(9))), e.At.Add(-time.Hour)
		case 2:
			e.Seq, e.Precision, e.Outcome = int64(r.IntN(100)), b2b.Day, journey.Done
		case 3:
			e.At, e.Phase = e.At.In(time.FixedZone("", 3600)), b2b.Convince
			e.Objects = []journey.ObjectRef{{Type: "deal", ID: strconv.Itoa(r.IntN(50))}}
		}
		e.RecordedAt = e.At.Add(time.Minute)
		out = append(out, e)
		switch r.IntN(10) {
		case 0:
			e.Step, e.RecordedAt = "corrected", e.RecordedAt.Add(time.Hour)
			out = append(out, e)
		case 1:
			out = append(out, e)
		}
	}
	return out
}

// TestManyBlocks: what holds for a handful of events holds for as many as fill several blocks of memory, in any order, over
// several sets, with repetitions; and the order is the one that sorting the events gives.
func TestManyBlocks(t *testing.T) {
	events := manyEvents(9000)
	whole, _ := journey.NewBuilder(journey.Config{})
	whole.Add(events...)
	l, rep := whole.Build(journey.Identities{})
	want, _ := whole.AppendBinary(nil)
	if rep.Duplicates < 800 || len(rep.Superseded) < 800 || rep.Accepted != 9000 {
		t.Fatalf("%d duplicates, %d superseded, %d accepted", rep.Duplicates, len(rep.Superseded), rep.Accepted)
	}

	rand.New(rand.NewPCG(5, 6)).Shuffle(len(events), func(i, k int) { events[i], events[k] = events[k], events[i] })
	var parts [3]journey.Builder
	for i, e := range events {
		parts[i%3].Add(e)
	}
	var merged journey.Builder
	for i := range parts {
		parts[i].Build(journey.Identities{}) // repetitions are dropped before and after merging
		if err := merged.Merge(&parts[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := merged.Merge(&merged); err != nil {
		t.Fatal(err)
	}
	if got, _ := merged.AppendBinary(nil); !bytes.Equal(got, want) {
		t.Error("merging in another order gives another set")
	}
	var again journey.Builder
	if err := again.UnmarshalBinary(want); err != nil {
		t.Fatal(err)
	}
	other, _ := again.Build(journey.Identities{})
	if dump(other) != dump(l) {
		t.Error("the binary form gives another log")
	}

	// the naive log: the version recorded last of each id, sorted
	latest := make(map[string]journey.Event)
	for _, e := range events {
		if old, ok := latest[e.ID]; !ok || old.RecordedAt.Before(e.RecordedAt) {
			latest[e.ID] = e
		}
	}
	naive := make(map[string][]journey.Event)
	for _, e := range latest {
		naive[e.Journey] = append(naive[e.Journey], e)
	}
	if l.Journeys() != len(naive) {
		t.Fatalf("%d journeys, want %d", l.Journeys(), len(naive))
	}
	for j := range l.Journeys() {
		x := l.Journey(j)
		list := naive[x.Key()]
		slices.SortFunc(list, func(a, b journey.Event) int {
			return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.Source, b.Source), cmp.Compare(a.ID, b.ID))
		})
		if x.Len() != len(list) {
			t.Fatalf("%s: %d rows, want %d", x.Key(), x.Len(), len(list))
		}
		for i, e := range list {
			got := x.Event(i)
			if !slices.Equal(got.Objects, e.Objects) || !got.At.Equal(e.At) || !got.Started.Equal(e.Started) || got.Step != e.Step || got.ID != e.ID ||
				got.Seq != e.Seq || got.Person != e.Person || got.Phase != e.Phase || got.Precision != e.Precision || got.Outcome != e.Outcome {
				t.Fatalf("%s, row %d: %+v, want %+v", x.Key(), i, got, e)
			}
		}
	}

	removed := whole.Forget("p1", "p2")
	var rest journey.Builder
	for _, e := range events {
		if e.Person != "p1" && e.Person != "p2" {
			rest.Add(e)
		}
	}
	a, _ := whole.AppendBinary(nil)
	if b, _ := rest.AppendBinary(nil); !bytes.Equal(a, b) || removed.IsEmpty() {
		t.Error("forgetting is not never having known")
	}
}

// TestColumnsManyBlocks: columns that come in pieces, some of them absent in some pieces, give the log of the events one by one.
func TestColumnsManyBlocks(t *testing.T) {
	var fast, slow journey.Builder
	r := rand.New(rand.NewPCG(1, 1))
	steps := []string{"a", "b", "", "c"} // a row without a step is rejected
	for piece := range 5 {
		n := 1500 + 700*piece
		c := journey.Columns{Step: journey.Column{Names: steps}, Journey: journey.Column{Names: []string{"x", "y", "z"}}}
		for range n {
			c.Step.Codes, c.Journey.Codes = append(c.Step.Codes, uint32(r.IntN(4))), append(c.Journey.Codes, uint32(r.IntN(3)))
			c.At = append(c.At, r.Int64N(1000))
			if piece%2 == 1 {
				c.Seq, c.Outcome = append(c.Seq, r.Int64N(3)), append(c.Outcome, journey.Outcome(r.IntN(3)))
			}
		}
		if err := fast.AddColumns(c); err != nil {
			t.Fatal(err)
		}
		for i := range n {
			e := journey.Event{Step: journey.StepID(c.Step.At(i)), Journey: c.Journey.At(i), At: time.UnixMicro(c.At[i]).UTC()}
			if c.Seq != nil {
				e.Seq, e.Outcome = c.Seq[i], c.Outcome[i]
			}
			slow.Add(e)
		}
	}
	got, rep := fast.Build(journey.Identities{})
	want, wantRep := slow.Build(journey.Identities{})
	if dump(got) != dump(want) || len(rep.Rejected) != len(wantRep.Rejected) || len(rep.Rejected) == 0 {
		t.Errorf("the logs differ; %d and %d rejected", len(rep.Rejected), len(wantRep.Rejected))
	}
	for i := range rep.Rejected {
		if rep.Rejected[i].Path != wantRep.Rejected[i].Path {
			t.Fatalf("%s, want %s", rep.Rejected[i].Path, wantRep.Rejected[i].Path)
		}
	}
}
