package inference_test

import (
	"testing"

	"github.com/buyerjourney/b2b/dmu/inference"
	"github.com/buyerjourney/b2b/internal/gen/codec"
)

func TestEnumerations(t *testing.T) {
	codec.Check(t, inference.ParsePriorKind)
	codec.Check(t, inference.ParsePartKind)
}

// PredictiveKind has two values, fewer than the common check expects.
func TestTwoValues(t *testing.T) {
	var k inference.PredictiveKind
	if err := k.UnmarshalText([]byte("DIRICHLET-MULTINOMIAL")); err != nil || k.String() != "dirichlet-multinomial" || !k.IsValid() || (k + 1).IsValid() {
		t.Errorf("%v, %v", k, err)
	}
	if text, err := k.AppendText([]byte("x")); err != nil || string(text) != "xdirichlet-multinomial" {
		t.Errorf("%q, %v", text, err)
	}
	if err := k.UnmarshalText([]byte("no such name")); err == nil || k.String() != "dirichlet-multinomial" {
		t.Errorf("%v, %v", k, err)
	}
	if zero, err := inference.ParsePredictiveKind(""); err != nil || zero != 0 {
		t.Errorf("%v, %v", zero, err)
	}
}
