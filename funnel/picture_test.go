package funnel_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
)

type chart struct {
	Data struct{ Values []map[string]any }
}

func vega(t *testing.T, text string) chart {
	t.Helper()
	var c chart
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return c
}

func TestFlowDOT(t *testing.T) {
	b := exampleBook()
	b.Add(funnel.Change{Deal: "odd", Stage: `say "hi" \ ünïcode`, At: at(0)})
	f, err := funnel.NewFlow(b.At(b2b.View{At: exampleEnd}), 0)
	if err != nil {
		t.Fatal(err)
	}
	dot := f.DOT()
	for _, want := range []string{
		`n1 [label="Veroveren\n4 here\nmedian 11 d"];`, `start -> n0 [label="10"];`, `n1 -> n2 [label="3, 43.75 % (15.77 % to 85.47 %)"];`,
		`n1 -> u1 [style=dashed, label="unresolved 22.5 %"];`, `[label="say \"hi\" \\ ünïcode\n1 here"];`,
	} {
		if !strings.Contains(dot, want) {
			t.Errorf("no %s in\n%s", want, dot)
		}
	}
	if f.DOT() != dot || f.Mermaid() != f.Mermaid() {
		t.Error("the same flow gives two pictures")
	}
	if empty := (funnel.Flow{}).DOT(); !strings.HasPrefix(empty, "digraph") {
		t.Errorf("the empty flow: %s", empty)
	}
}

func TestConversionChart(t *testing.T) {
	s := exampleBook().At(b2b.View{At: exampleEnd})
	c := convertAll(t, s, funnel.ConversionQuery{})
	sum := map[float64]float64{}
	names := map[string]bool{}
	for _, row := range vega(t, c.VegaLite()).Data.Values {
		sum[row["days"].(float64)] += row["share"].(float64)
		names[row["outcome"].(string)] = true
	}
	if !names["target"] || !names["lost"] || !names["unresolved"] {
		t.Errorf("outcomes: %v", names)
	}
	for day, total := range sum {
		near(t, "shares on day", total, 1, 1e-12)
		_ = day
	}
	many := convertAll(t, bpiBook(t).At(b2b.View{At: bpiEnd}), funnel.ConversionQuery{})
	if n := len(vega(t, many.VegaLite()).Data.Values); n > 4*402 {
		t.Errorf("a chart of %d points", n)
	}
}

func TestTriangleChart(t *testing.T) {
	s := exampleBook().At(b2b.View{At: exampleEnd})
	tri, err := funnel.Cohorts(s, funnel.Weekly, funnel.ConversionQuery{})
	if err != nil {
		t.Fatal(err)
	}
	rows := vega(t, tri.VegaLite()).Data.Values
	if len(rows) != 5+4+3 { // what nobody could have reached is blank
		t.Errorf("cells: got %d, want 12", len(rows))
	}
}
