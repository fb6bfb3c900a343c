package conformance_test

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/conformance"
	"github.com/buyerjourney/b2b/touchpoint"
)

func ExampleModel_Align() {
	tree, _ := journey.ParseTree("->( 'visit', +( 'demo', 'quote' ), 'sign' )")
	model, err := conformance.Compile(tree)
	if err != nil {
		fmt.Println(err)
		return
	}
	got, _ := model.Align(context.Background(), [][]journey.StepID{{"visit", "quote", "demo", "sign"}, {"visit", "complain", "demo", "sign"}}, conformance.Config{})
	for _, a := range got {
		fmt.Printf("%v %d %.2f\n", a.Fits, a.Cost, a.Fitness())
		for _, d := range a.Deviations(nil) {
			fmt.Println(" ", d.Kind, d.Step, d.Position)
		}
	}
	// Output:
	// true 0 1.00
	// false 2 0.75
	//   ad-hoc complain 1
	//   missing quote 3
}

func ExampleModel_Prefix() {
	tree, _ := journey.ParseTree("->( 'visit', *( 'demo', 'quote' ), 'sign' )")
	model, err := conformance.Compile(tree)
	if err != nil {
		fmt.Println(err)
		return
	}
	got, _ := model.Prefix(context.Background(), [][]journey.StepID{{"visit", "demo"}}, conformance.Config{})
	fmt.Println(got[0].Status(), got[0].Next, got[0].ToEnd)
	// Output: on-track [quote sign] 1
}

// A step that the buyer does out of sight is on the map, and costs nothing when nobody recorded it.
func ExampleCompileMap() {
	tree, _ := journey.ParseTree("->( 'quote', 'legal review', 'sign' )")
	m, err := journey.NewMap(journey.Map{ID: "purchase", Flow: tree, Steps: []journey.Step{
		{ID: "quote"}, {ID: "legal review", Visibility: touchpoint.BuyerInternal}, {ID: "sign"},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	model, err := conformance.CompileMap(m)
	if err != nil {
		fmt.Println(err)
		return
	}
	got, _ := model.Align(context.Background(), [][]journey.StepID{{"quote", "sign"}, {"quote", "legal review", "sign"}}, conformance.Config{})
	fmt.Println(got[0].Fits, got[1].Fits)
	// Output: true true
}

func ExampleCheckRules() {
	var b journey.Builder
	at := time.Date(2025, 3, 3, 9, 0, 0, 0, time.UTC)
	for i, steps := range [][]journey.StepID{{"complain", "answer"}, {"complain", "answer", "complain"}} {
		for k, s := range steps {
			b.Add(journey.Event{Journey: strconv.Itoa(i), Step: s, At: at.Add(time.Duration(k) * time.Hour)})
		}
	}
	log, _ := b.Build(journey.Identities{})
	got, _ := conformance.CheckRules(log, []conformance.Rule{{Template: conformance.Response, A: "complain", B: "answer", Within: 24 * time.Hour}}, 1)
	fmt.Println(got[0].Fulfilled, "of", got[0].Activated, got[0].Violations)
	// Output: 1 of 2 [{1 2}]
}
