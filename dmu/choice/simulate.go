package choice

import (
	"math"

	"github.com/buyerjourney/b2b/internal/stream"
)

// simulate estimates a rule by drawing votes or rankings of all members.
func (d *decision) simulate(rule Rule, p Preferences) Outcome {
	_, alternatives := p.size()
	rng := d.root.SourceN("choice", 0, uint64(rule))
	out := newTally(alternatives)
	switch rule {
	case Voting, WeightedVoting, WeightedMajority:
		d.drawVotes(rule, p, &rng, out)
	case PreferencePerturbation:
		d.drawRankings(p, nil, &rng, out)
	case WeightedPerturbation:
		w, _ := d.quantised()
		d.drawRankings(p, w, &rng, out)
	case UnknownRule, WeightedProbability, Equiprobability, Autocracy, Majority, MinimumEndorsement, Unanimity,
		Acquiescence, Acceptability, LogPool: // always exact
	}
	return d.estimate(rule, out)
}

// estimate divides by the draws.
func (d *decision) estimate(rule Rule, drawn *tally) Outcome {
	draws := float64(d.opt.Draws)
	q := drawn.p()
	for a := range q {
		q[a] /= draws
	}
	o := Outcome{P: q, Method: Simulated, StdErr: make([]float64, len(q))}
	if rule == WeightedMajority || (d.opt.Ties == NoDecisionTies && (rule == Voting || rule == WeightedVoting)) {
		o.NoDecision = partial(q).NoDecision
	} else {
		o.P = scaled(q)
	}
	for a, x := range o.P {
		o.StdErr[a] = math.Sqrt(max(0, x*(1-x)) / draws)
	}
	return o
}

func (d *decision) drawVotes(rule Rule, p Preferences, rng *stream.Rand, out *tally) {
	v := d.newPoll(rule, p)
	for range d.opt.Draws {
		v.clear()
		for i, row := range p.p {
			v.cast(i, pick(rng, row, 1), 1)
		}
		winners, ties := v.winners()
		out.share(1, winners, ties)
	}
}

// sway estimates a rule of votes with the preferences of one member after the other replaced by the row in moved. All are
// judged by the draws of [decision.simulate]: the others vote as before, and the member by the same draw.
func (d *decision) sway(rule Rule, p Preferences, moved [][]float64) []Outcome {
	members, alternatives := p.size()
	rng := d.root.SourceN("choice", 0, uint64(rule))
	v := d.newPoll(rule, p)
	out := make([]*tally, members)
	for i := range out {
		out[i] = newTally(alternatives)
	}
	u, vote := make([]float64, members), make([]int, members)
	was := make([]int, 0, alternatives)
	for range d.opt.Draws {
		v.clear()
		for i, row := range p.p {
			u[i] = rng.Float64()
			vote[i] = pickAt(u[i], row)
			v.cast(i, vote[i], 1)
		}
		winners, ties := v.winners()
		was = append(was[:0], winners...)
		for i, row := range moved {
			a := pickAt(u[i], row)
			if a == vote[i] {
				out[i].share(1, was, ties)
				continue
			}
			v.cast(i, vote[i], -1)
			v.cast(i, a, 1)
			winners, ties := v.winners()
			out[i].share(1, winners, ties)
			v.cast(i, a, -1)
			v.cast(i, vote[i], 1)
		}
	}
	then := make([]Outcome, members)
	for i := range then {
		then[i] = d.estimate(rule, out[i])
	}
	return then
}

// poll counts one round of votes.
type poll struct {
	rule               Rule
	ties               Ties
	w                  []int64
	equal, total       int64
	all, first, second []int
	count, weight      []int64
}

func (d *decision) newPoll(rule Rule, p Preferences) *poll {
	_, alternatives := p.size()
	v := &poll{
		rule: rule, ties: d.opt.Ties, all: indices(alternatives),
		first: make([]int, 0, alternatives), second: make([]int, 0, alternatives),
		count: make([]int64, alternatives), weight: make([]int64, alternatives),
	}
	v.w, v.equal = d.quantised()
	for _, x := range v.w {
		v.total += x
	}
	return v
}

func (v *poll) clear() {
	clear(v.count)
	clear(v.weight)
}

// cast adds (sign 1) or takes back (sign −1) the vote of member i for alternative a.
func (v *poll) cast(i, a int, sign int64) {
	v.count[a] += sign
	v.weight[a] += sign * v.w[i]
}

// winners returns who shares this round, and what a tie among them means. They are overwritten by the next call.
func (v *poll) winners() ([]int, Ties) {
	if v.rule == WeightedMajority {
		first := leaders(v.weight, 0, v.all, v.first)
		if 2*v.weight[first[0]] > v.total+2*v.equal {
			return first[:1], SplitTies
		}
		return nil, SplitTies
	}
	if v.rule == WeightedVoting {
		return leaders(v.weight, v.equal, v.all, v.first), v.ties
	}
	first := leaders(v.count, 0, v.all, v.first)
	if len(first) > 1 && v.ties == InfluenceTies {
		return leaders(v.weight, v.equal, first, v.second), SplitTies
	}
	return first, v.ties
}

// pick draws an index with probability row[i]/total. Elements below 0 are taken.
func pick(rng *stream.Rand, row []float64, total float64) int {
	return pickAt(rng.Float64()*total, row)
}

// pickAt returns the index at which the running sum of the row passes u.
func pickAt(u float64, row []float64) int {
	last := -1
	for a, x := range row {
		if x <= 0 {
			continue
		}
		last = a
		if u < x {
			return a
		}
		u -= x
	}
	return last // rounding
}
