package journey

import (
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
