package inference_test

import (
	"errors"
	"fmt"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/dmu/inference"
)

// labelled are persons whose seat is known.
func labelled() []dmu.PersonSteps {
	steps := func(page, price, terms int64) []dmu.StepCount {
		return []dmu.StepCount{{Step: "product page", N: page}, {Step: "price request", N: price}, {Step: "review terms", N: terms}}
	}
	return []dmu.PersonSteps{
		{Person: "a", Seat: "user", Title: "Sales engineer", Steps: steps(9, 1, 0)},
		{Person: "b", Seat: "user", Title: "Sales manager", Steps: steps(6, 0, 0)},
		{Person: "c", Seat: "buyer", Title: "Purchasing manager", Steps: steps(2, 7, 1)},
		{Person: "d", Seat: "buyer", Title: "Buyer", Steps: steps(1, 5, 0)},
		{Person: "e", Seat: "legal", Title: "Legal counsel", Steps: steps(0, 0, 6)},
		{Person: "f", Seat: "legal", Title: "Counsel", Steps: steps(1, 0, 4)},
	}
}

func Example() {
	var trainer inference.Trainer
	for _, p := range labelled() {
		if err := trainer.Add(p); err != nil {
			fmt.Println(err)
			return
		}
	}
	model, err := trainer.Model(inference.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	e := model.Explain([]dmu.StepCount{{Step: "review terms", N: 1}, {Step: "price request", N: 1}}, "General Counsel")
	fmt.Printf("%s %.2f against %s, decided %v\n", e.Verdict.Best, e.Verdict.P, e.Verdict.RunnerUp, e.Verdict.Decided)
	for _, part := range e.Parts {
		fmt.Printf("%v %s %+.2f nats, %+.1f decibans\n", part.Kind, part.Name, part.Nats, part.Decibans())
	}
	nothing := model.Score(nil, nil, "")
	fmt.Printf("of nobody: %s %.2f, decided %v\n", nothing.Best, nothing.P, nothing.Decided)
	// Output:
	// legal 0.94 against buyer, decided true
	// title counsel +3.04 nats, +13.2 decibans
	// step price request -2.26 nats, -9.8 decibans
	// step review terms +2.01 nats, +8.7 decibans
	// title general +0.00 nats, +0.0 decibans
	// prior prior +0.00 nats, +0.0 decibans
	// of nobody: buyer 0.33, decided false
}

// trained is the model of [Example].
func trained() *inference.Model {
	var trainer inference.Trainer
	for _, p := range labelled() {
		if err := trainer.Add(p); err != nil {
			panic(err)
		}
	}
	model, err := trainer.Model(inference.Config{})
	if err != nil {
		panic(err)
	}
	return model
}

func ExampleModel_Without() {
	model := trained()
	me := labelled()[2]
	without, err := model.Without(me)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3f, without the own data %.3f\n", model.Score(nil, me.Steps, "").P, without.Score(nil, me.Steps, "").P)
	// Output: 0.995, without the own data 0.993
}

func ExampleModel_Diagnose() {
	model := trained()
	for _, d := range model.Diagnose() {
		fmt.Printf("%s: %s, lift %.2f, %.2f bits, taken by %d\n", d.Step, d.Best, d.Lift, d.Bits, d.Takers)
	}
	// Output:
	// review terms: legal, lift 2.50, 0.78 bits, taken by 3
	// price request: buyer, lift 2.38, 0.65 bits, taken by 3
	// product page: user, lift 2.11, 0.42 bits, taken by 5
}

func ExampleJoint() {
	cfg := inference.JointConfig{
		Seats: []b2b.SeatID{"decider", "user"},
		P:     [][]float64{{.8, .2}, {.6, .4}, {.1, .9}},
	}
	free, err := inference.Joint(cfg)
	fmt.Println(free.Seats, err)
	cfg.Limits = []inference.Limit{{Seat: "decider", Min: 1, Max: 1}} // the second best becomes something else
	one, err := inference.Joint(cfg)
	fmt.Printf("%v %.2f %v\n", one.Seats, one.P, err)
	cfg.Limits = []inference.Limit{{Seat: "decider", Min: 4}}
	_, err = inference.Joint(cfg)
	infeasible, ok := errors.AsType[*inference.InfeasibleError](err)
	fmt.Println(infeasible, ok)
	// Output:
	// [decider decider user] <nil>
	// [decider user user] 0.71 <nil>
	// no assignment keeps to the limits of decider true
}

func ExampleDiscover() {
	d, err := inference.Discover(labelled(), 0)
	for _, g := range d.Groups {
		fmt.Println(g)
	}
	fmt.Println(len(d.Merges), d.HasRejected, err)
	// Output:
	// [price request]
	// [product page]
	// [review terms]
	// 0 true <nil>
}

func ExampleEvaluate() {
	e, err := inference.Evaluate(labelled(), inference.Config{})
	fmt.Printf("%d of %d right, log loss %.3f, prior alone %.3f, %v\n", int(e.Accuracy*float64(e.N)+.5), e.N, e.LogLoss, e.PriorLogLoss, err)
	best, _, err := inference.FitCap(labelled(), inference.Config{}, []float64{1, 2, 5, 10, 0})
	fmt.Println(best.Cap, err)
	// Output:
	// 6 of 6 right, log loss 0.002, prior alone 1.386, <nil>
	// 10 <nil>
}
