package experience_test

import (
	"testing"

	"github.com/buyerjourney/b2b/internal/enumtest"
	"github.com/buyerjourney/b2b/touchpoint/experience"
)

func TestEnumerations(t *testing.T) {
	enumtest.Check[experience.Instrument](t, experience.ParseInstrument)
	enumtest.Check[experience.Dimension](t, experience.ParseDimension)
	enumtest.Check[experience.Figure](t, experience.ParseFigure)
	enumtest.Check[experience.Interval](t, experience.ParseInterval)
	enumtest.Check[experience.Verdict](t, experience.ParseVerdict)
	enumtest.Check[experience.Aggregator](t, experience.ParseAggregator)
}
