package main

import (
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/dmu/choice"
)

// decision is what the group will probably choose.
type decision struct {
	Rule         string    `json:"rule"`
	Why          string    `json:"why"`
	Alternatives []string  `json:"alternatives"`
	P            []float64 `json:"p"`
	NoDecision   float64   `json:"no_decision"`
	WithoutPull  []float64 `json:"p_without_outsiders"`
	OursLow      float64   `json:"ours_low"`
	OursHigh     float64   `json:"ours_high"`
	Next         string    `json:"whom_next,omitzero"`
	Gain         float64   `json:"gain"`
}

// decide computes the choice under the rule that fits a new task, and the range over all rules. It returns nil where
// nobody with a known seat and interests sits at the table.
func decide(g *group, s *settings) (*decision, error) {
	var persons []b2b.PersonID
	var rows [][]float64
	var weights []float64
	performance := make([]choice.Performance, len(s.group.Performance))
	for i, p := range s.group.Performance {
		performance[i] = choice.Performance{Criterion: p.Criterion, Scores: p.Scores}
	}
	for _, m := range g.Members {
		for _, in := range s.group.Interests {
			if in.Role != b2b.SeatID(m.Seat) {
				continue
			}
			var interests []dmu.Interest
			for _, c := range in.Criteria {
				interests = append(interests, dmu.Interest{Criterion: c.Criterion, Weight: c.Weight})
			}
			row, err := choice.Logit(interests, performance, s.group.Beta)
			if err != nil {
				return nil, err
			}
			persons, rows, weights = append(persons, m.Person), append(rows, row), append(weights, in.Weight)
		}
	}
	if len(persons) == 0 {
		return nil, nil
	}
	own, err := choice.New(persons, g.unit.Alternatives(), rows)
	if err != nil {
		return nil, err
	}
	pulled, err := applyOutsiders(g, s, own, persons)
	if err != nil {
		return nil, err
	}
	suggestion := choice.Suggest(choice.Situation{BuyClass: g.unit.BuyClass()})
	without, err := choice.Decide(suggestion.Rule, own, weights, choice.Options{})
	if err != nil {
		return nil, err
	}
	outcome, err := choice.Decide(suggestion.Rule, pulled, weights, choice.Options{})
	if err != nil {
		return nil, err
	}
	all, err := choice.All(pulled, weights, choice.Options{})
	if err != nil {
		return nil, err
	}
	d := &decision{Rule: suggestion.Rule.String(), Why: suggestion.Why, P: outcome.P, NoDecision: outcome.NoDecision, WithoutPull: without.P}
	for _, a := range own.Alternatives() {
		d.Alternatives = append(d.Alternatives, string(a.ID))
	}
	ours := own.Ours()
	if ours < 0 {
		return d, nil
	}
	spread := choice.Spread(pulled, all)
	d.OursLow, d.OursHigh = spread[ours].Min, spread[ours].Max
	gains, err := choice.WhomNext(choice.Next{Rule: suggestion.Rule, Target: own.Alternatives()[ours].ID, Delta: .5}, pulled, weights, choice.Options{})
	if err != nil {
		return nil, err
	}
	if len(gains) > 0 {
		d.Next, d.Gain = g.name(gains[0].Member), gains[0].Gain
	}
	return d, nil
}

// applyOutsiders lets the outsiders of the unit pull: everybody listens to everybody alike, and half stays with what they
// thought at first.
func applyOutsiders(g *group, s *settings, own choice.Preferences, persons []b2b.PersonID) (choice.Preferences, error) {
	outsiders := g.unit.Outsiders()
	if len(outsiders) == 0 {
		return own, nil
	}
	n := len(persons)
	config := choice.InfluenceConfig{W: make([][]float64, n), Susceptibility: make([]float64, n)}
	for i := range n {
		config.Susceptibility[i] = .5
		config.W[i] = make([]float64, n)
		for j := range n {
			config.W[i][j] = 1 / float64(n)
		}
	}
	var opinions [][]float64
	for _, o := range outsiders {
		row := make([]float64, n)
		for _, e := range o.Edges {
			if i := slices.Index(persons, e.Member); i >= 0 {
				row[i] = e.Weight
			}
		}
		config.Outsiders = append(config.Outsiders, row)
		for _, known := range s.group.Outsiders {
			if known.ID == o.ID {
				opinions = append(opinions, known.Preference)
			}
		}
	}
	influence, err := choice.NewInfluence(config)
	if err != nil {
		return choice.Preferences{}, err
	}
	return influence.Apply(own, opinions)
}
