package touchpoint_test

import (
	"testing"

	"github.com/buyerjourney/b2b/internal/enumtest"
	"github.com/buyerjourney/b2b/touchpoint"
)

func TestEnumerations(t *testing.T) {
	enumtest.Check[touchpoint.Mode](t, touchpoint.ParseMode)
	enumtest.Check[touchpoint.Medium](t, touchpoint.ParseMedium)
	enumtest.Check[touchpoint.Media](t, touchpoint.ParseMedia)
	enumtest.Check[touchpoint.Owner](t, touchpoint.ParseOwner)
	enumtest.Check[touchpoint.Initiator](t, touchpoint.ParseInitiator)
	enumtest.Check[touchpoint.Kind](t, touchpoint.ParseKind)
	enumtest.Check[touchpoint.Recurrence](t, touchpoint.ParseRecurrence)
	enumtest.Check[touchpoint.Emphasis](t, touchpoint.ParseEmphasis)
	enumtest.Check[touchpoint.Visibility](t, touchpoint.ParseVisibility)
	enumtest.Check[touchpoint.Exposure](t, touchpoint.ParseExposure)
}
