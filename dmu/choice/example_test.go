package choice_test

import (
	"fmt"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/dmu/choice"
)

// purchase is a decider, a user and a buyer before two vendors and the status quo.
func purchase() choice.Preferences {
	p, err := choice.New(
		[]b2b.PersonID{"decider", "user", "buyer"},
		[]dmu.Alternative{{ID: "XYZ"}, {ID: "Ours", Ours: true}, {ID: "Nothing", StatusQuo: true}},
		[][]float64{{.5, .3, .2}, {.2, .6, .2}, {.1, .3, .6}})
	if err != nil {
		panic(err)
	}
	return p
}

func ExampleDecide() {
	p := purchase()
	for _, rule := range []choice.Rule{choice.WeightedProbability, choice.Voting, choice.Unanimity} {
		o, err := choice.Decide(rule, p, []float64{.5, .3, .2}, choice.Options{})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%v %.3f, no decision %.3f\n", rule, o.P, o.NoDecision)
	}
	// Output:
	// weighted_probability [0.330 0.390 0.280], no decision 0.000
	// voting [0.242 0.434 0.324], no decision 0.000
	// unanimity [0.010 0.054 0.024], no decision 0.912
}

func ExampleSpread() {
	p := purchase()
	all, err := choice.All(p, []float64{.5, .3, .2}, choice.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range choice.Spread(p, all) {
		fmt.Printf("%s between %.2f and %.2f\n", r.Alternative, r.Min, r.Max)
	}
	// Output:
	// XYZ between 0.11 and 0.50
	// Ours between 0.30 and 0.61
	// Nothing between 0.20 and 0.33
}

func ExampleWhomNext() {
	gains, err := choice.WhomNext(choice.Next{Rule: choice.WeightedProbability, Target: "Ours", Cost: []float64{4, 1, 1}},
		purchase(), []float64{.5, .3, .2}, choice.Options{})
	for _, g := range gains {
		fmt.Printf("%s +%.2f, per cost %.4f\n", g.Member, g.Gain, g.PerCost)
	}
	fmt.Println(err)
	// Output:
	// buyer +0.14, per cost 0.1400
	// user +0.12, per cost 0.1200
	// decider +0.35, per cost 0.0875
	// <nil>
}

// The sales department prefers XYZ and tells the decider so; the decider listens, up to a point.
func ExampleInfluence() {
	f, err := choice.NewInfluence(choice.InfluenceConfig{
		W:              [][]float64{{.6, .2, .2}, {.5, .5, 0}, {.5, 0, .5}},
		Susceptibility: []float64{.3, .8, .5},
		Outsiders:      [][]float64{{.4, 0, 0}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	steady, err := f.Apply(purchase(), [][]float64{{1, 0, 0}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, row := range steady.Rows() {
		fmt.Printf("%s %.3f\n", steady.Members()[i], row)
	}
	fmt.Printf("%.3f\n", f.OutsiderShare())
	// Output:
	// decider [0.555 0.262 0.183]
	// user [0.436 0.375 0.189]
	// buyer [0.252 0.287 0.461]
	// [[0.140] [0.093] [0.047]]
}

func ExampleNewDeGroot() {
	g, err := choice.NewDeGroot([][]float64{{.5, .5}, {.25, .75}})
	if err != nil {
		fmt.Println(err)
		return
	}
	limit, err := g.Limit([][]float64{{0}, {1}})
	fmt.Printf("%.3f %.3f %v %v\n", g.Classes[0].Influence, limit, g.Converged, err)
	// Output: [0.333 0.667] [[0.667] [0.667]] true <nil>
}

func ExampleHegselmannKrause() {
	c, err := choice.HegselmannKrause([]float64{0, .1, .2, .8, .9}, choice.Confidence{Epsilon: .2})
	for _, camp := range c.Camps {
		fmt.Printf("%.2f %v\n", camp.Opinion, camp.Members)
	}
	fmt.Println(c.Steps, c.Converged, err)
	// Output:
	// [0.10] [0 1 2]
	// [0.85] [3 4]
	// 1 true <nil>
}

// Legal has no weight and a veto; at least three members must agree.
func ExampleBallot_Power() {
	p, err := choice.Ballot{Weights: []int64{30, 20, 15, 15, 0, 20}, Quota: 51, Vetoers: []int{4, 5}, MinMembers: 3}.Power()
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range p.Members() {
		fmt.Print(p.ShapleyShubikRat(i), " ")
	}
	fmt.Println(p.Winning, p.Vetoers)
	// Output: 1/12 1/12 1/30 1/30 23/60 23/60 10 [4 5]
}

func ExampleBallot_Pivotality() {
	v, err := choice.Ballot{Weights: []int64{40, 20, 15, 15, 10}, Quota: 51}.Pivotality([]float64{.5, .8, .6, .4, .1})
	fmt.Printf("%.4f %.4f %v\n", v.PWin, v.GainIfWon, err)
	// Output: 0.4856 [0.4664 0.0264 0.0304 0.0384 0.0864] <nil>
}

func ExampleLogit() {
	p, err := choice.Logit(
		[]dmu.Interest{{Criterion: "price", Weight: 3}, {Criterion: "quality", Weight: 1}},
		[]choice.Performance{{Criterion: "price", Scores: []float64{.9, .2}}, {Criterion: "quality", Scores: []float64{.1, 1}}}, 4)
	fmt.Printf("%.3f %v\n", p, err)
	// Output: [0.769 0.231] <nil>
}

func ExampleSuggest() {
	s := choice.Suggest(choice.Situation{BuyClass: dmu.NewTask, HighRisk: true})
	fmt.Println(s.Rule, s.VetoSeats)
	// Output: majority [legal budget]
}

func ExampleWhatIf() {
	deltas, err := choice.WhatIf(purchase(), nil, []choice.Move{{Member: "buyer", Leaves: true}}, choice.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%v %+.3f\n", deltas[0].Rule, deltas[0].Change)
	// Output: weighted_probability [+0.083 +0.050 -0.133]
}

func ExampleFromUnit() {
	unit, err := dmu.NewUnit(dmu.UnitConfig{
		Members: []dmu.Member{
			{ID: "user", Interests: []dmu.Interest{{Criterion: "quality", Weight: 1}}},
			{ID: "buyer", Interests: []dmu.Interest{{Criterion: "price", Weight: 3}, {Criterion: "quality", Weight: 1}}},
		},
		Outsiders:    []dmu.Outsider{{ID: "sales", Kind: dmu.Department, Edges: []dmu.Edge{{Member: "buyer", Weight: 0.3}}}},
		Alternatives: []dmu.Alternative{{ID: "Ours", Ours: true}, {ID: "XYZ"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := choice.FromUnit(unit, []choice.Performance{
		{Criterion: "price", Scores: []float64{.2, .9}},
		{Criterion: "quality", Scores: []float64{1, .1}},
	}, 4)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3f %v\n", p.Rows(), choice.OutsidersOf(unit))
	_, err = choice.FromUnit(unit, []choice.Performance{{Criterion: "price", Scores: []float64{.2, .9}}}, 4)
	fmt.Println(err)
	// Output:
	// [[0.973 0.027] [0.231 0.769]] [[0 0.3]]
	// members[0].interests[0].criterion: no performance is given for it
	// members[1].interests[1].criterion: no performance is given for it
}
