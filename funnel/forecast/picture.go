package forecast

import (
	"time"

	"github.com/buyerjourney/b2b/internal/picture"
)

// VegaLite returns a chart of the forecast as JSON for Vega-Lite 5: for every period the median and the intervals of the
// wins of the total, as a fan. It is deterministic and names no deal.
func (f Forecast) VegaLite() string {
	values := picture.Array{}
	for _, p := range f.Periods {
		d := p.Total.Wins
		for _, iv := range d.Intervals {
			values = append(values, picture.Object{
				{Key: "from", Value: p.Window.From.Format(time.DateOnly)},
				{Key: "to", Value: p.Window.To.Format(time.DateOnly)},
				{Key: "level", Value: iv.Level},
				{Key: "low", Value: iv.Low},
				{Key: "high", Value: iv.High},
				{Key: "mean", Value: d.Mean},
			})
		}
	}
	x := picture.Object{{Key: "field", Value: "to"}, {Key: "type", Value: "temporal"}, {Key: "title", Value: "end of period"}}
	quantity := func(field, title string) picture.Object {
		return picture.Object{{Key: "field", Value: field}, {Key: "type", Value: "quantitative"}, {Key: "title", Value: title}}
	}
	return picture.Object{
		{Key: "$schema", Value: "https://vega.github.io/schema/vega-lite/v5.json"},
		{Key: "title", Value: "Wins forecast as of " + f.AsOf.Format(time.DateOnly)},
		{Key: "data", Value: picture.Object{{Key: "values", Value: values}}},
		{Key: "layer", Value: picture.Array{
			picture.Object{{Key: "mark", Value: picture.Object{{Key: "type", Value: "bar"}, {Key: "opacity", Value: 0.3}}}, {Key: "encoding", Value: picture.Object{
				{Key: "x", Value: x}, {Key: "y", Value: quantity("low", "wins")}, {Key: "y2", Value: picture.Object{{Key: "field", Value: "high"}}}, {Key: "detail", Value: picture.Object{{Key: "field", Value: "level"}}},
			}}},
			picture.Object{{Key: "mark", Value: "point"}, {Key: "encoding", Value: picture.Object{{Key: "x", Value: x}, {Key: "y", Value: quantity("mean", "wins")}}}},
		}},
	}.JSON()
}

// VegaLite returns the reliability diagram as JSON for Vega-Lite 5: the share won against the mean probability of each bin,
// beside the diagonal of perfect calibration.
func (r Reliability) VegaLite() string {
	values := picture.Array{}
	for _, b := range r.Bins {
		if b.N > 0 {
			values = append(values, picture.Object{{Key: "mean", Value: b.Mean}, {Key: "won", Value: float64(b.Won) / float64(b.N)}, {Key: "n", Value: b.N}})
		}
	}
	axis := func(field, title string) picture.Object {
		return picture.Object{
			{Key: "field", Value: field},
			{Key: "type", Value: "quantitative"},
			{Key: "title", Value: title},
			{Key: "scale", Value: picture.Object{{Key: "domain", Value: []float64{0, 1}}}},
		}
	}
	encoding := picture.Object{{Key: "x", Value: axis("mean", "probability")}, {Key: "y", Value: axis("won", "share won")}}
	return picture.Object{
		{Key: "$schema", Value: "https://vega.github.io/schema/vega-lite/v5.json"},
		{Key: "layer", Value: picture.Array{
			picture.Object{{Key: "data", Value: picture.Object{{Key: "values", Value: values}}}, {Key: "mark", Value: "point"}, {Key: "encoding", Value: append(encoding, picture.Member{Key: "size", Value: picture.Object{{Key: "field", Value: "n"}, {Key: "type", Value: "quantitative"}}})}},
			picture.Object{{Key: "data", Value: picture.Object{{Key: "values", Value: picture.Array{
				picture.Object{{Key: "mean", Value: 0}, {Key: "won", Value: 0}}, picture.Object{{Key: "mean", Value: 1}, {Key: "won", Value: 1}},
			}}}}, {Key: "mark", Value: "line"}, {Key: "encoding", Value: encoding}},
		}},
	}.JSON()
}
