package match

import (
	"math"
	"testing"
)

func weightsOf(levels []LevelWeight) []float64 {
	var out []float64
	for _, l := range levels {
		out = append(out, math.Log2(l.M/l.U))
	}
	return out
}

func levelWeights(tests []Test, m, u []float64) []LevelWeight {
	var out []LevelWeight
	for i, t := range tests {
		out = append(out, LevelWeight{Level: Level{Test: t}, M: m[i], U: u[i]})
	}
	return out
}

// What pool adjacent violators makes of 3, 5, 1 and then 4: worked out by hand.
func TestMonotonePools(t *testing.T) {
	l := levelWeights([]Test{Exact, JW, JW, Else}, []float64{.08, .32, .02, .58}, []float64{.01, .01, .01, .97})
	monotone(l, nil)
	w := weightsOf(l)
	if math.Abs(w[0]-math.Log2(20)) > 1e-12 || math.Abs(w[1]-math.Log2(20)) > 1e-12 || math.Abs(w[2]-1) > 1e-12 || w[3] >= 0 {
		t.Errorf("weights %v", w)
	}
	sum := 0.0
	for _, x := range l {
		sum += x.M
	}
	if math.Abs(sum-1) > 1e-12 {
		t.Errorf("Σ m = %v", sum)
	}
}

// Levels that are no degree of likeness and asserted weights stay where they are.
func TestMonotoneLeavesOthers(t *testing.T) {
	l := levelWeights([]Test{MailDerived, Exact, SwapName, Else}, []float64{.1, .2, .6, .1}, []float64{.1, .01, .01, .88})
	asserted := -3.0
	l[1].Level.Bits = &asserted
	want := weightsOf(l)
	monotone(l, nil)
	for i, w := range weightsOf(l) {
		if w != want[i] {
			t.Errorf("level %d: %v, was %v", i, w, want[i])
		}
	}
}

// A level that frequencies adjust is in order if its weight on typical values is: common values, which chance makes equal,
// do not pull near ones down.
func TestMonotoneTypical(t *testing.T) {
	l := levelWeights([]Test{Exact, JW, Else}, []float64{.6, .3, .1}, []float64{.1, .01, .89})
	l[0].Level.TF = true
	want := weightsOf(l)
	monotone(l, func(Test) float64 { return .01 })
	for i, w := range weightsOf(l) {
		if w != want[i] {
			t.Errorf("level %d: %v, was %v", i, w, want[i])
		}
	}
	c := &column{count: []uint32{0, 2, 1, 1}, held: 4}
	if got := c.typical(Exact); math.Abs(got-math.Exp2(-1.5)) > 1e-15 {
		t.Errorf("typical frequency %v", got)
	}
}
