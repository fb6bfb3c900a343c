package experience

import (
	"github.com/buyerjourney/b2b/internal/picture"
	"github.com/buyerjourney/b2b/internal/vega"
)

// VegaLite returns a chart of experience over time, the belief with its interval and the single experiences as points, as a
// Vega-Lite specification.
func VegaLite(states []State) string {
	rows := make(picture.Array, len(states))
	for i, s := range states {
		rows[i] = vega.Obj("at", s.At.UTC().Format("2006-01-02T15:04:05Z"), "score", s.Score,
			"mean", s.Mean.Value, "low", s.Mean.Low, "high", s.Mean.High)
	}
	at := vega.Field("at", "temporal", "time")
	return vega.Chart("Experience over time", rows, picture.Array{
		vega.Layer(vega.Obj("type", "area", "opacity", 0.3), "x", at, "y", vega.Field("low", "quantitative", "experience"), "y2", vega.Obj("field", "high")),
		vega.Layer("line", "x", at, "y", vega.Field("mean", "quantitative", "experience")),
		vega.Layer("point", "x", at, "y", vega.Field("score", "quantitative", "experience")),
	})
}
