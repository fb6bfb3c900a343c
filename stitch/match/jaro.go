package match

import (
	"math/bits"
	"unicode/utf8"

	"github.com/buyerjourney/b2b/internal/fold"
)

// Fold returns the form of a text on which all comparators work: Unicode compatibility forms, case and marks make no
// difference; what is neither letter nor digit is a single space. It is idempotent.
func Fold(s string) string { return fold.Fold(s) }

// char is what comparators walk over: bytes of ASCII text, else runes.
type char interface{ byte | rune }

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// runeLen is the number of runes of s.
func runeLen(s string) int { return utf8.RuneCountInString(s) }

// Jaro returns the similarity of Jaro (1989, doi 10.1080/01621459.1989.10478785) of two folded texts, in [0, 1]; 1 if
// both are empty, 0 if one is. Characters are matched greedily from the left of the shorter text, so that the result does
// not depend on the order of the arguments; at equal length both orders are tried and the larger counts.
func Jaro(a, b string) float64 {
	if a == b {
		return 1
	}
	if isASCII(a) && isASCII(b) {
		if len(a) <= 64 && len(b) <= 64 {
			return jaroShort(a, b)
		}
		return jaroBoth([]byte(a), []byte(b))
	}
	return jaroBoth([]rune(a), []rune(b))
}

// What a common prefix adds to the Jaro similarity, by character, and how many count.
const (
	prefixShare = 0.1
	maxPrefix   = 4
)

// JaroWinkler returns j + ℓ·0.1·(1−j) for the Jaro similarity j ≥ 0.7 and the common prefix ℓ ≤ 4 (Winkler 1990), else j.
func JaroWinkler(a, b string) float64 {
	j := Jaro(a, b)
	if j < 0.7 || j == 1 {
		return j
	}
	l := 0
	if len(a) > 3 && len(b) > 3 && a[0]|a[1]|a[2]|a[3]|b[0]|b[1]|b[2]|b[3] < utf8.RuneSelf {
		for l < maxPrefix && a[l] == b[l] {
			l++
		}
	} else {
		x, y := a, b
		for l < maxPrefix && x != "" && y != "" {
			r, n := utf8.DecodeRuneInString(x)
			s, m := utf8.DecodeRuneInString(y)
			if r != s {
				break
			}
			x, y = x[n:], y[m:]
			l++
		}
	}
	return j + float64(float64(l)*prefixShare*(1-j))
}

func jaroShort(a, b string) float64 {
	if len(a) < len(b) {
		a, b = b, a
	}
	if len(b) == 0 {
		return 0
	}
	m, moved := jaroWords(a, b)
	if m == 0 {
		return 0
	}
	if len(a) == len(b) && moved > 1 { // the other order has as many matches, perhaps more of them in order
		_, back := jaroWords(b, a)
		moved = min(moved, back)
	}
	return jaroValue(m, moved/2, len(a), len(b))
}

// jaroWords matches the characters of b to those of a, len(b) ≤ len(a) ≤ 64; the marks are bits of a word. It counts the
// matches, which are as many as there can be, and those that are out of order.
func jaroWords(a, b string) (matches, moved int) {
	w := max(len(a)/2-1, 0)
	var ma, mb uint64
	for i := range len(b) {
		c := b[i]
		lo, hi := max(i-w, 0), min(i+w+1, len(a))
		for k := lo; k < hi; k++ {
			if a[k] == c && ma&(1<<k) == 0 {
				ma |= 1 << k
				mb |= 1 << i
				break
			}
		}
	}
	for x, y := ma, mb; x != 0; x, y = x&(x-1), y&(y-1) {
		if a[bits.TrailingZeros64(x)] != b[bits.TrailingZeros64(y)] {
			moved++
		}
	}
	return bits.OnesCount64(ma), moved
}

func jaroValue(m, t, la, lb int) float64 {
	f := float64(m)
	return (f/float64(la) + f/float64(lb) + (f-float64(t))/f) / 3
}

func jaroBoth[C char](a, b []C) float64 {
	if len(a) < len(b) {
		a, b = b, a
	}
	if len(b) == 0 {
		return 0
	}
	j := jaroLong(a, b)
	if len(a) == len(b) && j < 1 {
		j = max(j, jaroLong(b, a))
	}
	return j
}

func jaroLong[C char](a, b []C) float64 {
	w := max(len(a)/2-1, 0)
	ma, mb := make([]bool, len(a)), make([]bool, len(b))
	m := 0
	for i, c := range b {
		for k := max(i-w, 0); k < min(i+w+1, len(a)); k++ {
			if a[k] == c && !ma[k] {
				ma[k], mb[i] = true, true
				m++
				break
			}
		}
	}
	if m == 0 {
		return 0
	}
	out, k := 0, 0
	for i, c := range b {
		if !mb[i] {
			continue
		}
		for !ma[k] {
			k++
		}
		if a[k] != c {
			out++
		}
		k++
	}
	return jaroValue(m, out/2, len(a), len(b))
}
