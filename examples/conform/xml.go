package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/buyerjourney/b2b/examples/internal/eventlog"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/conformance"
)

// readXML reads PNML or PTML.
func readXML(data []byte) (model, error) {
	d := eventlog.Decoder(bytes.NewReader(data))
	for {
		token, err := d.Token()
		if err != nil {
			return model{}, fmt.Errorf("xml: %w", err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch e.Name.Local {
		case "pnml":
			var p pnml
			if err := d.DecodeElement(&p, &e); err != nil {
				return model{}, fmt.Errorf("pnml: %w", err)
			}
			n, err := p.net()
			if err != nil {
				return model{}, err
			}
			return ofNet(n)
		case "ptml":
			var p ptml
			if err := d.DecodeElement(&p, &e); err != nil {
				return model{}, fmt.Errorf("ptml: %w", err)
			}
			t, err := p.tree()
			if err != nil {
				return model{}, err
			}
			return ofTree(t, "tree")
		}
		return model{}, fmt.Errorf("xml: %s is neither pnml nor ptml", e.Name.Local)
	}
}

// pnml is a place/transition net in the Petri net markup language (ISO/IEC 15909-2).
type pnml struct {
	Net struct {
		pnmlPage
		Final []struct {
			Places []struct {
				ID    string `xml:"idref,attr"`
				Count string `xml:"text"`
			} `xml:"place"`
		} `xml:"finalmarkings>marking"`
	} `xml:"net"`
}

type pnmlPage struct {
	Places []struct {
		ID      string `xml:"id,attr"`
		Initial string `xml:"initialMarking>text"`
	} `xml:"place"`
	Transitions []struct {
		ID   string `xml:"id,attr"`
		Name string `xml:"name>text"`
		Tool []struct {
			Activity string `xml:"activity,attr"`
		} `xml:"toolspecific"`
	} `xml:"transition"`
	Arcs []struct {
		From   string `xml:"source,attr"`
		To     string `xml:"target,attr"`
		Weight string `xml:"inscription>text"`
		Type   string `xml:"arctype>text"`
	} `xml:"arc"`
	Pages []pnmlPage `xml:"page"`
}

// net turns the markup into a net. Without final markings the only place without a way out holds the final token.
func (p *pnml) net() (conformance.Net, error) {
	var n conformance.Net
	var bad []error
	p.Net.add(&n, &bad)
	switch len(p.Net.Final) {
	case 0:
		if place, ok := sink(n); ok {
			n.Final = []conformance.Tokens{{Place: place, N: 1}}
		} else {
			bad = append(bad, errors.New("pnml: no final marking, and not one single place without outgoing arcs"))
		}
	case 1:
		for _, m := range p.Net.Final[0].Places {
			if k := count(m.Count, 0, "final marking", &bad); k != 0 {
				n.Final = append(n.Final, conformance.Tokens{Place: m.ID, N: k})
			}
		}
	default:
		bad = append(bad, errors.New("pnml: more than one final marking"))
	}
	return n, errors.Join(bad...)
}

func (p *pnmlPage) add(n *conformance.Net, bad *[]error) {
	for _, x := range p.Places {
		n.Places = append(n.Places, x.ID)
		if k := count(x.Initial, 0, "initial marking", bad); k != 0 {
			n.Initial = append(n.Initial, conformance.Tokens{Place: x.ID, N: k})
		}
	}
	for _, x := range p.Transitions {
		name := strings.TrimSpace(x.Name)
		silent := name == "tau" || strings.HasPrefix(name, "tau ")
		for _, t := range x.Tool {
			silent = silent || t.Activity == "$invisible$"
		}
		if silent {
			name = ""
		}
		n.Transitions = append(n.Transitions, conformance.Transition{ID: x.ID, Step: journey.StepID(name)})
	}
	for _, x := range p.Arcs {
		if t := strings.TrimSpace(x.Type); t != "" && t != "normal" {
			*bad = append(*bad, errors.New("pnml: arcs of another type than normal are not known"))
		}
		n.Arcs = append(n.Arcs, conformance.Arc{From: x.From, To: x.To, Weight: count(x.Weight, 1, "arc", bad)})
	}
	for i := range p.Pages {
		p.Pages[i].add(n, bad)
	}
}

func count(text string, absent int, what string, bad *[]error) int {
	text = strings.TrimSpace(text)
	if text == "" {
		return absent
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		*bad = append(*bad, fmt.Errorf("pnml: %s: not a whole number", what))
	}
	return n
}

// sink finds the only place without outgoing arcs.
func sink(n conformance.Net) (string, bool) {
	left := map[string]bool{}
	for _, a := range n.Arcs {
		left[a.From] = true
	}
	found, many := "", 0
	for _, p := range n.Places {
		if !left[p] {
			found = p
			many++
		}
	}
	return found, many == 1
}

// ptml is a process tree in the markup of ProM.
type ptml struct {
	Tree struct {
		Root  string     `xml:"root,attr"`
		Nodes []ptmlNode `xml:",any"`
	} `xml:"processTree"`
}

type ptmlNode struct {
	XMLName xml.Name
	ID      string `xml:"id,attr"`
	Name    string `xml:"name,attr"`
	From    string `xml:"sourceId,attr"`
	To      string `xml:"targetId,attr"`
}

func (p *ptml) tree() (journey.Tree, error) {
	nodes, children := map[string]ptmlNode{}, map[string][]string{}
	for _, n := range p.Tree.Nodes {
		if n.XMLName.Local == "parentsNode" {
			children[n.From] = append(children[n.From], n.To)
		} else {
			nodes[n.ID] = n
		}
	}
	used := map[string]bool{}
	var build func(id string) (journey.Tree, error)
	build = func(id string) (journey.Tree, error) {
		n, ok := nodes[id]
		if !ok || used[id] {
			return journey.Tree{}, errors.New("ptml: a node is missing or has two parents")
		}
		used[id] = true
		var list []journey.Tree
		for _, c := range children[id] {
			t, err := build(c)
			if err != nil {
				return t, err
			}
			list = append(list, t)
		}
		switch n.XMLName.Local {
		case "manualTask":
			return journey.Tree{Op: journey.Leaf, Step: journey.StepID(n.Name)}, nil
		case "automaticTask":
			return journey.Tree{Op: journey.Silent}, nil
		case "sequence":
			return journey.Tree{Op: journey.Sequence, Children: list}, nil
		case "xor":
			return journey.Tree{Op: journey.Choice, Children: list}, nil
		case "and":
			return journey.Tree{Op: journey.Parallel, Children: list}, nil
		case "xorLoop":
			if len(list) != 2 && len(list) != 3 {
				return journey.Tree{}, errors.New("ptml: a loop needs two or three children")
			}
			loop := journey.Tree{Op: journey.Loop, Children: list[:2:2]}
			if len(list) == 2 {
				return loop, nil
			}
			return journey.Tree{Op: journey.Sequence, Children: []journey.Tree{loop, list[2]}}, nil
		}
		return journey.Tree{}, fmt.Errorf("ptml: %s is not known", n.XMLName.Local)
	}
	t, err := build(p.Tree.Root)
	if err != nil {
		return t, err
	}
	return t.Normal(), t.Check()
}
