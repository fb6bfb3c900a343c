package dmu

import (
	"strconv"
	"strings"

	"github.com/buyerjourney/b2b/internal/picture"
)

// Graph is the picture of who turns to whom and of the outsiders' pull. The zero value is empty. It is immutable and safe for
// concurrent use.
type Graph struct {
	labels    []string // members
	outsiders []string
	ties      [][2]int
	pulls     []pull
}

type pull struct {
	outsider, member int
	weight           float64
}

// Graph returns the unit as a graph: members by seat, and with names by id as well.
func (u Unit) Graph(names bool) Graph {
	var g Graph
	for _, m := range u.members {
		g.labels = append(g.labels, m.label(names))
	}
	for _, t := range u.ties {
		g.ties = append(g.ties, [2]int{u.index(t.From), u.index(t.To)})
	}
	for k, o := range u.outsiders {
		label := o.Kind.String()
		if names {
			label = o.ID
		}
		g.outsiders = append(g.outsiders, label)
		for _, e := range o.Edges {
			g.pulls = append(g.pulls, pull{k, u.index(e.Member), e.Weight})
		}
	}
	return g
}

// Mermaid returns the graph as a Mermaid flowchart.
func (g Graph) Mermaid() string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	for i, label := range g.labels {
		b.WriteString("  " + picture.MermaidID(i) + `(["` + picture.EscapeMermaid(label) + `"])` + "\n")
	}
	for k, label := range g.outsiders {
		b.WriteString("  " + picture.MermaidID(len(g.labels)+k) + `{"` + picture.EscapeMermaid(label) + `"}` + "\n")
	}
	for _, t := range g.ties {
		b.WriteString("  " + picture.MermaidID(t[0]) + " --> " + picture.MermaidID(t[1]) + "\n")
	}
	for _, p := range g.pulls {
		b.WriteString("  " + picture.MermaidID(len(g.labels)+p.outsider) + ` -. "` + number(p.weight) + `" .-> ` +
			picture.MermaidID(p.member) + "\n")
	}
	return b.String()
}

// DOT returns the graph in the language of Graphviz.
func (g Graph) DOT() string {
	var b strings.Builder
	b.WriteString("digraph unit {\n  rankdir=LR;\n")
	for i, label := range g.labels {
		b.WriteString("  m" + strconv.Itoa(i) + " [label=\"" + picture.EscapeDOT(label) + "\"];\n")
	}
	for k, label := range g.outsiders {
		b.WriteString("  o" + strconv.Itoa(k) + " [shape=diamond, label=\"" + picture.EscapeDOT(label) + "\"];\n")
	}
	for _, t := range g.ties {
		b.WriteString("  m" + strconv.Itoa(t[0]) + " -> m" + strconv.Itoa(t[1]) + ";\n")
	}
	for _, p := range g.pulls {
		b.WriteString("  o" + strconv.Itoa(p.outsider) + " -> m" + strconv.Itoa(p.member) +
			" [style=dashed, label=\"" + picture.EscapeDOT(number(p.weight)) + "\"];\n")
	}
	b.WriteString("}\n")
	return b.String()
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', 6, 64) }
