package stitch

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/buyerjourney/b2b/internal/picture"
)

// Picture is the drawing of an entity: its profiles, the links that united them, and what was refused. Profiles are shown
// by source and number, never by id or value. It is immutable; the zero value is an empty drawing.
type Picture struct {
	title string
	nodes []pictureNode
	edges []pictureEdge
}

type pictureNode struct {
	label  string
	member bool
}

type pictureEdge struct {
	from, to int
	label    string
	refused  bool
	veto     bool
}

// Picture draws an entity; it is empty if there is none.
func (s *Snapshot) Picture(id string) Picture {
	ent, ok := s.store.entityOf(id)
	if !ok {
		return Picture{}
	}
	p := Picture{title: id}
	position, count := map[uint32]int{}, map[string]int{}
	node := func(m uint32) int {
		if i, ok := position[m]; ok {
			return i
		}
		source := s.store.profiles.at(m).id.Source
		count[source]++
		position[m] = len(p.nodes)
		p.nodes = append(p.nodes, pictureNode{label: source + " " + strconv.Itoa(count[source]), member: slices.Contains(ent.members, m)})
		return position[m]
	}
	for _, m := range ent.members {
		node(m)
	}
	for _, l := range ent.links {
		p.edges = append(p.edges, pictureEdge{from: node(l.a), to: node(l.b), label: s.store.ruleName(l.rule)})
	}
	for _, r := range s.refusalsOf(ent) {
		p.edges = append(p.edges, pictureEdge{from: node(r.link.a), to: node(r.link.b), label: r.by.cause.String() + ": " + s.store.ruleName(r.link.rule), refused: true})
		if r.by.cause == VetoedByJudgement || r.by.cause == VetoedByRule {
			p.edges = append(p.edges, pictureEdge{from: node(uint32(r.by.a)), to: node(uint32(r.by.b)), label: "never", veto: true})
		}
	}
	return p
}

// Mermaid returns the drawing as a Mermaid flowchart: links are lines, refused links dotted, vetoes end in crosses.
func (p Picture) Mermaid() string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	for i, n := range p.nodes {
		shape := [2]string{"[\"", "\"]"}
		if !n.member {
			shape = [2]string{"([\"", "\"])"}
		}
		fmt.Fprintf(&b, "  %s%s%s%s\n", picture.MermaidID(i), shape[0], picture.EscapeMermaid(n.label), shape[1])
	}
	for _, e := range p.edges {
		line := [2]string{"---|\"", "\"|"}
		switch {
		case e.veto:
			line[0] = "x--x|\""
		case e.refused:
			line[0] = "-.-|\""
		}
		fmt.Fprintf(&b, "  %s %s%s%s %s\n", picture.MermaidID(e.from), line[0], picture.EscapeMermaid(e.label), line[1], picture.MermaidID(e.to))
	}
	return b.String()
}

// DOT returns the drawing as an undirected Graphviz graph: refused links are dotted, vetoes red.
func (p Picture) DOT() string {
	var b strings.Builder
	fmt.Fprintf(&b, "graph \"%s\" {\n  node [shape=box];\n", picture.EscapeDOT(p.title))
	for i, n := range p.nodes {
		style := ""
		if !n.member {
			style = ", style=dashed"
		}
		fmt.Fprintf(&b, "  n%d [label=\"%s\"%s];\n", i, picture.EscapeDOT(n.label), style)
	}
	for _, e := range p.edges {
		style := ""
		switch {
		case e.veto:
			style = ", color=red"
		case e.refused:
			style = ", style=dotted"
		}
		fmt.Fprintf(&b, "  n%d -- n%d [label=\"%s\"%s];\n", e.from, e.to, picture.EscapeDOT(e.label), style)
	}
	b.WriteString("}\n")
	return b.String()
}
