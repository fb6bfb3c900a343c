package attribution

import (
	"math"

	"github.com/buyerjourney/b2b"
)

// TwoSteps says how [Position] divides a path of two steps, which has no middle. Zero is Split.
type TwoSteps uint8

// The ways to divide a path of two steps.
const (
	Split       TwoSteps = iota // half of the middle to each end
	Renormalise                 // the ends in proportion to each other; equal parts if both are 0
)

// Position gives the first step First, the last one Last, and the steps between equal parts of Middle. A single step gets
// all. The three parts are ≥ 0 and sum to 1.
type Position struct {
	First, Middle, Last float64
	Two                 TwoSteps
}

// U returns the U-shaped rule 40/20/40.
func U() Position { return Position{First: 0.4, Middle: 0.2, Last: 0.4} }

// U50 returns the U-shaped rule without a middle, 50/0/50.
func U50() Position { return Position{First: 0.5, Last: 0.5} }

// J returns the J-shaped rule 20/20/60.
func J() Position { return Position{First: 0.2, Middle: 0.2, Last: 0.6} }

// InverseJ returns the inverse J-shaped rule 60/20/20.
func InverseJ() Position { return Position{First: 0.6, Middle: 0.2, Last: 0.2} }

// String returns "position(first,middle,last)".
func (r Position) String() string {
	s := "position(" + number(r.First) + "," + number(r.Middle) + "," + number(r.Last)
	if r.Two == Renormalise {
		s += ",renormalise"
	}
	return s + ")"
}

func (r Position) check(p *b2b.Problems) {
	for _, f := range [...]struct {
		path string
		x    float64
	}{{"model.first", r.First}, {"model.middle", r.Middle}, {"model.last", r.Last}} {
		if !(f.x >= 0 && f.x <= 1) {
			p.Add(f.path, "outside [0,1]")
		}
	}
	if sum := r.First + r.Middle + r.Last; !(math.Abs(sum-1) <= 1e-9) {
		p.Add("model", "first, middle and last do not sum to 1")
	}
	if r.Two > Renormalise {
		p.Add("model.two", "no value of the enumeration")
	}
}

func (r Position) weigh(_ *walk, w []float64) {
	switch n := len(w); n {
	case 1:
		w[0] = 1
	case 2:
		w[0], w[1] = r.First+r.Middle/2, r.Last+r.Middle/2
		if r.Two == Renormalise {
			w[0], w[1] = r.First, r.Last
		}
		if !normalise(w) {
			w[0], w[1] = 0.5, 0.5
		}
	default:
		w[0], w[n-1] = r.First, r.Last
		middle := r.Middle / float64(n-2)
		for i := 1; i < n-1; i++ {
			w[i] = middle
		}
		if !normalise(w) {
			w[0] = 1
		}
	}
}
