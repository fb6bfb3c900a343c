package journey

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/picture"
	"github.com/buyerjourney/b2b/touchpoint"
)

// label returns the name of a step for people.
func (s Step) label() string {
	if s.Name != "" {
		return s.Name
	}
	return string(s.ID)
}

// node ids: steps in their order, then the two ends.
func (m *Map) node(s StepID) string {
	switch s {
	case Start:
		return "start"
	case End:
		return "stop"
	}
	return picture.MermaidID(slices.IndexFunc(m.Steps, func(x Step) bool { return x.ID == s }))
}

// Mermaid returns the map as a Mermaid flowchart: steps in their order, goals as stadiums, internal steps dashed. Where an edge has a
// share it stands on it.
func (m *Map) Mermaid() string {
	var b strings.Builder
	b.WriteString("flowchart LR\n  start((\" \"))\n  stop((\" \"))\n")
	var internal []string
	for i := range m.Steps {
		s := &m.Steps[i]
		left, right := "[\"", "\"]"
		if slices.Contains(m.Goals, s.ID) {
			left, right = "([\"", "\"])"
		}
		b.WriteString("  " + m.node(s.ID) + left + picture.EscapeMermaid(s.label()) + right + "\n")
		if s.Visibility == touchpoint.BuyerInternal || s.Visibility == touchpoint.SellerInternal {
			internal = append(internal, m.node(s.ID))
		}
	}
	for _, e := range m.Edges() {
		b.WriteString("  " + m.node(e.From) + " -->")
		if p, ok := e.P.Value(); ok {
			b.WriteString("|\"" + percent(p) + "\"|")
		}
		b.WriteString(" " + m.node(e.To) + "\n")
	}
	if len(internal) > 0 {
		b.WriteString("  classDef internal stroke-dasharray: 4 3\n  class " + strings.Join(internal, ",") + " internal\n")
	}
	return b.String()
}

func percent(p float64) string { return strconv.FormatFloat(math.Round(p*1000)/10, 'f', -1, 64) + " %" }

// DOT returns the map as a Graphviz digraph.
func (m *Map) DOT() string {
	var b strings.Builder
	b.WriteString("digraph map {\n  rankdir=LR;\n  label=\"" + picture.EscapeDOT(cmp.Or(m.Name, m.ID)) + "\";\n")
	b.WriteString("  start [shape=circle,label=\"\"];\n  stop [shape=doublecircle,label=\"\"];\n")
	for i := range m.Steps {
		s := &m.Steps[i]
		style := "rounded"
		if s.Visibility == touchpoint.BuyerInternal || s.Visibility == touchpoint.SellerInternal {
			style = "rounded,dashed"
		}
		b.WriteString("  " + m.node(s.ID) + " [shape=box,style=\"" + style + "\",label=\"" + picture.EscapeDOT(s.label()) + "\"];\n")
	}
	for _, e := range m.Edges() {
		b.WriteString("  " + m.node(e.From) + " -> " + m.node(e.To))
		if p, ok := e.P.Value(); ok {
			b.WriteString(" [label=\"" + percent(p) + "\"]")
		}
		b.WriteString(";\n")
	}
	b.WriteString("}\n")
	return b.String()
}

// MermaidJourney returns the map as a Mermaid user journey: a section per phase, the importance of each step as its score of 1 to 5 (3
// where it is unknown). Mermaid breaks on some characters in these labels, so steps have numbers; the legend is in comments.
func (m *Map) MermaidJourney() string {
	var legend, b strings.Builder
	b.WriteString("journey\n")
	for _, phase := range append(b2b.Phases(), b2b.UnknownPhase) {
		section := false
		for i := range m.Steps {
			s := &m.Steps[i]
			if s.Phase != phase {
				continue
			}
			if !section {
				b.WriteString("  section " + phase.String() + "\n")
				section = true
			}
			score := 3.0
			if s.Importance != (b2b.Estimate{}) {
				score = min(5, max(1, math.Round(1+4*s.Importance.Value)))
			}
			fmt.Fprintf(&b, "    s%d: %d: %s\n", i, int(score), s.Actor)
			fmt.Fprintf(&legend, "%%%% s%d = %s\n", i, strings.ReplaceAll(picture.EscapeMermaid(s.label()), "%%", "%"))
		}
	}
	return b.String() + legend.String()
}

// MermaidGantt returns the composite journey as a Mermaid gantt chart: a section per kind, a bar per journey, named by its seat and a
// number, not by its person. It is empty for a log without times.
func (c Composite) MermaidGantt() string {
	var b strings.Builder
	b.WriteString("gantt\n  dateFormat YYYY-MM-DDTHH:mm:ss\n")
	if c.log == nil || !c.log.timed {
		return b.String()
	}
	order := make([]int, c.Len())
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(c.Journey(x).Kind(), c.Journey(y).Kind()) })
	clean := strings.NewReplacer(":", " ", ";", " ", "#", " ", ",", " ", "\n", " ", "\r", " ", "%", " ")
	for k, i := range order {
		j := c.Journey(i)
		if k == 0 || j.Kind() != c.Journey(order[k-1]).Kind() {
			b.WriteString("  section " + cmp.Or(clean.Replace(string(j.Kind())), "unknown") + "\n")
		}
		const layout = "2006-01-02T15:04:05"
		fmt.Fprintf(&b, "    %s %d :j%d, %s, %s\n", cmp.Or(clean.Replace(string(j.Seat())), "journey"), i+1, i, j.Start().UTC().Format(layout), j.End().UTC().Format(layout))
	}
	return b.String()
}

// VegaLite returns a histogram of the lengths of the journeys in days, as a Vega-Lite specification. A log without times has no bars.
func (l *Log) VegaLite() string {
	values := []picture.Object{}
	for j := range l.keys {
		from, to := l.rows.Offsets[j], l.rows.Offsets[j+1]
		if !l.timed || from == to {
			continue
		}
		days := float64(l.rows.At[to-1]-l.rows.At[from]) / 86_400e6
		values = append(values, picture.Object{{Key: "days", Value: days}, {Key: "kind", Value: name(&l.rows.Kind, l.head(j).kind)}})
	}
	return picture.Object{
		{Key: "$schema", Value: "https://vega.github.io/schema/vega-lite/v5.json"},
		{Key: "title", Value: "Length of journeys"},
		{Key: "data", Value: picture.Object{{Key: "values", Value: values}}},
		{Key: "mark", Value: "bar"},
		{Key: "encoding", Value: picture.Object{
			{Key: "x", Value: picture.Object{{Key: "field", Value: "days"}, {Key: "bin", Value: true}, {Key: "title", Value: "days"}}},
			{Key: "y", Value: picture.Object{{Key: "aggregate", Value: "count"}, {Key: "title", Value: "journeys"}}},
			{Key: "color", Value: picture.Object{{Key: "field", Value: "kind"}, {Key: "type", Value: "nominal"}}},
		}},
	}.JSON()
}
