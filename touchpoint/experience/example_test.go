package experience_test

import (
	"fmt"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/touchpoint/experience"
)

func ExampleTally() {
	tally := new(experience.Tally)
	for i, score := range []float64{9, 10, 7, 9, 3, 8, 10, 6, 9, 9} {
		account := b2b.AccountID(fmt.Sprint("account ", i/2))
		if err := tally.Add(experience.Response{Instrument: experience.NPS, Score: score, Account: account}); err != nil {
			fmt.Println(err)
		}
	}
	m, ok, err := tally.Result(experience.MetricConfig{})
	fmt.Printf("%.2f [%.2f, %.2f] %s, %d accounts, %v %v\n", m.Estimate.Value, m.Estimate.Low, m.Estimate.High, m.Estimate.Method, m.Accounts, ok, err)
	// Output:
	// 0.40 [-0.41, 1.21] cluster-robust, 5 accounts, true <nil>
}

func ExampleNetShare() {
	e, _, _ := experience.NetShare(0, 0, 10, experience.Score, 0) // ten promoters of ten
	fmt.Printf("%.3f [%.3f, %.3f]\n", e.Value, e.Low, e.High)
	_, _, err := experience.NetShare(0, 0, 10, experience.Wald, 0)
	fmt.Println(err)
	// Output:
	// 1.000 [0.445, 1.000]
	// interval: would have zero width; the score interval has not
}

func ExampleLevel_Against() {
	scale := experience.Scale{Min: 1, Max: 5, Neutral: 3}
	level, err := experience.LevelOf(scale, []float64{4, 5, 3, 4, 4, 2, 5, 4, 3, 5, 4, 4}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := level.Against(experience.Benchmark{Mean: 3.6, SD: 0.9, N: 400, Scale: scale}, 0.5)
	fmt.Printf("gap %.2f, %s %v\n", c.Gap.Value, c.Verdict, err)
	// Output:
	// gap 0.32, inconclusive <nil>
}

func ExampleAggregator_Aggregate() {
	moments := []experience.Moment{{At: day(0), Score: 2}, {At: day(1), Score: 5}, {At: day(2), Score: 3}, {At: day(3), Score: 5}, {At: day(4), Score: 1}}
	for _, a := range []experience.Aggregator{experience.Mean, experience.PeakEnd, experience.Trend} {
		x, _, _ := a.Aggregate(moments, experience.AggregatorConfig{Neutral: 3})
		fmt.Printf("%s %.1f\n", a, x)
	}
	// Output:
	// mean 3.2
	// peak-end 1.0
	// trend -0.2
}

func ExampleShrink() {
	s, err := experience.Shrink([]float64{3.2, 4.1, 3.8, 2.9, 3.5}, []float64{0.05, 0.1, 0.02, 0.2, 0.01})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, it := range s.Items {
		fmt.Printf("%.2f ", it.Mean)
	}
	fmt.Println()
	// Output:
	// 3.36 3.76 3.74 3.40 3.51
}

func ExampleExternal() {
	in, err := experience.External(experience.Scale{Min: 1, Max: 5, Neutral: 3}, []experience.Factor{{
		Name: "reviews", Beta: 0.4, Credibility: 1, Exposure: 1, N: 12, Mean: 4.6, Prior: 3.8, PriorWeight: 20, HalfReach: 20,
		Control: b2b.MustFraction(0.21),
	}})
	fmt.Printf("%.4f %v %v\n", in.Total, in.SteerableShare, err)
	// Output:
	// 0.0825 0.21 <nil>
}

func ExampleVegaLite() {
	states, err := experience.Bayes{Mean: 3, Var: 1}.Track([]experience.Moment{{At: day(0), Score: 4}}, 1, day(1), 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(experience.VegaLite(states)[:76])
	// Output:
	// {"$schema":"https://vega.github.io/schema/vega-lite/v5.json","title":"Experi
}
