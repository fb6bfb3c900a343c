package choice_test

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b/dmu/choice"
)

// A simulated ranking of whom to talk to judges every member by the draws that a decision on the moved preferences makes.
func TestWhomNextSimulated(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		members, alternatives := rapid.IntRange(3, 6).Draw(t, "members"), rapid.IntRange(2, 4).Draw(t, "alternatives")
		p, w := drawGroup(t, members, alternatives)
		rule := rapid.SampledFrom([]choice.Rule{choice.Voting, choice.WeightedVoting, choice.WeightedMajority, choice.PreferencePerturbation}).Draw(t, "rule")
		ties := rapid.SampledFrom([]choice.Ties{choice.SplitTies, choice.InfluenceTies, choice.NoDecisionTies}).Draw(t, "ties")
		delta := rapid.SampledFrom([]float64{1, .3}).Draw(t, "delta")
		options := func() choice.Options {
			return choice.Options{Ties: ties, MaxStates: 1, Draws: 50, Source: rand.NewPCG(7, 1)}
		}
		target := p.Alternatives()[1].ID
		gains, err := choice.WhomNext(choice.Next{Rule: rule, Target: target, Delta: delta}, p, w, options())
		if err != nil {
			t.Fatal(err)
		}
		now, err := choice.Decide(rule, p, w, options())
		if err != nil {
			t.Fatal(err)
		}
		for i, m := range p.Members() {
			rows := p.Rows()
			for a := range rows[i] {
				rows[i][a] *= 1 - delta
			}
			rows[i][1] += delta
			q, err := choice.New(p.Members(), p.Alternatives(), rows)
			if err != nil {
				t.Fatal(err)
			}
			then, err := choice.Decide(rule, q, w, options())
			if err != nil {
				t.Fatal(err)
			}
			if now.Method != choice.Simulated || then.Method != choice.Simulated {
				continue // of so few states that it is exact
			}
			for _, g := range gains {
				if g.Member == m && g.Gain != then.P[1]-now.P[1] {
					t.Fatalf("%v %v: %+v, want %v", rule, ties, g, then.P[1]-now.P[1])
				}
			}
		}
	})
}
