package journey

import (
	"math"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stat"
)

// Fisher returns the two-sided p of Fisher's exact test of a step and a seat against the rest: the sum of the tables whose
// probability is not above that of the observed one times 1 + 10⁻⁷. ok is false for a step or seat that the table does not have. In
// the unit Events the test takes events for independent, which those of one person are not.
func (o *Overlap) Fisher(step StepID, seat b2b.SeatID) (p float64, ok bool) {
	s, okS := slices.BinarySearch(o.steps, step)
	r, okR := slices.BinarySearch(o.seats, seat)
	if !okS || !okR {
		return 0, false
	}
	return fisher(o.m[s*len(o.seats)+r], o.row[s], o.col[r], o.n), true
}

// fisher sums the hypergeometric probabilities of k out of row draws, col good ones among n, relative to that of the observed k.
func fisher(k, row, col, n int64) float64 {
	lo, hi := max(0, row+col-n), min(row, col)
	logP := stat.LogHypergeometric(k, n, col, row)
	// ratio is P(x+1)/P(x)
	ratio := func(x int64) float64 {
		return float64(col-x) * float64(row-x) / (float64(x+1) * float64(n-col-row+x+1))
	}
	var sum stat.Compensated
	walk := func(from, step int64) { // adds the tail that begins at from
		rel := math.Exp(stat.LogHypergeometric(from, n, col, row) - logP)
		for x := from; x >= lo && x <= hi; x += step {
			sum.Add(rel)
			if step > 0 {
				rel *= ratio(x)
			} else if x > lo {
				rel /= ratio(x - 1)
			}
			if rel < 1e-30 {
				break
			}
		}
	}
	mode := (row + 1) * (col + 1) / (n + 2)
	limit := logP + math.Log1p(1e-7)
	small := func(x int64) bool { return stat.LogHypergeometric(x, n, col, row) <= limit }
	switch {
	case small(mode):
		return 1
	case k < mode:
		walk(k, -1)
		walk(firstWhere(mode+1, hi+1, small), 1)
	default:
		walk(k, 1)
		walk(lastWhere(lo, mode, small), -1)
	}
	return min(1, math.Exp(logP)*sum.Sum())
}

// firstWhere returns the least x in [lo,hi) for which test holds, hi if there is none; the test must be monotone.
func firstWhere(lo, hi int64, test func(int64) bool) int64 {
	for lo < hi {
		if m := lo + (hi-lo)/2; test(m) {
			hi = m
		} else {
			lo = m + 1
		}
	}
	return lo
}

// lastWhere returns the greatest x in [lo,hi) for which test holds, lo−1 if there is none; the test must be monotone.
func lastWhere(lo, hi int64, test func(int64) bool) int64 {
	return firstWhere(lo, hi, func(x int64) bool { return !test(x) }) - 1
}
