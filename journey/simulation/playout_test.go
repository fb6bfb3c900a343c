package simulation_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b/journey/simulation"
)

// TestAt: the guide table finds what a search from the first share finds, also right at the bounds.
func TestAt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.Float64Range(0, 1), 2, 40).Draw(t, "weights")
		weights[0] += .01
		sum := 0.0
		for _, w := range weights {
			sum += w
		}
		bounds := make([]float64, len(weights))
		shares, upTo := make([]float64, len(weights)), 0.0
		for i, w := range weights {
			shares[i] = w / sum
			upTo += shares[i]
			bounds[i] = upTo
		}
		u := rapid.Float64Range(0, 1).Draw(t, "u")
		if i := rapid.IntRange(-1, len(bounds)-1).Draw(t, "bound"); i >= 0 {
			u = bounds[i]
			if rapid.Bool().Draw(t, "just below") {
				u = math.Nextafter(u, 0)
			}
		}
		u = min(u, math.Nextafter(1, 0))
		want := 0
		for want < len(bounds)-1 && u >= bounds[want] {
			want++
		}
		if got := simulation.At(shares, u); got != want {
			t.Fatalf("draw %v of %v: way %d, want %d", u, bounds, got, want)
		}
	})
}
