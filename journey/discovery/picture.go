package discovery

import (
	"slices"
	"strconv"
	"strings"

	"github.com/buyerjourney/b2b/internal/picture"
)

// drawing is the part of a graph that a picture shows.
type drawing struct {
	steps   []Count
	edges   []Edge
	starts  []Count
	ends    []Count
	caption string
}

// draw leaves out edges, starts and ends whose share of all of them is below the threshold; the caption says how much.
func (d *DFG) draw(threshold float64) drawing {
	out := drawing{steps: d.Steps()}
	total, dropped, edges := int64(0), int64(0), 0
	for _, list := range [][]Count{d.Starts(), d.Ends()} {
		for _, c := range list {
			total += c.Count
		}
	}
	all := d.Edges()
	for _, e := range all {
		total += e.Count
	}
	keep := func(n int64) bool {
		if float64(n) >= float64(threshold*float64(total)) {
			return true
		}
		dropped += n
		edges++
		return false
	}
	for _, e := range all {
		if keep(e.Count) {
			out.edges = append(out.edges, e)
		}
	}
	out.starts = slices.DeleteFunc(d.Starts(), func(c Count) bool { return !keep(c.Count) })
	out.ends = slices.DeleteFunc(d.Ends(), func(c Count) bool { return !keep(c.Count) })
	share := 0.0
	if total > 0 {
		share = float64(dropped) / float64(total)
	}
	out.caption = strconv.FormatInt(d.Journeys(), 10) + " journeys; " + strconv.Itoa(edges) + " edges left out, " + percent(share) + " of the flow"
	if d.TieJourneys() > 0 {
		out.caption += "; the order of " + strconv.FormatInt(d.TieJourneys(), 10) + " journeys hangs on equal times"
	}
	return out
}

func percent(share float64) string { return strconv.FormatFloat(100*share, 'f', 1, 64) + " %" }

func (w drawing) index(name string) int {
	return slices.IndexFunc(w.steps, func(c Count) bool { return c.Name == name })
}

// Mermaid returns the graph as a Mermaid flowchart. Edges with a share of the flow below threshold are left out; the
// title says how many and how much. Names stand in node labels, escaped; ids are numbers.
func (d *DFG) Mermaid(threshold float64) string {
	w := d.draw(threshold)
	var b strings.Builder
	b.WriteString("---\ntitle: \"" + w.caption + "\"\n---\nflowchart LR\n  start((\" \"))\n  stop(((\" \")))\n")
	for i, c := range w.steps {
		b.WriteString("  " + picture.MermaidID(i) + "[\"" + picture.EscapeMermaid(c.Name) + "\"]\n")
	}
	edge := func(from, to string, n int64) {
		b.WriteString("  " + from + " -->|" + strconv.FormatInt(n, 10) + "| " + to + "\n")
	}
	for _, c := range w.starts {
		edge("start", picture.MermaidID(w.index(c.Name)), c.Count)
	}
	for _, e := range w.edges {
		edge(picture.MermaidID(w.index(e.From)), picture.MermaidID(w.index(e.To)), e.Count)
	}
	for _, c := range w.ends {
		edge(picture.MermaidID(w.index(c.Name)), "stop", c.Count)
	}
	return b.String()
}

// DOT returns the graph for Graphviz; threshold is as in [DFG.Mermaid], the label of the graph says what is left out.
func (d *DFG) DOT(threshold float64) string {
	w := d.draw(threshold)
	var b strings.Builder
	b.WriteString("digraph dfg {\n  rankdir=LR;\n  label=\"" + picture.EscapeDOT(w.caption) + "\";\n  start [shape=circle,label=\"\"];\n  stop [shape=doublecircle,label=\"\"];\n")
	for i, c := range w.steps {
		b.WriteString("  " + picture.MermaidID(i) + " [shape=box,label=\"" + picture.EscapeDOT(c.Name) + "\"];\n")
	}
	edge := func(from, to string, n int64) {
		b.WriteString("  " + from + " -> " + to + " [label=\"" + strconv.FormatInt(n, 10) + "\"];\n")
	}
	for _, c := range w.starts {
		edge("start", picture.MermaidID(w.index(c.Name)), c.Count)
	}
	for _, e := range w.edges {
		edge(picture.MermaidID(w.index(e.From)), picture.MermaidID(w.index(e.To)), e.Count)
	}
	for _, c := range w.ends {
		edge(picture.MermaidID(w.index(c.Name)), "stop", c.Count)
	}
	b.WriteString("}\n")
	return b.String()
}

// VegaLite returns a chart of times per edge: the mean as a point, from the least to the greatest as a line, in hours.
func VegaLite(edges []EdgeTimes) string {
	values := make(picture.Array, len(edges))
	for i, e := range edges {
		values[i] = picture.Object{
			{Key: "edge", Value: e.From + " → " + e.To},
			{Key: "n", Value: e.N},
			{Key: "min", Value: e.Min / 3600},
			{Key: "mean", Value: e.Mean / 3600},
			{Key: "max", Value: e.Max / 3600},
		}
	}
	y := picture.Member{Key: "y", Value: picture.Object{{Key: "field", Value: "edge"}, {Key: "type", Value: "nominal"}, {Key: "sort", Value: nil}}}
	x := func(field string) picture.Member {
		return picture.Member{Key: "x", Value: picture.Object{{Key: "field", Value: field}, {Key: "type", Value: "quantitative"}, {Key: "title", Value: "hours"}}}
	}
	return picture.Object{
		{Key: "$schema", Value: "https://vega.github.io/schema/vega-lite/v5.json"},
		{Key: "data", Value: picture.Object{{Key: "values", Value: values}}},
		{Key: "layer", Value: picture.Array{
			picture.Object{{Key: "mark", Value: "rule"}, {Key: "encoding", Value: picture.Object{y, x("min"), {Key: "x2", Value: picture.Object{{Key: "field", Value: "max"}}}}}},
			picture.Object{{Key: "mark", Value: "point"}, {Key: "encoding", Value: picture.Object{y, x("mean")}}},
		}},
	}.JSON()
}
