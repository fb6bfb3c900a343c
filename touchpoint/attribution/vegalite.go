package attribution

import (
	"github.com/buyerjourney/b2b/internal/picture"
	"github.com/buyerjourney/b2b/internal/vega"
)

// VegaLite returns a chart of the credited conversions by name, with their intervals where there are any, as a Vega-Lite
// specification.
func (c *Credits) VegaLite() string {
	rows := make(picture.Array, len(c.Names))
	intervals := false
	for i, x := range c.Names {
		row := vega.Obj("name", x.Name, "conversions", x.Conversions.Value)
		if low, high, ok := x.Conversions.Interval(); ok {
			intervals = true
			row = append(row, vega.Obj("low", low, "high", high)...)
		}
		rows[i] = row
	}
	name := vega.Obj("field", "name", "type", "nominal", "sort", "-x", "title", nil)
	layers := picture.Array{vega.Layer("bar", "y", name, "x", vega.Field("conversions", "quantitative", "conversions"))}
	if intervals {
		layers = append(layers, vega.Layer(vega.Obj("type", "rule", "color", "black"),
			"y", name, "x", vega.Field("low", "quantitative", "conversions"), "x2", vega.Obj("field", "high")))
	}
	return vega.Chart("Credits: "+c.Model+" ("+c.Evidence+")", rows, layers)
}
