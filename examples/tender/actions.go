package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/journey"
)

// action is what to do next.
type action struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

// actions turns the findings into what to do, most urgent first.
func (w *world) actions(b *brief) []action {
	var list []action
	add := func(what, why string) { list = append(list, action{What: what, Why: why}) }
	held := map[string]bool{}
	for _, c := range slices.Backward(b.Crossings) {
		if c.Severity == journey.Hold.String() && !held[c.Rule] {
			held[c.Rule] = true
			add("hold back the cross-sell campaign", c.Reason)
		}
	}
	if b.Group == nil {
		return []action{}
	}
	for _, g := range b.Group.Gaps {
		switch g.State {
		case dmu.Unknown.String():
			why := "nobody is known in this seat"
			if g.Tells != "" {
				why += "; the step “" + g.Tells + "” tells most of who holds it"
			}
			add("find out who is the "+g.Seat, why)
		case dmu.Uncovered.String():
			add("make contact with the "+g.Seat, "known, but sales never spoke to them")
		}
	}
	if b.Decision != nil && b.Decision.Next != "" {
		add("talk to the "+b.Decision.Next+" about our offer",
			fmt.Sprintf("half won over, our chance rises by %.1f points under the rule %s", 100*b.Decision.Gain, b.Decision.Rule))
	}
	if len(b.Group.Outsiders) > 0 {
		add("answer the pull from outside", strings.Join(b.Group.Outsiders, "; "))
	}
	var inside []string
	for _, l := range b.Journey {
		for _, s := range l.Unmet {
			if step, ok := strings.CutSuffix(s, insideMark); ok {
				inside = append(inside, step+" ("+l.Role+")")
			}
		}
	}
	if len(inside) > 0 {
		add("ask how the steps inside the house go", strings.Join(inside, ", ")+": on the maps, and nobody outside sees them")
	}
	if list == nil {
		return []action{}
	}
	return list
}
