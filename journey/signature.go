package journey

import (
	"cmp"
	"math"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stat"
)

// SignatureStep is a step and how typical it is of a seat.
type SignatureStep struct {
	Step        StepID
	Delta       float64 // log odds ratio against the other seats
	Z           float64
	Q           float64 // two-sided, Benjamini & Hochberg (1995) over the steps
	Distinctive bool    // Delta > 0 and Q < .05
}

// Signature returns how typical each step is of a seat: log odds ratios with an informative Dirichlet prior of weight 10 (Monroe,
// Colaresi & Quinn 2008, "Fightin' words"), by z descending, then name. ok is false for an unknown seat and for the only one.
func (o *Overlap) Signature(seat b2b.SeatID) (list []SignatureStep, ok bool) {
	r, ok := slices.BinarySearch(o.seats, seat)
	if !ok || len(o.seats) < 2 {
		return nil, false
	}
	const prior = 10.0
	n := float64(o.col[r])
	rest := float64(o.n) - n
	p := make([]float64, len(o.steps))
	for s, step := range o.steps {
		y := float64(o.m[s*len(o.seats)+r])
		other := float64(o.row[s]) - y
		a := prior * float64(o.row[s]) / float64(o.n)
		x := SignatureStep{Step: step}
		if rem, remOther := n+prior-y-a, rest+prior-other-a; rem > 0 && remOther > 0 {
			x.Delta = math.Log((y+a)/rem) - math.Log((other+a)/remOther)
			x.Z = x.Delta / math.Sqrt(1/(y+a)+1/(other+a))
		}
		p[s] = 2 * stat.NormalCDF(-math.Abs(x.Z))
		list = append(list, x)
	}
	for s, q := range stat.BenjaminiHochberg(p) {
		list[s].Q = q
		list[s].Distinctive = list[s].Delta > 0 && q < .05
	}
	slices.SortFunc(list, func(a, b SignatureStep) int { return cmp.Or(cmp.Compare(b.Z, a.Z), cmp.Compare(a.Step, b.Step)) })
	return list, true
}
