package experience_test

import (
	"testing"

	"github.com/buyerjourney/b2b/internal/gen/codec"
	"github.com/buyerjourney/b2b/touchpoint/experience"
)

func TestEnumerations(t *testing.T) {
	codec.Check[experience.Instrument](t, experience.ParseInstrument)
	codec.Check[experience.Dimension](t, experience.ParseDimension)
	codec.Check[experience.Figure](t, experience.ParseFigure)
	codec.Check[experience.Interval](t, experience.ParseInterval)
	codec.Check[experience.Verdict](t, experience.ParseVerdict)
	codec.Check[experience.Aggregator](t, experience.ParseAggregator)
}
