package dmu_test

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
)

// pictured is a unit with names that need escaping, one member of known stance, and one of unknown stance.
func pictured(t testing.TB) dmu.MapConfig {
	t.Helper()
	u := must[dmu.Unit](t)(dmu.NewUnit(dmu.UnitConfig{
		Members: []dmu.Member{
			{ID: `Zoë <"&>`, Reach: dmu.Engaged, Assignments: []dmu.Assignment{{Seat: "legal", Source: dmu.Manual}}},
			{ID: "Bob", Posterior: []dmu.SeatP{{"user", .3}, {"buyer", .7}}},
			{ID: "Cas"},
		},
		Outsiders:    []dmu.Outsider{{ID: "verkoop", Kind: dmu.Department, Edges: []dmu.Edge{{"Bob", .25}}}},
		Alternatives: alternatives,
		Ties:         []dmu.Tie{{"Bob", `Zoë <"&>`}},
	}))
	var s dmu.Signals
	err := s.Add(dmu.Signal{Person: `Zoë <"&>`, ID: "1", At: day(1), Alternative: "Ours", Weight: 20, Reliability: 1})
	if err != nil {
		t.Fatal(err)
	}
	stances := must[[]dmu.Stance](t)(s.Stances([]b2b.PersonID{`Zoë <"&>`, "Bob", "Cas"}, dmu.StanceConfig{Alternatives: alternatives, AsOf: day(2)}))
	return dmu.MapConfig{Unit: u, Stances: stances, Weights: []float64{2, 1, 1}}
}

func TestMap(t *testing.T) {
	cfg := pictured(t)
	m := must[dmu.Map](t)(dmu.NewMap(cfg))
	svg := m.SVG()
	d := xml.NewDecoder(strings.NewReader(svg))
	var circles []string
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not XML: %v\n%s", err, svg)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "circle" {
			for _, a := range e.Attr {
				if a.Name.Local == "cx" || a.Name.Local == "cy" || a.Name.Local == "r" {
					circles = append(circles, a.Value)
				}
			}
		}
	}
	// Zoë: s = 20/23, half of the influence, engaged. The others: in the strip at the left, a quarter each.
	if got := strings.Join(circles, " "); got != "693.48 50 10 65 230 4 65 230 4" {
		t.Errorf("circles at %s", got)
	}
	for _, text := range []string{">legal<", ">buyer?<", ">?<", ">department<", "towards Ours"} {
		if !strings.Contains(svg, text) {
			t.Errorf("no %q in\n%s", text, svg)
		}
	}
	for _, name := range []string{"Zo", "Bob", "Cas", "verkoop"} {
		if strings.Contains(svg, name) {
			t.Errorf("the name %q is shown", name)
		}
	}
	cfg.Names = true
	named := must[dmu.Map](t)(dmu.NewMap(cfg))
	if svg := named.SVG(); !strings.Contains(svg, "legal (Zoë &lt;") || !strings.Contains(svg, "verkoop") || svg != named.SVG() {
		t.Error(svg)
	}
	if empty := (dmu.Map{}).SVG(); !strings.HasSuffix(empty, "</svg>\n") || strings.Contains(empty, "NaN") {
		t.Error(empty)
	}
	if _, err := dmu.NewMap(dmu.MapConfig{Unit: cfg.Unit, Stances: cfg.Stances[:1], Weights: []float64{-1, 0, 0}}); err == nil ||
		err.Error() != "stances: not one per member\nweights[0]: not a finite number ≥ 0" {
		t.Error(err)
	}
}

func TestGraph(t *testing.T) {
	u := pictured(t).Unit
	wantDOT := `digraph unit {
  rankdir=LR;
  m0 [label="legal"];
  m1 [label="buyer?"];
  m2 [label="?"];
  o0 [shape=diamond, label="department"];
  m1 -> m0;
  o0 -> m1 [style=dashed, label="0.25"];
}
`
	if got := u.Graph(false).DOT(); got != wantDOT {
		t.Errorf("%s", got)
	}
	wantMermaid := `flowchart LR
  n0(["legal"])
  n1(["buyer?"])
  n2(["?"])
  n3{"department"}
  n1 --> n0
  n3 -. "0.25" .-> n1
`
	if got := u.Graph(false).Mermaid(); got != wantMermaid {
		t.Errorf("%s", got)
	}
	if got := u.Graph(true).DOT(); !strings.Contains(got, `label="legal (Zoë <\"&amp;>)"`) {
		t.Errorf("%s", got)
	}
}
