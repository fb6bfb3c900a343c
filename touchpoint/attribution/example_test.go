package attribution_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/touchpoint"
	"github.com/buyerjourney/b2b/touchpoint/attribution"
)

func exampleSet() *attribution.PathSet {
	set := new(attribution.PathSet)
	for _, p := range []struct {
		text        string
		conv, nulls int64
		value       float64
	}{{"site > webinar > demo", 20, 10, 90000}, {"site", 2, 60, 4000}, {"webinar > demo", 8, 12, 30000}, {"fair > demo", 5, 5, 25000}} {
		if err := set.AddText(p.text, ">", p.conv, p.nulls, p.value); err != nil {
			fmt.Println(err)
		}
	}
	return set
}

func ExampleAttribute() {
	c, err := attribution.Attribute(context.Background(), exampleSet().Result(), attribution.Markov{}, attribution.Config{
		Replicates: 200, Source: rand.NewPCG(1, 0),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, x := range c.Names {
		fmt.Printf("%-8s %5.2f conversions, effect %.2f, rank %d\n", x.Name, x.Conversions.Value, x.Removal.Value, x.Rank.Rank)
	}
	parts, rest, _ := c.Apportion(b2b.MustMoney(14900000, "EUR"))
	fmt.Println(parts, rest)
	// Output:
	// demo     13.67 conversions, effect 0.94, rank 1
	// fair      2.28 conversions, effect 0.16, rank 4
	// site      7.66 conversions, effect 0.53, rank 3
	// webinar  11.39 conversions, effect 0.79, rank 2
	// [58949.52 EUR 9824.92 EUR 31100.96 EUR 49124.60 EUR] 0.00 EUR
}

func ExampleFitChain() {
	chain, err := attribution.FitChain(exampleSet().Result(), attribution.ChainConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	both := chain.RemovalOf("fair", "webinar")
	fmt.Printf("P %.4f, without fair and webinar %.0f %% of conversions are lost\n", chain.P(), 100*both.Conversion)
	// Output:
	// P 0.2869, without fair and webinar 94 % of conversions are lost
}

func ExampleChooseOrder() {
	set := new(attribution.PathSet)
	for i := range 40 {
		// What counts is the step before the last: order 2 sees it.
		_ = set.AddText(fmt.Sprintf("p%d>good>call", i), ">", 9, 1, 0)
		_ = set.AddText(fmt.Sprintf("p%d>poor>call", i), ">", 1, 9, 0)
	}
	c, err := attribution.ChooseOrder(set.Result(), attribution.OrderConfig{Max: 3})
	fmt.Println(c.Order, c.Beats, err)
	// Output:
	// 2 true <nil>
}

func ExampleJourneys() {
	j, err := attribution.NewJourneys(attribution.JourneysConfig{By: attribution.ByAccount})
	if err != nil {
		fmt.Println(err)
		return
	}
	at := func(d int) time.Time { return time.Date(2024, 3, d, 9, 0, 0, 0, time.UTC) }
	for _, t := range []touchpoint.Touch{
		{Source: "web", ID: "1", At: at(1), Touchpoint: "site", Person: "p1", Account: "acme"},
		{Source: "crm", ID: "7", At: at(4), Touchpoint: "demo", Person: "p1", Account: "acme"},
		{Source: "crm", ID: "7", At: at(4), Touchpoint: "demo", Person: "p2", Account: "acme"}, // the same meeting
		{Source: "web", ID: "2", At: at(9), Touchpoint: "support", Person: "p2", Account: "acme"},
	} {
		if err := j.Add(t); err != nil {
			fmt.Println(err)
		}
	}
	if err := j.AddConversion(attribution.Conversion{ID: "deal", Account: "acme", At: at(5), Value: 1200}); err != nil {
		fmt.Println(err)
	}
	for p := range j.Paths() {
		fmt.Println(p.Steps, p.Conversions, p.Nulls, p.Value)
	}
	fmt.Println(j.Forget("p1"))
	// Output:
	// [site demo] 1 0 1200
	// [support] 0 1 0
	// {[{touches 2}]}
}

func ExampleAttributeAccounts() {
	at := func(d int) time.Time { return time.Date(2024, 3, d, 9, 0, 0, 0, time.UTC) }
	j := attribution.AccountJourney{
		Account: "acme", Conversions: 1, Value: 1000,
		Touches: []touchpoint.Touch{
			{ID: "1", At: at(1), Touchpoint: "site", Person: "kate", Seat: "buyer"},
			{ID: "2", At: at(3), Touchpoint: "webinar", Person: "tom", Seat: "expert"},
			{ID: "3", At: at(6), Touchpoint: "demo", Person: "tom", Seat: "expert"},
			{ID: "4", At: at(9), Touchpoint: "contract", Person: "lea", Seat: "legal"},
		},
		Milestones: []attribution.Milestone{{Name: attribution.LeadCreated, At: at(4)}, {Name: attribution.Opportunity, At: at(7)}},
	}
	seat := func(t touchpoint.Touch) string { return string(t.Seat) }
	for _, m := range []attribution.AccountModel{attribution.WShape(), attribution.Owen{}} {
		c, err := attribution.AttributeAccounts(context.Background(), []attribution.AccountJourney{j}, m, seat, attribution.Config{})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Print(c.Model, ":")
		for _, x := range c.Names {
			fmt.Printf(" %s %.3f", x.Name, x.Share.Value)
		}
		fmt.Println()
	}
	// Output:
	// w-shape: buyer 0.333 expert 0.667 legal 0.000
	// owen: buyer 0.333 expert 0.333 legal 0.333
}

func ExampleDisagreement() {
	p := exampleSet().Result()
	var all []*attribution.Credits
	for _, m := range []attribution.Model{attribution.First{}, attribution.Last{}, attribution.Markov{}} {
		c, err := attribution.Attribute(context.Background(), p, m, attribution.Config{})
		if err != nil {
			fmt.Println(err)
			return
		}
		all = append(all, c)
	}
	spread, _ := attribution.Disagreement(all...)
	for _, s := range spread[:2] {
		fmt.Printf("%s: %.2f by %s to %.2f by %s\n", s.Name, s.Low, s.LowModel, s.High, s.HighModel)
	}
	// Output:
	// demo: 0.00 by first to 0.94 by last
	// fair: 0.00 by last to 0.14 by first
}

func ExampleCredits_VegaLite() {
	c, err := attribution.Attribute(context.Background(), exampleSet().Result(), attribution.Last{}, attribution.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.VegaLite()[61:214])
	// Output:
	// "title":"Credits: last (association)","data":{"values":[{"name":"demo","conversions":33},{"name":"fair","conversions":0},{"name":"site","conversions":2},
}
