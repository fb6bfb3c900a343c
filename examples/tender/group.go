package main

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/dmu/inference"
	"github.com/buyerjourney/b2b/journey"
)

// roleBook is what is known of who plays which part, over all accounts.
type roleBook struct {
	model    *inference.Model
	steps    map[b2b.PersonID]dmu.PersonSteps
	labelled map[b2b.PersonID]b2b.SeatID // as the CRM says
}

// learnRoles trains on the persons whose seat the CRM gives. Inferred seats never train.
func learnRoles(log *journey.Log, labelled map[b2b.PersonID]b2b.SeatID, titles map[b2b.PersonID]string) (*roleBook, error) {
	book := &roleBook{steps: map[b2b.PersonID]dmu.PersonSteps{}, labelled: labelled}
	purchase := log.Where(journey.Filter{Kinds: []journey.Kind{journey.Purchase}})
	var trainer inference.Trainer
	var problems b2b.Problems
	for i, p := range journey.StepCounts(purchase, nil) {
		p.Seat, p.Title = labelled[p.Person], titles[p.Person]
		book.steps[p.Person] = p
		problems.Join("steps["+strconv.Itoa(i)+"]", trainer.Add(p))
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	if trainer.Persons() == 0 {
		return book, nil // no system says who sits where: nothing can be learned
	}
	var err error
	book.model, err = trainer.Model(inference.Config{})
	return book, err
}

// member is one person of the group as the brief shows it.
type member struct {
	Person   b2b.PersonID `json:"person"`
	Label    string       `json:"label"`
	Seat     string       `json:"seat"`   // "" is unknown
	Source   string       `json:"source"` // imported, inferred or unknown
	P        float64      `json:"p"`
	Evidence []string     `json:"evidence"`
	Reach    string       `json:"reach"`
}

// gap is a seat that is not covered.
type gap struct {
	Seat    string  `json:"seat"`
	State   string  `json:"state"`
	Missing float64 `json:"missing"`
	Tells   string  `json:"telling_step,omitzero"`
}

// group is the buying group of one account.
type group struct {
	Members   []member `json:"members"`
	Outsiders []string `json:"outsiders"`
	Gaps      []gap    `json:"gaps"`
	Covered   *float64 `json:"weighted_coverage"`
	Next      string   `json:"next_contact,omitzero"`

	unit dmu.Unit
	seat map[b2b.PersonID]b2b.SeatID
}

// seatOf says who somebody probably is: the CRM's word first, then the steps, if they tell.
func (b *roleBook) seatOf(p b2b.PersonID) member {
	m := member{Person: p, Source: "unknown", Evidence: []string{}}
	steps := b.steps[p]
	if seat := b.labelled[p]; seat != "" {
		m.Seat, m.Source, m.P = string(seat), dmu.Imported.String(), 1
		return m
	}
	if b.model == nil {
		return m
	}
	explained := b.model.Explain(steps.Steps, steps.Title)
	v := explained.Verdict
	m.P = v.P
	if v.Decided {
		m.Seat, m.Source = string(v.Best), dmu.Inferred.String()
	}
	for _, part := range explained.Parts {
		if len(m.Evidence) == 3 {
			break
		}
		m.Evidence = append(m.Evidence, fmt.Sprintf("%s×%d: %+.1f decibans for %s against %s", part.Name, part.Count, part.Decibans(), v.Best, v.RunnerUp))
	}
	return m
}

// posterior gives the probability of every seat; nil where nothing was learned.
func (b *roleBook) posterior(steps dmu.PersonSteps) []dmu.SeatP {
	if b.model == nil {
		return nil
	}
	p := make([]float64, len(b.model.Seats()))
	b.model.Score(p, steps.Steps, steps.Title)
	list := make([]dmu.SeatP, len(p))
	for i, seat := range b.model.Seats() {
		list[i] = dmu.SeatP{Seat: seat, P: p[i]}
	}
	return list
}

// telling names for each seat the step that tells most of it.
func (b *roleBook) telling() []dmu.SeatStep {
	if b.model == nil {
		return nil
	}
	return b.model.Telling()
}

// template is the table that a tender for software needs.
var template = dmu.MustTemplate(
	dmu.Seat{ID: "decider", Min: 1, Max: 1, Required: true, Importance: 3},
	dmu.Seat{ID: "buyer", Min: 1, Required: true, Importance: 1},
	dmu.Seat{ID: "expert", Min: 1, Required: true, Importance: 2},
	dmu.Seat{ID: "legal", Min: 1, Required: true, Importance: 2},
	dmu.Seat{ID: "user", Min: 1, Required: true, Importance: 1},
)

// buyingGroup makes the unit of an account.
func (w *world) buyingGroup(account b2b.AccountID, crmID string, deal b2b.DealID, persons []b2b.PersonID) (*group, error) {
	b, s := w.roles, w.settings
	g := &group{Members: []member{}, Outsiders: []string{}, Gaps: []gap{}, seat: map[b2b.PersonID]b2b.SeatID{}}
	met := spokenTo(w.log, account)
	config := dmu.UnitConfig{Account: account, Deal: deal, BuyClass: dmu.NewTask, Template: template}
	for _, p := range persons {
		m := b.seatOf(p)
		steps := b.steps[p]
		reach := dmu.Contacted
		if met[p] {
			reach = dmu.Engaged
		}
		member := dmu.Member{ID: p, Title: steps.Title, Reach: reach, Posterior: b.posterior(steps)}
		if m.Seat != "" {
			g.seat[p] = b2b.SeatID(m.Seat)
			source := dmu.Imported
			if m.Source == dmu.Inferred.String() {
				source = dmu.Inferred
			}
			member.Assignments = []dmu.Assignment{{Seat: b2b.SeatID(m.Seat), Source: source, RecordedAt: w.asOf}}
		}
		m.Reach = reach.String()
		g.Members = append(g.Members, m)
		config.Members = append(config.Members, member)
	}
	for _, o := range s.group.Outsiders {
		if o.Account != crmID {
			continue
		}
		kind, err := dmu.ParseOutsiderKind(o.Kind)
		if err != nil {
			return nil, fmt.Errorf("group.json: outsiders: kind: %w", err)
		}
		outsider := dmu.Outsider{ID: o.ID, Kind: kind}
		var seats []string
		for _, e := range o.Edges {
			seats = append(seats, string(e.Role))
			for _, p := range persons {
				if g.seat[p] == e.Role {
					outsider.Edges = append(outsider.Edges, dmu.Edge{Member: p, Weight: e.Weight})
				}
			}
		}
		config.Outsiders = append(config.Outsiders, outsider)
		g.Outsiders = append(g.Outsiders, o.ID+" ("+o.Kind+") pulls at "+strings.Join(seats, ", "))
	}
	for _, a := range s.group.Alternatives {
		config.Alternatives = append(config.Alternatives, dmu.Alternative{ID: dmu.AlternativeID(a.ID), Ours: a.Ours, StatusQuo: a.StatusQuo})
	}
	var err error
	if g.unit, err = dmu.NewUnit(config); err != nil {
		return nil, err
	}
	coverage, err := dmu.Cover(g.unit, dmu.CoverageConfig{Telling: b.telling()})
	if err != nil {
		return nil, err
	}
	if w, ok := coverage.Weighted.Value(); ok {
		g.Covered = &w
	}
	for _, x := range coverage.Gaps {
		g.Gaps = append(g.Gaps, gap{Seat: string(x.Seat.ID), State: x.State.String(), Missing: x.Missing, Tells: x.Telling.Step})
	}
	g.label()
	if len(coverage.Next) > 0 {
		g.Next = g.name(coverage.Next[0].Person)
	}
	return g, nil
}

// label names persons by their part: no names of persons appear unless they are asked for.
func (g *group) label() {
	count := map[string]int{}
	for i := range g.Members {
		m := &g.Members[i]
		part := cmp.Or(m.Seat, "unknown")
		count[part]++
		m.Label = part
		if count[part] > 1 {
			m.Label += " " + strconv.Itoa(count[part])
		}
	}
}

// name is the label of a person; somebody outside the group has none.
func (g *group) name(p b2b.PersonID) string {
	for _, m := range g.Members {
		if m.Person == p {
			return m.Label
		}
	}
	return ""
}
