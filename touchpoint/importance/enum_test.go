package importance_test

import (
	"testing"

	"github.com/buyerjourney/b2b/internal/gen/codec"
	"github.com/buyerjourney/b2b/touchpoint/importance"
)

func TestEnumerations(t *testing.T) {
	codec.Check[importance.Method](t, importance.ParseMethod)
	codec.Check[importance.Quadrant](t, importance.ParseQuadrant)
	codec.Check[importance.Cut](t, importance.ParseCut)
	codec.Check[importance.ValueClass](t, importance.ParseValueClass)
	codec.Check[importance.KanoCategory](t, importance.ParseKanoCategory)
}
