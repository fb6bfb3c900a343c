package exact_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b/internal/exact"
)

// TestPair compares pairs with sums: a pair holds exactly what was added, and refuses, unchanged, what it cannot hold.
func TestPair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p exact.Pair
		var s exact.Sum
		for _, x := range rapid.SliceOf(finite()).Draw(t, "x") {
			before := p
			if !p.Add(x) {
				if p != before {
					t.Fatalf("a refused %v changed the pair", x)
				}
				continue
			}
			s.Add(x)
		}
		var of exact.Sum
		p.AddTo(&of)
		if !of.Equal(&s) {
			t.Fatalf("pair %v, sum %v", p, s.Float64())
		}
		if p.Hi != s.Float64() {
			t.Fatalf("nearest %v, want %v", p.Hi, s.Float64())
		}
		if again, ok := s.Pair(); !ok || again != p || math.Signbit(p.Lo) != math.Signbit(again.Lo) {
			t.Fatalf("as a pair %v %v, want %v", again, ok, p)
		}
	})
}

func TestPairLimits(t *testing.T) {
	for _, c := range []struct {
		name string
		x    []float64
		ok   bool // of the last
	}{
		{"prices", []float64{0.1, 0.2, 1e9, 123.45}, true},
		{"zero of a difference", []float64{0.1, -0.1}, true},
		{"signed zero", []float64{math.Copysign(0, -1)}, true},
		{"two far apart", []float64{1e300, 1e-300}, true},
		{"three far apart", []float64{1e300, 1, 1e-300}, false},
		{"overflow", []float64{math.MaxFloat64, math.MaxFloat64}, false},
		{"infinity", []float64{math.Inf(1)}, false},
		{"not a number", []float64{math.NaN()}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var p exact.Pair
			for i, x := range c.x {
				if ok := p.Add(x); ok != (c.ok || i < len(c.x)-1) {
					t.Errorf("adding %v to %v: %v", x, p, ok)
				}
			}
			if math.Signbit(p.Hi) && p.Hi == 0 {
				t.Error("a negative zero")
			}
		})
	}
	s := sumOf([]float64{1e300, 1, 1e-300})
	if p, ok := s.Pair(); ok {
		t.Errorf("three far apart as a pair: %v", p)
	}
}
