package forecast_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
	"github.com/buyerjourney/b2b/funnel/forecast"
)

// history returns a book of n deals: one is opened each day, every second one is won after 20 days, the others are lost
// after 30.
func history(n int) *funnel.Book {
	pipeline, err := funnel.NewPipeline(funnel.PipelineConfig{ID: "sales", Stages: []funnel.StageDef{
		{ID: "Qualify", Order: 1}, {ID: "Propose", Order: 2}, {ID: "Won", Order: 3, Outcome: funnel.Won}, {ID: "Lost", Order: 4, Outcome: funnel.Lost},
	}})
	if err != nil {
		panic(err)
	}
	book, err := funnel.NewBook(funnel.BookConfig{Pipelines: []*funnel.Pipeline{pipeline}})
	if err != nil {
		panic(err)
	}
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range n {
		id := b2b.DealID(fmt.Sprintf("deal %03d", i))
		at := func(days int) funnel.Instant { return funnel.Exact(start.AddDate(0, 0, i+days)) }
		end, stage := 30, funnel.Stage("Lost")
		if i%2 == 0 {
			end, stage = 20, "Won"
		}
		book.Add(
			funnel.Change{Deal: id, Stage: "Qualify", At: at(0), Amount: b2b.MustMoney(100_00, "EUR")},
			funnel.Change{Deal: id, Stage: "Propose", At: at(10)},
			funnel.Change{Deal: id, Stage: stage, At: at(end)},
		)
	}
	return book
}

func Example() {
	book := history(200)
	asOf := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	model, err := forecast.Fit(context.Background(), book.At(b2b.View{At: asOf, Known: asOf}), forecast.Config{
		Horizon: 60 * 24 * time.Hour, Levels: []float64{0.8}, Source: rand.NewPCG(1, 0),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	f, err := model.Forecast(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	d := f.Deals[0]
	fmt.Printf("%d open deals, %.0f wins expected\n", len(f.Deals), f.Whole.Open.Wins.Mean)
	fmt.Printf("%s in %s for %v: %.2f\n", d.Deal, d.Stage, d.Age, d.P.Value)
	fmt.Println(f.Verdict)
	// Output:
	// 25 open deals, 10 wins expected
	// deal 091 in Propose for 456h0m0s: 0.00
	// too little history
}

// A forecast is worth as much as it would have been worth in the past: here against the share of closed deals that were
// won, which forgets that deals take time.
func ExampleBacktest() {
	report, err := forecast.Backtest(context.Background(), history(200), forecast.BacktestConfig{
		Forecast: forecast.Config{
			Horizon: 14 * 24 * time.Hour, Levels: []float64{0.8}, Draws: 200, Source: rand.NewPCG(1, 0),
			HalfLife: forecast.HalfLife{Mode: forecast.Off}, Season: forecast.Season{Mode: forecast.Off},
		},
		AsOf:    time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC),
		Count:   8,
		Kernels: []forecast.Kernel{forecast.SemiMarkov, forecast.ClosedOnly},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, k := range []forecast.Kernel{forecast.SemiMarkov, forecast.ClosedOnly} {
		s, _ := report.Score(k, forecast.Wins)
		fmt.Printf("%v: bias %+.0f %%, %v\n", k, s.BiasPct.Value, s.Verdict)
	}
	// Output:
	// semi_markov: bias +0 %, trusted
	// closed_only: bias +80 %, not honest
}

// The law of a pipeline of three deals: 100 is the likeliest result, and the mean is no possible one.
func ExampleRevenueLaw() {
	law, err := forecast.RevenueLaw([]int64{100, 100, 500}, []float64{0.5, 0.5, 0.1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(law.Mean(), law.Quantile(0.5), law.Quantile(0.9))
	fmt.Printf("%.3f\n", law.AtLeast(500))
	// Output:
	// 150 100 200
	// 0.100
}

// What if proposals were won half as often again? The same luck meets both worlds.
func ExampleModel_WhatIf() {
	book := history(200)
	asOf := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	model, err := forecast.Fit(context.Background(), book.At(b2b.View{At: asOf, Known: asOf}), forecast.Config{
		Horizon: 60 * 24 * time.Hour, Levels: []float64{0.8}, Source: rand.NewPCG(1, 0),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := model.WhatIf(context.Background(), []forecast.Change{{Lever: forecast.Conversion, Stage: "Propose", Factor: 1.5}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.1f wins instead of %.1f\n", c.After.Wins.Mean, c.Before.Wins.Mean)
	// Output:
	// 15.1 wins instead of 10.1
}
