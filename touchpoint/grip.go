package touchpoint

import (
	"maps"
	"math"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/exact"
)

// Grip says how much of a set of touchpoints, weighted by whatever the caller finds important (touches, credits, shares of
// importance), the seller can influence. The zero value says that nothing is known. It is an immutable value.
type Grip struct {
	ControlIndex  b2b.Fraction // Σ w·c / Σ w over touchpoints with known control c; unknown if they have no weight
	BlindSpot     b2b.Fraction // share of that weight on touchpoints that cannot be influenced
	UnknownWeight float64      // share of all weight on touchpoints whose control is unknown, or that the catalogue lacks
}

// Grip returns the control index and the blind spot under the weights, which need not sum to 1; a touchpoint without a
// weight counts as 0. A negative or non-finite weight is an error with path weights[ID]. Sums are exact, so the order of
// anything has no influence. O(n log n).
func (c *Catalogue) Grip(weights map[ID]float64) (Grip, error) {
	var p b2b.Problems
	var known, controlled, blind, unknown exact.Sum
	for _, id := range slices.Sorted(maps.Keys(weights)) {
		w := weights[id]
		if math.IsNaN(w) || math.IsInf(w, 0) || w < 0 {
			p.Add("weights["+string(id)+"]", "not a finite number ≥ 0")
			continue
		}
		degree, ok := c.Control(id)
		if !ok {
			unknown.Add(w)
			continue
		}
		known.Add(w)
		controlled.AddProduct(w, degree)
		if degree < c.policy.Threshold() {
			blind.Add(w)
		}
	}
	if err := p.Err(); err != nil {
		return Grip{}, err
	}
	total := known.Clone()
	total.Merge(&unknown)
	var g Grip
	if k := known.Float64(); k > 0 {
		g.ControlIndex = b2b.MustFraction(min(1, controlled.Float64()/k))
		g.BlindSpot = b2b.MustFraction(min(1, blind.Float64()/k))
	}
	if all := total.Float64(); all > 0 {
		g.UnknownWeight = unknown.Float64() / all
	}
	return g, nil
}
