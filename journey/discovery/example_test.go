package discovery_test

import (
	"fmt"
	"strconv"
	"time"

	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/discovery"
)

// exampleLog holds four journeys of two seats, one step a day.
func exampleLog() *journey.Log {
	var b journey.Builder
	start := time.Date(2025, 3, 3, 9, 0, 0, 0, time.UTC)
	for i, steps := range [][]journey.StepID{
		{"visit site", "demo", "quote", "sign"}, {"visit site", "demo", "quote", "sign"}, {"visit site", "quote", "demo", "sign"}, {"visit site", "demo"},
	} {
		for k, s := range steps {
			b.Add(journey.Event{Journey: strconv.Itoa(i), Seat: "buyer", Step: s, At: start.AddDate(0, 0, k)})
		}
	}
	log, _ := b.Build(journey.Identities{})
	return log
}

func ExampleNewDFG() {
	graph := discovery.NewDFG(exampleLog())
	for _, e := range graph.Edges() {
		fmt.Println(e.From, "→", e.To, e.Count)
	}
	// Output:
	// demo → quote 2
	// demo → sign 1
	// quote → demo 1
	// quote → sign 2
	// visit site → demo 3
	// visit site → quote 1
}

func ExampleNewVariants() {
	for _, v := range discovery.NewVariants(exampleLog()).List(2) {
		fmt.Println(v.Count, v)
	}
	// Output:
	// 2 visit site → demo → quote → sign
	// 1 visit site → demo
}

func ExampleInductive() {
	tree, err := discovery.Inductive(discovery.NewVariants(exampleLog()).List(0), 0)
	fmt.Println(tree, err)
	// Output: ->( 'visit site', +( 'demo', X( tau, 'quote' ) ), X( tau, 'sign' ) ) <nil>
}

func ExampleDurations() {
	t, ok := discovery.Durations(exampleLog())
	fmt.Println(t.N, t.Median/86400, t.Max/86400, ok)
	// Output: 4 3 3 true
}

func ExamplePerformance() {
	edges, _ := discovery.Performance(exampleLog())
	fmt.Println(edges[0].From, edges[0].To, edges[0].Mean/3600)
	// Output: demo quote 24
}

func ExampleRealistic() {
	maps, err := discovery.Realistic(exampleLog(), discovery.RealisticConfig{Goals: []journey.StepID{"sign"}})
	m := maps[0]
	fmt.Printf("%s: %d routes cover %.0f %% (%v) %v\n", m.Seat, len(m.Routes), 100*m.Covered.Value, m.Reached, err)
	// Output: buyer: 3 routes cover 100 % (true) <nil>
}

func ExampleSequences() {
	s := discovery.NewSequences(exampleLog())
	m, err := s.Compare(discovery.Distances{})
	medoid, _ := m.Medoid()
	fmt.Println(m.At(0, 2), m.At(0, 3), medoid, err)
	// Output: 2 2 0 <nil>
}

func ExampleDFG_Mermaid() {
	fmt.Print(discovery.NewDFG(exampleLog()).Mermaid(.1))
	// Output:
	// ---
	// title: "4 journeys; 4 edges left out, 22.2 % of the flow"
	// ---
	// flowchart LR
	//   start((" "))
	//   stop(((" ")))
	//   n0["demo"]
	//   n1["quote"]
	//   n2["sign"]
	//   n3["visit site"]
	//   start -->|4| n3
	//   n0 -->|2| n1
	//   n1 -->|2| n2
	//   n3 -->|3| n0
	//   n2 -->|3| stop
}
