package conformance_test

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/conformance"
	"github.com/buyerjourney/b2b/touchpoint"
)

// logOf makes a log of journeys whose steps are gap apart.
func logOf(tb testing.TB, gap time.Duration, journeys ...[]journey.StepID) *journey.Log {
	tb.Helper()
	b, err := journey.NewBuilder(journey.Config{})
	if err != nil {
		tb.Fatal(err)
	}
	start := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, q := range journeys {
		for k, s := range q {
			b.Add(journey.Event{Journey: fmt.Sprintf("j%02d", i), Step: s, At: start.Add(time.Duration(k) * gap), Seq: int64(k)})
		}
	}
	l, _ := b.Build(journey.Identities{})
	return l
}

func repeat(n int, q ...journey.StepID) [][]journey.StepID {
	out := make([][]journey.StepID, n)
	for i := range out {
		out[i] = q
	}
	return out
}

func designed(tb testing.TB, flow journey.Flow) *journey.Map {
	tb.Helper()
	m, err := journey.NewMap(journey.Map{
		ID: "m", Flow: flow,
		Steps: []journey.Step{
			{ID: "ask"},
			{ID: "legal", Visibility: touchpoint.BuyerInternal, Duration: journey.Duration{Family: journey.Exponential, Mean: 3600}, Evidence: journey.Evidence{Basis: journey.Interview}},
			{ID: "buy"},
			{ID: "leave"},
			{ID: "never"},
		},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

// find returns the change of a kind about a step.
func find(tb testing.TB, changes []conformance.Change, kind conformance.ChangeKind, step journey.StepID) conformance.Change {
	tb.Helper()
	for _, c := range changes {
		if c.Kind == kind && c.Step == step {
			return c
		}
	}
	tb.Fatalf("no change %v of %s in %+v", kind, step, changes)
	return conformance.Change{}
}

// Eight journeys ask, then six buy and two leave, two hours later; five of them demo in between. By hand: the choice has
// the prior (1/3, 1/3, 1/3) worth 3 journeys, so that buy has (3/3 + 6)/(3 + 8); legal had an hour worth 10 interviews,
// and eight gaps, so that it has (10·3600 + 5·14400 + 3·7200)/18.
func TestEnrichTree(t *testing.T) {
	tree, err := journey.ParseTree("->( 'ask', 'legal', X( 'buy', 'leave', 'never' ) )")
	if err != nil {
		t.Fatal(err)
	}
	journeys := append(repeat(5, "ask", "demo", "buy"), repeat(1, "ask", "buy")...)
	journeys = append(journeys, repeat(2, "ask", "leave")...)
	log := logOf(t, 2*time.Hour, journeys...)
	m, changes, err := conformance.Enrich(context.Background(), designed(t, tree), log, conformance.EnrichConfig{})
	if err != nil {
		t.Fatal(err)
	}
	w := m.Flow.(journey.Tree).Children[2]
	for i, want := range []float64{7.0 / 11, 3.0 / 11, 1.0 / 11} {
		if math.Abs(w.Weights[i]-want) > 1e-12 {
			t.Errorf("weight %d is %v, want %v", i, w.Weights[i], want)
		}
	}
	if w.N != 11 {
		t.Errorf("evidence %v, want 11", w.N)
	}
	legal, _ := m.Step("legal")
	if want := (10*3600 + 5*14400 + 3*7200) / 18.0; math.Abs(legal.Duration.Mean-want) > 1e-9 {
		t.Errorf("legal takes %v, want %v", legal.Duration.Mean, want)
	}
	if c := find(t, changes, conformance.ProposedStep, "demo"); c.N != 5 || c.Predecessor != "ask" || c.Successor != "buy" || len(c.Journeys) != 5 {
		t.Errorf("proposal %+v", c)
	}
	if c := find(t, changes, conformance.UnseenStep, "never"); math.Abs(c.After-(1-math.Pow(.05, 1./8))) > 1e-12 {
		t.Errorf("unseen %+v", c)
	}
}

// The same in a graph, where the delay of the edge that was taken straight is updated too.
func TestEnrichGraph(t *testing.T) {
	g := journey.Graph{Edges: []journey.Edge{
		{From: journey.Start, To: "ask"}, {From: "ask", To: "buy"}, {From: "ask", To: "leave"}, {From: "buy", To: journey.End}, {From: "leave", To: journey.End},
	}}
	log := logOf(t, time.Hour, append(repeat(6, "ask", "buy"), repeat(2, "ask", "leave")...)...)
	m, changes, err := conformance.Enrich(context.Background(), designed(t, g), log, conformance.EnrichConfig{})
	if err != nil {
		t.Fatal(err)
	}
	edges := m.Flow.(journey.Graph).Edges
	if p, _ := edges[1].P.Value(); math.Abs(p-(1+6)/10.0) > 1e-12 || edges[1].Evidence.N != 10 || edges[1].Evidence.Basis != journey.Observed {
		t.Errorf("edge %+v", edges[1])
	}
	if edges[1].Delay.Mean != 3600 || edges[1].Delay.N != 6 {
		t.Errorf("delay %+v", edges[1].Delay)
	}
	if c := find(t, changes, conformance.EdgeDelay, "ask"); c.N == 0 {
		t.Errorf("delay %+v", c)
	}
}

func TestEnrichOrderConflict(t *testing.T) {
	tree, err := journey.ParseTree("->( 'ask', 'buy' )")
	if err != nil {
		t.Fatal(err)
	}
	_, changes, err := conformance.Enrich(context.Background(), designed(t, tree), logOf(t, time.Hour, repeat(6, "buy", "ask")...), conformance.EnrichConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if c := find(t, changes, conformance.OrderConflict, "ask"); c.Other != "buy" || c.N != 6 || c.After != 1 {
		t.Errorf("conflict %+v", c)
	}
}
