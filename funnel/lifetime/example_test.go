package lifetime_test

import (
	"fmt"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel/lifetime"
)

func ExampleSummaries() {
	day := func(m time.Month, d int) time.Time { return time.Date(2026, m, d, 0, 0, 0, 0, time.UTC) }
	eur := func(minor int64) b2b.Money { return b2b.MustMoney(minor, "EUR") }
	out, _, err := lifetime.Summaries([]lifetime.Transaction{
		{Customer: "a", At: day(1, 5), Amount: eur(100_00)},
		{Customer: "a", At: day(1, 19), Amount: eur(40_00)},
		{Customer: "a", At: day(1, 19), Amount: eur(-10_00)}, // a refund on the same day
		{Customer: "b", At: day(2, 2), Amount: eur(70_00)},
	}, lifetime.SummaryConfig{AsOf: day(2, 16)})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range out {
		fmt.Println(s.Customer, "x", s.X, "t_x", s.Tx, "T", s.T, "spend", s.MeanSpend)
	}
	// Output:
	// a x 1 t_x 2 T 6 spend 30
	// b x 0 t_x 0 T 2 spend 0
}

func ExampleModel_Purchases() {
	// The parameters that Fader, Hardie and Lee (2005) found for customers of CDNOW, in weeks.
	m, err := lifetime.NewModel(lifetime.BGNBD, 0.2425929, 4.4135315, 0.7928863, 2.4257538)
	if err != nil {
		fmt.Println(err)
		return
	}
	s := lifetime.Summary{X: 2, Tx: 30.43, T: 38.86}
	fmt.Printf("alive %.4f, purchases in 39 weeks %.4f\n", m.Alive(s), m.Purchases(s, 39))
	// Output:
	// alive 0.7266, purchases in 39 weeks 1.2259
}

func ExampleFitRenewal() {
	// The "Regular" cohort of Fader and Hardie (2007), years 0 to 7.
	m, err := lifetime.FitRenewal(lifetime.RenewalCohort{Survivors: []int64{1000, 631, 468, 382, 326, 289, 262, 241}})
	if err != nil {
		fmt.Println(err)
		return
	}
	value, err := m.Value(0.10)
	fmt.Printf("first retention %.4f, value %.4f payments %v\n", m.Retention(1), value, err)
	// Output:
	// first retention 0.6267, value 3.6949 payments <nil>
}

func ExampleNewChain() {
	// Pfeifer and Carraway (2000): a purchase earns 40, contacting costs 4, the chance falls with the time since the last one.
	c, err := lifetime.NewChain([]string{"1", "2", "3", "4", "gone"}, [][]float64{
		{0.3, 0.7, 0, 0, 0}, {0.2, 0, 0.8, 0, 0}, {0.15, 0, 0, 0.85, 0}, {0.05, 0, 0, 0, 0.95}, {0, 0, 0, 0, 1},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	v, err := c.Value([]float64{36, -4, -4, -4, 0}, lifetime.ValueConfig{Discount: 0.2})
	fmt.Printf("%.4f %v\n", v[0], err)
	// Output:
	// 52.3196 <nil>
}

func ExampleNewLoop() {
	l, err := lifetime.NewLoop(
		[]string{"Attract", "Convince", "Retain", "Grow"},
		[][]float64{{0.55, 0.25, 0, 0}, {0.05, 0.6, 0.15, 0}, {0, 0, 0.8, 0.12}, {0, 0, 0.05, 0.9}},
		[][]float64{{0, 0, 0, 0}, {0, 0, 0, 0}, {0, 0.02, 0, 0}, {0.03, 0.06, 0, 0}},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	v, err := l.Value([]float64{-20, -150, 400, 900}, lifetime.ValueConfig{})
	fmt.Printf("R %.4f; from Attract %.0f without referrals, %.0f with %v\n", l.Reproduction(), v.Without[0], v.With[0], err)
	// Output:
	// R 0.3224; from Attract 2095 without referrals, 3109 with <nil>
}
