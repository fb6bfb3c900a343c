package survival_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/buyerjourney/b2b/funnel/survival"
)

func ExampleKaplanMeier() {
	curve, err := survival.KaplanMeier([]survival.Spell{
		{Exit: 1, Cause: 1}, {Exit: 1}, {Exit: 1}, {Exit: 2, Cause: 1}, {Exit: 2, Cause: 1}, {Exit: 3},
	}, survival.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	e, ok := curve.At(2)
	fmt.Printf("not yet ended after 2: %.4f (%.4f to %.4f) %v\n", e.Value, e.Low, e.High, ok)
	median, ok := curve.Quantile(0.5)
	fmt.Println("median", median.Value, ok)
	// Output:
	// not yet ended after 2: 0.2778 (0.0100 to 0.7004) true
	// median 2 true
}

func ExampleAalenJohansen() {
	const won, lost = 1, 2
	inc, err := survival.AalenJohansen([]survival.Spell{
		{Exit: 3, Cause: won}, {Exit: 5, Cause: lost}, {Exit: 6}, {Exit: 8, Cause: won}, {Exit: 9},
	}, 2, survival.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("won %.2f, lost %.2f, under way %.2f\n", inc.Causes[won-1].ValueAt(8), inc.Causes[lost-1].ValueAt(8), inc.Survival.ValueAt(8))
	// Output:
	// won 0.50, lost 0.20, under way 0.30
}

func ExampleMultiState() {
	stays := []survival.Stay{
		{Case: 1, State: 0, To: 1, Exit: 2},
		{Case: 1, State: 1, To: 2, Entry: 2, Exit: 5},
		{Case: 2, State: 0, To: 1, Exit: 4},
		{Case: 2, State: 1, To: -1, Entry: 4, Exit: 6},
		{Case: 3, State: 0, To: 2, Exit: 3},
	}
	occ, err := survival.MultiState(stays, 3, survival.MultiStateConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	shares, _ := occ.At(4)
	for h, s := range shares {
		fmt.Printf("state %d at 4: %.3f\n", h, s.Value)
	}
	// Output:
	// state 0 at 4: 0.000
	// state 1 at 4: 0.667
	// state 2 at 4: 0.333
}

func ExampleFitChain() {
	c, err := survival.FitChain([]survival.Stay{
		{Case: 1, State: 0, To: 1, Exit: 4}, {Case: 2, State: 0, To: 1, Exit: 2}, {Case: 3, State: 0, To: -1, Exit: 4},
	}, 2, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	q, _ := c.Rate(0, 1)
	mean, _ := c.Sojourn(0)
	fmt.Println("rate", q.Value, "mean stay", mean)
	// Output:
	// rate 0.2 mean stay 5
}

func ExampleFitCure() {
	r := rand.New(rand.NewPCG(1, 0))
	var spells []survival.Spell
	for range 1000 { // a quarter converts, after 10 days on average; all are watched for 100
		s := survival.Spell{Exit: 100}
		if t := 10 * r.ExpFloat64(); r.Float64() < 0.25 && t < 100 {
			s = survival.Spell{Exit: t, Cause: 1}
		}
		spells = append(spells, s)
	}
	fit, err := survival.FitCure(spells, survival.CureConfig{Family: survival.Exponential})
	if err != nil {
		fmt.Println(err)
		return
	}
	share, why := fit.Share()
	fmt.Printf("will ever convert: %.2f (%.2f to %.2f) %s\n", share.Value, share.Low, share.High, why)
	// Output:
	// will ever convert: 0.26 (0.23 to 0.28)
}

func ExampleLogRank() {
	fast := []survival.Spell{{Exit: 1, Cause: 1}, {Exit: 2, Cause: 1}, {Exit: 3, Cause: 1}, {Exit: 4, Cause: 1}}
	slow := []survival.Spell{{Exit: 5, Cause: 1}, {Exit: 6, Cause: 1}, {Exit: 7}, {Exit: 8, Cause: 1}}
	test, ok, err := survival.LogRank(fast, slow)
	fmt.Printf("χ² %.3f on %d, p %.4f %v %v\n", test.ChiSquare, test.Freedom, test.P, ok, err)
	// Output:
	// χ² 7.344 on 1, p 0.0067 true <nil>
}
