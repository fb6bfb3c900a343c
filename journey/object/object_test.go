package object_test

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/realdata"
	"github.com/buyerjourney/b2b/journey/object"
)

func oracle(t *testing.T, file string, into any) {
	t.Helper()
	if err := json.Unmarshal(realdata.Oracle(t, "journey/"+file), into); err != nil {
		t.Fatal(err)
	}
}

func timeOf(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func diff(t *testing.T, what string, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func ocel(t testing.TB, file string) *object.Log {
	t.Helper()
	data, err := io.ReadAll(realdata.Open(t, "journey/"+file))
	if err != nil {
		t.Fatal(err)
	}
	o, rep, err := object.ParseOCEL(data)
	if err != nil || len(rep.Rejected) > 0 {
		t.Fatal(err, rep.Rejected)
	}
	return o
}

// TestObjectOracle compares with plain counts over the tables of the two logs.
func TestObjectOracle(t *testing.T) {
	for _, file := range []string{"spec_example", "order_management"} {
		t.Run(file, func(t *testing.T) {
			var want struct {
				Activities map[string]int
				Events     int
				Objects    int
				Relations  int
				O2O        int            `json:"o2o"`
				Types      map[string]int `json:"object_types"`
				Components struct {
					N       int
					Largest []int
				} `json:"connected_components"`
				Flattened map[string]struct {
					Cases    int
					Variants int
				}
				PerEvent [][]any `json:"objects_per_event"`
			}
			oracle(t, "own_ocel2_"+file+".json", &want)
			o := ocel(t, "ocel2_"+file+".json.gz")
			activities, types, e2o, o2o := map[string]int{}, map[string]int{}, 0, 0
			for _, e := range o.Events() {
				activities[e.Type]++
				e2o += len(e.Links)
			}
			for _, x := range o.Objects() {
				types[x.Type]++
				o2o += len(x.Links)
			}
			diff(t, "activities", want.Activities, activities)
			diff(t, "types", want.Types, types)
			diff(t, "relations", []int{want.Events, want.Objects, want.Relations, want.O2O}, []int{len(o.Events()), len(o.Objects()), e2o, o2o})
			var largest []int
			components := o.Components()
			for _, c := range components {
				largest = append(largest, len(c))
			}
			if len(largest) > len(want.Components.Largest) {
				largest = largest[:len(want.Components.Largest)]
			}
			diff(t, "components", want.Components.N, len(components))
			diff(t, "largest", want.Components.Largest, largest)
			for kind, f := range want.Flattened {
				l := o.Flatten(kind)
				diff(t, "flattened "+kind, []int{f.Cases, f.Variants}, []int{l.Journeys(), l.Ties().VariantsAsOrdered})
			}
			q := o.Quality()
			for i, w := range want.PerEvent {
				got := []any{q[i].Activity, q[i].Type, float64(q[i].Events), float64(q[i].Min), float64(q[i].Max), q[i].Mean}
				diff(t, "objects per event", w, got)
			}
			data, err := o.AppendOCEL(nil)
			if err != nil {
				t.Fatal(err)
			}
			again, rep, err := object.ParseOCEL(data)
			if err != nil || len(rep.Rejected) > 0 || !o.Equal(again) {
				t.Errorf("round trip: %v %v", err, rep.Rejected)
			}
		})
	}
}

// TestOCELSpecExample compares the example of the OCEL 2.0 specification with the counts of another implementation.
func TestOCELSpecExample(t *testing.T) {
	var want struct {
		Events, Objects, Relations int
		Time                       [2]string
		Flattened                  map[string]struct {
			Cases, Events, Ties, Variants int
			Top                           [][2]any
		}
		First      map[string]map[string]int `json:"start_unique_objects"`
		Last       map[string]map[string]int `json:"end_unique_objects"`
		Activity   map[string][]string       `json:"type_activities"`
		Components struct {
			N       int
			Largest []int
		} `json:"connected_components"`
	}
	oracle(t, "ocel_v2_spec_example.json", &want)
	o := ocel(t, "ocel2_spec_example.json.gz")
	relations, first, last := 0, o.Events()[0].At, o.Events()[0].At
	for _, e := range o.Events() {
		relations += len(e.Links)
		if e.At.Before(first) {
			first = e.At
		}
		if e.At.After(last) {
			last = e.At
		}
	}
	diff(t, "counts", []int{want.Events, want.Objects, want.Relations}, []int{len(o.Events()), len(o.Objects()), relations})
	begin, end := timeOf(t, strings.Replace(want.Time[0], " ", "T", 1)), timeOf(t, strings.Replace(want.Time[1], " ", "T", 1))
	diff(t, "span", end.Sub(begin), last.Sub(first)) // the counts are of the tables, whose times are all an hour later than those of the JSON
	components := o.Components()
	diff(t, "components", want.Components.N, len(components))
	for i, n := range want.Components.Largest {
		diff(t, "size of a component", n, len(components[i]))
	}
	if len(want.Flattened) != len(o.ObjectTypes()) {
		t.Errorf("%d types, want %d", len(o.ObjectTypes()), len(want.Flattened))
	}
	for kind, f := range want.Flattened {
		l := o.Flatten(kind)
		ties := l.Ties()
		diff(t, kind, []int{f.Cases, f.Events, f.Ties, f.Variants}, []int{l.Journeys(), l.Len(), ties.Journeys, ties.VariantsAsOrdered})
		begin, end, steps := map[string]int{}, map[string]int{}, map[string]bool{}
		variants := make(map[string]int)
		for j := range l.Journeys() {
			x := l.Journey(j)
			begin[string(x.Step(0))]++
			end[string(x.Step(x.Len()-1))]++
			var list []string
			for i := range x.Len() {
				list = append(list, string(x.Step(i)))
				steps[string(x.Step(i))] = true
			}
			variants[strings.Join(list, ", ")]++
		}
		diff(t, kind+" begins with", want.First[kind], begin)
		diff(t, kind+" ends with", want.Last[kind], end)
		diff(t, "steps of "+kind, want.Activity[kind], slices.Sorted(maps.Keys(steps)))
		for _, top := range f.Top {
			var list []string
			for _, s := range top[0].([]any) {
				list = append(list, s.(string))
			}
			diff(t, kind+" variant", int(top[1].(float64)), variants[strings.Join(list, ", ")])
		}
	}
}

func TestOCELFaults(t *testing.T) {
	o, rep, err := object.ParseOCEL([]byte(`{"objects":[{"id":"o","type":"t","attributes":[{"name":"x","time":"1970-01-01T00:00:00Z","value":1},
		{"name":"x","time":"2020-01-01T00:00:00Z","value":"two"}],"relationships":[{"objectId":"gone","qualifier":""}]}],
		"events":[{"id":"e","type":"a","time":"2020-02-01 00:00:00","relationships":[{"objectId":"nobody","qualifier":"q"},{"objectId":"o","qualifier":"q"}]},
		{"id":"e","type":"b","time":"some day"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if len(o.Events()) != 2 || len(o.Objects()) != 1 || len(o.Events()[0].Links) != 1 {
		t.Errorf("%+v", o)
	}
	var paths []string
	for _, r := range rep.Rejected {
		paths = append(paths, r.Path)
	}
	diff(t, "paths", "objects[0].relationships[0].objectId events[0].relationships[0].objectId events[1].id events[1].time", strings.Join(paths, " "))
	x, _ := o.Object("o")
	for at, want := range map[string]string{"1999-01-01T00:00:00Z": "1", "2020-01-01T00:00:00Z": "two", "1960-01-01T00:00:00Z": ""} {
		if got, ok := x.ValueAt("x", timeOf(t, at)); got != want || ok != (want != "") {
			t.Errorf("value at %s is %q", at, got)
		}
	}
	for text, reason := range map[string]string{`{"events":[}`: "byte 1", `{"events":1}`: "byte", `{} x`: "byte", `{"a`: "byte"} {
		if _, _, err := object.ParseOCEL([]byte(text)); !errors.Is(err, b2b.ErrInvalid) || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// FuzzOCEL: what can be read is written back to an equal log, and nothing panics.
func FuzzOCEL(f *testing.F) {
	f.Add([]byte(`{"objectTypes":[{"name":"t","attributes":[{"name":"x","type":"string"}]}],"objects":[{"id":"o","type":"t","attributes":[{"name":"x","time":"1970-01-01T00:00:00Z","value":1.50}]}],
		"events":[{"id":"e","type":"a","time":"2020-02-01T00:00:00Z","relationships":[{"objectId":"o","qualifier":"q"}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		o, _, err := object.ParseOCEL(data)
		if err != nil {
			return
		}
		out, err := o.AppendOCEL(nil)
		if err != nil {
			t.Fatal(err)
		}
		again, _, err := object.ParseOCEL(out)
		if err != nil || !o.Equal(again) {
			t.Fatalf("%v\n%s", err, out)
		}
		o.Components()
		o.Quality()
		for _, x := range o.ObjectTypes() {
			o.Flatten(x.Name)
		}
	})
}
