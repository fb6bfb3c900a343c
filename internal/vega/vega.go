// Package vega builds the Vega-Lite specifications of the charts that the touchpoint packages draw: one data set, layers over
// it, ordered members, so that the same chart has the same bytes.
package vega

import "github.com/buyerjourney/b2b/internal/picture"

// Obj makes an object of keys and values in turn.
func Obj(pairs ...any) picture.Object {
	o := make(picture.Object, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		key, _ := pairs[i].(string)
		o = append(o, picture.Member{Key: key, Value: pairs[i+1]})
	}
	return o
}

// Layer is a mark with its encoding channels, as keys and values in turn.
func Layer(mark any, channels ...any) picture.Object {
	return Obj("mark", mark, "encoding", Obj(channels...))
}

// Field is an encoding channel of a field; title is the axis title.
func Field(name, kind, title string) picture.Object {
	return Obj("field", name, "type", kind, "title", title)
}

// Chart returns the specification of layers over rows.
func Chart(title string, rows, layers picture.Array) string {
	return Obj(
		"$schema", "https://vega.github.io/schema/vega-lite/v5.json",
		"title", title,
		"data", Obj("values", rows),
		"layer", layers,
	).JSON()
}
