package inference

import (
	"slices"
	"strconv"
)

// AdjustedRand returns the agreement of two divisions of the same things, a[i] and b[i] being the groups of thing i: 1 for
// equal divisions, 0 on average for unrelated ones (Hubert and Arabie 1985). ok is false where it is undefined: different
// lengths, fewer than two things. Where both divisions are trivial in the same way the value is 1.
func AdjustedRand(a, b []string) (index float64, ok bool) {
	n := len(a)
	if n != len(b) || n < 2 {
		return 0, false
	}
	pairs := func(x []string) float64 {
		x = slices.Sorted(slices.Values(x))
		sum := 0.0
		for i := 0; i < len(x); {
			j := i
			for j < len(x) && x[j] == x[i] {
				j++
			}
			sum += float64(float64(j-i) * float64(j-i-1) / 2)
			i = j
		}
		return sum
	}
	both := make([]string, n)
	for i := range both {
		both[i] = strconv.Itoa(len(a[i])) + ":" + a[i] + b[i]
	}
	together, inA, inB := pairs(both), pairs(a), pairs(b)
	expected := float64(inA * inB / (float64(n) * float64(n-1) / 2))
	most := (inA + inB) / 2
	if most == expected {
		return 1, true
	}
	return (together - expected) / (most - expected), true
}
