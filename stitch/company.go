package stitch

import (
	"slices"
	"strings"

	"github.com/buyerjourney/b2b/internal/fold"
)

// companyKey returns the form of a company name under which spellings of one name meet.
func companyKey(name, _ string) string {
	tokens := strings.Fields(fold.Fold(name))
	slices.Sort(tokens)
	return strings.Join(tokens, " ")
}
