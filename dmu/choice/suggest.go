package choice

import (
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/internal/stat"
)

// Situation is what is known of a purchase before a rule is chosen for it. The zero value knows nothing.
type Situation struct {
	BuyClass         dmu.BuyClass
	HighRisk         bool // much is lost if the choice is wrong
	ConsensusCulture bool // the organisation says that it decides by consensus
}

// Suggestion is a rule that fits a situation, with the reason. Always look at the other rules beside it ([All], [Spread]).
type Suggestion struct {
	Rule Rule
	Why  string
	// AutocratSeat is the seat of the one who decides, where the rule is Autocracy; VetoSeats are the seats whose veto goes
	// with the rule.
	AutocratSeat b2b.SeatID
	VetoSeats    []b2b.SeatID
}

// Suggest returns a rule from a table of judgements (after Choffray and Lilien 1980 and Robinson, Faris and Wind 1967); the
// first line that fits counts.
//
//	stated consensus culture   Unanimity
//	straight rebuy             Autocracy of the buyer
//	modified rebuy             WeightedProbability
//	new task, high risk        Majority with veto of legal and budget
//	new task                   PreferencePerturbation
//	unknown                    WeightedProbability
func Suggest(s Situation) Suggestion {
	if s.ConsensusCulture {
		return Suggestion{Rule: Unanimity, Why: "the organisation decides by consensus"}
	}
	switch s.BuyClass {
	case dmu.StraightRebuy:
		return Suggestion{Rule: Autocracy, AutocratSeat: "buyer", Why: "a straight rebuy is left to the buyer"}
	case dmu.ModifiedRebuy:
		return Suggestion{Rule: WeightedProbability, Why: "in a modified rebuy each member decides in proportion to influence"}
	case dmu.NewTask:
		if s.HighRisk {
			return Suggestion{
				Rule: Majority, VetoSeats: []b2b.SeatID{"legal", "budget"},
				Why: "a new task with high risk needs a majority, and legal and budget can stop it",
			}
		}
		return Suggestion{Rule: PreferencePerturbation, Why: "in a new task the group settles on what upsets the fewest preferences"}
	case dmu.UnknownBuyClass:
	}
	return Suggestion{Rule: WeightedProbability, Why: "the buy class is unknown; influence weighs the preferences"}
}

// Veto returns the outcome after members who can stop an alternative: P'(a) = P(a) Π_v (1 − q_v(a)), the mass that is lost
// going to no decision. q has one row per vetoer and one probability per alternative; that of the status quo must be 0,
// since nobody can stop what is.
func (p Preferences) Veto(o Outcome, q [][]float64) (Outcome, error) {
	var problems b2b.Problems
	if len(o.P) != len(p.alternatives) {
		problems.Add("outcome", "not one probability per alternative")
	}
	quo := p.StatusQuo()
	for v, row := range q {
		path := "veto[" + strconv.Itoa(v) + "]"
		if len(row) != len(p.alternatives) {
			problems.Add(path, "not one probability per alternative")
			continue
		}
		for a, x := range row {
			switch {
			case !(x >= 0 && x <= 1):
				problems.Add(path+"["+strconv.Itoa(a)+"]", "outside [0,1]")
			case a == quo && x != 0:
				problems.Add(path+"["+strconv.Itoa(a)+"]", "a veto of the status quo")
			}
		}
	}
	if err := problems.Err(); err != nil {
		return Outcome{}, err
	}
	after := Outcome{Method: o.Method, P: make([]float64, len(o.P)), NoDecision: o.NoDecision}
	if o.StdErr != nil {
		after.StdErr = make([]float64, len(o.P))
	}
	var lost stat.Compensated
	lost.Add(o.NoDecision)
	for a, x := range o.P {
		pass := 1.0
		for _, row := range q {
			pass *= 1 - row[a]
		}
		after.P[a] = x * pass
		lost.Add(x - after.P[a])
		if o.StdErr != nil {
			after.StdErr[a] = o.StdErr[a] * pass
		}
	}
	after.NoDecision = min(1, lost.Sum())
	return after, nil
}

// Fold returns the outcome with the mass of no decision added to the status quo: a group that cannot decide stays where it
// is. It is an error where no alternative is the status quo. Rules never fold by themselves.
func (p Preferences) Fold(o Outcome) (Outcome, error) {
	quo := p.StatusQuo()
	if quo < 0 || quo >= len(o.P) {
		return Outcome{}, &b2b.InvalidError{Path: "alternatives", Reason: "none is the status quo"}
	}
	o.P = slices.Clone(o.P)
	o.P[quo] += o.NoDecision
	o.NoDecision = 0
	return o, nil
}

// Adoption is the chain from awareness to adoption (Choffray and Lilien 1980).
type Adoption struct {
	Aware    []float64 // by member: the probability of knowing the product
	Needed   int       // how many members must know it: 1 any, len(Aware) all
	Feasible float64   // the product fits the organisation's requirements
	Chosen   float64   // the group chooses it, given the two
}

// P returns the probability of adoption: P(at least Needed members aware) · Feasible · Chosen, members aware independently.
func (a Adoption) P() (float64, error) {
	var problems b2b.Problems
	in := func(path string, x float64) {
		if !(x >= 0 && x <= 1) {
			problems.Add(path, "outside [0,1]")
		}
	}
	for i, x := range a.Aware {
		in("aware["+strconv.Itoa(i)+"]", x)
	}
	in("feasible", a.Feasible)
	in("chosen", a.Chosen)
	if a.Needed < 1 || a.Needed > len(a.Aware) {
		problems.Add("needed", "not between 1 and the number of members")
	}
	if err := problems.Err(); err != nil {
		return 0, err
	}
	aware := min(1, stat.Sum(stat.PoissonBinomial(a.Aware)[a.Needed:]))
	return aware * a.Feasible * a.Chosen, nil
}
