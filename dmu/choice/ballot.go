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
const maxCells = 10_000_000

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
