package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/buyerjourney/b2b/examples/internal/cli"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/conformance"
	"github.com/buyerjourney/b2b/journey/discovery"
)

// model is a compiled model and what is said about it.
type model struct {
	*conformance.Model
	source string
	tree   string // text of the tree that it was made of, if it was
}

// load makes the model that the flags ask for.
func (o *options) load(log *journey.Log) (model, error) {
	switch {
	case o.tree != "":
		t, err := journey.ParseTree(o.tree)
		if err != nil {
			return model{}, err
		}
		return ofTree(t, "tree")
	case o.discover != "":
		t, err := discovery.Inductive(discovery.NewVariants(log).List(0), o.noise)
		if err != nil {
			return model{}, err
		}
		return ofTree(t, "discovered")
	}
	data, err := cli.ReadAll(o.model, o.stdin)
	if err != nil {
		return model{}, err
	}
	m, err := read(data)
	if err != nil {
		return model{}, fmt.Errorf("%s: %w", o.model, err)
	}
	return m, nil
}

func ofTree(t journey.Tree, source string) (model, error) {
	m, err := conformance.Compile(t)
	return model{m, source, t.String()}, err
}

// read finds out by its content what a model file holds.
func read(data []byte) (model, error) {
	data = bytes.TrimSpace(data)
	switch {
	case len(data) == 0:
		return model{}, errors.New("the model is empty")
	case data[0] == '<':
		return readXML(data)
	case data[0] == '{':
		return readJSON(data)
	}
	t, err := journey.ParseTree(string(data))
	if err != nil {
		return model{}, fmt.Errorf("neither JSON nor XML nor the text of a tree: %w", err)
	}
	return ofTree(t, "tree")
}

// readJSON reads a map, a net, or the flow of a map alone.
func readJSON(data []byte) (model, error) {
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(data, &keys); err != nil {
		return model{}, err
	}
	if nested, ok := keys["net"]; ok {
		return readNet(nested)
	}
	switch {
	case keys["map"] != nil:
		var m journey.Map
		if err := m.UnmarshalJSON(data); err != nil {
			return model{}, err
		}
		c, err := conformance.CompileMap(&m)
		out := model{Model: c, source: "map"}
		if t, ok := m.Flow.(journey.Tree); ok {
			out.tree = t.String()
		}
		return out, err
	case keys["places"] != nil || keys["transitions"] != nil:
		return readNet(data)
	case keys["edges"] != nil:
		return readGraph(keys["edges"])
	}
	return model{}, errors.New("neither a map, nor a net, nor a graph")
}

func readGraph(data []byte) (model, error) {
	var edges []struct{ From, To journey.StepID }
	if err := json.Unmarshal(data, &edges); err != nil {
		return model{}, fmt.Errorf("edges: %w", err)
	}
	var g journey.Graph
	for _, e := range edges {
		g.Edges = append(g.Edges, journey.Edge{From: e.From, To: e.To})
	}
	m, err := conformance.Compile(g)
	return model{Model: m, source: "graph"}, err
}

// netJSON is a net as the contract writes it; markings are objects from place to tokens.
type netJSON struct {
	Places         []string            `json:"places"`
	Transitions    [][]json.RawMessage `json:"transitions"`
	Arcs           [][]json.RawMessage `json:"arcs"`
	Initial, Final map[string]int
}

func readNet(data []byte) (model, error) {
	var n netJSON
	if err := json.Unmarshal(data, &n); err != nil {
		return model{}, fmt.Errorf("net: %w", err)
	}
	out := conformance.Net{Places: n.Places}
	var bad []error
	for i, t := range n.Transitions {
		var x conformance.Transition
		var label *journey.StepID
		if len(t) != 2 || json.Unmarshal(t[0], &x.ID) != nil || json.Unmarshal(t[1], &label) != nil {
			bad = append(bad, errors.New("net.transitions["+strconv.Itoa(i)+"]: not [id, label or null]"))
			continue
		}
		if label != nil {
			x.Step = *label
		}
		out.Transitions = append(out.Transitions, x)
	}
	for i, a := range n.Arcs {
		x := conformance.Arc{Weight: 1}
		if len(a) < 2 || len(a) > 3 || json.Unmarshal(a[0], &x.From) != nil || json.Unmarshal(a[1], &x.To) != nil ||
			len(a) == 3 && json.Unmarshal(a[2], &x.Weight) != nil || x.Weight < 1 {
			bad = append(bad, errors.New("net.arcs["+strconv.Itoa(i)+"]: not [from, to, weight]"))
			continue
		}
		out.Arcs = append(out.Arcs, x)
	}
	if bad != nil {
		return model{}, errors.Join(bad...)
	}
	out.Initial, out.Final = marking(n.Initial, n.Places), marking(n.Final, n.Places)
	return ofNet(out)
}

// marking lists tokens in the order of the places; places that are not in the net come last, for the check to find.
func marking(tokens map[string]int, places []string) []conformance.Tokens {
	var out []conformance.Tokens
	left := len(tokens)
	for _, p := range places {
		if n, ok := tokens[p]; ok {
			out = append(out, conformance.Tokens{Place: p, N: n})
			left--
		}
	}
	if left > 0 {
		out = append(out, conformance.Tokens{Place: "", N: left})
	}
	return out
}

func ofNet(n conformance.Net) (model, error) {
	m, err := conformance.CompileNet(n)
	return model{Model: m, source: "net"}, err
}
