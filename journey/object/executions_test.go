package object_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/object"
)

// logOf makes a log of events that are lists of objects; the first letter of an object is its type.
func logOf(t rapid.TB, events ...[]string) *object.Log {
	var objects []string
	var lines []string
	for i, list := range events {
		var links []string
		for _, o := range list {
			objects = append(objects, o)
			links = append(links, fmt.Sprintf(`{"objectId":%q,"qualifier":""}`, o))
		}
		lines = append(lines, fmt.Sprintf(`{"id":"%d","type":"a","time":"2024-01-01T00:00:00Z","relationships":[%s]}`, i, strings.Join(links, ",")))
	}
	slices.Sort(objects)
	objects = slices.Compact(objects)
	for i, o := range objects {
		objects[i] = fmt.Sprintf(`{"id":%q,"type":%q}`, o, o[:1])
	}
	o, rep, err := object.ParseOCEL([]byte(`{"objects":[` + strings.Join(objects, ",") + `],"events":[` + strings.Join(lines, ",") + `]}`))
	if err != nil || len(rep.Rejected) > 0 {
		t.Fatal(err, rep.Rejected)
	}
	return o
}

func names(o *object.Log, sets [][]int) []string {
	var out []string
	for _, set := range sets {
		var list []string
		for _, i := range set {
			list = append(list, o.Objects()[i].ID)
		}
		out = append(out, strings.Join(list, " "))
	}
	return out
}

// TestExecutions: two orders share an item and a van. Each order has its own items and the shared one; the van is the nearest of its
// type; the driver is reached over the van; what only the other order's items reach is not.
func TestExecutions(t *testing.T) {
	o := logOf(t, []string{"o1", "i1", "i2"}, []string{"o2", "i2", "i3"}, []string{"i1", "i2", "v1"}, []string{"i3", "v2"}, []string{"v1", "d1"}, []string{"v2", "d2"})
	diff(t, "by order", []string{"o1 d1 i1 i2 v1", "o2 d1 d2 i2 i3 v1 v2"}, names(o, o.Executions("o")))
	diff(t, "by driver", []string{"d1 i1 i2 o1 o2 v1", "d2 i3 o2 v2"}, names(o, o.Executions("d")))
	diff(t, "by nothing", []string(nil), names(o, o.Executions("x")))
	diff(t, "components", []string{"d1 d2 i1 i2 i3 o1 o2 v1 v2"}, names(o, o.Components()))
}

// TestExecutionsNaive compares with rounds over all pairs of objects.
func TestExecutionsNaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		some := rapid.SampledFrom([]string{"o1", "o2", "o3", "i1", "i2", "i3", "v1", "v2", "d1"})
		events := rapid.SliceOfN(rapid.SliceOfN(some, 0, 3), 0, 7).Draw(t, "events")
		o := logOf(t, events...)
		share := func(a, b string) bool {
			return slices.ContainsFunc(events, func(e []string) bool { return slices.Contains(e, a) && slices.Contains(e, b) })
		}
		var want []string
		for _, first := range o.Objects() {
			if first.Type != "o" {
				continue
			}
			depth := map[string]int{first.ID: 0}
			for round := 1; round < 10; round++ {
				var reached []object.Object
				for _, x := range o.Objects() {
					if _, in := depth[x.ID]; in {
						continue
					}
					near, nearer := false, false
					for id, d := range depth {
						near = near || (d == round-1 && share(id, x.ID))
						nearer = nearer || id[:1] == x.Type
					}
					if near && !nearer {
						reached = append(reached, x)
					}
				}
				for _, x := range reached {
					depth[x.ID] = round
				}
			}
			list := []string{first.ID}
			for _, x := range o.Objects() {
				if _, in := depth[x.ID]; in && x.ID != first.ID {
					list = append(list, x.ID)
				}
			}
			want = append(want, strings.Join(list, " "))
		}
		if got := names(o, o.Executions("o")); !slices.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

// TestFromLog: persons, accounts and deals become objects; a joint event is one event; odd logs give a log all the same.
func TestFromLog(t *testing.T) {
	at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	var b journey.Builder
	empty, _ := b.Build(journey.Identities{})
	b.Add(
		journey.Event{Step: "meeting", Account: "a", Person: "anna", Seat: "buyer", At: at, With: []journey.Participant{{Person: "ben", Seat: "legal"}}},
		journey.Event{
			Step: "offer", Account: "a", Person: "ben", At: at.Add(time.Hour), Objects: []journey.ObjectRef{{Type: journey.DealObject, ID: "d"}},
			Attributes: []journey.Attribute{{Name: "note", Value: "n"}},
		},
	)
	l, _ := b.Build(journey.Identities{})
	o := object.FromLog(l)
	if len(o.Events()) != 2 || o.Events()[0].Type != "meeting" || !o.Events()[1].At.Equal(at.Add(time.Hour)) {
		t.Fatalf("%+v", o.Events())
	}
	diff(t, "meeting", []object.Link{{Object: "person:anna", Qualifier: "buyer"}, {Object: "account:a"}, {Object: "person:ben", Qualifier: "legal"}}, o.Events()[0].Links)
	diff(t, "offer", []object.Link{{Object: "deal:d"}, {Object: "person:ben"}, {Object: "account:a"}}, o.Events()[1].Links)
	diff(t, "values", []object.Value{{Name: "note", Text: "n"}}, o.Events()[1].Values)
	diff(t, "of the deal", []string{"deal:d account:a person:ben"}, func() []string {
		sets := names(o, o.Executions("deal"))
		for i := range sets {
			list := strings.Fields(sets[i])
			slices.Sort(list[1:])
			sets[i] = strings.Join(list, " ")
		}
		return sets
	}())
	var c journey.Builder
	c.Add(journey.Event{Step: "a", Person: "p"}, journey.Event{Step: "b", Person: "p", Seq: 1})
	ordered, _ := c.Build(journey.Identities{})
	for _, l := range []*journey.Log{empty, ordered, l.AsOf(b2b.View{Known: at.Add(-time.Hour)}), new(journey.Log)} {
		o := object.FromLog(l)
		data, err := o.AppendOCEL(nil)
		if err != nil {
			t.Fatal(err)
		}
		again, _, err := object.ParseOCEL(data)
		if err != nil || !again.Equal(o) || again.Flatten("person").Len() != l.Len() {
			t.Errorf("%v\n%s", err, data)
		}
	}
}
