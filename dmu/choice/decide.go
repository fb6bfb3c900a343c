package choice

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/internal/stat"
	"github.com/buyerjourney/b2b/internal/stream"
)

// Defaults of [Options] where a field is 0.
const (
	DefaultMaxStates = 1_000_000
	DefaultDraws     = 200_000
	DefaultTau       = 0.1
)

// Options are the parameters of the rules. The zero value means the documented defaults, and exact computation only.
type Options struct {
	Ties      Ties
	Quota     int          // of MinimumEndorsement, above D/2 and at most D; 0 is ⌈2D/3⌉, or one more where that is no majority
	TopK      int          // of Acquiescence, 1 ≤ k < J; 0 is 2, or 1 where J is 2
	Tau       float64      // of Acceptability, at most 1; 0 is [DefaultTau], negative is none
	Autocrat  b2b.PersonID // of Autocracy; "" is the member of the largest weight
	MaxStates int          // up to which a rule is computed exactly; 0 is [DefaultMaxStates]
	Draws     int          // of a simulation; 0 is [DefaultDraws]
	// Source is drawn from where an exact answer would need more states: two numbers, the root of all draws. Where it is
	// nil, a [*b2b.TooLargeError] is returned instead.
	Source rand.Source
}

// Outcome is what a rule yields: P by alternative and NoDecision, the sum of all being 1.
type Outcome struct {
	P          []float64
	NoDecision float64
	Method     Method
	StdErr     []float64 // √(p(1−p)/draws) by alternative; nil where the method is exact
}

// Conditional returns the distribution given that something is chosen; ok is false where nothing ever is.
func (o Outcome) Conditional() (p []float64, ok bool) {
	if !(stat.Sum(o.P) > 0) {
		return nil, false
	}
	return scaled(o.P), true
}

// RuleOutcome is a rule and what it yields.
type RuleOutcome struct {
	Rule Rule
	Outcome
}

// Range is the smallest and the largest probability that an alternative has under several rules: the risk of having the
// wrong model of how the group decides.
type Range struct {
	Alternative dmu.AlternativeID
	Min, Max    float64
}

// Decide returns the outcome of one rule. Weights are ≥ 0, one per member in order, with a positive sum; they are scaled to
// sum 1, and nil is equal weights. Members are independent of one another given their preferences: apply [Influence] first
// where they are not.
//
// The votes and rankings of all members are summed over by dynamic programming, exactly, while the states stay within
// Options.MaxStates, and simulated beyond.
func Decide(rule Rule, p Preferences, weights []float64, opt Options) (Outcome, error) {
	d, err := newDecision(p, weights, opt, []Rule{rule})
	if err != nil {
		return Outcome{}, err
	}
	return d.decide(rule, p)
}

// All returns the outcomes of the fourteen rules in the order of [Rules].
func All(p Preferences, weights []float64, opt Options) ([]RuleOutcome, error) {
	d, err := newDecision(p, weights, opt, Rules())
	if err != nil {
		return nil, err
	}
	return d.all(p)
}

// Spread returns the range of each alternative over the conditional distributions of the outcomes that have one. It is empty
// where none has.
func Spread(p Preferences, outcomes []RuleOutcome) []Range {
	var out []Range
	for _, o := range outcomes {
		c, ok := o.Conditional()
		if !ok || len(c) != len(p.alternatives) {
			continue
		}
		if out == nil {
			for a, x := range c {
				out = append(out, Range{p.alternatives[a].ID, x, x})
			}
		}
		for a, x := range c {
			out[a].Min, out[a].Max = min(out[a].Min, x), max(out[a].Max, x)
		}
	}
	return out
}

// decision holds checked weights and options.
type decision struct {
	w      []float64 // sum 1
	opt    Options   // resolved
	random bool      // opt.Source was given
	root   stream.Root
	king   int // the autocrat
}

// newDecision resolves the options. Only what the given rules need is checked.
func newDecision(p Preferences, weights []float64, opt Options, wanted []Rule) (*decision, error) {
	var problems b2b.Problems
	members, alternatives := p.size()
	if members == 0 {
		problems.Add("preferences", "no members")
	}
	d := &decision{opt: opt, w: checkWeights(&problems, weights, members)}
	needs := func(r Rule) bool { return slices.Contains(wanted, r) }
	for _, r := range wanted {
		if !r.IsValid() || r == UnknownRule {
			problems.Add("rule", "unknown")
		}
	}
	o := &d.opt
	if o.Quota == 0 {
		o.Quota = max((2*members+2)/3, members/2+1)
	}
	if needs(MinimumEndorsement) && (2*o.Quota <= members || o.Quota > members) {
		problems.Add("options.quota", "not above half of the members and at most all")
	}
	if o.TopK == 0 {
		o.TopK = max(1, min(2, alternatives-1))
	}
	if needs(Acquiescence) && (o.TopK < 1 || (o.TopK >= alternatives && alternatives > 1)) {
		problems.Add("options.top_k", "not at least 1 and below the number of alternatives")
	}
	if o.Tau == 0 {
		o.Tau = DefaultTau
	}
	if !(o.Tau <= 1) {
		problems.Add("options.tau", "above 1")
	}
	if o.MaxStates == 0 {
		o.MaxStates = DefaultMaxStates
	}
	if o.Draws == 0 {
		o.Draws = DefaultDraws
	}
	if o.MaxStates < 0 || o.Draws < 0 {
		problems.Add("options", "a negative limit")
	}
	if !tiePolicies.Valid(o.Ties) {
		problems.Add("options.ties", "no such value")
	}
	if o.Autocrat != "" {
		if d.king = slices.Index(p.members, o.Autocrat); d.king < 0 {
			problems.Add("options.autocrat", "not a member")
		}
	} else {
		for i := range d.w {
			if k := d.king; d.w[i] > d.w[k] || (d.w[i] == d.w[k] && p.members[i] < p.members[k]) {
				d.king = i
			}
		}
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	if o.Source != nil {
		root, err := stream.New(o.Source)
		if err != nil {
			return nil, err
		}
		d.root, d.random = root, true
	}
	return d, nil
}

// checkWeights returns the weights scaled to sum 1, nil being equal ones.
func checkWeights(problems *b2b.Problems, weights []float64, members int) []float64 {
	if weights == nil {
		weights = make([]float64, members)
		for i := range weights {
			weights[i] = 1
		}
	}
	if len(weights) != members {
		problems.Add("weights", "not one per member")
		return nil
	}
	before := problems.Len()
	for i, w := range weights {
		if !(w >= 0) || math.IsInf(w, 1) {
			problems.Add("weights["+strconv.Itoa(i)+"]", "not a finite number ≥ 0")
		}
	}
	if problems.Len() > before || members == 0 {
		return nil
	}
	top := slices.Max(weights)
	if top == 0 {
		problems.Add("weights", "no positive weight")
		return nil
	}
	safe := make([]float64, members)
	for i, w := range weights {
		safe[i] = w / top // the sum of huge weights stays finite
	}
	return scaled(safe)
}

func (d *decision) all(p Preferences) ([]RuleOutcome, error) {
	var out []RuleOutcome
	for _, r := range Rules() {
		o, err := d.decide(r, p)
		if err != nil {
			return nil, err
		}
		out = append(out, RuleOutcome{r, o})
	}
	return out, nil
}

// decide computes one rule; equal decisions give equal bytes, since every simulation starts from the same root.
func (d *decision) decide(rule Rule, p Preferences) (Outcome, error) {
	switch rule {
	case WeightedProbability:
		return whole(pool(p.p, d.w)), nil
	case Equiprobability:
		return whole(pool(p.p, nil)), nil
	case Autocracy:
		return whole(p.p[d.king]), nil
	case Voting:
		return d.exactOr(rule, p, d.votes)
	case WeightedVoting:
		return d.exactOr(rule, p, d.weightedVotes)
	case Majority:
		return endorsed(p.p, len(p.members)/2+1), nil
	case MinimumEndorsement:
		return endorsed(p.p, d.opt.Quota), nil
	case WeightedMajority:
		return d.exactOr(rule, p, d.weightedMajority)
	case Unanimity:
		return unanimous(p.p), nil
	case PreferencePerturbation:
		return d.exactOr(rule, p, d.perturbation)
	case WeightedPerturbation:
		return d.exactOr(rule, p, d.weightedPerturbation)
	case Acquiescence:
		return acquiescent(p.p, d.opt.TopK)
	case Acceptability:
		return d.acceptable(p), nil
	case LogPool:
		return logPool(p.p, d.w), nil
	case UnknownRule:
	}
	return Outcome{}, &b2b.InvalidError{Path: "rule", Reason: "unknown"}
}

// errStates says that an exact computation would need more states than the limit allows.
var errStates = errors.New("too many states")

// exactOr runs the exact algorithm, and the simulation where that needs too many states.
func (d *decision) exactOr(rule Rule, p Preferences, exact func(Preferences) (Outcome, error)) (Outcome, error) {
	o, err := exact(p)
	if !errors.Is(err, errStates) {
		return o, err
	}
	if !d.random {
		return Outcome{}, &b2b.TooLargeError{What: "states of " + rule.String(), Limit: int64(d.opt.MaxStates)}
	}
	return d.simulate(rule, p), nil
}

// partial returns the outcome whose masses are p and whose rest is no decision.
func partial(p []float64) Outcome {
	return Outcome{P: p, NoDecision: min(1, max(0, 1-stat.Sum(p)))}
}

// whole returns the outcome of a distribution: what is missing to 1 within rounding is spread in proportion.
func whole(p []float64) Outcome { return Outcome{P: scaled(p)} }

// nothing returns the outcome that nothing is ever chosen.
func nothing(alternatives int) Outcome {
	return Outcome{P: make([]float64, alternatives), NoDecision: 1}
}
