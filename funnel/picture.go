package funnel

import (
	"strconv"
	"strings"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel/survival"
	"github.com/buyerjourney/b2b/internal/picture"
	"github.com/buyerjourney/b2b/internal/vega"
)

// Flow is how deals went from place to place, for a picture: places with their present number and median time, passages
// with their counts and rates, and the share that is still there, which is drawn too. The zero value is empty.
type Flow struct {
	Places []FlowPlace
	Links  []FlowLink
}

// FlowPlace is a node of a [Flow].
type FlowPlace struct {
	Place
	Here       int     // deals that are there now
	Median     float64 // days until half of the stays have ended
	HasMedian  bool
	Unresolved b2b.Estimate // share of stays that had not ended after the last event
	Leaves     bool         // the place can be left: Unresolved has a meaning
}

// FlowLink is an edge of a [Flow]: From −1 is the start of a deal.
type FlowLink struct {
	From, To int
	Count    int
	Rate     b2b.Estimate // share of stays that ended this way, Aalen-Johansen; no interval for starts
}

// NewFlow counts the passages of a state. Level 0 is 0.95.
func NewFlow(s *State, level float64) (Flow, error) {
	var f Flow
	for _, p := range s.placeList {
		f.Places = append(f.Places, FlowPlace{Place: p})
	}
	n := len(f.Places)
	counts := make([]int, (n+1)*n)
	c := &s.sojourns
	for i := range s.deals {
		from := -1
		for j := int(c.First[i]); j < int(c.First[i+1]); j++ {
			counts[(from+1)*n+int(c.Place[j])]++
			from = int(c.Place[j])
		}
		if from >= 0 {
			f.Places[from].Here++
		}
	}
	rates := make([]b2b.Estimate, (n+1)*n)
	times, err := StageTimes(s, level)
	if err != nil {
		return Flow{}, err
	}
	for _, t := range times {
		if t.Visits != AnyVisit {
			continue
		}
		p := &f.Places[t.Place]
		if q, ok := t.Curve.Quantile(0.5); ok {
			p.Median, p.HasMedian = q.Value, true
		}
		if end := len(t.Curve.Time); end > 0 {
			p.Unresolved, _ = t.Curve.At(t.Curve.Time[end-1])
			p.Leaves = true
		}
		for _, x := range t.Exits {
			if end := len(x.Curve.Time); end > 0 {
				rates[(t.Place+1)*n+x.Next], _ = x.Curve.At(x.Curve.Time[end-1])
			}
		}
	}
	for from := -1; from < n; from++ {
		for to := range n {
			if k := counts[(from+1)*n+to]; k > 0 {
				f.Links = append(f.Links, FlowLink{From: from, To: to, Count: k, Rate: rates[(from+1)*n+to]})
			}
		}
	}
	return f, nil
}

// title returns the name of a place for a picture.
func (p Place) title() string {
	switch {
	case p.Stage == "":
		return p.Outcome.String()
	case p.Def.Label != "":
		return p.Def.Label
	}
	return string(p.Stage)
}

func percent(x float64) string { return picture.Number(100*x) + " %" }

func (p FlowPlace) text() []string {
	lines := []string{p.title(), strconv.Itoa(p.Here) + " here"}
	if p.HasMedian {
		lines = append(lines, "median "+picture.Number(p.Median)+" d")
	}
	return lines
}

func (l FlowLink) text() string {
	text := strconv.Itoa(l.Count)
	if l.From >= 0 {
		text += ", " + percent(l.Rate.Value)
		if low, high, ok := l.Rate.Interval(); ok {
			text += " (" + percent(low) + " to " + percent(high) + ")"
		}
	}
	return text
}

// Mermaid returns the flow as a Mermaid diagram. Shares that are not resolved are dashed.
func (f Flow) Mermaid() string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	for i, p := range f.Places {
		lines := p.text()
		for k := range lines {
			lines[k] = picture.EscapeMermaid(lines[k])
		}
		b.WriteString("  " + picture.MermaidID(i) + "[\"" + strings.Join(lines, "<br/>") + "\"]\n")
	}
	start := picture.MermaidID(len(f.Places))
	if len(f.Links) > 0 && f.Links[0].From < 0 {
		b.WriteString("  " + start + "((\" \"))\n")
	}
	for _, l := range f.Links {
		from := start
		if l.From >= 0 {
			from = picture.MermaidID(l.From)
		}
		b.WriteString("  " + from + " -->|\"" + picture.EscapeMermaid(l.text()) + "\"| " + picture.MermaidID(l.To) + "\n")
	}
	next := len(f.Places) + 1
	for i, p := range f.Places {
		if p.Leaves && p.Unresolved.Value > 0 {
			id := picture.MermaidID(next)
			next++
			b.WriteString("  " + id + "[\"?\"]\n  " + picture.MermaidID(i) + " -.->|\"" + picture.EscapeMermaid("unresolved "+percent(p.Unresolved.Value)) + "\"| " + id + "\n")
		}
	}
	return b.String()
}

// DOT returns the flow as a graph of Graphviz. Shares that are not resolved are dashed.
func (f Flow) DOT() string {
	var b strings.Builder
	b.WriteString("digraph funnel {\n  rankdir=LR;\n  node [shape=box];\n")
	for i, p := range f.Places {
		lines := p.text()
		for k := range lines {
			lines[k] = picture.EscapeDOT(lines[k])
		}
		b.WriteString("  n" + strconv.Itoa(i) + " [label=\"" + strings.Join(lines, "\\n") + "\"];\n")
	}
	if len(f.Links) > 0 && f.Links[0].From < 0 {
		b.WriteString("  start [shape=point];\n")
	}
	for _, l := range f.Links {
		from := "start"
		if l.From >= 0 {
			from = "n" + strconv.Itoa(l.From)
		}
		b.WriteString("  " + from + " -> n" + strconv.Itoa(l.To) + " [label=\"" + picture.EscapeDOT(l.text()) + "\"];\n")
	}
	for i, p := range f.Places {
		if p.Leaves && p.Unresolved.Value > 0 {
			id := "u" + strconv.Itoa(i)
			b.WriteString("  " + id + " [label=\"?\"];\n  n" + strconv.Itoa(i) + " -> " + id + " [style=dashed, label=\"" + picture.EscapeDOT("unresolved "+percent(p.Unresolved.Value)) + "\"];\n")
		}
	}
	b.WriteString("}\n")
	return b.String()
}

// maxPoints bounds the points of a curve in a picture.
const maxPoints = 400

// curveRows appends the points of a curve, thinned evenly.
func curveRows(rows picture.Array, name string, c *survival.StepCurve) picture.Array {
	n := len(c.Time)
	stride := max(1, (n+maxPoints-1)/maxPoints)
	for i := 0; i < n; i += stride {
		if last := n - 1; i+stride > last {
			i = last
		}
		e, _ := c.At(c.Time[i])
		row := vega.Obj("outcome", name, "days", c.Time[i], "share", e.Value)
		if low, high, ok := e.Interval(); ok {
			row = append(row, vega.Obj("low", low, "high", high)...)
		}
		rows = append(rows, row)
	}
	return rows
}

// VegaLite returns the incidences by days since entry with their bands, and what is still under way, as a Vega-Lite chart.
func (c Conversion) VegaLite() string {
	rows := curveRows(nil, "target", &c.Curve)
	for _, o := range c.Others {
		rows = curveRows(rows, o.Outcome.String(), &o.Curve)
	}
	if n := len(c.Curve.Time); n > 0 {
		stride := max(1, (n+maxPoints-1)/maxPoints)
		for i := 0; i < n; i += stride {
			if i+stride > n-1 {
				i = n - 1
			}
			rest := 1 - c.Curve.Value[i]
			for _, o := range c.Others {
				rest -= o.Curve.Value[i]
			}
			rows = append(rows, vega.Obj("outcome", "unresolved", "days", c.Curve.Time[i], "share", max(0, rest)))
		}
	}
	x := vega.Field("days", "quantitative", "days since entry")
	y := vega.Field("share", "quantitative", "share")
	color := vega.Field("outcome", "nominal", "outcome")
	return vega.Chart("Conversion", rows, picture.Array{
		vega.Layer(vega.Obj("type", "area", "interpolate", "step-after", "opacity", 0.2), "x", x, "y", vega.Field("low", "quantitative", "share"),
			"y2", vega.Obj("field", "high"), "color", color),
		vega.Layer(vega.Obj("type", "line", "interpolate", "step-after"), "x", x, "y", y, "color", color),
	})
}

// VegaLite returns the triangle as a Vega-Lite chart: rows by period of entry, columns by age, the share of the cohort that
// came to the target; cells that nobody could have reached are blank, and half-observed ones are pale.
func (t Triangle) VegaLite() string {
	var rows picture.Array
	for _, r := range t.Rows {
		for age, c := range r.Cells {
			if !c.IsObserved() || r.Entered == 0 {
				continue
			}
			rows = append(rows, vega.Obj("cohort", r.Period.From.Format("2006-01-02"), "age", age, "count", c.Count, "exposure", c.Exposure,
				"share", float64(c.Count)/float64(r.Entered)))
		}
	}
	return vega.Chart("Cohorts by "+t.By.String(), rows, picture.Array{
		vega.Layer("rect", "x", vega.Field("age", "ordinal", "age in periods"), "y", vega.Field("cohort", "ordinal", "entered"),
			"color", vega.Field("share", "quantitative", "share"), "opacity", vega.Field("exposure", "quantitative", "observed")),
		vega.Layer("text", "x", vega.Field("age", "ordinal", "age in periods"), "y", vega.Field("cohort", "ordinal", "entered"),
			"text", vega.Field("count", "quantitative", "count")),
	})
}
