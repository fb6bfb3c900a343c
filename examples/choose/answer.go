package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/dmu/choice"
	"github.com/buyerjourney/b2b/examples/internal/cli"
)

func answer(s settings, g *group) (*output, error) {
	out := &output{Notes: g.notes, members: g.prefs.Members()}
	for _, a := range g.Alternatives {
		out.Alternatives = append(out.Alternatives, a.ID)
	}
	prefs, err := out.influence(s, g)
	if err != nil {
		return nil, err
	}
	if err := out.rules(s, g, prefs); err != nil {
		return nil, err
	}
	suggestion := choice.Suggest(g.situation)
	out.Suggested = suggested{suggestion.Rule.String(), suggestion.Why}
	if s.topK == 0 {
		out.note("acquiescence counts the first rank only: there are two alternatives")
	}
	out.Consensus = consensus{
		optional(prefs.AgreementMass()), optional(prefs.PairwiseAgreement()),
		optional(prefs.PooledEntropy()), optional(prefs.JensenShannon()),
	}
	target := prefs.Ours()
	if s.target != "" {
		target = prefs.Index(dmu.AlternativeID(s.target))
	}
	if err := out.game(g, prefs, target); err != nil {
		return nil, err
	}
	out.WhomNext = []whomNext{}
	if target < 0 {
		out.note("no alternative is ours and -target is not given: nobody is ranked")
	} else {
		gains, err := choice.WhomNext(choice.Next{
			Rule: s.rule, Target: prefs.Alternatives()[target].ID, Delta: s.delta, Cost: g.costs,
		}, prefs, g.weights, s.options(s.rule))
		if err != nil {
			return nil, inFile(err)
		}
		for _, x := range gains {
			out.WhomNext = append(out.WhomNext, whomNext{string(x.Member), x.Gain + 0, x.PerCost + 0})
		}
	}
	out.Notes = cli.List(out.Notes)
	return out, nil
}

func (out *output) note(text string) { out.Notes = append(out.Notes, text) }

func optional(x float64, ok bool) *float64 { return cli.Null(x, ok) }

// options are those of one rule: its source is its own, so that no rule's draws hang on another's.
func (s *settings) options(r choice.Rule) choice.Options {
	tau := s.tau
	if tau == 0 {
		tau = -1
	}
	return choice.Options{
		Ties: s.ties, Quota: s.endorse, TopK: s.topK, Tau: tau, Autocrat: b2b.PersonID(s.autocrat),
		MaxStates: s.maxStates, Draws: s.draws,
		Source: rand.NewPCG(s.seed, uint64(slices.Index(choice.Rules(), r))),
	}
}

// influence returns the steady preferences, or the given ones where nothing moves them.
func (out *output) influence(s settings, g *group) (choice.Preferences, error) {
	if g.Influence == nil || s.noInfluence {
		if g.Influence != nil {
			out.note("-no-influence: the influence in the file is left out")
		}
		return g.prefs, nil
	}
	stubborn, heard := false, false
	for _, m := range g.Members {
		stubborn = stubborn || orOne(m.Susceptibility) < 1
	}
	var outside [][]float64
	for _, o := range g.Outsiders {
		for _, e := range o.Edges {
			heard = heard || e.Weight > 0
		}
		outside = append(outside, o.Preference)
	}
	out.Influence.Applied = true
	f := g.dynamics
	switch {
	case f == nil && (stubborn || heard):
		return g.prefs, fmt.Errorf("influence: %w (the first is members[%d]); lower a susceptibility", g.stuck, g.stuck.Members[0])
	case f == nil:
		return out.averaging(g)
	}
	prefs, err := f.Apply(g.prefs, outside)
	if err != nil {
		return g.prefs, err
	}
	out.Influence.Steady, out.Influence.Total, out.Influence.OutsiderShare = prefs.Rows(), f.Total(), f.OutsiderShare()
	if !stubborn && heard {
		out.note("every member follows the others wholly: outsiders take over everybody in the end")
	}
	return prefs, nil
}

// averaging is the limit where everybody follows the others wholly and there are no outsiders (DeGroot).
func (out *output) averaging(g *group) (choice.Preferences, error) {
	d, err := choice.NewDeGroot(g.Influence)
	if err != nil {
		return g.prefs, err
	}
	rows, err := d.Limit(g.prefs.Rows())
	if err != nil {
		return g.prefs, err
	}
	prefs, err := choice.New(g.prefs.Members(), g.prefs.Alternatives(), rows)
	if err != nil {
		return g.prefs, err
	}
	out.note("every member follows the others wholly: opinions end in " + strconv.Itoa(len(d.Classes)) + " consensus")
	if !d.Converged {
		out.note("opinions go round for ever: their average over time is used")
	}
	v := d.V()
	total := make([]float64, len(v))
	for _, row := range v {
		for j, x := range row {
			total[j] += x / float64(len(v))
		}
	}
	out.Influence.Steady, out.Influence.Total = prefs.Rows(), total
	out.Influence.OutsiderShare = make([][]float64, len(v))
	for i := range out.Influence.OutsiderShare {
		out.Influence.OutsiderShare[i] = make([]float64, len(g.Outsiders))
	}
	return prefs, nil
}

func (out *output) rules(s settings, g *group, prefs choice.Preferences) error {
	var list, after []choice.RuleOutcome
	for _, r := range choice.Rules() {
		o, err := choice.Decide(r, prefs, g.weights, s.options(r))
		if err != nil {
			return fmt.Errorf("%v: %w", r, err)
		}
		list = append(list, choice.RuleOutcome{Rule: r, Outcome: o})
		if len(g.veto) > 0 {
			o, err := prefs.Veto(o, g.veto)
			if err != nil {
				return err
			}
			after = append(after, choice.RuleOutcome{Rule: r, Outcome: o})
		}
	}
	out.Rules, out.AfterVeto = outcomes(list), outcomes(after)
	out.Spread = []spread{}
	for _, x := range choice.Spread(prefs, list) {
		out.Spread = append(out.Spread, spread{string(x.Alternative), x.Min, x.Max})
	}
	return nil
}

func outcomes(list []choice.RuleOutcome) []ruleOutcome {
	var out []ruleOutcome
	for _, o := range list {
		conditional, _ := o.Conditional()
		out = append(out, ruleOutcome{o.Rule.String(), o.P, o.NoDecision, conditional, o.Method.String(), o.StdErr})
	}
	return out
}

func (out *output) game(g *group, prefs choice.Preferences, target int) error {
	if g.Game == nil {
		return nil
	}
	ballot, _ := g.ballot()
	p, err := ballot.Power()
	if err != nil {
		return err
	}
	act, _ := p.ColemanAct().Float64()
	out.Power = &power{
		Winning: whole(p.Winning), Banzhaf: p.NormalisedBanzhaf(), ShapleyShubik: p.ShapleyShubik(), ColemanAct: act,
		Vetoers: out.names(p.Vetoers), Dummies: out.names(p.Dummies),
	}
	for _, n := range p.Swings {
		out.Power.Swings = append(out.Power.Swings, whole(n))
	}
	if p.Dictator >= 0 {
		out.Power.Dictator = new(g.Members[p.Dictator].ID)
	}
	if p.Improper {
		out.note("the quota is at most half of the votes: two opposite coalitions can both win")
	}
	if target < 0 {
		return nil
	}
	var yes []float64
	for _, row := range prefs.Rows() {
		yes = append(yes, min(1, row[target]))
	}
	v, err := ballot.Pivotality(yes)
	if err != nil {
		return err
	}
	out.Pivotality = &pivotality{v.PWin, v.Pivot, v.GainIfWon}
	return nil
}

func (out *output) names(list []int) []string {
	names := []string{}
	for _, i := range list {
		names = append(names, string(out.members[i]))
	}
	return names
}
