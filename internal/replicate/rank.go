package replicate

import (
	"math"
	"slices"

	"github.com/buyerjourney/b2b/internal/stat"
)

// Order returns the items by descending score, ties by index, which callers arrange to be the order of the names.
func Order(score []float64) []int {
	order := make([]int, len(score))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case score[i] > score[j]:
			return -1
		case score[i] < score[j]:
			return 1
		}
		return 0
	})
	return order
}

// Ranks returns the rank of each item, 1 for the highest score.
func Ranks(score []float64) []int {
	ranks := make([]int, len(score))
	for r, i := range Order(score) {
		ranks[i] = r + 1
	}
	return ranks
}

// Rank is the stability of the rank of one item: the 2.5–97.5 % range over replicates, and the share of the replicates that
// keep the rank.
type Rank struct {
	Rank, Low, High int
	Kept            float64
}

// Stability returns the ranks of point and their stability over draws, which holds one score per item for each replicate.
// Without draws Low and High are the rank itself and Kept is 0.
func Stability(point []float64, draws [][]float64) []Rank {
	base := Ranks(point)
	out := make([]Rank, len(point))
	for i, r := range base {
		out[i] = Rank{Rank: r, Low: r, High: r}
	}
	if len(draws) == 0 {
		return out
	}
	seen := make([][]float64, len(point))
	for _, d := range draws {
		for i, r := range Ranks(d) {
			seen[i] = append(seen[i], float64(r))
			if r == base[i] {
				out[i].Kept++
			}
		}
	}
	for i := range out {
		slices.Sort(seen[i])
		low, _ := stat.Quantile7(seen[i], 0.025)
		high, _ := stat.Quantile7(seen[i], 0.975)
		out[i].Low, out[i].High = int(math.Floor(low)), int(math.Ceil(high))
		out[i].Kept /= float64(len(draws))
	}
	return out
}
