package strategy_test

import (
	"testing"

	"github.com/buyerjourney/b2b/internal/gen/codec"
	"github.com/buyerjourney/b2b/touchpoint/strategy"
)

func TestEnumerations(t *testing.T) {
	codec.Check[strategy.Part](t, strategy.ParsePart)
}
