package touchpoint_test

import (
	"testing"

	"github.com/buyerjourney/b2b/internal/gen/codec"
	"github.com/buyerjourney/b2b/touchpoint"
)

func TestEnumerations(t *testing.T) {
	codec.Check[touchpoint.Mode](t, touchpoint.ParseMode)
	codec.Check[touchpoint.Medium](t, touchpoint.ParseMedium)
	codec.Check[touchpoint.Media](t, touchpoint.ParseMedia)
	codec.Check[touchpoint.Owner](t, touchpoint.ParseOwner)
	codec.Check[touchpoint.Initiator](t, touchpoint.ParseInitiator)
	codec.Check[touchpoint.Kind](t, touchpoint.ParseKind)
	codec.Check[touchpoint.Recurrence](t, touchpoint.ParseRecurrence)
	codec.Check[touchpoint.Emphasis](t, touchpoint.ParseEmphasis)
	codec.Check[touchpoint.Visibility](t, touchpoint.ParseVisibility)
	codec.Check[touchpoint.Exposure](t, touchpoint.ParseExposure)
}
