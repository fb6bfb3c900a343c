package strategy

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stat"
	"github.com/buyerjourney/b2b/touchpoint"
	"github.com/buyerjourney/b2b/touchpoint/importance"
)

// Choice is a set of improvements within a budget. It is immutable: do not change its slices.
type Choice struct {
	Touchpoints []touchpoint.ID // by ID
	Benefit     float64         // Σ importance·gain·reach·control
	Cost        float64
	Unknown     []touchpoint.ID // candidates whose reach or control is unknown: not considered; by ID
}

// Choose finds the improvements that bring the most within the budget, exactly, by branch and bound. Ties: the lower cost, then
// the set whose IDs come first. Malformed candidates are errors. ctx cancels.
func Choose(ctx context.Context, candidates []Candidate, budget float64) (*Choice, error) {
	var p b2b.Problems
	seen := make(map[touchpoint.ID]bool)
	for i, c := range candidates {
		at := "candidates[" + strconv.Itoa(i) + "]"
		c.check(&p, at)
		if seen[c.Touchpoint] {
			p.Add(at+".touchpoint", "named before")
		}
		seen[c.Touchpoint] = true
	}
	if !(budget >= 0) || math.IsInf(budget, 1) {
		p.Add("budget", "not a finite number ≥ 0")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	out := &Choice{}
	// Independent benefits are the coverage of needs of their own: one each, covered in full.
	m := &coverModel{}
	for _, c := range slices.SortedFunc(slices.Values(candidates), func(a, b Candidate) int { return cmp.Compare(a.Touchpoint, b.Touchpoint) }) {
		reach, ok1 := c.Reach.Value()
		control, ok2 := c.Control.Value()
		if !ok1 || !ok2 {
			out.Unknown = append(out.Unknown, c.Touchpoint)
			continue
		}
		m.items = append(m.items, item{id: c.Touchpoint, cost: c.Cost, need: []int{len(m.weight)}, keep: []float64{0}})
		m.weight = append(m.weight, c.Importance.Value*c.Gain*reach*control)
	}
	s := search{ctx: ctx, m: m, budget: budget}
	if err := s.run(); err != nil {
		return nil, err
	}
	for _, i := range s.best.items {
		out.Touchpoints = append(out.Touchpoints, m.items[i].id)
	}
	out.Benefit, out.Cost = s.best.value, s.best.cost
	return out, nil
}

// WhatIf returns what a change of one driver's rating by delta goes together with in the outcome: b·delta with Student's
// interval (level 0 means 0.95), from the regression behind the analysis. ok is false for an unknown driver or where the
// regression does not exist. It is an association, not a promise.
func WhatIf(a *importance.Analysis, driver string, delta, level float64) (e b2b.Estimate, ok bool) {
	if level == 0 {
		level = b2b.DefaultLevel
	}
	df := float64(a.Rows) - float64(len(a.Drivers)) - 1
	if len(a.Dependent) > 0 || df < 1 || math.IsNaN(delta) || math.IsInf(delta, 0) || !(level > 0 && level < 1) {
		return e, false
	}
	for _, d := range a.Drivers {
		if d.Name == driver {
			half := float64(stat.TQuantile((1+level)/2, df) * d.SE)
			e = b2b.Estimate{Value: d.B, Low: d.B - half, High: d.B + half, Level: level, Method: "t"}
			return e.Scale(delta), true
		}
	}
	return e, false
}
