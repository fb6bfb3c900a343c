package inference

import (
	"iter"
	"strings"
	"unicode"
)

// Tokens splits a job title into its tokens in order: maximal runs of letters and digits, in Unicode lower case.
func Tokens(title string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for word := range strings.FieldsFuncSeq(title, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if !yield(strings.ToLower(word)) {
				return
			}
		}
	}
}
