package choice

import (
	"math/bits"
	"strconv"

	"github.com/buyerjourney/b2b"
)

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
