package journey_test

import (
	"bytes"
	"encoding"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/touchpoint"
)

// legalMap is the journey of the lawyer of a buying group, drawn freely.
func legalMap() journey.Map {
	return journey.Map{
		ID: "legal", Version: "1", Seat: "legal", Kind: journey.Purchase, Process: journey.Fixed,
		Steps: []journey.Step{
			{ID: "contract", Name: "Contract \"draft\"; v1: #1", Actor: journey.Seller, Visibility: touchpoint.Shared, Touchpoint: "mail", Department: "sales", Phase: b2b.Convince, Duration: journey.Duration{Family: journey.Exponential, Mean: 60}},
			{ID: "review", Aliases: []string{"legal review"}, Actor: journey.Buyer, Visibility: touchpoint.BuyerInternal, Phase: b2b.Convince, Duration: journey.Duration{Family: journey.PERT, Min: 1, Mode: 2, Max: 9, N: 3}, Evidence: journey.Evidence{Basis: journey.Interview, N: 4}},
			{ID: "sign", Actor: journey.Buyer, Phase: b2b.Retain, Importance: b2b.Estimate{Value: .7, Low: .5, High: .8, Level: .95, Method: "asked"}},
			{ID: "stop", Actor: journey.Buyer},
		},
		Flow: journey.Graph{Edges: []journey.Edge{
			{From: journey.Start, To: "contract", P: b2b.MustFraction(1)},
			{From: "contract", To: "review", P: b2b.MustFraction(.9), Delay: journey.Duration{Family: journey.Constant, Mean: 5}},
			{From: "contract", To: "stop", P: b2b.MustFraction(.1), Evidence: journey.Evidence{Basis: journey.Observed, N: 10}},
			{From: "review", To: "sign"},
			{From: "review", To: "contract"},
			{From: "sign", To: journey.End},
		}},
		Goals: []journey.StepID{"sign"}, Exits: []journey.StepID{"stop"},
	}
}

func TestMapErrors(t *testing.T) {
	m := legalMap()
	m.ID, m.Process = "", journey.Temporary
	m.Steps[1].Aliases = []string{"contract"}
	m.Steps[1].Duration.Mode = 10
	m.Steps[2].Duration.Mean = -1
	m.Goals = []journey.StepID{"nowhere"}
	m.Flow = journey.Graph{Edges: []journey.Edge{
		{From: "contract", To: "review", P: b2b.MustFraction(.9)},
		{From: "contract", To: "stop", P: b2b.MustFraction(.2)},
		{From: "gone", To: "sign"},
		{From: "contract", To: "stop"},
	}}
	_, err := journey.NewMap(m)
	for _, path := range []string{
		"map.id:", "map.valid:", "map.steps[1].aliases[0]:", "map.steps[1].duration.mode:", "map.steps[2].duration.mean:", "map.flow.edges[1].p:",
		"map.flow.edges[2].from:", "map.flow.edges[3]:", "map.flow.edges:", "map.goals[0]:",
	} {
		if err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("no problem at %s in\n%v", path, err)
		}
	}
	if n := strings.Count(err.Error(), "\n") + 1; n != 10 || !errors.Is(err, b2b.ErrInvalid) {
		t.Errorf("%d problems:\n%v", n, err)
	}
}

func TestMapCheck(t *testing.T) {
	m := legalMap()
	m.Steps = append(m.Steps, journey.Step{ID: "island", Actor: journey.Seller, Visibility: touchpoint.Shared})
	m.Steps[3].Phase = b2b.Attract
	checked, err := journey.NewMap(m)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range checked.Check() {
		got = append(got, f.Code+" "+string(f.Step))
	}
	for _, want := range []string{
		"unreachable island", "dead-end island", "no-department island", "no-touchpoint island", "no-phase island", "no-duration sign",
		"phase-backwards stop", "unknown-share review",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("no finding %q in %q", want, got)
		}
	}
}

// TestTreeEdges compares the direct successions of a tree with those of its runs, enumerated.
func TestTreeEdges(t *testing.T) {
	for text, want := range map[string]string{
		`->( 'a', X( tau, 'b' ), 'c' )`: "^a ab ac bc c$",
		`+( 'a', ->( 'b', 'c' ) )`:      "^a ^b ab ac a$ ba bc ca c$",
		`*( 'a', 'b' )`:                 "^a ab a$ ba",
		`*( 'a', tau )`:                 "^a aa a$",
		`X( tau, 'a' )`:                 "^$ ^a a$",
	} {
		tree, err := journey.ParseTree(text)
		if err != nil {
			t.Fatal(err)
		}
		m := journey.Map{ID: "m", Flow: tree}
		for _, s := range tree.Steps() {
			m.Steps = append(m.Steps, journey.Step{ID: s})
		}
		var got []string
		for _, e := range m.Edges() {
			got = append(got, string(e.From+e.To))
		}
		list := strings.Fields(want)
		slices.Sort(list)
		slices.Sort(got)
		diff(t, text, list, got)
	}
}

func TestMapJSON(t *testing.T) {
	for _, m := range []journey.Map{legalMap(), {
		ID: "tree", Process: journey.Temporary, Valid: b2b.Window{From: epoch},
		Steps: []journey.Step{{ID: "a"}, {ID: "ü"}},
		Flow: journey.Tree{Op: journey.Loop, Weights: []float64{.5, .5}, N: 2, Children: []journey.Tree{
			{Op: journey.Leaf, Step: "a"}, {Op: journey.Choice, Children: []journey.Tree{{Op: journey.Silent}, {Op: journey.Leaf, Step: "ü"}}},
		}},
	}} {
		want, err := journey.NewMap(m)
		if err != nil {
			t.Fatal(err)
		}
		data, err := want.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		var got journey.Map
		if err := json.Unmarshal(data, &got); err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
		again, _ := got.MarshalJSON()
		if !bytes.Equal(data, again) || !reflect.DeepEqual(want.Steps, got.Steps) || !reflect.DeepEqual(want.Flow, got.Flow) || want.Valid != got.Valid {
			t.Errorf("%s\n%s", data, again)
		}
	}
	var m journey.Map
	err := json.Unmarshal([]byte(`{"map":"m","colour":1,"process":"weekly","steps":[{"id":"a","actor":"sellr","duration":{"mean":1}}],
		"flow":{"op":"choice","children":[{"step":"a"},{"silent":false}]},"valid":{"from":"yesterday"}}`), &m)
	for _, path := range []string{"map.colour: unknown key", "map.process:", "map.steps[0].actor:", "map.steps[0].duration.mean: unknown key", "map.flow.children[1].silent:", "map.valid.from:"} {
		if err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("no %q in\n%v", path, err)
		}
	}
	if m.ID != "" {
		t.Error("the receiver changed")
	}
}

// FuzzMapJSON: what is read is written back to the same bytes, and nothing panics.
func FuzzMapJSON(f *testing.F) {
	m := legalMap()
	data, _ := m.MarshalJSON()
	f.Add(data)
	f.Add([]byte(`{"map":"m","steps":[{"id":"a"}],"flow":{"op":"loop","children":[{"step":"a"},{"silent":true}]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var m journey.Map
		if m.UnmarshalJSON(data) != nil {
			return
		}
		once, err := m.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		var again journey.Map
		if err := again.UnmarshalJSON(once); err != nil {
			t.Fatalf("%v\n%s", err, once)
		}
		if twice, _ := again.MarshalJSON(); !bytes.Equal(once, twice) {
			t.Fatalf("%s\n%s", once, twice)
		}
		m.Check()
		_, _, _ = m.Mermaid(), m.DOT(), m.MermaidJourney()
	})
}

func TestAtlas(t *testing.T) {
	year := func(y int) time.Time { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC) }
	version := func(v string, from, to int) *journey.Map {
		m := legalMap()
		m.Version, m.Valid = v, b2b.Window{From: year(from), To: year(to)}
		c, err := journey.NewMap(m)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if _, err := journey.NewAtlas(version("1", 2020, 2022), version("2", 2021, 2023)); !errors.Is(err, b2b.ErrInvalid) {
		t.Errorf("overlapping versions: %v", err)
	}
	a, err := journey.NewAtlas(version("2", 2022, 2023), version("1", 2020, 2022))
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[time.Time]string{year(2020): "1", year(2022): "2", year(2019): "", year(2023): ""} {
		m, ok := a.At("legal", journey.Purchase, at)
		if ok != (want != "") || (ok && m.Version != want) {
			t.Errorf("%v: %v", at, m)
		}
	}
	l, _ := build(journey.Config{},
		journey.Event{Journey: "j", Kind: journey.Purchase, Seat: "legal", Step: "contract", At: year(2021)},
		journey.Event{Journey: "j", Kind: journey.Purchase, Seat: "legal", Step: "sign", At: year(2022)},
	)
	if m, spans, ok := a.Of(l.Journey(0)); !ok || !spans || m.Version != "1" {
		t.Errorf("%v %v %v", m, spans, ok)
	}
}

// TestPictures: pictures are well-formed, whatever the names, and show no person.
func TestPictures(t *testing.T) {
	m := legalMap()
	if s := m.Mermaid(); !strings.Contains(s, "#quot;draft#quot;#59; v1: #35;1") || !strings.Contains(s, "class n1 internal") || !strings.Contains(s, `-->|"90 %"|`) {
		t.Error(s)
	}
	if s := m.DOT(); !strings.Contains(s, `label="Contract \"draft\"; v1: #1"`) {
		t.Error(s)
	}
	if s := m.MermaidJourney(); !strings.Contains(s, "section convince") || strings.Contains(strings.Split(s, "%%")[0], "#") {
		t.Error(s)
	}
	atlas, err := journey.NewAtlas(&m)
	if err != nil {
		t.Fatal(err)
	}
	l, _ := build(journey.Config{},
		journey.Event{Account: "a", Person: "Anna", Seat: "legal", Kind: journey.Purchase, Step: "legal review", At: epoch, With: []journey.Participant{{Person: "Ben", Seat: "buyer"}}},
		journey.Event{Account: "a", Person: "Ben", Seat: "buyer", Kind: journey.Purchase, Step: "sign & <stamp>", At: epoch.Add(time.Hour)},
	)
	c := journey.Composites(l)[0]
	svg := c.SwimLane(atlas)
	wellFormed(t, svg)
	if strings.Contains(svg, "Anna") || !strings.Contains(svg, "#cccccc") || !strings.Contains(svg, "convince") || !strings.Contains(svg, `stroke-width="2"`) {
		t.Error(svg)
	}
	if svg != journey.Composites(l)[0].SwimLane(atlas) {
		t.Error("not deterministic")
	}
	gantt := c.MermaidGantt()
	if strings.Contains(gantt, "Anna") || !strings.Contains(gantt, "legal 1 :j0, 2024-01-01T00:00:00") {
		t.Error(gantt)
	}
	wellFormed(t, journey.OverlapOf(l, nil).Overlap(journey.Persons).SVG())
	var v any
	if err := json.Unmarshal([]byte(l.VegaLite()), &v); err != nil {
		t.Error(err)
	}
}

func wellFormed(t *testing.T, svg string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%v\n%s", err, svg)
		}
	}
}

// propEnums: every text codec reads what it writes.
func TestEnums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		i := uint8(rapid.IntRange(0, 15).Draw(t, "value"))
		for _, x := range []interface {
			MarshalText() ([]byte, error)
		}{journey.Process(i), journey.Actor(i), journey.Basis(i), journey.Family(i), journey.Outcome(i), journey.Relation(i), journey.Scope(i), journey.Severity(i)} {
			text, err := x.MarshalText()
			if err != nil {
				continue // no value of the enumeration
			}
			y := reflect.New(reflect.TypeOf(x))
			if err := y.Interface().(encoding.TextUnmarshaler).UnmarshalText(text); err != nil || y.Elem().Interface() != x {
				t.Fatalf("%T %q: %v %v", x, text, y.Elem(), err)
			}
			if s := fmt.Sprint(x); s != string(text) {
				t.Fatalf("%q is not %q", s, text)
			}
		}
	})
}
