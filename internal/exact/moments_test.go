package exact_test

import (
	"math"
	"testing"

	"github.com/buyerjourney/b2b/internal/exact"
)

// By hand: 1, 2, 3, 6 have the sum 12, the mean 3 and the sample variance 14/3; shifted far away the deviation stays.
func TestMoments(t *testing.T) {
	for _, shift := range []int64{0, 1 << 40, -1 << 61} {
		var sum, squares exact.Wide
		for _, x := range []int64{1, 2, 3, 6} {
			sum.Add(shift + x)
			squares.AddSquare(shift + x)
		}
		total, mean, sd := exact.Moments(4, 1, &sum, &squares)
		if want := float64(shift) + 3; mean != want || sd != math.Sqrt(14./3) || total != 4*want {
			t.Errorf("shift %d: sum %v, mean %v, deviation %v", shift, total, mean, sd)
		}
		if got := sum.Big().String(); shift == 0 && got != "12" {
			t.Errorf("sum %s, want 12", got)
		}
	}
	var sum, squares exact.Wide
	if a, b, c := exact.Moments(0, 1, &sum, &squares); a != 0 || b != 0 || c != 0 {
		t.Error("no values have moments")
	}
	sum.Add(2_500_000)
	squares.AddSquare(2_500_000)
	if a, b, c := exact.Moments(1, 1_000_000, &sum, &squares); a != 2.5 || b != 2.5 || c != 0 {
		t.Errorf("one value: %v, %v, %v", a, b, c)
	}
}
