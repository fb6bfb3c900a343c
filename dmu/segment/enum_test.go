package segment_test

import (
	"testing"

	"github.com/buyerjourney/b2b/dmu/segment"
	"github.com/buyerjourney/b2b/internal/gen/codec"
)

func TestEnumerations(t *testing.T) {
	codec.Check(t, segment.ParseReason)
}
