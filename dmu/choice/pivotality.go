package choice

import (
	"strconv"

	"github.com/buyerjourney/b2b"
)

// Pivotality is who can turn a vote.
type Pivotality struct {
	PWin      float64
	Pivot     []float64 // Pr[the others' coalition loses without the member and wins with it] = ∂PWin/∂p
	GainIfWon []float64 // (1−p)·Pivot: the rise of PWin when the member votes yes for certain
}

// Pivotality returns the probability that the ballot is won where member i votes yes with probability yes[i], independently,
// and what each member can turn. With yes ≡ ½ the pivots are the absolute Banzhaf indices. The distribution without a member
// is computed afresh for each, since deconvolution loses digits.
func (b Ballot) Pivotality(yes []float64) (Pivotality, error) {
	var problems b2b.Problems
	problems.Join("", b.Check())
	if len(yes) != len(b.Weights) {
		problems.Add("yes", "not one per member")
	}
	for i, p := range yes {
		if !(p >= 0 && p <= 1) {
			problems.Add("yes["+strconv.Itoa(i)+"]", "outside [0,1]")
		}
	}
	if err := problems.Err(); err != nil {
		return Pivotality{}, err
	}
	n := len(yes)
	r := b.rest()
	vetoPass := func(without int) float64 {
		pass := 1.0
		for _, v := range b.Vetoers {
			if v != without {
				pass *= yes[v]
			}
		}
		return pass
	}
	out := Pivotality{Pivot: make([]float64, n), GainIfWon: make([]float64, n)}
	ok, err := r.distribution(yes, -1)
	if err != nil {
		return Pivotality{}, err
	}
	win := ok.reach(r.quota, r.minMembers)
	out.PWin = min(1, win*vetoPass(-1))
	for _, v := range b.Vetoers {
		out.Pivot[v] = min(1, win*vetoPass(v))
	}
	for k, i := range r.members {
		others, err := r.distribution(yes, k)
		if err != nil {
			return Pivotality{}, err
		}
		turn := others.reach(r.quota-r.weights[k], r.minMembers-1) - others.reach(r.quota, r.minMembers)
		out.Pivot[i] = min(1, max(0, turn)*vetoPass(-1))
	}
	for i := range n {
		out.GainIfWon[i] = (1 - yes[i]) * out.Pivot[i]
	}
	return out, nil
}

// votesFor is the distribution over (weight, members) of the yes-votes, both stopped at what is needed.
type votesFor struct {
	cells      []float64 // dense: weight*(minMembers+1)+members
	sparse     *lattice
	minMembers int
}

// distribution leaves out one of the rest, −1 for nobody.
func (r rest) distribution(yes []float64, without int) (votesFor, error) {
	width := int64(r.minMembers + 1)
	if (r.quota+1)*width > 1<<14 || r.quota > 1<<14 {
		return r.sparseDistribution(yes, without)
	}
	now, next := make([]float64, (r.quota+1)*width), make([]float64, (r.quota+1)*width)
	now[0] = 1
	for k, i := range r.members {
		if k == without {
			continue
		}
		clear(next)
		for at, p := range now {
			if p == 0 {
				continue
			}
			w, m := int64(at)/width, int64(at)%width
			to := min(w+r.weights[k], r.quota)*width + min(m+1, width-1)
			next[at] += float64(p * (1 - yes[i]))
			next[to] += float64(p * yes[i])
		}
		now, next = next, now
	}
	return votesFor{cells: now, minMembers: r.minMembers}, nil
}

func (r rest) sparseDistribution(yes []float64, without int) (votesFor, error) {
	now := newLattice(2, DefaultMaxStates)
	for k, i := range r.members {
		if k == without {
			continue
		}
		next := newLattice(2, DefaultMaxStates)
		next.clear()
		for s, p := range now.p {
			x := now.state(s)
			to := []int64{min(x[0]+r.weights[k], r.quota), min(x[1]+1, int64(r.minMembers))}
			if !next.add(x, float64(p*(1-yes[i]))) || !next.add(to, float64(p*yes[i])) {
				return votesFor{}, &b2b.TooLargeError{What: "states of pivotality", Limit: DefaultMaxStates}
			}
		}
		now = next
	}
	return votesFor{sparse: now, minMembers: r.minMembers}, nil
}

// reach returns the probability of at least that weight and that many members.
func (v votesFor) reach(weight int64, members int) float64 {
	sum := 0.0
	if v.sparse != nil {
		for s, p := range v.sparse.p {
			if x := v.sparse.state(s); x[0] >= weight && x[1] >= int64(members) {
				sum += p
			}
		}
		return sum
	}
	width := v.minMembers + 1
	for at, p := range v.cells {
		if int64(at/width) >= weight && at%width >= members {
			sum += p
		}
	}
	return min(sum, 1)
}
