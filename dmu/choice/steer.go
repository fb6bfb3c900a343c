package choice

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
)

// Gain is what winning over one member would bring.
type Gain struct {
	Member  b2b.PersonID
	Gain    float64 // rise of the target's probability
	PerCost float64
}

// Next is the question of [WhomNext].
type Next struct {
	Rule   Rule
	Target dmu.AlternativeID
	Delta  float64   // how far a member's preference moves to the target, in (0,1]; 0 is 1: wholly
	Cost   []float64 // by member, above 0; nil is 1 each
}

// WhomNext ranks the members by how much the probability of the target rises per cost when the member's preference becomes
// (1−δ)P + δ·target: whom to talk to next. Ties, which are judged at twelve decimals, go to the smaller id. Where the rule is
// simulated all members are judged by the same draws.
func WhomNext(n Next, p Preferences, weights []float64, opt Options) ([]Gain, error) {
	var problems b2b.Problems
	target := p.Index(n.Target)
	if target < 0 {
		problems.Add("target", "not an alternative")
	}
	if n.Delta == 0 {
		n.Delta = 1
	}
	if !(n.Delta > 0 && n.Delta <= 1) {
		problems.Add("delta", "outside (0,1]")
	}
	if n.Cost != nil && len(n.Cost) != len(p.members) {
		problems.Add("cost", "not one per member")
	}
	for i, c := range n.Cost {
		switch {
		case !(c > 0) || math.IsInf(c, 1):
			problems.Add("cost["+strconv.Itoa(i)+"]", "not a positive finite number")
		case c < 1e-300: // a gain per cost would not be finite
			problems.Add("cost["+strconv.Itoa(i)+"]", "below 1e-300")
		}
	}
	d, err := newDecision(p, weights, opt, []Rule{n.Rule})
	problems.Join("", err)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	now, err := d.decide(n.Rule, p)
	if err != nil {
		return nil, err
	}
	moved := make([][]float64, len(p.members))
	for i := range moved {
		moved[i] = make([]float64, len(p.alternatives))
		for a, x := range p.p[i] {
			moved[i][a] = float64((1 - n.Delta) * x)
		}
		moved[i][target] += n.Delta
	}
	then, err := d.each(n.Rule, p, moved, now)
	if err != nil {
		return nil, err
	}
	gains := make([]Gain, len(p.members))
	for i, m := range p.members {
		gains[i] = Gain{Member: m, Gain: then[i].P[target] - now.P[target]}
		gains[i].PerCost = gains[i].Gain
		if n.Cost != nil {
			gains[i].PerCost /= n.Cost[i]
		}
	}
	rank := func(g Gain) float64 { return math.Round(g.PerCost * 1e12) } // rounding must not decide between equals
	slices.SortFunc(gains, func(a, b Gain) int {
		return cmp.Or(cmp.Compare(rank(b), rank(a)), cmp.Compare(a.Member, b.Member))
	})
	return gains, nil
}

// each returns the outcomes with the preferences of one member after the other replaced by the row in moved; now is the
// outcome as it is.
func (d *decision) each(rule Rule, p Preferences, moved [][]float64, now Outcome) ([]Outcome, error) {
	if now.Method == Simulated && (rule == Voting || rule == WeightedVoting || rule == WeightedMajority) {
		return d.sway(rule, p, moved), nil
	}
	then := make([]Outcome, len(moved))
	for i, row := range moved {
		var err error
		if then[i], err = d.decide(rule, p.with(i, row)); err != nil {
			return nil, err
		}
	}
	return then, nil
}

// Move is one change of [WhatIf]: a member joins, leaves, changes the mind or the weight.
type Move struct {
	Member  b2b.PersonID
	Leaves  bool
	P       []float64 // new preferences; nil: as they are. Needed for a new member
	Weight  float64   // new weight, on the scale of the weights given
	Reweigh bool      // Weight counts; always so for a new member
}

// Delta is what the moves change under one rule.
type Delta struct {
	Rule          Rule
	Before, After Outcome
	Change        []float64 // After.P − Before.P by alternative
}

// WhatIf applies the moves in order and compares the outcomes of all rules before and after. Nil weights are 1 each. A new
// member comes last.
func WhatIf(p Preferences, weights []float64, moves []Move, opt Options) ([]Delta, error) {
	if weights == nil {
		weights = slices.Repeat([]float64{1}, len(p.members))
	}
	before, err := newDecision(p, weights, opt, Rules())
	if err != nil {
		return nil, err
	}
	q, w := p, slices.Clone(weights)
	q.members, q.p = slices.Clone(p.members), slices.Clone(p.p)
	var problems b2b.Problems
	for k, move := range moves {
		path := "moves[" + strconv.Itoa(k) + "]"
		i := slices.Index(q.members, move.Member)
		switch {
		case i < 0 && (move.Leaves || move.P == nil || move.Member == ""):
			problems.Add(path+".member", "not a member, and no preferences are given")
		case i < 0:
			q.members, q.p, w = append(q.members, move.Member), append(q.p, move.P), append(w, move.Weight)
		case move.Leaves:
			q.members, q.p, w = slices.Delete(q.members, i, i+1), slices.Delete(q.p, i, i+1), slices.Delete(w, i, i+1)
		default:
			if move.P != nil {
				q.p[i] = move.P
			}
			if move.Reweigh {
				w[i] = move.Weight
			}
		}
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	if q, err = New(q.members, q.alternatives, q.p); err != nil {
		return nil, err
	}
	opt.Source = nil // both sides use the same draws
	after, err := newDecision(q, w, opt, Rules())
	if err != nil {
		return nil, err
	}
	after.root, after.random = before.root, before.random
	was, err := before.all(p)
	if err != nil {
		return nil, err
	}
	is, err := after.all(q)
	if err != nil {
		return nil, err
	}
	out := make([]Delta, len(was))
	for i := range out {
		out[i] = Delta{Rule: was[i].Rule, Before: was[i].Outcome, After: is[i].Outcome, Change: make([]float64, len(was[i].P))}
		for a := range out[i].Change {
			out[i].Change[a] = is[i].P[a] - was[i].P[a]
		}
	}
	return out, nil
}
