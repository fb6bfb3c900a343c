package simulation_test

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/discovery"
	"github.com/buyerjourney/b2b/journey/simulation"
)

// funnelExample is the map of the package documentation.
func funnelExample() *journey.Map {
	p := b2b.MustFraction
	return &journey.Map{
		ID: "funnel",
		Steps: []journey.Step{
			{ID: "visit", Actor: journey.Buyer},
			{ID: "offer", Actor: journey.Seller, Department: "sales"},
			{ID: "buy", Actor: journey.Buyer},
			{ID: "leave", Actor: journey.Buyer},
		},
		Flow: journey.Graph{Edges: []journey.Edge{
			{From: journey.Start, To: "visit", P: p(1)},
			{From: "visit", To: "offer", P: p(.5)},
			{From: "visit", To: "leave", P: p(.5)},
			{From: "offer", To: "buy", P: p(.6)},
			{From: "offer", To: "visit", P: p(.2)},
			{From: "offer", To: "leave", P: p(.2)},
		}},
		Goals: []journey.StepID{"buy"},
		Exits: []journey.StepID{"leave"},
	}
}

func ExampleModel_Analytic() {
	m, err := simulation.New(funnelExample(), simulation.Config{})
	if err != nil {
		panic(err)
	}
	a, err := m.Analytic()
	if err != nil {
		panic(err)
	}
	fmt.Printf("flow-through %.3f after %.2f steps\n", a.FlowThrough, a.Length)
	for _, e := range a.Ends {
		fmt.Printf("%s %s %.3f\n", e.Kind, e.Step, e.P)
	}
	// Output:
	// flow-through 0.333 after 2.67 steps
	// goal buy 0.333
	// exit leave 0.667
}

func ExampleModel_Boundary() {
	m, err := simulation.New(funnelExample(), simulation.Config{})
	if err != nil {
		panic(err)
	}
	b, err := m.Boundary()
	if err != nil {
		panic(err)
	}
	for _, p := range b.Points {
		fmt.Println(p.From, "→", p.To, "goal:", p.Goal)
	}
	fmt.Printf("influence of the seller: %.2f\n", b.Overall.Influence())
	// Output:
	// offer → buy goal: true
	// offer → leave goal: false
	// visit → leave goal: false
	// influence of the seller: 0.50
}

func ExampleModel_Obstacles() {
	m, err := simulation.New(funnelExample(), simulation.Config{})
	if err != nil {
		panic(err)
	}
	list, err := m.Obstacles(nil)
	if err != nil {
		panic(err)
	}
	for _, o := range list {
		fmt.Printf("%s at %s: %s, gain %.2f\n", o.Kind, o.Place, o.Text, o.Gain)
	}
	// Output:
	// drop-off at visit: 50.0 % of the visits go on to an exit, gain 0.42
	// drop-off at offer: 20.0 % of the visits go on to an exit, gain 0.10
}

func ExampleModel_Simulate() {
	m, err := simulation.New(funnelExample(), simulation.Config{Source: rand.NewPCG(1, 0), Draws: 50, Journeys: 500})
	if err != nil {
		panic(err)
	}
	r, err := m.Simulate(context.Background())
	if err != nil {
		panic(err)
	}
	fmt.Println("the exact third lies inside:", r.FlowThrough.Contains(1./3))
	fmt.Println("assumed:", len(m.Assumed()), "durations")
	// Output:
	// the exact third lies inside: true
	// assumed: 4 durations
}

func ExampleDiff() {
	m, err := simulation.New(funnelExample(), simulation.Config{Source: rand.NewPCG(1, 0), Draws: 50, Journeys: 500})
	if err != nil {
		panic(err)
	}
	d, err := simulation.Diff(context.Background(), m, simulation.SetP{From: "offer", To: "buy", P: .9})
	if err != nil {
		panic(err)
	}
	fmt.Println(d[0].Name, "rises:", d[0].Changed > d[0].Base, "in most draws:", d[0].Better.Or(0) > .9)
	// Output:
	// flow-through rises: true in most draws: true
}

func ExampleFromDFG() {
	var b journey.Builder
	for i, s := range []journey.StepID{"ask", "offer", "ask", "offer", "buy"} {
		b.Add(journey.Event{Journey: "1", Step: s, Seq: int64(i)})
	}
	for i, s := range []journey.StepID{"ask", "buy"} {
		b.Add(journey.Event{Journey: "2", Step: s, Seq: int64(i)})
	}
	log, _ := b.Build(journey.Identities{})
	m, err := simulation.FromDFG(discovery.NewDFG(log), nil, simulation.Config{})
	if err != nil {
		panic(err)
	}
	a, err := m.Analytic()
	if err != nil {
		panic(err)
	}
	fmt.Printf("%.1f steps, as the mean of 5 and 2\n", a.Length)
	// Output:
	// 3.5 steps, as the mean of 5 and 2
}
