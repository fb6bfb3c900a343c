package match

import "github.com/buyerjourney/b2b/internal/company"

// acronymMatch says how well one name is the acronym of the other.
func acronymMatch(a, b *CompanyName) float64 { return max(acronymOf(a, b), acronymOf(b, a)) }

// acronymOf says how well the one word of short stands for long; a place behind it ("PLA China") counts as one
// that stands alone among words.
func acronymOf(short, long *CompanyName) float64 {
	if len(long.words) < 2 || len(short.words) == 0 || len(short.words) > 2 {
		return 0
	}
	t, s := short.words[0].text, acronymScore
	if len(short.words) == 2 {
		if short.words[1].tag != company.Place || len(t) < 3 {
			return 0
		}
		s *= placeFactor
	}
	if len(t) > 1 && (t == long.acronym || t == long.formed || t == long.full) {
		return s
	}
	return 0
}
