package strategy

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/touchpoint"
)

// Offer is a touchpoint that can be had at a cost.
type Offer struct {
	Touchpoint touchpoint.ID
	Cost       float64 // ≥ 0
}

// Plan is a set of touchpoints within a budget. It is immutable: do not change its slices.
type Plan struct {
	Touchpoints []touchpoint.ID // by ID
	Value       float64         // Σ weight·coverage of the needs
	Cost        float64
	Exact       bool            // no other set within the budget is worth more
	Upper       float64         // no set within the budget is worth more than this; Value if Exact
	Unknown     []touchpoint.ID // touchpoints some of whose supplies have an unknown factor, which counted as nothing; by ID
}

// MaxExactPlan is the number of touchpoints up to which [MakePlan] searches all sets.
const MaxExactPlan = 25

// MakePlan chooses the touchpoints that cover the needs best within the budget. Coverage is monotone and submodular: up to 25
// touchpoints branch and bound finds the best set; above, the better of lazy greedy by gain per cost and the best single
// touchpoint, which is worth at least ½(1−1/e) of the best (Khuller, Moss and Naor 1999), with an upper bound on what could be
// had. Ties: the lower cost, then the set whose IDs come first. A touchpoint that costs nothing is taken whenever it adds.
// Touchpoints without an offer are not available. ctx cancels.
func MakePlan(ctx context.Context, needs []Need, supplies []Supply, offers []Offer, budget float64, cfg CoverageConfig) (*Plan, error) {
	var p b2b.Problems
	checkNeeds(&p, needs)
	checkSupplies(&p, supplies)
	seen := make(map[touchpoint.ID]bool)
	for i, o := range offers {
		at := "offers[" + strconv.Itoa(i) + "]"
		if o.Touchpoint == "" {
			p.Add(at+".touchpoint", "missing")
		} else if seen[o.Touchpoint] {
			p.Add(at+".touchpoint", "offered before")
		}
		seen[o.Touchpoint] = true
		if !(o.Cost >= 0) || math.IsInf(o.Cost, 1) {
			p.Add(at+".cost", "not a finite number ≥ 0")
		}
	}
	if !(budget >= 0) || math.IsInf(budget, 1) {
		p.Add("budget", "not a finite number ≥ 0")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	m := newCoverModel(needs, supplies, offers, cfg)
	plan := &Plan{Unknown: m.unknown}
	var best selection
	if len(m.items) <= MaxExactPlan {
		s := search{ctx: ctx, m: m, budget: budget}
		if err := s.run(); err != nil {
			return nil, err
		}
		best, plan.Exact = s.best, true
		plan.Upper = best.value
	} else {
		best, plan.Upper = m.greedy(budget)
		plan.Upper = max(plan.Upper, best.value)
	}
	for _, i := range best.items {
		plan.Touchpoints = append(plan.Touchpoints, m.items[i].id)
	}
	slices.Sort(plan.Touchpoints)
	plan.Value, plan.Cost = best.value, best.cost
	return plan, nil
}

// coverModel is the value Σ w·(1−Π(1−e)) over sets of items.
type coverModel struct {
	weight  []float64 // by need
	items   []item    // by ID
	unknown []touchpoint.ID
}

// item is a touchpoint with the factors 1−e that it puts on the uncovered part of needs.
type item struct {
	id   touchpoint.ID
	cost float64
	need []int
	keep []float64 // parallel to need: 1 − effect
}

func newCoverModel(needs []Need, supplies []Supply, offers []Offer, cfg CoverageConfig) *coverModel {
	m := &coverModel{}
	for _, o := range offers {
		m.items = append(m.items, item{id: o.Touchpoint, cost: o.Cost})
	}
	slices.SortFunc(m.items, func(a, b item) int { return cmp.Compare(a.id, b.id) })
	for _, n := range slices.SortedFunc(slices.Values(needs), Need.compare) {
		if !cfg.At.IsZero() && !n.Window.Contains(cfg.At) {
			continue
		}
		k := len(m.weight)
		m.weight = append(m.weight, n.Weight)
		for _, e := range cfg.effects(n, supplies) {
			i, ok := slices.BinarySearchFunc(m.items, e.id, func(it item, id touchpoint.ID) int { return cmp.Compare(it.id, id) })
			if !ok {
				continue
			}
			if !e.known {
				m.unknown = append(m.unknown, e.id)
				continue
			}
			it := &m.items[i]
			if l := len(it.need) - 1; l >= 0 && it.need[l] == k {
				it.keep[l] *= 1 - e.effect
				continue
			}
			it.need, it.keep = append(it.need, k), append(it.keep, 1-e.effect)
		}
	}
	slices.Sort(m.unknown)
	m.unknown = slices.Compact(m.unknown)
	return m
}

// gain returns what the item adds when left is the uncovered part of each need.
func (m *coverModel) gain(i int, left []float64) float64 {
	it := &m.items[i]
	g := 0.0
	for l, k := range it.need {
		g += float64(m.weight[k] * left[k] * (1 - it.keep[l]))
	}
	return g
}

func (m *coverModel) take(i int, left []float64) {
	it := &m.items[i]
	for l, k := range it.need {
		left[k] *= it.keep[l]
	}
}

func (m *coverModel) uncovered() []float64 {
	left := make([]float64, len(m.weight))
	for k := range left {
		left[k] = 1
	}
	return left
}
