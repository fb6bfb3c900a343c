package vega_test

import (
	"testing"

	"github.com/buyerjourney/b2b/internal/picture"
	"github.com/buyerjourney/b2b/internal/vega"
)

func TestChart(t *testing.T) {
	got := vega.Chart("a \"b\"", picture.Array{vega.Obj("x", 1.5)}, picture.Array{vega.Layer("bar", "x", vega.Field("x", "quantitative", "é"))})
	want := `{"$schema":"https://vega.github.io/schema/vega-lite/v5.json","title":"a \"b\"","data":{"values":[{"x":1.5}]},` +
		`"layer":[{"mark":"bar","encoding":{"x":{"field":"x","type":"quantitative","title":"é"}}}]}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
