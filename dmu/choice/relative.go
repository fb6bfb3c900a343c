package choice

import (
	"math"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stat"
)

// RelativeInfluence returns weights ∝ exp(Xβ) from traits x[member][trait] and their coefficients (after Corfman and Lehmann
// 1987; with two members it is their logit).
func RelativeInfluence(beta []float64, x [][]float64) ([]float64, error) {
	var problems b2b.Problems
	if len(x) == 0 {
		problems.Add("x", "empty")
	}
	if !finite(beta) {
		problems.Add("beta", "not finite")
	}
	logs := make([]float64, len(x))
	for i, row := range x {
		if len(row) != len(beta) || !finite(row) {
			problems.Add("x["+strconv.Itoa(i)+"]", "not finite numbers, one per coefficient")
			continue
		}
		var sum stat.Compensated
		for k, v := range row {
			sum.Add(float64(v * beta[k]))
		}
		logs[i] = sum.Sum()
		if math.IsInf(logs[i], 0) || math.IsNaN(logs[i]) {
			problems.Add("x["+strconv.Itoa(i)+"]", "too large")
		}
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return softmax(logs), nil
}
