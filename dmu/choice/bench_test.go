package choice_test

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/buyerjourney/b2b/dmu/choice"
)

// committee makes D members with uneven preferences over J alternatives and weights that have no common measure.
func committee(b *testing.B, members, alternatives int) (choice.Preferences, []float64) {
	b.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	names, alts := make([]string, members), make([]string, alternatives)
	p, w := make([][]float64, members), make([]float64, members)
	for a := range alts {
		alts[a] = "a" + strconv.Itoa(a)
	}
	for i := range names {
		names[i], w[i] = "m"+strconv.Itoa(i), rng.Float64()
		sum := 0.0
		p[i] = make([]float64, alternatives)
		for a := range p[i] {
			p[i][a] = .05 + rng.Float64()
			sum += p[i][a]
		}
		for a := range p[i] {
			p[i][a] /= sum
		}
	}
	return group(b, names, alts, p), w
}

// benchDecide is for a committee of twelve.
func benchDecide(b *testing.B, r choice.Rule, alternatives int, opt choice.Options, method choice.Method) {
	b.Helper()
	p, w := committee(b, 12, alternatives)
	b.ReportAllocs()
	for b.Loop() {
		opt.Source = rand.NewPCG(1, 0)
		o, err := choice.Decide(r, p, w, opt)
		if err != nil || o.Method != method {
			b.Fatal(o.Method, err)
		}
	}
}

func BenchmarkVoting(b *testing.B) {
	b.Run("12x5", func(b *testing.B) { benchDecide(b, choice.Voting, 5, choice.Options{}, choice.Exact) })
}

func BenchmarkRules(b *testing.B) {
	b.Run("12x5", func(b *testing.B) {
		p, w := committee(b, 12, 5)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := choice.All(p, w, choice.Options{Source: rand.NewPCG(1, 0)}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkPerturbation(b *testing.B) {
	b.Run("12x3", func(b *testing.B) {
		benchDecide(b, choice.PreferencePerturbation, 3, choice.Options{}, choice.Exact)
	})
	b.Run("12x4", func(b *testing.B) {
		benchDecide(b, choice.PreferencePerturbation, 4, choice.Options{}, choice.Exact)
	})
	b.Run("12x5/exact", func(b *testing.B) {
		benchDecide(b, choice.PreferencePerturbation, 5, choice.Options{MaxStates: 10_000_000}, choice.Exact)
	})
	b.Run("12x5/simulated", func(b *testing.B) {
		benchDecide(b, choice.PreferencePerturbation, 5, choice.Options{}, choice.Simulated)
	})
}

func BenchmarkPower(b *testing.B) {
	electors := []int64{
		54, 33, 32, 25, 23, 22, 21, 18, 15, 14, 13, 13, 12, 12, 11, 11, 11, 11, 10, 10, 9, 9, 8, 8, 8, 8, 8, 8, 7, 7, 7, 6, 6,
		5, 5, 5, 5, 4, 4, 4, 4, 4, 4, 3, 3, 3, 3, 3, 3, 3, 3,
	}
	hundred, twenty := make([]int64, 100), make([]int64, 20)
	sum := int64(0)
	for i := range hundred {
		hundred[i] = int64(i%20 + 1)
		sum += hundred[i]
	}
	for i := range twenty {
		twenty[i] = int64(i + 1)
	}
	for _, tt := range []struct {
		name   string
		ballot choice.Ballot
	}{{"electors51", choice.Ballot{Weights: electors, Quota: 270}}, {"n100", choice.Ballot{Weights: hundred, Quota: sum/2 + 1}}} {
		b.Run(tt.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := tt.ballot.Power(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("n20", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, err := choice.PredicatePower(20, func(s uint32) bool {
				weight := int64(0)
				for i := range 20 {
					weight += twenty[i] * int64(s>>i&1)
				}
				return weight > 105
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkPivotality(b *testing.B) {
	b.Run("n12", func(b *testing.B) {
		ballot := choice.Ballot{Weights: []int64{30, 20, 15, 15, 10, 10, 8, 7, 5, 4, 3, 2}, Quota: 65, MinMembers: 4}
		yes := []float64{.5, .8, .6, .4, .1, .3, .9, .5, .7, .2, .6, .5}
		b.ReportAllocs()
		for b.Loop() {
			if _, err := ballot.Pivotality(yes); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkWhomNext(b *testing.B) {
	b.Run("12x5", func(b *testing.B) {
		p, w := committee(b, 12, 5)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := choice.WhomNext(choice.Next{Rule: choice.Voting, Target: "a0"}, p, w, choice.Options{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("60x6 simulated", func(b *testing.B) {
		p, w := committee(b, 60, 6)
		b.ReportAllocs()
		for b.Loop() {
			opt := choice.Options{Source: rand.NewPCG(1, 0)}
			if _, err := choice.WhomNext(choice.Next{Rule: choice.Voting, Target: "a0"}, p, w, opt); err != nil {
				b.Fatal(err)
			}
		}
	})
}
