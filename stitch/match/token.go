package match

import (
	"slices"
	"strings"
)

// TokenSort returns the [Indel] similarity of the two folded texts with their words sorted.
func TokenSort(a, b string) float64 { return Indel(sortedTokens(a), sortedTokens(b)) }

// TokenSet compares the shared words, and the shared words with the rest of either text: the largest [Indel] of the
// three pairs; without a shared word it is that of the rests. It is 1 wherever one text has all the words of the other:
// it must not decide about company names by itself.
func TokenSet(a, b string) float64 {
	x, y := uniqueTokens(a), uniqueTokens(b)
	var both, ra, rb []string
	for i, j := 0, 0; i < len(x) || j < len(y); {
		switch {
		case j == len(y) || (i < len(x) && x[i] < y[j]):
			ra = append(ra, x[i])
			i++
		case i == len(x) || y[j] < x[i]:
			rb = append(rb, y[j])
			j++
		default:
			both = append(both, x[i])
			i++
			j++
		}
	}
	if len(both) == 0 {
		return Indel(strings.Join(ra, " "), strings.Join(rb, " "))
	}
	s0 := strings.Join(both, " ")
	s1 := strings.Join(append(slices.Clone(both), ra...), " ")
	s2 := strings.Join(append(slices.Clone(both), rb...), " ")
	return max(Indel(s0, s1), Indel(s0, s2), Indel(s1, s2))
}

func sortedTokens(s string) string {
	if strings.IndexByte(s, ' ') < 0 {
		return s
	}
	t := strings.Fields(s)
	slices.Sort(t)
	return strings.Join(t, " ")
}

func uniqueTokens(s string) []string {
	t := strings.Fields(s)
	slices.Sort(t)
	return slices.Compact(t)
}

// initials returns the first rune of each word.
func initials(s string) string {
	var b strings.Builder
	for w := range strings.FieldsSeq(s) {
		for _, r := range w {
			b.WriteRune(r)
			break
		}
	}
	return b.String()
}

// Soundex returns the code of an English surname by the rules of the United States census (National Archives, "Soundex
// System"): the first letter and three digits; h and w do not part equal codes, vowels do. Text without an ASCII letter
// gives the empty code. It serves blocking only.
func Soundex(s string) string {
	const codes = "01230120022455012623010202" // a to z; 0 = vowel or y; h and w are handled apart
	var out [4]byte
	n := 0
	var last byte
	for i := range len(s) {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c < 'a' || c > 'z' {
			continue
		}
		d := codes[c-'a']
		if n == 0 {
			out[0] = c - 'a' + 'A'
			n, last = 1, d
			continue
		}
		switch {
		case c == 'h' || c == 'w':
		case d == '0':
			last = '0'
		case d != last:
			out[n] = d
			n, last = n+1, d
		}
		if n == len(out) {
			break
		}
	}
	if n == 0 {
		return ""
	}
	for ; n < len(out); n++ {
		out[n] = '0'
	}
	return string(out[:])
}
