package inference_test

import (
	"testing"

	"github.com/buyerjourney/b2b/dmu/inference"
	"github.com/buyerjourney/b2b/internal/gen/codec"
)

func TestEnumerations(t *testing.T) {
	codec.Check(t, inference.ParsePriorKind)
	codec.Check(t, inference.ParsePartKind)
	codec.Check(t, inference.ParsePredictiveKind)
}
