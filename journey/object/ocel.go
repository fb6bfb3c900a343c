package object

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/journey"
)

type ocelFile struct {
	ObjectTypes []ocelType   `json:"objectTypes"`
	EventTypes  []ocelType   `json:"eventTypes"`
	Objects     []ocelObject `json:"objects"`
	Events      []ocelEvent  `json:"events"`
}

type ocelObject struct {
	ID            string      `json:"id"`
	Type          string      `json:"type"`
	Attributes    []ocelValue `json:"attributes"`
	Relationships []ocelLink  `json:"relationships"`
}

type ocelEvent struct {
	ID            string      `json:"id"`
	Type          string      `json:"type"`
	Time          string      `json:"time"`
	Attributes    []ocelValue `json:"attributes"`
	Relationships []ocelLink  `json:"relationships"`
}

type ocelType struct {
	Name       string          `json:"name"`
	Attributes []ocelAttribute `json:"attributes"`
}

type ocelAttribute struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

type ocelValue struct {
	Name  string          `json:"name"`
	Time  string          `json:"time,omitzero"`
	Value json.RawMessage `json:"value"`
}

type ocelLink struct {
	ObjectID  string `json:"objectId"`
	Qualifier string `json:"qualifier"`
}

// ParseOCEL reads a log in the JSON form of OCEL 2.0. No event and no object is dropped: a relation to an object that is not there is
// left out and reported with its path, and so is a time that cannot be read, an empty or repeated id, and a value that is no scalar. The
// error, of a file that is no JSON of this form, names the byte.
func ParseOCEL(data []byte) (*Log, journey.Report, error) {
	var f ocelFile
	dec := json.NewDecoder(bytes.NewReader(data))
	err := dec.Decode(&f)
	if err == nil {
		if _, err2 := dec.Token(); !errors.Is(err2, io.EOF) {
			err = &b2b.InvalidError{Path: "ocel", Reason: "text after the value at byte " + strconv.FormatInt(dec.InputOffset(), 10)}
		}
	}
	if err != nil {
		return nil, journey.Report{}, ocelError(err, len(data))
	}
	var rep journey.Report
	note := func(index int, path, reason string) {
		rep.Rejected = append(rep.Rejected, journey.Reject{Rejection: b2b.Rejection{Index: index, Path: path, Reason: reason}})
	}
	o := &Log{index: make(map[string]int, len(f.Objects)), objectTypes: ocelTypes(f.ObjectTypes), eventTypes: ocelTypes(f.EventTypes)}
	for i, x := range f.Objects {
		path := "objects[" + strconv.Itoa(i) + "]"
		if _, taken := o.index[x.ID]; taken {
			note(i, path+".id", "the same id twice")
		} else {
			o.index[x.ID] = i
		}
		if x.ID == "" || x.Type == "" {
			note(i, path, "no id or no type")
		}
		o.objects = append(o.objects, Object{ID: x.ID, Type: x.Type, Values: ocelValues(x.Attributes, i, path, note)})
	}
	links := func(list []ocelLink, i int, path string) []Link {
		var out []Link
		for k, r := range list {
			if _, ok := o.index[r.ObjectID]; !ok {
				note(i, path+".relationships["+strconv.Itoa(k)+"].objectId", "no such object")
				continue
			}
			out = append(out, Link{r.ObjectID, r.Qualifier})
		}
		return out
	}
	for i, x := range f.Objects {
		o.objects[i].Links = links(x.Relationships, i, "objects["+strconv.Itoa(i)+"]")
	}
	ids := make(map[string]bool, len(f.Events))
	for i, x := range f.Events {
		path := "events[" + strconv.Itoa(i) + "]"
		if x.ID == "" || x.Type == "" {
			note(i, path, "no id or no type")
		}
		if ids[x.ID] {
			note(i, path+".id", "the same id twice")
		}
		ids[x.ID] = true
		t, ok := ocelTime(x.Time)
		if !ok {
			note(i, path+".time", "not a time")
		}
		o.events = append(o.events, Event{
			ID: x.ID, Type: x.Type, At: t, Values: ocelValues(x.Attributes, i, path, note), Links: links(x.Relationships, i, path),
		})
	}
	rep.Accepted = len(o.events)
	return o, rep, nil
}

func ocelError(err error, length int) error {
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return &b2b.InvalidError{Path: "ocel", Reason: "JSON syntax at byte " + strconv.FormatInt(e.Offset, 10)}
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return &b2b.InvalidError{Path: "ocel." + e.Field, Reason: fmt.Sprintf("%s where %s is needed, at byte %d", e.Value, e.Type, e.Offset)}
	}
	if _, ok := errors.AsType[*b2b.InvalidError](err); ok {
		return err
	}
	return &b2b.InvalidError{Path: "ocel", Reason: "JSON ends at byte " + strconv.Itoa(length)}
}

func ocelTypes(list []ocelType) []Type {
	var out []Type
	for _, t := range list {
		o := Type{Name: t.Name}
		for _, a := range t.Attributes {
			o.Attributes = append(o.Attributes, journey.Attribute{Name: a.Name, Value: a.Type})
		}
		out = append(out, o)
	}
	return out
}

func ocelValues(list []ocelValue, i int, path string, note func(int, string, string)) []Value {
	var out []Value
	for k, a := range list {
		below := path + ".attributes[" + strconv.Itoa(k) + "]"
		v := Value{Name: a.Name}
		switch raw := bytes.TrimSpace(a.Value); {
		case len(raw) == 0:
			v.Text, v.Literal = "null", true
		case raw[0] == '"':
			_ = json.Unmarshal(raw, &v.Text) // the decoder has read it before
		case raw[0] == '{' || raw[0] == '[':
			note(i, below+".value", "not a scalar")
			continue
		default:
			v.Text, v.Literal = string(raw), true
		}
		if a.Time != "" {
			t, ok := ocelTime(a.Time)
			if !ok {
				note(i, below+".time", "not a time")
			}
			v.At = t
		}
		out = append(out, v)
	}
	return out
}

// ocelTime reads RFC 3339, also with a blank instead of T and without a zone, which is then UTC. Finer than µs is cut off.
func ocelTime(text string) (time.Time, bool) {
	for _, layout := range [...]string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil && inYears(t) {
			return t.UTC().Truncate(time.Microsecond), true
		}
	}
	return time.Time{}, false
}

// inYears reports whether t lies in the years 1 to 9999.
func inYears(t time.Time) bool { y := t.UTC().Year(); return y >= 1 && y <= 9999 }

// AppendOCEL appends the log in the JSON form of OCEL 2.0. [ParseOCEL] reads it back to an equal log. Times are in UTC; an event
// without a time has an empty one in the file.
func (o *Log) AppendOCEL(dst []byte) ([]byte, error) {
	f := ocelFile{
		ObjectTypes: typesOut(o.objectTypes), EventTypes: typesOut(o.eventTypes),
		Objects: make([]ocelObject, len(o.objects)), Events: make([]ocelEvent, len(o.events)),
	}
	for i, x := range o.objects {
		f.Objects[i] = ocelObject{x.ID, x.Type, valuesOut(x.Values), linksOut(x.Links)}
	}
	for i, e := range o.events {
		f.Events[i] = ocelEvent{e.ID, e.Type, ocelText(e.At), valuesOut(e.Values), linksOut(e.Links)}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(f); err != nil {
		return dst, err
	}
	return append(dst, bytes.TrimRight(b.Bytes(), "\n")...), nil
}

func typesOut(list []Type) []ocelType {
	out := make([]ocelType, len(list))
	for i, t := range list {
		out[i] = ocelType{t.Name, make([]ocelAttribute, len(t.Attributes))}
		for k, a := range t.Attributes {
			out[i].Attributes[k] = ocelAttribute{a.Name, a.Value}
		}
	}
	return out
}

func ocelText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func valuesOut(list []Value) []ocelValue {
	out := make([]ocelValue, len(list))
	for i, v := range list {
		raw := json.RawMessage(v.Text)
		if !v.Literal {
			raw, _ = json.Marshal(v.Text) // a string always has a form
		}
		out[i] = ocelValue{v.Name, ocelText(v.At), raw}
	}
	return out
}

func linksOut(list []Link) []ocelLink {
	out := make([]ocelLink, len(list))
	for i, x := range list {
		out[i] = ocelLink{x.Object, x.Qualifier}
	}
	return out
}

// Equal reports whether two object logs agree in everything, order included.
func (o *Log) Equal(p *Log) bool {
	values := func(a, b []Value) bool {
		return slices.EqualFunc(a, b, func(x, y Value) bool {
			return x.Name == y.Name && x.Text == y.Text && x.Literal == y.Literal && x.At.Equal(y.At)
		})
	}
	types := func(a, b []Type) bool {
		return slices.EqualFunc(a, b, func(x, y Type) bool { return x.Name == y.Name && slices.Equal(x.Attributes, y.Attributes) })
	}
	return types(o.objectTypes, p.objectTypes) && types(o.eventTypes, p.eventTypes) &&
		slices.EqualFunc(o.objects, p.objects, func(x, y Object) bool {
			return x.ID == y.ID && x.Type == y.Type && slices.Equal(x.Links, y.Links) && values(x.Values, y.Values)
		}) &&
		slices.EqualFunc(o.events, p.events, func(x, y Event) bool {
			return x.ID == y.ID && x.Type == y.Type && x.At.Equal(y.At) && slices.Equal(x.Links, y.Links) && values(x.Values, y.Values)
		})
}
