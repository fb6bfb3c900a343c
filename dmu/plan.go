package dmu

import (
	"slices"
)

// Plan is a list of members to contact, in order.
type Plan struct {
	Contacts []ContactGain // each gain given that those before are reached
	// Bounded: the plan brings at least 1 − 1/e of what the best list of the same length would (Nemhauser, Wolsey and Fisher
	// 1978). It is false where a seat with importance needs more than one person or costs differ: no bound holds then.
	Bounded bool
}

// Plan greedily picks up to m members to contact: each the one with the largest gain per cost after those before, ties to the
// smaller id. It ends early where nobody brings anything.
func (c Coverage) Plan(m int) Plan {
	plan := Plan{Bounded: true}
	model := &c.model
	for r := range model.seats {
		plan.Bounded = plan.Bounded && (model.seats[r].Importance == 0 || model.seats[r].Needed() == 1)
	}
	for _, x := range model.costs {
		plan.Bounded = plan.Bounded && x == model.costs[0]
	}
	if !c.Weighted.IsKnown() {
		return plan
	}
	rho := slices.Clone(model.rho)
	for len(plan.Contacts) < m {
		best, at := ContactGain{}, -1
		for i := range model.ids {
			if g := model.gain(rho, i); g.Gain > 0 && (at < 0 || compareGains(g, best) < 0) {
				best, at = g, i
			}
		}
		if at < 0 {
			break
		}
		rho[at] = 1
		plan.Contacts = append(plan.Contacts, best)
	}
	return plan
}
