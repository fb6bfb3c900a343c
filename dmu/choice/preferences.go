package choice

import (
	"math"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/internal/stat"
)

// tolerance is how far a distribution or a row may be from its sum of 1.
const tolerance = 1e-9

// Preferences holds for each member of a group the probability with which the member, alone, would choose each alternative.
// The zero value has no members. It is immutable and safe for concurrent use.
type Preferences struct {
	members      []b2b.PersonID
	alternatives []dmu.Alternative
	p            [][]float64 // by member and alternative
}

// New returns preferences from p[member][alternative]. Each row is ≥ 0 and sums to 1 within 1e−9; nothing is renormalised
// behind the caller's back. Ids are not empty and not repeated, at least one member and one alternative exist, and at most
// one alternative is ours and one the status quo.
func New(members []b2b.PersonID, alternatives []dmu.Alternative, p [][]float64) (Preferences, error) {
	var problems b2b.Problems
	if len(members) == 0 {
		problems.Add("members", "empty")
	}
	for i, m := range members {
		path := "members[" + strconv.Itoa(i) + "]"
		if m == "" {
			problems.Add(path, "empty")
		} else if j := slices.Index(members, m); j < i {
			problems.Addf(path, "same as members[%d]", j)
		}
	}
	problems.Join("", dmu.CheckAlternatives(alternatives))
	if len(alternatives) == 0 {
		problems.Add("alternatives", "empty")
	}
	if len(p) != len(members) {
		problems.Add("preferences", "not one row per member")
	}
	for i, row := range p {
		checkDistribution(&problems, "preferences["+strconv.Itoa(i)+"]", row, len(alternatives))
	}
	if err := problems.Err(); err != nil {
		return Preferences{}, err
	}
	return Preferences{members: slices.Clone(members), alternatives: slices.Clone(alternatives), p: cloneRows(p)}, nil
}

func checkDistribution(problems *b2b.Problems, path string, row []float64, n int) {
	if len(row) != n {
		problems.Addf(path, "has %d numbers, not %d", len(row), n)
		return
	}
	bad := false
	for a, x := range row {
		if !(x >= 0 && x <= 1+tolerance) {
			problems.Add(path+"["+strconv.Itoa(a)+"]", "outside [0,1]")
			bad = true
		}
	}
	if !bad && math.Abs(stat.Sum(row)-1) > tolerance {
		problems.Add(path, "does not sum to 1")
	}
}

func cloneRows(rows [][]float64) [][]float64 {
	out := make([][]float64, len(rows))
	for i := range rows {
		out[i] = slices.Clone(rows[i])
	}
	return out
}

// Members returns the members in order.
func (p Preferences) Members() []b2b.PersonID { return slices.Clone(p.members) }

// Alternatives returns the alternatives in order.
func (p Preferences) Alternatives() []dmu.Alternative { return slices.Clone(p.alternatives) }

// Rows returns a copy of the probabilities by member and alternative.
func (p Preferences) Rows() [][]float64 { return cloneRows(p.p) }

// Index returns the position of an alternative, or −1.
func (p Preferences) Index(id dmu.AlternativeID) int {
	return slices.IndexFunc(p.alternatives, func(a dmu.Alternative) bool { return a.ID == id })
}

// Ours returns the position of our alternative, or −1.
func (p Preferences) Ours() int {
	return slices.IndexFunc(p.alternatives, func(a dmu.Alternative) bool { return a.Ours })
}

// StatusQuo returns the position of the alternative of leaving things as they are, or −1.
func (p Preferences) StatusQuo() int {
	return slices.IndexFunc(p.alternatives, func(a dmu.Alternative) bool { return a.StatusQuo })
}

func (p Preferences) size() (members, alternatives int) { return len(p.members), len(p.alternatives) }

// with returns the preferences with one row replaced; the other rows are shared.
func (p Preferences) with(i int, row []float64) Preferences {
	p.p = slices.Clone(p.p)
	p.p[i] = row
	return p
}

// Performance is how well each alternative does on a criterion, in the order of the alternatives; more is better.
type Performance struct {
	Criterion string
	Scores    []float64
}

// Logit returns one member's preferences from the member's interests: P(a) ∝ exp(β Σ_k ω_k x_k(a)), where the weights ω of
// the criteria are scaled to sum 1 and x is the performance (McFadden 1974). β > 0 says how sharply the member tells
// alternatives apart. A criterion without a score for every alternative is an error with its path, never a zero; so are
// weights without a positive sum.
func Logit(interests []dmu.Interest, performance []Performance, beta float64) ([]float64, error) {
	var problems b2b.Problems
	if !(beta > 0) || math.IsInf(beta, 1) {
		problems.Add("beta", "not a positive finite number")
	}
	alternatives := 0
	for k, perf := range performance {
		path := "performance[" + strconv.Itoa(k) + "]"
		if k == 0 {
			alternatives = len(perf.Scores)
		}
		if len(perf.Scores) != alternatives || alternatives == 0 {
			problems.Add(path+".scores", "not one score per alternative")
		}
		for a, x := range perf.Scores {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				problems.Add(path+".scores["+strconv.Itoa(a)+"]", "not a finite number")
			}
		}
		if j := slices.IndexFunc(performance, func(o Performance) bool { return o.Criterion == perf.Criterion }); j < k {
			problems.Addf(path+".criterion", "same as performance[%d]", j)
		}
	}
	var total stat.Compensated
	at := make([]int, len(interests))
	for i, in := range interests {
		path := "interests[" + strconv.Itoa(i) + "]"
		at[i] = slices.IndexFunc(performance, func(o Performance) bool { return o.Criterion == in.Criterion })
		if at[i] < 0 {
			problems.Add(path+".criterion", "no performance is given for it")
		}
		if !(in.Weight >= 0) || math.IsInf(in.Weight, 1) {
			problems.Add(path+".weight", "not a finite number ≥ 0")
		}
		total.Add(in.Weight)
	}
	if !(total.Sum() > 0) {
		problems.Add("interests", "no positive weight")
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	utility := make([]float64, alternatives)
	for a := range utility {
		var u stat.Compensated
		for i, in := range interests {
			u.Add(float64(in.Weight / total.Sum() * performance[at[i]].Scores[a]))
		}
		utility[a] = beta * u.Sum()
		if math.IsInf(utility[a], 0) || math.IsNaN(utility[a]) {
			return nil, &b2b.InvalidError{Path: "performance", Reason: "utilities are too large"}
		}
	}
	return softmax(utility), nil
}

// softmax returns exp(x) scaled to sum 1; −Inf is allowed as long as one x is finite.
func softmax(x []float64) []float64 {
	top := slices.Max(x)
	p := make([]float64, len(x))
	for i, u := range x {
		p[i] = math.Exp(u - top)
	}
	return scaled(p)
}

// scaled divides by the sum, which must be positive.
func scaled(x []float64) []float64 {
	sum := stat.Sum(x)
	out := make([]float64, len(x))
	for i := range x {
		out[i] = x[i] / sum
	}
	return out
}
