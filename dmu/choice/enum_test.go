package choice_test

import (
	"testing"

	"github.com/buyerjourney/b2b/dmu/choice"
	"github.com/buyerjourney/b2b/internal/gen/codec"
)

func TestEnumerations(t *testing.T) {
	codec.Check(t, choice.ParseRule)
	codec.Check(t, choice.ParseTies)
	codec.Check(t, choice.ParseMethod)
}
