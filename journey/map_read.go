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
)

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
