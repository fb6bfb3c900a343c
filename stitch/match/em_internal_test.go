package match

import "testing"

// Pairs of one block agree by habit: a tenth of them on the third field, which random pairs do once in a hundred. With the
// chance of random pairs EM takes these for matches; with that of the block it finds the hundred that agree throughout.
func TestEMFollowsTheBlock(t *testing.T) {
	counts := []patternCount{
		{levels: []uint8{1, 1, 1}, n: 100},
		{levels: []uint8{2, 2, 1}, n: 400},
		{levels: []uint8{2, 2, 2}, n: 3600},
		{levels: []uint8{1, 2, 2}, n: 40},
		{levels: []uint8{2, 1, 2}, n: 40},
	}
	learn := func(block bool) []float64 {
		in := emInput{counts: counts, lambda: .3, held: make([]bool, 3), blockU: block}
		for range 3 {
			in.m = append(in.m, []float64{.75, .25})
			in.u = append(in.u, []float64{.01, .99})
		}
		em(&in)
		return in.m[0]
	}
	if fixed, block := learn(false), learn(true); fixed[1] < .5 || block[1] > .1 {
		t.Errorf("m of different first fields: %v with u fixed, %v with that of the block", fixed[1], block[1])
	}
}
