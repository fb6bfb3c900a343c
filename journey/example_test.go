package journey_test

import (
	"fmt"
	"time"

	"github.com/buyerjourney/b2b/journey"
)

// Two persons of one account, one meeting that both attend, and an offer that falls into an open complaint.
func Example() {
	at := func(day int) time.Time { return time.Date(2024, 5, day, 12, 0, 0, 0, time.UTC) }
	b, err := journey.NewBuilder(journey.Config{})
	if err != nil {
		panic(err)
	}
	b.Add(
		journey.Event{Account: "acme", Person: "anna", Seat: "buyer", Kind: journey.Purchase, Step: "website", At: at(1)},
		journey.Event{
			Account: "acme", Person: "anna", Seat: "buyer", Kind: journey.Purchase, Step: "meeting", At: at(3),
			With: []journey.Participant{{Person: "ben", Seat: "legal"}},
		},
		journey.Event{Account: "acme", Person: "ben", Seat: "legal", Kind: journey.Purchase, Step: "contract review", At: at(9)},
		journey.Event{Account: "acme", Kind: journey.Support, Step: "complaint", At: at(4)},
		journey.Event{Account: "acme", Kind: journey.Support, Step: "solved", At: at(8)},
		journey.Event{Account: "acme", Person: "anna", Kind: journey.Campaign, Step: "cross-sell offer", At: at(5)},
	)
	log, report := b.Build(journey.Identities{})
	fmt.Println(report.Accepted, "events,", log.Len(), "rows,", log.Journeys(), "journeys")
	for _, c := range journey.Composites(log) {
		for _, j := range c.Joint() {
			fmt.Println(c.Account(), "meets in", j.Step, "with", len(j.Journeys), "journeys")
		}
	}
	found, err := log.Crossings(journey.CommonRules()[:1], journey.RuleConfig{})
	if err != nil {
		panic(err)
	}
	for _, x := range found {
		fmt.Println(x.Severity, x.Reason)
	}
	// Output:
	// 6 events, 7 rows, 4 journeys
	// acme meets in meeting with 2 journeys
	// hold complaint × cross-sell: "cross-sell offer" while a support journey has been open for 24.0 hours, last step "complaint"
}

// What sets the lawyer apart from the buyer, and what both do.
func ExampleOverlapTable() {
	var t journey.OverlapTable
	for _, r := range []journey.OverlapRow{
		{Person: "anna", Seat: "buyer", Step: "website", N: 3},
		{Person: "anna", Seat: "buyer", Step: "price list", N: 1},
		{Person: "ben", Seat: "legal", Step: "website", N: 1},
		{Person: "ben", Seat: "legal", Step: "contract review", N: 2},
	} {
		if err := t.Add(r); err != nil {
			panic(err)
		}
	}
	o := t.Overlap(journey.Persons)
	p, _ := o.Pair("buyer", "legal")
	fmt.Println("shared by all:", o.SharedByAll())
	fmt.Println("reveals the lawyer:", o.Exclusive("legal"))
	fmt.Println("Jaccard:", p.Jaccard)
	// Output:
	// shared by all: [website]
	// reveals the lawyer: [contract review]
	// Jaccard: 0.3333333333333333
}

// A map is read from JSON, checked and drawn.
func ExampleNewMap() {
	m, err := journey.NewMap(journey.Map{
		ID: "legal", Seat: "legal", Kind: journey.Purchase,
		Steps: []journey.Step{{ID: "contract", Actor: journey.Seller}, {ID: "review", Actor: journey.Buyer}},
		Flow: journey.Graph{Edges: []journey.Edge{
			{From: journey.Start, To: "contract"}, {From: "contract", To: "review"}, {From: "review", To: journey.End},
		}},
		Goals: []journey.StepID{"review"},
	})
	if err != nil {
		panic(err)
	}
	for _, f := range m.Check()[:2] {
		fmt.Println(f.Path, f.Code)
	}
	fmt.Print(m.Mermaid())
	// Output:
	// map.steps[0].department no-department
	// map.steps[0].phase no-phase
	// flowchart LR
	//   start((" "))
	//   stop((" "))
	//   n0["contract"]
	//   n1(["review"])
	//   start --> n0
	//   n0 --> n1
	//   n1 --> stop
}
