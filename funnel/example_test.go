package funnel_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
)

// exampleBook holds ten deals: as of exampleEnd three were won after one to three weeks, three lost after two, four are
// under way.
func exampleBook() *funnel.Book {
	book, err := funnel.NewBook(funnel.BookConfig{})
	if err != nil {
		panic(err)
	}
	start := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	for i := range 10 {
		id := b2b.DealID("deal " + strconv.Itoa(i))
		entry := start.AddDate(0, 0, 2*i)
		source := []string{"fair", "web"}[i%2]
		book.Add(
			funnel.Change{Deal: id, Stage: "Attract", At: funnel.Exact(entry), LeadSource: source},
			funnel.Change{Deal: id, Stage: "Convince", At: funnel.Exact(entry.AddDate(0, 0, 3)), Amount: b2b.MustMoney(100_000, "EUR")},
		)
		switch {
		case i < 4:
			book.Add(funnel.Change{Deal: id, Stage: "Retain", At: funnel.Exact(entry.AddDate(0, 0, 7*(i+1)))})
		case i < 7:
			book.Add(funnel.Change{Deal: id, Stage: "Lost", At: funnel.Exact(entry.AddDate(0, 0, 14))})
		}
	}
	return book
}

var exampleEnd = time.Date(2026, 2, 5, 9, 0, 0, 0, time.UTC)

func ExampleConvert() {
	state := exampleBook().At(b2b.View{At: exampleEnd})
	c, err := funnel.Convert(state, funnel.ConversionQuery{Horizon: 20 * 24 * time.Hour})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("won within 20 days of entry: %.3f (%.3f to %.3f), %s\n", c.ByHorizon.Value, c.ByHorizon.Low, c.ByHorizon.High, c.ByHorizon.Method)
	fmt.Printf("still under way then:        %.3f\n", c.ByHorizon.Unresolved)
	fmt.Printf("of closed deals only:        %.3f, %s\n", c.ClosedOnly.Value, c.ClosedOnly.Method)
	fmt.Println("ever:", c.Ultimate.Why)
	// Output:
	// won within 20 days of entry: 0.213 (0.057 to 0.619), Aalen-Johansen, log(-log)
	// still under way then:        0.450
	// of closed deals only:        0.500, wilson; biased: what is still under way is left out
	// ever: too many are still under way after the last event
}

func ExampleBook_At() {
	book, err := funnel.NewBook(funnel.BookConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	monday := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	book.Add(
		funnel.Change{Deal: "d", Stage: "Attract", At: funnel.Exact(monday), RecordedAt: monday},
		// It was known only on Friday that the deal had moved on Tuesday.
		funnel.Change{Deal: "d", Stage: "Convince", At: funnel.Exact(monday.AddDate(0, 0, 1)), RecordedAt: monday.AddDate(0, 0, 4)},
	)
	wednesday := monday.AddDate(0, 0, 2)
	fmt.Println("as known then:", book.At(b2b.View{At: wednesday, Known: wednesday}).Deal(0).Stage)
	fmt.Println("as known now: ", book.At(b2b.View{At: wednesday}).Deal(0).Stage)
	// Output:
	// as known then: Attract
	// as known now:  Convince
}

func ExampleState_Passages() {
	book, err := funnel.NewBook(funnel.BookConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	day := func(d int) funnel.Instant { return funnel.Exact(time.Date(2026, 3, d, 0, 0, 0, 0, time.UTC)) }
	book.Add(
		funnel.Change{Deal: "d", Stage: "Attract", At: day(1)},
		funnel.Change{Deal: "d", Stage: "Convince", At: day(4)},
		funnel.Change{Deal: "d", Stage: "Lost", At: day(9)},
		funnel.Change{Deal: "d", Stage: "Convince", At: day(20)}, // opened again
	)
	s := book.At(b2b.View{})
	for _, p := range s.Passages(0) {
		fmt.Printf("%s visit %d episode %d flags %q\n", p.Stage, p.Visit, p.Episode, p.Flags)
	}
	// Output:
	// Attract visit 1 episode 0 flags ""
	// Convince visit 1 episode 0 flags ""
	// Lost visit 1 episode 0 flags ""
	// Convince visit 2 episode 1 flags "re_entered|after_close"
}

func ExamplePipeline_Labels() {
	p := funnel.FourV()
	for _, move := range [][2]funnel.Stage{{"", "Attract"}, {"Attract", "Convince"}, {"Convince", "Retain"}, {"Grow", "Retain"}, {"Retain", "Convince"}} {
		l := p.Labels(move[0], move[1])
		fmt.Printf("%q to %q: phase %v, %v\n", l.From, l.To, l.ToPhase.Dutch(), l.Moment)
	}
	// Output:
	// "" to "Attract": phase verleiden, initial-consideration
	// "Attract" to "Convince": phase veroveren, active-evaluation
	// "Convince" to "Retain": phase vasthouden, purchase
	// "Grow" to "Retain": phase vasthouden, loyalty-loop
	// "Retain" to "Convince": phase veroveren, active-evaluation
}

func ExampleReach() {
	start := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	row := func(unit, day, step int) funnel.StepEvent {
		return funnel.StepEvent{Unit: unit, At: start.AddDate(0, 0, day), Step: step}
	}
	r, _, err := funnel.Reach([]funnel.StepEvent{
		row(0, 0, 0), row(0, 1, 1), row(0, 2, 2), // all three steps
		row(1, 0, 0), row(1, 1, 1), // the window of a week is over
		row(2, 18, 0), row(2, 19, 1), // still in its window
	}, funnel.ReachConfig{Steps: 3, Within: 7 * 24 * time.Hour, AsOf: start.AddDate(0, 0, 20)})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("reached each step:", r.Steps)
	fmt.Println("complete, failed, still in the window:", r.Completed, r.Failures, r.Censored)
	fmt.Printf("rate within the window: %.2f\n", r.Rate.Value)
	// Output:
	// reached each step: [3 3 1]
	// complete, failed, still in the window: 1 1 1
	// rate within the window: 0.33
}

func ExampleStageTimes() {
	s := exampleBook().At(b2b.View{At: exampleEnd})
	times, err := funnel.StageTimes(s, 0.9)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, t := range times {
		median, ok := t.Curve.Quantile(0.5)
		fmt.Println(s.Places()[t.Place].Stage, t.Stays, "stays, median", median.Value, ok)
	}
	// Output:
	// Attract 10 stays, median 3 true
	// Convince 10 stays, median 11 true
}

func ExampleCohorts() {
	s := exampleBook().At(b2b.View{At: exampleEnd})
	t, err := funnel.Cohorts(s, funnel.Weekly, funnel.ConversionQuery{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, row := range t.Rows {
		fmt.Print(row.Period.From.Format(time.DateOnly), ": ", row.Entered, " entered;")
		for _, c := range row.Cells {
			if c.IsObserved() {
				fmt.Print(" ", c.Count)
			}
		}
		fmt.Println()
	}
	// Output:
	// 2026-01-05: 4 entered; 0 1 1 1 0
	// 2026-01-12: 3 entered; 0 0 0 0
	// 2026-01-19: 3 entered; 0 0 0
}

func ExampleHandOff() {
	s := exampleBook().At(b2b.View{At: exampleEnd})
	rep, err := funnel.HandOff(s, funnel.HandOffQuery{By: funnel.ByLeadSource})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range rep.Rows {
		fmt.Println(r.Name, "handed over", r.HandedOver, "accepted", r.Accepted, "won", r.WonCount, r.Value)
	}
	fmt.Println("cannot be told apart:", rep.Ranking)
	// Output:
	// fair handed over 5 accepted 5 won 2 [2000.00 EUR]
	// web handed over 5 accepted 5 won 1 [1000.00 EUR]
	// cannot be told apart: [[fair web]]
}

func ExampleSalesVelocity() {
	s := exampleBook().At(b2b.View{At: exampleEnd})
	v, err := funnel.SalesVelocity(s, funnel.VelocityConfig{Source: rand.NewPCG(1, 0)})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d open × %.2f × %.0f %s / %.1f days = %.1f per day\n", v.Open, v.WinRate.Value, v.MeanWon, v.Currency, v.CycleDays, v.PerDay.Value)
	// Output:
	// 4 open × 0.50 × 1000 EUR / 14.0 days = 142.9 per day
}

func ExampleNewConsideration() {
	at := func(d int) funnel.Instant { return funnel.Exact(time.Date(2026, 3, d, 0, 0, 0, 0, time.UTC)) }
	c, _ := funnel.NewConsideration("us",
		funnel.BrandEvent{Deal: "d", Brand: "rival", Kind: funnel.Added, At: at(1)},
		funnel.BrandEvent{Deal: "d", Brand: "us", Kind: funnel.Added, At: at(5)}, // added during the evaluation
		funnel.BrandEvent{Deal: "d", Brand: "rival", Kind: funnel.Dropped, At: at(9)},
	)
	for _, d := range []int{3, 6, 10} {
		set, ok := c.SetAt("d", time.Date(2026, 3, d, 0, 0, 0, 0, time.UTC))
		fmt.Print("March ", d, ":")
		for _, s := range set {
			fmt.Print(" ", s.Brand, " (initial ", s.Initial, ")")
		}
		fmt.Println(" known", ok)
	}
	// Output:
	// March 3: rival (initial true) known true
	// March 6: rival (initial true) us (initial false) known true
	// March 10: us (initial false) known true
}

func ExampleFlow_Mermaid() {
	s := exampleBook().At(b2b.View{At: exampleEnd})
	f, err := funnel.NewFlow(s, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(f.Mermaid())
	// Output:
	// flowchart LR
	//   n0["Verleiden<br/>0 here<br/>median 3 d"]
	//   n1["Veroveren<br/>4 here<br/>median 11 d"]
	//   n2["Vasthouden<br/>3 here"]
	//   n3["Lost<br/>3 here"]
	//   n4((" "))
	//   n4 -->|"10"| n0
	//   n0 -->|"10, 100 % #40;100 % to 100 %#41;"| n1
	//   n1 -->|"3, 43.75 % #40;15.77 % to 85.47 %#41;"| n2
	//   n1 -->|"3, 33.75 % #40;12.38 % to 72.26 %#41;"| n3
	//   n5["?"]
	//   n1 -.->|"unresolved 22.5 %"| n5
}

func ExampleCountsAcc() {
	s := exampleBook().At(b2b.View{At: exampleEnd})
	var counts funnel.CountsAcc
	for i := range s.Len() {
		if err := counts.Add(s.History(i)); err != nil {
			fmt.Println(err)
		}
	}
	for _, c := range counts.Result() {
		fmt.Printf("%q to %q: %d\n", c.From, c.To, c.N())
	}
	// Output:
	// "" to "Attract": 10
	// "Attract" to "Convince": 10
	// "Convince" to "Lost": 3
	// "Convince" to "Retain": 3
}

func ExampleShrink() {
	segments := []funnel.Rate{{Events: 120, AtRisk: 400}, {Events: 30, AtRisk: 300}, {Events: 2, AtRisk: 2}}
	for _, r := range funnel.Shrink(segments, 0) {
		fmt.Printf("%d of %d: %.2f\n", r.Events, r.AtRisk, r.Value)
	}
	// Output:
	// 120 of 400: 0.30
	// 30 of 300: 0.10
	// 2 of 2: 0.40
}
