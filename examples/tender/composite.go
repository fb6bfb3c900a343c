package main

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/journey"
)

// lane is one role's part of the composite journey in one phase.
type lane struct {
	Role  string   `json:"role"`
	Phase string   `json:"phase"`
	Steps []string `json:"steps"`  // what was recorded, by first occurrence
	Unmet []string `json:"unseen"` // steps of the role's map that nobody recorded; internal ones are marked
}

// revealing is a step that gives a role away.
type revealing struct {
	Step string  `json:"step"`
	Role string  `json:"role"`
	Z    float64 `json:"z"`
	Q    float64 `json:"q"`
}

// crossing is a step that should have waited.
type crossing struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	Step     string `json:"step"`
	At       string `json:"at"`
	Reason   string `json:"reason"`
}

// insideMark marks a step that happens inside the buyer's house.
const insideMark = " (inside)"

// lanes lays the composite journey out by role and phase, with what the role's map has and nobody saw.
func (w *world) lanes(account b2b.AccountID, g *group) (lanes []lane, joint []string) {
	type key struct {
		role  string
		phase b2b.Phase
	}
	cells := map[key]*lane{}
	cell := func(role string, phase b2b.Phase) *lane {
		k := key{role, phase}
		if cells[k] == nil {
			cells[k] = &lane{Role: role, Phase: phase.String(), Steps: []string{}, Unmet: []string{}}
		}
		return cells[k]
	}
	purchase := w.log.Where(journey.Filter{Kinds: []journey.Kind{journey.Purchase}, Accounts: []b2b.AccountID{account}})
	seen := map[string]map[string]bool{}
	for _, c := range journey.Composites(purchase) {
		for i := range c.Len() {
			j := c.Journey(i)
			role := cmp.Or(g.name(j.Person()), "nobody yet")
			if seen[role] == nil {
				seen[role] = map[string]bool{}
			}
			for k := range j.Len() {
				step := string(j.Step(k))
				if l := cell(role, w.in.catalogue.Phase(j.Event(k).Touchpoint)); !slices.Contains(l.Steps, step) {
					l.Steps = append(l.Steps, step)
				}
				seen[role][step] = true
			}
		}
		for _, jt := range c.Joint() {
			var roles []string
			for _, j := range jt.Journeys {
				roles = append(roles, cmp.Or(g.name(purchase.Journey(j).Person()), "nobody yet"))
			}
			joint = append(joint, string(jt.Step)+": "+strings.Join(roles, " with "))
		}
	}
	for _, m := range g.Members {
		for _, designed := range w.settings.maps {
			if designed.Seat != b2b.SeatID(m.Seat) {
				continue
			}
			for _, s := range designed.Steps {
				if seen[m.Label][string(s.ID)] {
					continue
				}
				l := cell(m.Label, s.Phase)
				text := string(s.ID)
				if s.Touchpoint == "" {
					text += insideMark
				}
				l.Unmet = append(l.Unmet, text)
			}
		}
	}
	for _, l := range cells {
		lanes = append(lanes, *l)
	}
	slices.SortFunc(lanes, func(a, b lane) int {
		pa, _ := b2b.ParsePhase(a.Phase)
		pb, _ := b2b.ParsePhase(b.Phase)
		return cmp.Or(cmp.Compare(a.Role, b.Role), cmp.Compare(pa, pb))
	})
	return lanes, joint
}

// overlap says which steps several roles share and which give one away, over all accounts, by the CRM's roles.
func (w *world) overlap() (shared []string, telling []revealing) {
	shared, telling = []string{}, []revealing{}
	purchase := w.log.Where(journey.Filter{Kinds: []journey.Kind{journey.Purchase}})
	table := journey.OverlapOf(purchase, func(j journey.Journey, _ int) b2b.SeatID { return w.roles.labelled[j.Person()] })
	overlap := table.Overlap(journey.Persons)
	for _, s := range overlap.SharedSteps() {
		shared = append(shared, string(s))
	}
	for _, seat := range overlap.Seats() {
		if seat == "" {
			continue
		}
		steps, _ := overlap.Signature(seat)
		for _, s := range steps {
			if s.Distinctive {
				telling = append(telling, revealing{Step: string(s.Step), Role: string(seat), Z: s.Z, Q: s.Q})
			}
		}
	}
	slices.SortStableFunc(telling, func(a, b revealing) int { return cmp.Compare(b.Z, a.Z) })
	return shared, telling
}

// crossings lists the steps of the account that should have waited.
func (w *world) crossings(account b2b.AccountID) ([]crossing, error) {
	ours := w.log.Where(journey.Filter{Accounts: []b2b.AccountID{account}})
	found, err := ours.Crossings(crossingRules(), journey.RuleConfig{Spans: spans(w.asOf), Catalogue: w.in.catalogue})
	list := []crossing{}
	for _, c := range found {
		x := crossing{Rule: c.Rule, Severity: c.Severity.String(), Step: string(c.Step), At: c.At.Format(time.DateOnly), Reason: c.Reason}
		if !slices.Contains(list, x) { // one campaign mail to several persons is one crossing
			list = append(list, x)
		}
	}
	return list, err
}
