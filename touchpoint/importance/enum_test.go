package importance_test

import (
	"testing"

	"github.com/buyerjourney/b2b/internal/enumtest"
	"github.com/buyerjourney/b2b/touchpoint/importance"
)

func TestEnumerations(t *testing.T) {
	enumtest.Check[importance.Method](t, importance.ParseMethod)
	enumtest.Check[importance.Quadrant](t, importance.ParseQuadrant)
	enumtest.Check[importance.Cut](t, importance.ParseCut)
	enumtest.Check[importance.ValueClass](t, importance.ParseValueClass)
	enumtest.Check[importance.KanoCategory](t, importance.ParseKanoCategory)
}
