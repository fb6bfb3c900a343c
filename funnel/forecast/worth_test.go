package forecast_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b/funnel/forecast"
)

// nearestProp holds the rounding of amounts to that of the standard library, halves and their neighbours among them.
func nearestProp(t *rapid.T) {
	x := rapid.Float64Range(-1e15, 1e15).Draw(t, "x")
	if rapid.Bool().Draw(t, "half") {
		x = math.Trunc(x/1e3) + 0.5
	}
	for _, x := range []float64{x, math.Nextafter(x, math.Inf(1)), math.Nextafter(x, math.Inf(-1))} {
		if got, want := forecast.Nearest(x), int64(math.Round(x)); got != want {
			t.Errorf("%v: %d, want %d", x, got, want)
		}
	}
}

func TestNearest(t *testing.T) {
	rapid.Check(t, nearestProp)
	for _, x := range []float64{0, 0.49999999999999994, 0.5, -0.5, -0.49999999999999994, 1.5, 2.5, 1 << 53} {
		if got, want := forecast.Nearest(x), int64(math.Round(x)); got != want {
			t.Errorf("%v: %d, want %d", x, got, want)
		}
	}
}

func FuzzNearest(f *testing.F) { f.Fuzz(rapid.MakeFuzz(nearestProp)) }
