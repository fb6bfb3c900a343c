package dmu_test

import (
	"fmt"
	"strconv"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
)

func Example() {
	unit, err := dmu.NewUnit(dmu.UnitConfig{
		Account: "acme", Deal: "crm", BuyClass: dmu.StraightRebuy,
		Members: []dmu.Member{
			{ID: "p1", Reach: dmu.Engaged, Assignments: []dmu.Assignment{{Seat: "user", Source: dmu.Manual}}},
			{ID: "p2", Reach: dmu.Known, Posterior: []dmu.SeatP{{Seat: "buyer", P: 0.8}, {Seat: "legal", P: 0.2}}},
		},
		Outsiders: []dmu.Outsider{{ID: "sales", Kind: dmu.Department, Edges: []dmu.Edge{{Member: "p1", Weight: 0.1}}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	coverage, err := dmu.Cover(unit, dmu.CoverageConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("completeness", coverage.Completeness)
	for _, gap := range coverage.Gaps[:3] {
		fmt.Println(gap.Seat.ID, gap.State, gap.Candidates)
	}
	fmt.Printf("next: %s, +%.3f\n", coverage.Next[0].Person, coverage.Next[0].Gain)
	// Output:
	// completeness 0.5
	// decider unknown []
	// approver unknown []
	// legal unknown [{p2 0.2 inferred}]
	// next: p2, +0.086
}

func ExampleUnit_With() {
	var unit dmu.Unit
	unit, changes, err := unit.With(
		dmu.AddMember{Member: dmu.Member{ID: "p1"}},
		dmu.Assign{Person: "p1", Assignment: dmu.Assignment{Seat: "legal", Source: dmu.Inferred}},
		dmu.Dismiss{Person: "p1", Seat: "legal", At: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)},
		dmu.RemoveMember{ID: "nobody"},
	)
	fmt.Println(len(changes), unit.Seats("p1"), err)
	// Output: 3 [] <nil>
}

func ExampleSignals() {
	var signals dmu.Signals
	march := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for i, alternative := range []dmu.AlternativeID{"Ours", "Ours", "XYZ"} {
		err := signals.Add(dmu.Signal{
			Person: "p1", ID: strconv.Itoa(i), At: march.AddDate(0, 0, i), Alternative: alternative, Weight: 2, Reliability: 0.5,
		})
		if err != nil {
			fmt.Println(err)
		}
	}
	stances, err := signals.Stances([]b2b.PersonID{"p1", "p2"}, dmu.StanceConfig{
		Alternatives: []dmu.Alternative{{ID: "Ours", Ours: true}, {ID: "XYZ"}}, AsOf: march.AddDate(0, 1, 0),
	})
	if err != nil {
		fmt.Println(err)
	}
	for _, s := range stances {
		score, ok := s.Score()
		fmt.Println(s.Person, s.Attitude, score, ok)
	}
	// Output:
	// p1 supporter 0.2 true
	// p2 unknown 0 false
}

func ExampleCrosswalk_Export() {
	values, losses, err := dmu.DefaultCrosswalk().Export(dmu.Salesforce,
		dmu.Facets{Role: dmu.Gatekeeper, Authorities: dmu.AuthoritiesOf(dmu.Technical), Attitude: dmu.Champion})
	fmt.Printf("%q %v\n", values, err)
	for _, l := range losses {
		fmt.Println(l.Axis, l.Value, l.Kind)
	}
	// Output:
	// ["Technical Buyer" "Other"] <nil>
	// role gatekeeper dropped
	// attitude champion dropped
}

func ExampleUnseenSeats() {
	e, err := dmu.UnseenSeats(3, dmu.GroupSize(dmu.NewTask))
	fmt.Printf("%.2f more, between %.0f and %.0f, %v\n", e.Value, e.Low, e.High, err)
	// Output: 4.09 more, between 1 and 8, <nil>
}

func ExampleNewNetwork() {
	unit, err := dmu.NewUnit(dmu.UnitConfig{
		Members: []dmu.Member{{ID: "a", Level: "1"}, {ID: "b", Level: "2"}, {ID: "c", Level: "2"}},
		Ties:    []dmu.Tie{{From: "b", To: "a"}, {From: "c", To: "a"}, {From: "a", To: "b"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	n := dmu.NewNetwork(unit)
	fmt.Println(n.Vertical, n.Connectedness, n.Members[0].In, n.Members[0].Articulation)
	// Output: 2 0.5 2 true
}
