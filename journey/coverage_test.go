package journey_test

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/buyerjourney/b2b/internal/gen/account"
	"github.com/buyerjourney/b2b/journey"
)

// purchaseTable counts the purchase steps of events. name renames the step of each; nil keeps it.
func purchaseTable(t *testing.T, events []journey.Event, name func(journey.StepID) journey.StepID) *journey.OverlapTable {
	t.Helper()
	var table journey.OverlapTable
	for _, e := range events {
		if e.Kind != journey.Purchase {
			continue
		}
		step := e.Step
		if name != nil {
			step = name(step)
		}
		if err := table.Add(journey.OverlapRow{Account: e.Account, Person: e.Person, Seat: e.Seat, Step: step, N: 1}); err != nil {
			t.Fatal(err)
		}
	}
	return &table
}

// trueDivergence is the Jensen-Shannon divergence of two roles in the population that package account draws from. A person makes 4 to 11
// touches, each with probability typical one of three steps that no other role takes, else one of five that all take; so half the
// divergence comes from either role's own steps, and it is their share.
func trueDivergence(typical float64) float64 {
	ever := func(p float64) float64 { // the probability that a person does a step at least once
		sum := 0.
		for n := 4; n <= 11; n++ {
			sum += 1 - math.Pow(1-p, float64(n))
		}
		return sum / 8
	}
	own, common := 3*ever(typical/3), 5*ever((1-typical)/5)
	return own / (own + common)
}

// TestIntervalCoverage: over 500 sets of generated accounts the intervals of level .95 cover the truth 93 to 97 times in 100.
func TestIntervalCoverage(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: 500 bootstraps take seconds")
	}
	const runs, typical = 500, .4
	truth := trueDivergence(typical)
	covered, all := 0, 0
	for run := range runs {
		events, _ := account.Generate(account.Config{Accounts: 100, Typical: typical, Seed: uint64(run)})
		s, err := purchaseTable(t, events, nil).Overlap(journey.Persons).Significance(
			t.Context(), journey.SignificanceConfig{Permutations: 1, Replicates: 499, Source: rand.NewPCG(uint64(run), 0)},
		)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range s.Pairs {
			all++
			if x.Divergence.Contains(truth) {
				covered++
			}
		}
	}
	share := float64(covered) / float64(all)
	t.Logf("%.1f %% of %d intervals cover", 100*share, all)
	if share < .93 || share > .97 {
		t.Errorf("%.1f %% of the intervals of level .95 cover the truth", 100*share)
	}
}

// TestNullGenerated: over 500 sets of generated accounts in which seats say nothing, the permutation p of a pair of seats and that of a
// step and seat are uniform (Kolmogorov-Smirnov, p > .01). Each touch is about one of sixty subjects, which makes the steps rare
// enough for the sets of two seats to differ.
func TestNullGenerated(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: 1,000 permutation tests take seconds")
	}
	var pairs, cells []float64
	for run := range 500 {
		r := rand.New(rand.NewPCG(uint64(run), 1))
		about := func(s journey.StepID) journey.StepID { return s + journey.StepID(strconv.Itoa(r.IntN(60))) }
		events, _ := account.Generate(account.Config{Accounts: 15, Seed: uint64(run)})
		config := journey.SignificanceConfig{Permutations: 99, Replicates: 1, Source: rand.NewPCG(uint64(run), 2)}
		rare, err := purchaseTable(t, events, about).Overlap(journey.Persons).Significance(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		x := rare.Pairs[0]
		pairs = append(pairs, (x.PShared+1-x.PDistinct)/2) // the two overlap by the ties; their middle is uniform
		common, err := purchaseTable(t, events, nil).Overlap(journey.Persons).Significance(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		cells = append(cells, common.Cells[0].P)
	}
	ks(t, "pairs of seats", pairs)
	ks(t, "a step and a seat", cells)
}
