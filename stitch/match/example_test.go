package match_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/buyerjourney/b2b/stitch/match"
)

func Example() {
	b, err := match.NewBuilder([]match.Field{
		{Name: "given", Kind: match.GivenName}, {Name: "surname", Kind: match.Surname}, {Name: "born", Kind: match.Date},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, cells := range [][]string{
		{"Anna", "de Vries", "1980-02-01"},
		{"Anna", "de Vreis", "1980-02-01"},
		{"Jan", "Bakker", "1975-11-30"},
		{"Jan", "Bakker", "30-11-1975"},
		{"Piet", "Jansen", "1962-07-14"},
		{"Kees", "Visser", "1991-03-09"},
	} {
		if err := b.Add(match.Record{Source: "crm", ID: strconv.Itoa(i), Cells: cells}); err != nil {
			fmt.Println(err)
			return
		}
	}
	t := b.Table()
	m, _, err := match.Train(t, match.TrainConfig{Source: rand.NewPCG(1, 0), Prior: 0.1})
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := match.NewScorer(m, t)
	if err != nil {
		fmt.Println(err)
		return
	}
	blocking, err := match.NewBlocking(t, match.AutoBlocks(t, false), false)
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := s.Cluster(s.Predict(blocking, 0.01, 1).Pairs, match.ClusterConfig{Auto: 0.5})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, rows := range c.Members() {
		fmt.Println(rows)
	}
	// Output:
	// [0 1]
	// [2 3]
	// [4]
	// [5]
}

func ExampleCompareCompany() {
	s, parts := match.CompareCompany(match.Company("Jansen & Zonen Beheer B.V.", "NL"), match.Company("Jansen en Zonen BV", "NL"))
	fmt.Printf("%.2f\n", s)
	for _, p := range parts {
		fmt.Printf("%q %q %.2f × %.2f\n", p.A, p.B, p.Sim, p.Weight)
	}
	// Output:
	// 0.91
	// "jansen" "jansen" 1.00 × 1.00
	// "zonen" "zonen" 1.00 × 1.00
	// "beheer" "" 0.00 × 0.20
}

func ExampleParseBlockKey() {
	k, err := match.ParseBlockKey("name:prefix4")
	fmt.Println(k.Field, k.Transform, k.N, err)
	// Output: name prefix 4 <nil>
}
