package choice

import (
	"math/bits"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
)

// maxMask bounds the players of a game that is given by a predicate, which is asked about every coalition.
const maxMask = 20

// maxCells bounds the 64-bit words of the table of a weighted game.
const maxCells = 40_000_000

// Ballot is the rules of a vote: a coalition S wins if all vetoers are in S, the weight of S is at least the quota, and S has
// at least MinMembers members. The zero value is of no use.
type Ballot struct {
	Weights    []int64
	Quota      int64 // 1 ≤ Quota ≤ ΣWeights; up to half of them two opposite coalitions may both win, which is flagged
	Vetoers    []int // positions
	MinMembers int   // 0 and 1 are none
}

// Check reports every way in which the ballot is no game: weights that are negative or whose sum leaves 62 bits, a quota
// outside 1…Σ, vetoers that are no members or repeated, more members needed than there are.
func (b Ballot) Check() error {
	var problems b2b.Problems
	sum := int64(0)
	for i, w := range b.Weights {
		switch {
		case w < 0:
			problems.Add("weights["+strconv.Itoa(i)+"]", "negative")
		case w > 1<<62-sum:
			problems.Add("weights", "sum beyond 62 bits")
			return problems.Err()
		default:
			sum += w
		}
	}
	if len(b.Weights) == 0 {
		problems.Add("weights", "empty")
	}
	if b.Quota < 1 || b.Quota > sum {
		problems.Add("quota", "not between 1 and the sum of the weights")
	}
	for k, v := range b.Vetoers {
		path := "vetoers[" + strconv.Itoa(k) + "]"
		if v < 0 || v >= len(b.Weights) {
			problems.Add(path, "no such member")
		} else if slices.Index(b.Vetoers, v) < k {
			problems.Add(path, "repeated")
		}
	}
	if b.MinMembers < 0 || b.MinMembers > len(b.Weights) {
		problems.Add("min_members", "not between 0 and the number of members")
	}
	return problems.Err()
}

// rest is the game of the members without a veto: which of their coalitions win together with all vetoers.
type rest struct {
	members    []int   // positions in the ballot
	weights    []int64 // scaled down by their greatest common divisor, at most the quota
	quota      int64   // may be ≤ 0
	minMembers int     // may be ≤ 0
}

func (b Ballot) rest() rest {
	r := rest{quota: b.Quota, minMembers: b.MinMembers - len(b.Vetoers)}
	common := int64(0)
	for i, w := range b.Weights {
		if slices.Contains(b.Vetoers, i) {
			r.quota -= w
			continue
		}
		r.members = append(r.members, i)
		r.weights = append(r.weights, w)
		for x := w; x != 0; {
			common, x = x, common%x
		}
	}
	r.minMembers = max(0, r.minMembers)
	r.quota = max(0, r.quota)
	if common > 1 {
		r.quota = (r.quota + common - 1) / common
		for i := range r.weights {
			r.weights[i] /= common
		}
	}
	for i := range r.weights {
		r.weights[i] = min(r.weights[i], r.quota)
	}
	return r
}

// Power analyses the ballot exactly, in O(n · quota · n) integer operations with equal weights computed once. Where that would
// take too large a table the coalitions themselves are gone through, up to 20 members; beyond, the error is a
// [*b2b.TooLargeError].
func (b Ballot) Power() (*Power, error) {
	if err := b.Check(); err != nil {
		return nil, err
	}
	n := len(b.Weights)
	r := b.rest()
	limbs := len(r.members)/64 + 1
	if float64(r.quota)*float64(len(r.members)+1)*float64(limbs) > maxCells {
		if n > maxMask {
			return nil, &b2b.TooLargeError{What: "quota times members", Limit: maxCells}
		}
		return maskPower(n, b.wins, b.improper())
	}
	return tablePower(b, r), nil
}

func (b Ballot) improper() bool {
	sum := int64(0)
	for _, w := range b.Weights {
		sum += w
	}
	return 2*b.Quota <= sum
}

// wins says whether the coalition, a bit per member, wins.
func (b Ballot) wins(coalition uint32) bool {
	for _, v := range b.Vetoers {
		if coalition>>v&1 == 0 {
			return false
		}
	}
	sum := int64(0)
	for s := coalition; s != 0; s &= s - 1 {
		sum += b.Weights[bits.TrailingZeros32(s)]
	}
	return sum >= b.Quota && bits.OnesCount32(coalition) >= b.MinMembers
}

// NotMonotoneError names two coalitions, the second with one member more, of which the first wins and the second does not.
type NotMonotoneError struct {
	Wins, Loses uint32 // a bit per member
}

// Error gives both coalitions as bits.
func (e *NotMonotoneError) Error() string {
	return "not monotone: coalition " + strconv.FormatUint(uint64(e.Wins), 2) + " wins, " +
		strconv.FormatUint(uint64(e.Loses), 2) + " does not"
}

// PredicatePower analyses any monotone game of at most 20 members, given by a predicate over coalitions with a bit per member.
// A predicate that is not monotone is a [*NotMonotoneError]; one by which nobody wins, or the empty coalition does, is an
// error, since such a game has no power to share.
func PredicatePower(members int, wins func(coalition uint32) bool) (*Power, error) {
	if members < 1 || members > maxMask {
		return nil, &b2b.TooLargeError{What: "members of a predicate game", Need: int64(members), Limit: maxMask}
	}
	if wins(0) || !wins(1<<members-1) {
		return nil, &b2b.InvalidError{Path: "wins", Reason: "the empty coalition wins, or nobody does"}
	}
	return maskPower(members, wins, false)
}

func maskPower(n int, wins func(uint32) bool, improper bool) (*Power, error) {
	all := 1 << n
	won := make([]bool, all)
	for s := range won {
		won[s] = wins(uint32(s))
	}
	p := newPower(n, improper)
	count := make([][]uint64, n)
	for i := range count {
		count[i] = make([]uint64, n)
	}
	total := uint64(0)
	for s := range won {
		if won[s] {
			total++
			for i := range n {
				if s>>i&1 == 0 && !won[s|1<<i] {
					return nil, &NotMonotoneError{Wins: uint32(s), Loses: uint32(s | 1<<i)}
				}
			}
			continue
		}
		size := bits.OnesCount32(uint32(s))
		for i := range n {
			if s>>i&1 == 0 && won[s|1<<i] {
				count[i][size]++
			}
		}
	}
	p.Winning.SetUint64(total)
	for i := range n {
		for size, c := range count[i] {
			p.swings[i][size].SetUint64(c)
		}
	}
	p.finish(!improper && disjoint(won))
	return p, nil
}

// disjoint reports whether two coalitions without a common member both win.
func disjoint(won []bool) bool {
	for s, w := range won {
		if w && won[len(won)-1-s] {
			return true
		}
	}
	return false
}

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
			if !next.add(x, p*(1-yes[i])) || !next.add(to, p*yes[i]) {
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
