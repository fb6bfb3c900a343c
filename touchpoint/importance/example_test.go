package importance_test

import (
	"context"
	"fmt"

	"github.com/buyerjourney/b2b/touchpoint/importance"
)

func ExampleAnalyse() {
	s, err := importance.NewSurvey(importance.SurveyConfig{Outcome: "recommend", Drivers: []string{"demo", "site"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range [][3]float64{{9, 5, 3}, {8, 4, 4}, {3, 2, 3}, {6, 3, 2}, {10, 5, 5}, {2, 1, 2}, {7, 4, 1}, {5, 2, 4}} {
		err := s.Add(importance.Row{
			Outcome: importance.Answered(r[0]),
			Drivers: []importance.Answer{importance.Answered(r[1]), importance.Answered(r[2])},
		})
		if err != nil {
			fmt.Println(err)
		}
	}
	a, err := importance.Analyse(context.Background(), s.Result(), importance.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, d := range a.Drivers {
		fmt.Printf("%s: %.0f %% of what explains the outcome, %s, %s\n", d.Name, 100*d.Share.Value, d.Class, d.Quadrant)
	}
	// Output:
	// demo: 89 % of what explains the outcome, core, keep_up
	// site: 11 % of what explains the outcome, supporting, low_priority
}

func ExampleKanoTally() {
	var t importance.KanoTally
	for range 6 {
		_ = t.Add(importance.KanoAnswer{Functional: 3, Dysfunctional: 5}) // neutral if there, dislike if not
	}
	for range 2 {
		_ = t.Add(importance.KanoAnswer{Functional: 1, Dysfunctional: 3})
	}
	k, _ := t.Result()
	fmt.Printf("%s, better %.2f, worse %.2f\n", k.Category, k.Better.Value, k.Worse.Value)
	// Output:
	// must-be, better 0.25, worse -0.75
}

func ExampleAnalysis_VegaLite() {
	a := importance.Analysis{
		Method: importance.LMG, CutPerformance: 3, CutImportance: 0.2,
		Drivers: []importance.Driver{{Name: "site", Mean: 2.5, Importance: 0.3, Quadrant: importance.Concentrate}},
	}
	fmt.Println(a.VegaLite()[61:195])
	// Output:
	// "title":"Importance and performance","data":{"values":[{"driver":"site","performance":2.5,"importance":0.3,"quadrant":"concentrate"}]}
}
