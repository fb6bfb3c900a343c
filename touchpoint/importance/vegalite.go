package importance

import (
	"github.com/buyerjourney/b2b/internal/picture"
	"github.com/buyerjourney/b2b/internal/vega"
)

// VegaLite returns the importance-performance chart, with the cuts as lines, as a Vega-Lite specification.
func (a *Analysis) VegaLite() string {
	rows := make(picture.Array, len(a.Drivers))
	for j, d := range a.Drivers {
		rows[j] = vega.Obj("driver", d.Name, "performance", d.Mean, "importance", d.Importance, "quadrant", d.Quadrant.String())
	}
	x := vega.Obj("field", "performance", "type", "quantitative", "title", "performance", "scale", vega.Obj("zero", false))
	y := vega.Field("importance", "quantitative", "importance ("+a.Method.String()+")")
	rule := vega.Obj("type", "rule", "strokeDash", []int{4, 4})
	layers := picture.Array{
		vega.Layer("point", "x", x, "y", y, "color", vega.Field("quadrant", "nominal", "quadrant")),
		vega.Layer(vega.Obj("type", "text", "dy", -8), "x", x, "y", y, "text", vega.Obj("field", "driver")),
		vega.Layer(rule, "x", vega.Obj("datum", a.CutPerformance)),
		vega.Layer(rule, "y", vega.Obj("datum", a.CutImportance)),
	}
	return vega.Chart("Importance and performance", rows, layers)
}
