package journey_test

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/law"
	"github.com/buyerjourney/b2b/journey"
)

var configs = []journey.Config{
	{},
	{Group: journey.ByPerson},
	{Group: journey.ByAccountKind, Default: "kind1"},
	{Gap: 5 * time.Hour},
}

// propBuild: the order of adding, repeating events with an id, splitting over builders and the binary form change nothing.
func propBuild(t *rapid.T) {
	config := rapid.SampledFrom(configs).Draw(t, "config")
	events := rapid.SliceOfN(genEvent(true), 0, 12).Draw(t, "events")
	want, rep := build(config, events...)
	text := dump(want)

	again := shuffled(t, events)
	for _, e := range events {
		if e.ID != "" && rapid.Bool().Draw(t, "repeat") {
			again = append(again, e)
		}
	}
	got, rep2 := build(config, again...)
	if dump(got) != text || rep.Accepted != rep2.Accepted {
		t.Fatalf("order or repetition changes the log:\n%s\n%s", text, dump(got))
	}

	a, _ := journey.NewBuilder(config)
	b, _ := journey.NewBuilder(config)
	for _, e := range events {
		if rapid.Bool().Draw(t, "side") {
			a.Add(e)
		} else {
			b.Add(e)
		}
	}
	if err := a.Merge(b); err != nil {
		t.Fatal(err)
	}
	merged, _ := a.Build(journey.Identities{})
	if dump(merged) != text {
		t.Fatalf("merging changes the log:\n%s\n%s", text, dump(merged))
	}
	data, err := a.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	var c journey.Builder
	if err := c.UnmarshalBinary(data); err != nil {
		t.Fatal(err)
	}
	decoded, _ := c.Build(journey.Identities{})
	if dump(decoded) != text {
		t.Fatalf("the binary form changes the log:\n%s\n%s", text, dump(decoded))
	}
	rows := 0
	for j := range want.Journeys() {
		rows += want.Journey(j).Len()
	}
	if rows != want.Len() {
		t.Fatalf("%d rows in journeys, %d in the log", rows, want.Len())
	}
}

func TestBuild(t *testing.T) { rapid.Check(t, propBuild) }
func FuzzBuild(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propBuild)) }

// counted makes the set of events an accumulator of single events, for the laws.
type counted struct{ journey.Builder }

func (c *counted) Add(e journey.Event) error { c.Builder.Add(e); return nil }

func (c *counted) Merge(o *counted) error { return c.Builder.Merge(&o.Builder) }

func TestBuilderLaws(t *testing.T) {
	law.Accumulator(t, func() *counted { return new(counted) }, genEvent(true))
	a, _ := journey.NewBuilder(journey.Config{})
	b, _ := journey.NewBuilder(journey.Config{Group: journey.ByPerson})
	a.Add(journey.Event{Step: "a"})
	b.Add(journey.Event{Step: "a"})
	if err := a.Merge(b); !errors.Is(err, b2b.ErrConfigMismatch) {
		t.Errorf("merging two configurations: %v", err)
	}
}

func TestOverlapLaws(t *testing.T) {
	law.Accumulator(t, func() *journey.OverlapTable { return new(journey.OverlapTable) }, rapid.Custom(func(t *rapid.T) journey.OverlapRow {
		return journey.OverlapRow{
			Account: b2b.AccountID(rapid.SampledFrom([]string{"", "a"}).Draw(t, "account")),
			Person:  b2b.PersonID(rapid.SampledFrom([]string{"p", "q"}).Draw(t, "person")),
			Seat:    b2b.SeatID(rapid.SampledFrom([]string{"buyer", "legal"}).Draw(t, "seat")),
			Step:    journey.StepID(rapid.SampledFrom([]string{"x", "y"}).Draw(t, "step")),
			N:       int64(rapid.IntRange(1, 3).Draw(t, "n")),
		}
	}))
}

// propAsOf: the view of a log is the log of the events that the view sees, each in the version known then.
func propAsOf(t *rapid.T) {
	config := rapid.SampledFrom(configs).Draw(t, "config")
	events := rapid.SliceOfN(genEvent(true), 0, 12).Draw(t, "events")
	l, _ := build(config, events...)
	if full := l.AsOf(b2b.View{}); dump(full) != dump(l) {
		t.Fatal("the zero view changes the log")
	}
	view := b2b.View{Known: epoch.Add(time.Duration(rapid.IntRange(0, 30).Draw(t, "known")) * time.Hour)}
	var seen []journey.Event
	for _, e := range events {
		if view.Sees(e.At, e.RecordedAt) {
			seen = append(seen, e)
		}
	}
	want, _ := build(config, seen...)
	if got := l.AsOf(view); dump(got) != dump(want) {
		t.Fatalf("known %v:\n%s\nwant\n%s", view.Known, dump(got), dump(want))
	}
	earlier := b2b.View{At: view.Known, Known: view.Known}
	if a, b := l.AsOf(earlier).Len(), l.AsOf(view).Len(); a > b {
		t.Fatalf("%d rows up to then, %d in all", a, b)
	}
}

func TestAsOf(t *testing.T) { rapid.Check(t, propAsOf) }
func FuzzAsOf(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propAsOf)) }

// TestColumns: the bulk way gives the log of the slow way, rejections included.
func TestColumns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 20).Draw(t, "n")
		names := []string{"", "b", "a", "bad\xff"}
		var c journey.Columns
		c.Step = journey.Column{Names: names, Codes: []uint32{}}
		c.Person = journey.Column{Names: names, Codes: []uint32{}}
		c.At, c.Started, c.ID = []int64{}, []int64{}, []string{}
		slow, _ := journey.NewBuilder(journey.Config{})
		for range n {
			s, p := rapid.IntRange(0, 3).Draw(t, "step"), rapid.IntRange(0, 3).Draw(t, "person")
			at := rapid.Int64Range(0, 5).Draw(t, "at")
			started := rapid.Int64Range(0, 5).Draw(t, "started")
			id := strconv.Itoa(rapid.IntRange(0, 30).Draw(t, "id"))
			c.Step.Codes, c.Person.Codes = append(c.Step.Codes, uint32(s)), append(c.Person.Codes, uint32(p))
			c.At, c.Started, c.ID = append(c.At, at), append(c.Started, started), append(c.ID, id)
			slow.Add(journey.Event{Step: journey.StepID(names[s]), Person: b2b.PersonID(names[p]), At: time.UnixMicro(at).UTC(), Started: time.UnixMicro(started).UTC(), ID: id})
		}
		fast, _ := journey.NewBuilder(journey.Config{})
		if err := fast.AddColumns(c); err != nil {
			t.Fatal(err)
		}
		want, wantRep := slow.Build(journey.Identities{})
		got, rep := fast.Build(journey.Identities{})
		if dump(got) != dump(want) || len(rep.Rejected) != len(wantRep.Rejected) || rep.Duplicates != wantRep.Duplicates {
			t.Fatalf("%s\n%s\n%+v\n%+v", dump(got), dump(want), rep, wantRep)
		}
		for i := range rep.Rejected {
			if rep.Rejected[i].Rejection != wantRep.Rejected[i].Rejection {
				t.Fatalf("%+v\n%+v", rep.Rejected[i].Rejection, wantRep.Rejected[i].Rejection)
			}
		}
	})
	b, _ := journey.NewBuilder(journey.Config{})
	err := b.AddColumns(journey.Columns{Step: journey.Column{Names: []string{"a"}, Codes: []uint32{0, 1}}, At: []int64{1}, Seq: []int64{1}})
	if n := strings.Count(err.Error(), "columns."); n != 3 || !errors.Is(err, b2b.ErrInvalid) {
		t.Errorf("%d problems: %v", n, err)
	}
}

// TestVersions: the version recorded last counts, the others are kept aside and answer as-of questions.
func TestVersions(t *testing.T) {
	day := 24 * time.Hour
	b, _ := journey.NewBuilder(journey.Config{})
	b.Add(
		journey.Event{Journey: "j", Step: "wrong", At: epoch, RecordedAt: epoch, Source: "crm", ID: "1"},
		journey.Event{Journey: "j", Step: "right", At: epoch.Add(day), RecordedAt: epoch.Add(2 * day), Source: "crm", ID: "1"},
		journey.Event{Journey: "j", Step: "right", At: epoch.Add(day), RecordedAt: epoch.Add(2 * day), Source: "crm", ID: "1"},
		journey.Event{Journey: "j", Step: "other", At: epoch, Source: "web", ID: "1"},
	)
	l, rep := b.Build(journey.Identities{})
	if rep.Accepted != 2 || rep.Duplicates != 1 || len(rep.Superseded) != 1 || rep.Superseded[0] != (journey.Superseded{Source: "crm", ID: "1", Versions: 1}) || rep.Assumed != 1 {
		t.Errorf("%+v", rep)
	}
	steps := func(l *journey.Log) string {
		var s []string
		for j := range l.Journeys() {
			for i := range l.Journey(j).Len() {
				s = append(s, string(l.Journey(j).Step(i)))
			}
		}
		return strings.Join(s, " ")
	}
	diff(t, "now", "other right", steps(l))
	diff(t, "then", "wrong other", steps(l.AsOf(b2b.View{Known: epoch.Add(day)})))
	diff(t, "then, filtered", "wrong", steps(l.Where(journey.Filter{Steps: []journey.StepID{"wrong", "right"}}).AsOf(b2b.View{Known: epoch.Add(day)})))
}

// TestIdentities: two keys that are one person give one journey, and one row where both took part in one event.
func TestIdentities(t *testing.T) {
	b, _ := journey.NewBuilder(journey.Config{})
	b.Add(
		journey.Event{Step: "visit", Person: "crm/7", At: epoch},
		journey.Event{Step: "meeting", Person: "crm/7", At: epoch.Add(time.Hour), With: []journey.Participant{{Person: "web/x"}, {Person: "crm/8"}}},
		journey.Event{Step: "download", Person: "web/x", At: epoch.Add(2 * time.Hour)},
	)
	before, _ := b.Build(journey.Identities{})
	if before.Journeys() != 3 || before.Len() != 5 {
		t.Errorf("before:\n%s", dump(before))
	}
	after, _ := b.Build(journey.Identities{
		Person: func(key b2b.PersonID) b2b.PersonID {
			if key == "web/x" {
				return "crm/7"
			}
			return key
		},
		Account: func(_ b2b.AccountID, person b2b.PersonID, _ time.Time) b2b.AccountID {
			return b2b.AccountID("of " + person)
		},
	})
	if after.Journeys() != 2 || after.Len() != 4 || after.Journey(0).Len() != 3 || after.Journey(0).Account() != "of crm/7" || after.Events() != 3 {
		t.Errorf("after:\n%s", dump(after))
	}
}

func TestOrderOnly(t *testing.T) {
	l, rep := build(journey.Config{}, journey.Event{Journey: "j", Step: "b", Seq: 2}, journey.Event{Journey: "j", Step: "a", Seq: 1})
	if l.Timed() || len(rep.Rejected) > 0 || l.Journey(0).Step(0) != "a" || !l.Journey(0).Start().IsZero() {
		t.Error(dump(l))
	}
	_, rep = build(journey.Config{}, journey.Event{Journey: "j", Step: "b"}, journey.Event{Journey: "j", Step: "a", At: epoch})
	if len(rep.Rejected) != 1 || rep.Rejected[0].Event.Step != "b" || rep.Rejected[0].Path != "events[0].at" {
		t.Errorf("%+v", rep.Rejected)
	}
	// Indices are those of the events as they were offered, whatever was refused or dropped before, over several builders too.
	a, _ := journey.NewBuilder(journey.Config{})
	b, _ := journey.NewBuilder(journey.Config{})
	a.Add(journey.Event{}, journey.Event{Journey: "j", Step: "x", At: epoch, ID: "1"}, journey.Event{Journey: "j", Step: "x", At: epoch, ID: "1"}, journey.Event{Journey: "j", Step: "late"})
	b.Add(journey.Event{}, journey.Event{Journey: "j", Step: "later"})
	if err := a.Merge(b); err != nil {
		t.Fatal(err)
	}
	_, rep = a.Build(journey.Identities{})
	_, rep = a.Build(journey.Identities{})
	var paths []string
	for _, r := range rep.Rejected {
		paths = append(paths, r.Path)
	}
	diff(t, "paths", []string{"events[0].step", "events[3].at", "events[4].step", "events[5].at"}, paths)
}

func TestRejects(t *testing.T) {
	_, rep := build(journey.Config{},
		journey.Event{At: epoch},
		journey.Event{Step: "a", At: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
		journey.Event{Step: "a", At: epoch, Started: epoch.Add(1)},
		journey.Event{Step: "a\xff", At: epoch},
		journey.Event{Step: "a", Journey: "\xff", At: epoch},
		journey.Event{Step: "a", Journey: "j", At: epoch, Objects: []journey.ObjectRef{{Type: "\xff"}}},
		journey.Event{Step: "ok", Journey: "j", At: epoch},
	)
	var got []string
	for _, r := range rep.Rejected {
		got = append(got, r.Path+" "+r.Reason)
	}
	diff(t, "rejected", []string{
		"events[0].step no step", "events[1].at year outside 1..9999", "events[2].started after at", "events[3].step invalid UTF-8",
		"events[4].journey invalid UTF-8", "events[5].objects invalid UTF-8",
	}, got)
	if rep.Accepted != 1 {
		t.Errorf("%d accepted", rep.Accepted)
	}
}

// TestWide: beyond 65,536 steps the codes are wider, and nothing else differs.
func TestWide(t *testing.T) {
	const n = 70_000
	c := journey.Columns{Step: journey.Column{Codes: make([]uint32, n)}, Journey: journey.Column{Names: []string{"j"}, Codes: make([]uint32, n)}, At: make([]int64, n)}
	for i := range n {
		c.Step.Names = append(c.Step.Names, "s"+strconv.Itoa(i))
		c.Step.Codes[i], c.At[i] = uint32(i), int64(n-i)
	}
	var b journey.Builder
	if err := b.AddColumns(c); err != nil {
		t.Fatal(err)
	}
	l, _ := b.Build(journey.Identities{})
	if r := l.Rows(); r.Narrow != nil || len(r.Wide) != n {
		t.Fatal("not wide")
	}
	if j := l.Journey(0); j.Step(0) != "s69999" || j.Step(n-1) != "s0" || l.Where(journey.Filter{Steps: []journey.StepID{"s7"}}).Len() != 1 || l.Strip("9").Len() != n {
		t.Error("wrong steps")
	}
}

func TestSessionsAndGap(t *testing.T) {
	var events []journey.Event
	for _, minute := range []int{0, 10, 41, 60, 200} {
		events = append(events, journey.Event{Journey: "j", Step: "s", At: epoch.Add(time.Duration(minute) * time.Minute)})
	}
	l, _ := build(journey.Config{}, events...)
	gap, _ := build(journey.Config{Gap: 30 * time.Minute}, events...)
	for what, got := range map[string]*journey.Log{"sessions": l.Sessions(0), "gap": gap} {
		var lens []int
		var keys []string
		for j := range got.Journeys() {
			lens, keys = append(lens, got.Journey(j).Len()), append(keys, got.Journey(j).Key())
		}
		diff(t, what, []int{2, 2, 1}, lens)
		diff(t, what, []string{"j", "j/2", "j/3"}, keys)
	}
}

func TestTiesAndLate(t *testing.T) {
	l, rep := build(journey.Config{},
		journey.Event{Journey: "1", Step: "b", At: epoch, Seq: 1, RecordedAt: epoch.Add(72 * time.Hour)},
		journey.Event{Journey: "1", Step: "a", At: epoch, Seq: 2, RecordedAt: epoch},
		journey.Event{Journey: "2", Step: "a", At: epoch, Seq: 1},
		journey.Event{Journey: "2", Step: "b", At: epoch, Seq: 2},
		journey.Event{Journey: "3", Step: "a", At: epoch, Precision: b2b.Day},
		journey.Event{Journey: "3", Step: "c", At: epoch.Add(time.Hour)},
		journey.Event{Journey: "4", Step: "a", At: epoch},
		journey.Event{Journey: "4", Step: "a", At: epoch},
	)
	diff(t, "ties", journey.Ties{Journeys: 3, Groups: 2, VariantsAsOrdered: 4, VariantsCanonical: 3}, l.Ties())
	late := l.Late()
	if late.Late != 1 || late.Rows != 2 || late.Median != 36*time.Hour || late.OverDay.Or(-1) != .5 || late.OverMonth.Or(-1) != 0 || rep.LateEvents != 1 || rep.TieJourneys != 3 {
		t.Errorf("%+v %+v", late, rep)
	}
	if !l.Journey(0).Late(0) || l.Journey(0).Late(1) {
		t.Error("the wrong row is late")
	}
}

// FuzzUnmarshal: hostile bytes are an error or a canonical form, never a panic.
func FuzzUnmarshal(f *testing.F) {
	b, _ := journey.NewBuilder(journey.Config{Group: journey.ByPerson, Gap: time.Hour})
	b.Add(journey.Event{Step: "a", Person: "p", At: epoch, With: []journey.Participant{{Person: "q"}}, Attributes: []journey.Attribute{{Name: "n", Value: "v"}}})
	data, _ := b.AppendBinary(nil)
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		var b journey.Builder
		if b.UnmarshalBinary(data) != nil {
			return
		}
		again, err := b.AppendBinary(nil)
		if err != nil || !bytes.Equal(again, data) {
			t.Errorf("%x decodes to %x", data, again)
		}
	})
}
