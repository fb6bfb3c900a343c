package strategy_test

import (
	"context"
	"fmt"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/touchpoint"
	"github.com/buyerjourney/b2b/touchpoint/strategy"
)

var (
	exampleNeeds = []strategy.Need{
		{Persona: "cfo", Phase: b2b.Convince, Topic: "price", Weight: 5},
		{Persona: "legal", Phase: b2b.Convince, Topic: "terms", Weight: 4},
		{Persona: "user", Phase: b2b.Attract, Topic: "vision", Weight: 2},
	}
	full            = b2b.MustFraction(1)
	exampleSupplies = []strategy.Supply{
		{Touchpoint: "pricing page", Persona: "cfo", Phase: b2b.Convince, Topic: "price", Fit: b2b.MustFraction(0.8), Reach: full, Quality: full, Control: full},
		{Touchpoint: "webinar", Topic: "vision", Fit: b2b.MustFraction(0.6), Reach: full, Quality: full, Control: full},
		{Touchpoint: "webinar", Persona: "cfo", Topic: "price", Fit: b2b.MustFraction(0.3), Reach: full, Quality: full, Control: full},
	}
)

func ExampleCover() {
	c, ok, err := strategy.Cover(exampleNeeds, exampleSupplies, strategy.CoverageConfig{})
	if err != nil || !ok {
		fmt.Println(ok, err)
		return
	}
	for _, n := range c.Needs {
		fmt.Printf("%s for %s: covered %.2f, gap %.2f %v\n", n.Topic, n.Persona, n.Coverage, n.Gap, n.Touchpoints)
	}
	fmt.Printf("index %.2f\n", c.Index)
	// Output:
	// terms for legal: covered 0.00, gap 4.00 []
	// vision for user: covered 0.60, gap 0.80 [webinar]
	// price for cfo: covered 0.86, gap 0.70 [pricing page webinar]
	// index 0.50
}

func ExampleMakePlan() {
	offers := []strategy.Offer{{Touchpoint: "pricing page", Cost: 10}, {Touchpoint: "webinar", Cost: 15}}
	plan, err := strategy.MakePlan(context.Background(), exampleNeeds, exampleSupplies, offers, 20, strategy.CoverageConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(plan.Touchpoints, plan.Value, plan.Cost, plan.Exact)
	// Output:
	// [pricing page] 4 10 true
}

func ExampleRank() {
	estimate := func(x float64) b2b.Estimate { return b2b.Point(x, "survey") }
	r, err := strategy.Rank(context.Background(), []strategy.Candidate{
		{Touchpoint: "demo", Importance: estimate(0.5), Performance: estimate(3.8), Benchmark: estimate(4), Reach: full, Control: full},
		{Touchpoint: "reviews", Importance: estimate(0.3), Performance: estimate(3), Benchmark: estimate(4), Reach: b2b.MustFraction(0.5), Control: b2b.MustFraction(0.21)},
		{Touchpoint: "site", Importance: estimate(0.2), Performance: estimate(3), Benchmark: estimate(4), Reach: full, Control: b2b.MustFraction(0.7)},
	}, strategy.RankConfig{ScaleMin: 1, ScaleMax: 5})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range r.Items {
		fmt.Printf("%d %s %.3f\n", p.Rank.Rank, p.Touchpoint, p.Priority)
	}
	// Output:
	// 1 site 0.140
	// 2 demo 0.100
	// 3 reviews 0.032
}

func ExampleOrganisation_Team() {
	o, err := strategy.NewOrganisation([]strategy.Link{
		{Touchpoint: "demo", Process: "prepare", Department: "presales", Part: strategy.Responsible},
		{Touchpoint: "demo", Process: "show", Department: "sales", Part: strategy.Accountable},
		{Touchpoint: "contract", Process: "draft", Department: "legal", Part: strategy.Accountable},
		{Touchpoint: "contract", Process: "sign", Department: "sales", Part: strategy.Responsible},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(o.Team([]touchpoint.ID{"demo", "contract"}).Departments, o.HandOffs("contract"))
	// Output:
	// [sales] []
}
