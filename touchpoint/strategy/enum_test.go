package strategy_test

import (
	"testing"

	"github.com/buyerjourney/b2b/internal/enumtest"
	"github.com/buyerjourney/b2b/touchpoint/strategy"
)

func TestEnumerations(t *testing.T) {
	enumtest.Check[strategy.Part](t, strategy.ParsePart)
}
