package match

import "strings"

// generations numbers the words that tell a father from his son.
var generations = map[string]uint8{
	"sr": 1, "senior": 1, "jr": 2, "junior": 2, "ii": 2, "iii": 3, "iv": 4,
}

// generationOf is the generation that a name of a person names, 0 if it names none; first says that it has the word "i",
// which is the first of a name only beside a second, and an initial elsewhere.
func generationOf(name string) (generation uint8, first bool) {
	for w := range strings.FieldsSeq(name) {
		if w == "i" {
			first = true
		} else if g := generations[w]; g > 0 {
			generation = g
		}
	}
	return generation, first
}

// generationsDiffer says whether two names are of father and son: both name a generation, and not the same.
func generationsDiffer(a, b string) bool {
	x, firstX := generationOf(a)
	y, firstY := generationOf(b)
	switch {
	case x > 0 && y > 0:
		return x != y
	case x > 0:
		return firstY && x > 1
	case y > 0:
		return firstX && y > 1
	}
	return false
}
