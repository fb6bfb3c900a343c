package match

import (
	"slices"
	"strings"
)

// QGramDice returns 2|A∩B|/(|A|+|B|) over the multisets of q-grams of two folded texts, each padded with q−1 sentinels at
// both ends. A q below 1 counts as 2. Both empty give 1, one empty 0.
func QGramDice(a, b string, q int) float64 {
	both, na, nb := sharedGrams(a, b, q)
	if na+nb == 0 {
		return 1
	}
	return 2 * float64(both) / float64(na+nb)
}

// QGramJaccard returns |A∩B|/|A∪B| over the multisets of [QGramDice].
func QGramJaccard(a, b string, q int) float64 {
	both, na, nb := sharedGrams(a, b, q)
	if na+nb == 0 {
		return 1
	}
	return float64(both) / float64(na+nb-both)
}

func sharedGrams(a, b string, q int) (both, na, nb int) {
	x, y := grams(a, q), grams(b, q)
	return sharedSorted(x, y), len(x), len(y)
}

func grams(s string, q int) []string {
	if q < 1 {
		q = 2
	}
	if s == "" {
		return nil
	}
	pad := strings.Repeat("\x00", q-1)
	r := []rune(pad + s + pad)
	out := make([]string, 0, len(r)-q+1)
	for i := 0; i+q <= len(r); i++ {
		out = append(out, string(r[i:i+q]))
	}
	slices.Sort(out)
	return out
}

// sharedSorted counts the common members of two sorted multisets.
func sharedSorted[T string | uint32](a, b []T) int {
	n := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			n++
			i++
			j++
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	return n
}
