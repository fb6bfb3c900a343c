package conformance_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/conformance"
)

// moveCost checks that moves explain the sequence event by event, and adds up their costs.
func moveCost(t testing.TB, a conformance.Alignment, events int) int {
	t.Helper()
	cost, n := 0, 0
	for _, m := range a.Moves {
		if m.Kind != conformance.Sync {
			cost++
		}
		if m.Kind != conformance.Unmatched {
			n++
		}
	}
	if n != events {
		t.Errorf("moves account for %d of %d events", n, events)
	}
	return cost
}

func TestOracleExactAlignments(t *testing.T) {
	for _, name := range []string{"bpic2012_im", "bpic2012_imf02", "bpic2012_imf03", "bpic2012_imf05", "bpic2020_permit_im", "bpic2020_permit_imf02", "purchasing_im", "purchasing_imf02"} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && name == "bpic2020_permit_im" {
				t.Skip("takes seconds")
			}
			var o struct {
				Net   oracleNet
				Input string
				Cost  []int
			}
			oracle(t, "exactalign_"+name+".json", &o)
			m, err := conformance.CompileNet(o.Net.net())
			if err != nil {
				t.Fatal(err)
			}
			sequences := oracleVariants(t, o.Input)
			got, err := m.Align(context.Background(), sequences, conformance.Config{})
			if err != nil {
				t.Fatal(err)
			}
			bad := 0
			for i, a := range got {
				if a.Cost != o.Cost[i] || !a.Exact || a.Fits != (o.Cost[i] == 0) {
					bad++
				}
				if c := moveCost(t, a, len(sequences[i])); c != a.Cost {
					t.Fatalf("variant %d: moves cost %d, not %d", i, c, a.Cost)
				}
			}
			if bad > 0 {
				t.Errorf("%d of %d costs differ", bad, len(got))
			}
		})
	}
}

// A silent transition that makes tokens without end: the answer is exact where it can be, and says so where it cannot.
func TestUnboundedNet(t *testing.T) {
	m, err := conformance.CompileNet(conformance.Net{
		Places: []string{"p", "q", "end"}, Transitions: []conformance.Transition{{ID: "make"}, {ID: "take", Step: "a"}, {ID: "stop", Step: "z"}},
		Arcs: []conformance.Arc{
			{From: "p", To: "make"},
			{From: "make", To: "p"},
			{From: "make", To: "q"},
			{From: "q", To: "take"},
			{From: "p", To: "stop"},
			{From: "stop", To: "end"},
		},
		Initial: []conformance.Tokens{{Place: "p", N: 1}}, Final: []conformance.Tokens{{Place: "end", N: 1}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if m.Shape().Safe || m.Shape().ShortestRun != 1 {
		t.Errorf("shape %+v", m.Shape())
	}
	got, err := m.Align(context.Background(), [][]journey.StepID{{"a", "a", "a", "z"}, {"b"}}, conformance.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if !got[0].Fits || got[1].Cost != 2 || !got[1].Exact {
		t.Errorf("%+v", got)
	}
}

func TestLimits(t *testing.T) {
	tree, err := journey.ParseTree("+( *( 'a', 'b' ), *( 'c', 'd' ), *( 'e', 'f' ) )")
	if err != nil {
		t.Fatal(err)
	}
	m, err := conformance.Compile(tree)
	if err != nil {
		t.Fatal(err)
	}
	sequences := [][]journey.StepID{{"a", "c", "e"}, {"b", "b", "d", "d", "f", "f", "x"}}
	full, err := m.Align(context.Background(), sequences, conformance.Config{})
	if err != nil {
		t.Fatal(err)
	}
	few, err := m.Align(context.Background(), sequences, conformance.Config{MaxStates: 20})
	if err != nil {
		t.Fatal(err)
	}
	if !few[0].Fits || few[1].Exact || few[1].Fits || few[1].Cost > full[1].Cost || few[1].Moves != nil {
		t.Errorf("with few states %+v, with many %+v", few, full)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if got, err := m.Align(ctx, sequences, conformance.Config{}); !errors.Is(err, context.Canceled) || got != nil {
		t.Errorf("cancelled: %v, %v", got, err)
	}
	if _, err := m.Align(context.Background(), nil, conformance.Config{Costs: map[journey.StepID]int{"a": 0}, MaxStates: -1, Workers: -1}); err == nil || len(strings.Split(err.Error(), "\n")) != 3 {
		t.Errorf("error %v, want three problems", err)
	}
}

// Costs may be given per step: leaving out a dear event costs more, and the cheapest run is counted with the costs too.
func TestCosts(t *testing.T) {
	tree, err := journey.ParseTree("->( 'a', X( 'b', 'c' ) )")
	if err != nil {
		t.Fatal(err)
	}
	m, err := conformance.Compile(tree)
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.Align(context.Background(), [][]journey.StepID{{"a", "x"}, {"b"}}, conformance.Config{Costs: map[journey.StepID]int{"a": 5, "b": 3, "x": 2}})
	if err != nil {
		t.Fatal(err)
	}
	// x is left over (2) and c is missing (1); worst: 5 + 2 and the run a, c (6). a is missing (5); worst: 3 + 6.
	if got[0].Cost != 3 || got[0].Worst != 13 || got[1].Cost != 5 || got[1].Worst != 9 {
		t.Errorf("%+v", got)
	}
}

// A failed touch that is tried again is failed once, and the second try is not ad-hoc.
func TestFailedTouchpoints(t *testing.T) {
	tree, err := journey.ParseTree("->( 'call', 'quote' )")
	if err != nil {
		t.Fatal(err)
	}
	m, err := conformance.Compile(tree)
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.Align(context.Background(), [][]journey.StepID{{"call", "call", "quote"}, {"quote", "call"}}, conformance.Config{})
	if err != nil {
		t.Fatal(err)
	}
	failed := got[0].Deviations(func(event int) bool { return event == 0 })
	if want := []conformance.Deviation{{Kind: conformance.Failed, Step: "call", Position: 0}}; !slices.Equal(failed, want) {
		t.Errorf("failed and tried again: %+v, want %+v", failed, want)
	}
	if want := []conformance.Deviation{{Kind: conformance.AdHoc, Step: "call", Position: 1}}; !slices.Equal(got[0].Deviations(nil), want) {
		t.Errorf("twice: %+v, want %+v", got[0].Deviations(nil), want)
	}
	// quote before call: the call is made up for in the model, so that one of the two is at another place.
	swapped := got[1].Deviations(nil)
	if len(swapped) != 1 || swapped[0].Kind != conformance.Irregular {
		t.Errorf("swapped: %+v from %v", swapped, got[1].Moves)
	}
}
