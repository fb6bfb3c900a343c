package journey

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/picture"
	"github.com/buyerjourney/b2b/touchpoint"
)

// MarshalJSON writes the map in the form that [Map.UnmarshalJSON] reads; fields that are unknown are left out.
func (m *Map) MarshalJSON() ([]byte, error) { return m.object().MarshalJSON() }

// UnmarshalJSON reads a map and checks it as [NewMap] does. Keys that are not known are an error with their path; fields that are
// absent are unknown. On an error the receiver is unchanged.
//
//	{"map":"id","version":"1","name":"","role":"legal","persona":"","kind":"purchase","process":"fixed",
//	 "valid":{"from":"2025-01-01T00:00:00Z"},
//	 "steps":[{"id":"a","actor":"buyer","duration":{"family":"exponential","mean_s":3600},"basis":"interview","n":5}],
//	 "flow":{"edges":[{"from":"^","to":"a","p":1},{"from":"a","to":"$"}]},"goals":["a"],"exits":[]}
//
// A flow that is a tree is {"step":"a"}, {"silent":true} or {"op":"choice","weights":[1,2],"n":3,"children":[…]}.
func (m *Map) UnmarshalJSON(data []byte) error {
	var p b2b.Problems
	var out Map
	readMap(&p, data, &out)
	if err := p.Err(); err != nil {
		return err
	}
	c, err := NewMap(out)
	if err == nil {
		*m = *c
	}
	return err
}

// fields builds an object in which what is unknown is left out.
type fields struct{ o picture.Object }

func (f *fields) text(key, v string) {
	if v != "" {
		f.o = append(f.o, picture.Member{Key: key, Value: v})
	}
}

func (f *fields) number(key string, v float64) {
	if v != 0 {
		f.o = append(f.o, picture.Member{Key: key, Value: v})
	}
}

func (f *fields) value(key string, v any, given bool) {
	if given {
		f.o = append(f.o, picture.Member{Key: key, Value: v})
	}
}

func (m *Map) object() picture.Object {
	var f fields
	f.value("map", m.ID, true)
	f.text("version", m.Version)
	f.text("name", m.Name)
	f.text("role", string(m.Seat))
	f.text("persona", m.Persona)
	f.text("kind", string(m.Kind))
	f.value("process", m.Process.String(), m.Process != UnknownProcess)
	var valid fields
	from, to := m.Valid.From, m.Valid.To
	if !from.IsZero() {
		valid.text("from", from.UTC().Format(rfc3339))
	}
	if !to.IsZero() {
		valid.text("to", to.UTC().Format(rfc3339))
	}
	f.value("valid", valid.o, len(valid.o) > 0)
	steps := make([]picture.Object, len(m.Steps))
	for i := range m.Steps {
		steps[i] = m.Steps[i].object()
	}
	f.value("steps", steps, true)
	switch flow := m.Flow.(type) {
	case Tree:
		f.value("flow", treeObject(flow), true)
	case Graph:
		edges := make([]picture.Object, len(flow.Edges))
		for i, e := range flow.Edges {
			edges[i] = e.object()
		}
		f.value("flow", picture.Object{{Key: "edges", Value: edges}}, true)
	}
	f.value("goals", m.Goals, true)
	f.value("exits", m.Exits, true)
	return f.o
}

const rfc3339 = "2006-01-02T15:04:05.999999999Z07:00"

func (s Step) object() picture.Object {
	var f fields
	f.value("id", string(s.ID), true)
	f.text("name", s.Name)
	f.value("aliases", s.Aliases, len(s.Aliases) > 0)
	f.value("visibility", s.Visibility.String(), s.Visibility != touchpoint.UnknownVisibility)
	f.value("actor", s.Actor.String(), s.Actor != UnknownActor)
	f.text("sender", s.Sender)
	f.text("receiver", s.Receiver)
	f.text("touchpoint", string(s.Touchpoint))
	f.value("phase", s.Phase.String(), s.Phase != b2b.UnknownPhase)
	f.text("process_step", s.ProcessStep)
	f.text("department", s.Department)
	f.value("duration", s.Duration.object(), s.Duration != Duration{})
	if s.Importance != (b2b.Estimate{}) {
		var i fields
		i.value("value", s.Importance.Value, true)
		i.value("low", s.Importance.Low, true)
		i.value("high", s.Importance.High, true)
		i.number("level", s.Importance.Level)
		i.text("method", s.Importance.Method)
		f.value("importance", i.o, true)
	}
	s.Evidence.put(&f)
	return f.o
}

func (e Evidence) put(f *fields) {
	f.value("basis", e.Basis.String(), e.Basis != Assumed)
	f.number("n", e.N)
}

func (d Duration) object() picture.Object {
	var f fields
	f.value("family", d.Family.String(), d.Family != Unset)
	f.number("mean_s", d.Mean)
	f.number("sd_s", d.SD)
	f.number("min_s", d.Min)
	f.number("mode_s", d.Mode)
	f.number("max_s", d.Max)
	f.number("n", d.N)
	return f.o
}

func (e Edge) object() picture.Object {
	var f fields
	f.value("from", string(e.From), true)
	f.value("to", string(e.To), true)
	if p, ok := e.P.Value(); ok {
		f.value("p", p, true)
	}
	f.value("delay", e.Delay.object(), e.Delay != Duration{})
	e.Evidence.put(&f)
	return f.o
}

func treeObject(t Tree) picture.Object {
	var f fields
	switch t.Op {
	case Leaf:
		f.value("step", string(t.Step), true)
		return f.o
	case Silent:
		f.value("silent", true, true)
		return f.o
	case Sequence, Choice, Parallel, Loop, UnknownOp:
	}
	f.value("op", t.Op.String(), true)
	f.value("weights", t.Weights, t.Weights != nil)
	f.number("n", t.N)
	children := make([]picture.Object, len(t.Children))
	for i, c := range t.Children {
		children[i] = treeObject(c)
	}
	f.value("children", children, true)
	return f.o
}

// fieldReader reads one field at a path.
type fieldReader func(p *b2b.Problems, path string, raw json.RawMessage)

// readObject reads a JSON object field by field. A key without a reader is a problem.
func readObject(p *b2b.Problems, path string, data []byte, readers map[string]fieldReader) {
	dec := json.NewDecoder(bytes.NewReader(data))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		p.Add(path, jsonReason(err, "not a JSON object"))
		return
	}
	seen := make(map[string]bool)
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			p.Add(path, jsonReason(err, "not a JSON object"))
			return
		}
		key, _ := t.(string)
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			p.Add(path, jsonReason(err, "not JSON"))
			return
		}
		below := path + "." + key
		read, ok := readers[key]
		switch {
		case !ok:
			p.Add(below, "unknown key")
		case seen[key]:
			p.Add(below, "the same key twice")
		default:
			read(p, below, raw)
		}
		seen[key] = true
	}
	if _, err := dec.Token(); err != nil {
		p.Add(path, jsonReason(err, "not a JSON object"))
		return
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		p.Add(path, "text after the value")
	}
}

// jsonReason gives the byte offset of a syntax error.
func jsonReason(err error, otherwise string) string {
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return "JSON syntax at byte " + strconv.FormatInt(e.Offset, 10)
	}
	return otherwise
}

func readArray(p *b2b.Problems, path string, raw json.RawMessage, read fieldReader) {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		p.Add(path, "not a JSON array")
		return
	}
	for i, item := range list {
		read(p, path+"["+strconv.Itoa(i)+"]", item)
	}
}

func toText[S ~string](dst *S) fieldReader {
	return func(p *b2b.Problems, path string, raw json.RawMessage) {
		var s string
		if json.Unmarshal(raw, &s) != nil {
			p.Add(path, "not a text")
			return
		}
		*dst = S(s)
	}
}

func toNumber(dst *float64) fieldReader {
	return func(p *b2b.Problems, path string, raw json.RawMessage) {
		var x *float64
		if json.Unmarshal(raw, &x) != nil || x == nil {
			p.Add(path, "not a finite number")
			return
		}
		*dst = *x
	}
}

// toEnum reads the name of a closed enumeration; a name that does not exist is a problem, since maps are configuration.
func toEnum(dst encoding.TextUnmarshaler) fieldReader {
	return func(p *b2b.Problems, path string, raw json.RawMessage) {
		var s string
		if json.Unmarshal(raw, &s) != nil {
			p.Add(path, "not a text")
			return
		}
		if err := dst.UnmarshalText([]byte(s)); err != nil {
			p.Add(path, err.Error())
		}
	}
}

func toTexts[S ~string](dst *[]S) fieldReader {
	return func(p *b2b.Problems, path string, raw json.RawMessage) {
		readArray(p, path, raw, func(p *b2b.Problems, path string, raw json.RawMessage) {
			var s S
			toText(&s)(p, path, raw)
			*dst = append(*dst, s)
		})
	}
}

func readMap(p *b2b.Problems, data []byte, m *Map) {
	readObject(p, "map", data, map[string]fieldReader{
		"map":     toText(&m.ID),
		"version": toText(&m.Version),
		"name":    toText(&m.Name),
		"role":    toText(&m.Seat),
		"persona": toText(&m.Persona),
		"kind":    toText(&m.Kind),
		"process": toEnum(&m.Process),
		"valid": func(p *b2b.Problems, path string, raw json.RawMessage) {
			if err := m.Valid.UnmarshalJSON(raw); err != nil {
				p.Join(path, err)
			}
		},
		"steps": func(p *b2b.Problems, path string, raw json.RawMessage) {
			readArray(p, path, raw, func(p *b2b.Problems, path string, raw json.RawMessage) {
				var s Step
				readStep(p, path, raw, &s)
				m.Steps = append(m.Steps, s)
			})
		},
		"flow":  func(p *b2b.Problems, path string, raw json.RawMessage) { m.Flow = readFlow(p, path, raw, 0) },
		"goals": toTexts(&m.Goals),
		"exits": toTexts(&m.Exits),
	})
}

func readStep(p *b2b.Problems, path string, raw json.RawMessage, s *Step) {
	readObject(p, path, raw, map[string]fieldReader{
		"id":           toText(&s.ID),
		"name":         toText(&s.Name),
		"aliases":      toTexts(&s.Aliases),
		"visibility":   toEnum(&s.Visibility),
		"actor":        toEnum(&s.Actor),
		"sender":       toText(&s.Sender),
		"receiver":     toText(&s.Receiver),
		"touchpoint":   toText(&s.Touchpoint),
		"phase":        toEnum(&s.Phase),
		"process_step": toText(&s.ProcessStep),
		"department":   toText(&s.Department),
		"duration":     toDuration(&s.Duration),
		"importance": func(p *b2b.Problems, path string, raw json.RawMessage) {
			readObject(p, path, raw, map[string]fieldReader{
				"value":  toNumber(&s.Importance.Value),
				"low":    toNumber(&s.Importance.Low),
				"high":   toNumber(&s.Importance.High),
				"level":  toNumber(&s.Importance.Level),
				"method": toText(&s.Importance.Method),
			})
		},
		"basis": toEnum(&s.Evidence.Basis),
		"n":     toNumber(&s.Evidence.N),
	})
}

func toDuration(d *Duration) fieldReader {
	return func(p *b2b.Problems, path string, raw json.RawMessage) {
		readObject(p, path, raw, map[string]fieldReader{
			"family": toEnum(&d.Family),
			"mean_s": toNumber(&d.Mean),
			"sd_s":   toNumber(&d.SD),
			"min_s":  toNumber(&d.Min),
			"mode_s": toNumber(&d.Mode),
			"max_s":  toNumber(&d.Max),
			"n":      toNumber(&d.N),
		})
	}
}

// readFlow reads a graph or a tree; nil after a problem that leaves neither.
func readFlow(p *b2b.Problems, path string, raw json.RawMessage, depth int) Flow {
	if depth > maxDepth {
		p.Addf(path, "nested deeper than %d", maxDepth)
		return nil
	}
	var t Tree
	var edges []Edge
	var silent, isGraph, isLeaf bool
	before := p.Len()
	readObject(p, path, raw, map[string]fieldReader{
		"edges": func(p *b2b.Problems, path string, raw json.RawMessage) {
			isGraph = true
			if depth > 0 {
				p.Add(path, "a graph inside a tree")
			}
			readArray(p, path, raw, func(p *b2b.Problems, path string, raw json.RawMessage) {
				edges = append(edges, readEdge(p, path, raw))
			})
		},
		"step": func(p *b2b.Problems, path string, raw json.RawMessage) {
			isLeaf = true
			toText(&t.Step)(p, path, raw)
		},
		"silent": func(p *b2b.Problems, path string, raw json.RawMessage) {
			if json.Unmarshal(raw, &silent) != nil || !silent {
				p.Add(path, "not true")
			}
		},
		"op": toEnum(&t.Op),
		"weights": func(p *b2b.Problems, path string, raw json.RawMessage) {
			t.Weights = []float64{}
			readArray(p, path, raw, func(p *b2b.Problems, path string, raw json.RawMessage) {
				var x float64
				toNumber(&x)(p, path, raw)
				t.Weights = append(t.Weights, x)
			})
		},
		"n": toNumber(&t.N),
		"children": func(p *b2b.Problems, path string, raw json.RawMessage) {
			readArray(p, path, raw, func(p *b2b.Problems, path string, raw json.RawMessage) {
				if c, ok := readFlow(p, path, raw, depth+1).(Tree); ok {
					t.Children = append(t.Children, c)
				}
			})
		},
	})
	if p.Len() > before {
		return nil
	}
	forms := 0
	for _, is := range [...]bool{isGraph, isLeaf, silent, t.Op != UnknownOp} {
		if is {
			forms++
		}
	}
	switch {
	case forms != 1:
		p.Add(path, "needs exactly one of edges, step, silent and op")
		return nil
	case isGraph:
		return Graph{Edges: edges}
	case isLeaf:
		t.Op = Leaf
	case silent:
		t.Op = Silent
	case !slices.Contains([]Op{Sequence, Choice, Parallel, Loop}, t.Op):
		p.Add(path+".op", "not one of sequence, choice, parallel and loop")
	}
	return t
}

func readEdge(p *b2b.Problems, path string, raw json.RawMessage) Edge {
	var e Edge
	readObject(p, path, raw, map[string]fieldReader{
		"from": toText(&e.From),
		"to":   toText(&e.To),
		"p": func(p *b2b.Problems, path string, raw json.RawMessage) {
			if err := e.P.UnmarshalJSON(raw); err != nil {
				p.Join(path, err)
			}
		},
		"delay": toDuration(&e.Delay),
		"basis": toEnum(&e.Evidence.Basis),
		"n":     toNumber(&e.Evidence.N),
	})
	return e
}
