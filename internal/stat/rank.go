package stat

import (
	"cmp"
	"math"
	"slices"
)

// MidRanks returns the rank of each value, from 1; equal values share the mean of their ranks.
func MidRanks(x []float64) []float64 {
	order := ascending(x)
	ranks := make([]float64, len(x))
	for i := 0; i < len(order); {
		j := i + 1
		for j < len(order) && x[order[j]] == x[order[i]] {
			j++
		}
		for _, k := range order[i:j] {
			ranks[k] = float64(i+j+1) / 2
		}
		i = j
	}
	return ranks
}

// ascending returns the indices of x in the order of its values, equal ones by index.
func ascending(x []float64) []int {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(x[a], x[b]), a-b) })
	return order
}

// Pearson returns the product-moment correlation of two samples; ok is false if the lengths differ, there are fewer than two
// values, or one of them does not vary.
func Pearson(x, y []float64) (r float64, ok bool) {
	if len(x) != len(y) || len(x) < 2 {
		return 0, false
	}
	mx, _ := Mean(x)
	my, _ := Mean(y)
	var sxx, syy, sxy Compensated
	for i := range x {
		dx, dy := x[i]-mx, y[i]-my
		sxx.Add(float64(dx * dx))
		syy.Add(float64(dy * dy))
		sxy.Add(float64(dx * dy))
	}
	d := math.Sqrt(sxx.Sum()) * math.Sqrt(syy.Sum())
	if sxx.Sum() == syy.Sum() { // as it is for ranks without ties: then perfect agreement is exactly 1
		d = sxx.Sum()
	}
	if !(d > 0) || math.IsInf(d, 1) {
		return 0, false
	}
	return min(max(sxy.Sum()/d, -1), 1), true
}

// Spearman returns the rank correlation of two samples, with mid-ranks for ties; ok as for [Pearson].
func Spearman(x, y []float64) (rho float64, ok bool) {
	if len(x) != len(y) {
		return 0, false
	}
	return Pearson(MidRanks(x), MidRanks(y))
}

// BenjaminiHochberg returns the p values adjusted for the false discovery rate, in the order of p (Benjamini and Hochberg 1995,
// "Controlling the False Discovery Rate", JRSS B 57): the smallest rate at which each would be rejected.
func BenjaminiHochberg(p []float64) []float64 {
	order := ascending(p)
	adjusted := make([]float64, len(p))
	low := 1.0
	for i, k := range slices.Backward(order) {
		low = min(low, p[k]*float64(len(p))/float64(i+1))
		adjusted[k] = low
	}
	return adjusted
}
