package match

import (
	"math"
	"testing"
)

// By hand: of 100 entities, a value held by 9 has 8 others; one held by 2 or 1 has as many as Good and Turing expect.
func TestRarityLeavesThePairOut(t *testing.T) {
	for _, c := range []struct {
		count             uint32
		once, floor, want float64
	}{
		{9, 1, 1e-6, -math.Log2(.08)},
		{3, 1, 1e-6, -math.Log2(.02)},
		{2, 1, 1e-6, -math.Log2(.01)},
		{1, .25, 1e-6, -math.Log2(.0025)},
		{2, .25, 1e-6, -math.Log2(.0025)},
		{1, .25, .005, -math.Log2(.005)},
	} {
		if got := rarityOf(c.count, 100, c.once, c.floor); math.Abs(float64(got)-c.want) > 1e-5 {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestOnceMore(t *testing.T) {
	counts := []uint32{0, 5}
	for range 90 {
		counts = append(counts, 1)
	}
	for range 8 {
		counts = append(counts, 2)
	}
	if got, want := onceMore(counts), 2*9.0/90; math.Abs(got-want) > 1e-15 { // one more pair for what was not seen
		t.Errorf("%v, want %v", got, want)
	}
	if got := onceMore([]uint32{2, 2, 2, 1}); got != 1 {
		t.Errorf("more than one: %v", got)
	}
}
