package importance_test

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/buyerjourney/b2b/touchpoint/importance"
)

// TestRatingsOffset adds a whole number to every rating: sums of whole numbers are exact, so that all that does not depend on
// the mean stays the same to the last bit, whether the ratings are small enough to be summed four to a word or not.
func TestRatingsOffset(t *testing.T) {
	for _, rows := range []int{20, 256, 1000} {
		for _, drivers := range []int{2, 3, 4, 5, 7} {
			find := func(offset float64) []float64 {
				cfg := importance.SurveyConfig{Outcome: "y", Drivers: []string{"a", "b", "c", "d", "e", "f", "g"}[:drivers]}
				s := fresh(t, cfg)
				rng := rand.New(rand.NewPCG(uint64(rows), uint64(drivers)))
				row := importance.Row{Drivers: make([]importance.Answer, drivers)}
				for range rows {
					mood := rng.IntN(10)
					for j := range row.Drivers {
						row.Drivers[j] = importance.Answered(float64(mood+rng.IntN(6)) + offset)
					}
					row.Outcome = importance.Answered(float64(mood+rng.IntN(6)) + offset)
					if err := s.Add(row); err != nil {
						t.Fatal(err)
					}
				}
				var out []float64
				for _, d := range analyse(t, s, importance.Config{}).Drivers {
					out = append(out, d.SD, d.Correlation, d.Beta, d.LMG, d.Johnson)
				}
				return out
			}
			ratings := find(0)
			for _, offset := range []float64{3, 1000, -1000} { // 3 takes some rows across the bound, 1000 all
				if diff := cmp.Diff(ratings, find(offset)); diff != "" {
					t.Errorf("%d rows, %d drivers, offset %v: %s", rows, drivers, offset, diff)
				}
			}
		}
	}
}
