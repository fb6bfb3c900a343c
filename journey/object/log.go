package object

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/buyerjourney/b2b/journey"
)

// Type declares a type of objects or events and the attributes that it may have.
type Type struct {
	Name       string
	Attributes []journey.Attribute // name and type of each attribute
}

// Value is one attribute of an object or event. Literal says that the text is a JSON number, true, false or null rather than
// a string. At is when the value began to hold; zero is from the start, and always zero for events.
type Value struct {
	Name    string
	Text    string
	Literal bool
	At      time.Time
}

// Link is a relation to another object by id, in some capacity.
type Link struct {
	Object    string
	Qualifier string
}

// Object is one thing that events are about.
type Object struct {
	ID, Type string
	Values   []Value // in file order; a name may have several values over time
	Links    []Link
}

// ValueAt returns the value of an attribute at t: the one that began last, not after t; of equal times the later in the list. ok is
// false if none had begun.
func (o Object) ValueAt(attribute string, t time.Time) (text string, ok bool) {
	var best time.Time
	for _, v := range o.Values {
		if v.Name == attribute && !v.At.After(t) && (!ok || !v.At.Before(best)) {
			text, best, ok = v.Text, v.At, true
		}
	}
	return text, ok
}

// Event is one event and the objects that it is about.
type Event struct {
	ID, Type string
	At       time.Time
	Values   []Value
	Links    []Link
}

// Log is an object-centric log (van der Aalst 2019): events that belong to any number of typed objects, and objects that belong
// to each other. The zero value is empty. It is immutable and safe for concurrent use; what its methods return must not be changed.
type Log struct {
	objectTypes, eventTypes []Type
	objects                 []Object
	events                  []Event
	index                   map[string]int // object by id
}

// Objects returns the objects in their order.
func (o *Log) Objects() []Object { return o.objects }

// Events returns the events in their order, which is that of the source, not of time.
func (o *Log) Events() []Event { return o.events }

// ObjectTypes returns the declared types of objects in their order.
func (o *Log) ObjectTypes() []Type { return o.objectTypes }

// EventTypes returns the declared types of events in their order.
func (o *Log) EventTypes() []Type { return o.eventTypes }

// Object returns the object with an id.
func (o *Log) Object(id string) (Object, bool) {
	i, ok := o.index[id]
	if !ok {
		return Object{}, false
	}
	return o.objects[i], true
}

// FromLog makes an object-centric log of a log: persons, accounts and the objects of events become its objects, of the types person,
// account and their own, each with the id "type:id". Events are numbered as in the log; a joint event is one event with the seat of
// each person as the qualifier.
func FromLog(l *journey.Log) *Log {
	o := &Log{index: make(map[string]int)}
	r := l.Rows()
	object := func(kind, id string) string {
		key := kind + ":" + id
		if _, ok := o.index[key]; !ok {
			o.index[key] = len(o.objects)
			o.objects = append(o.objects, Object{ID: key, Type: kind})
		}
		return key
	}
	where := make(map[uint32]int)
	for j := range l.Journeys() {
		x := l.Journey(j)
		from, to := x.Rows()
		for i := from; i < to; i++ {
			k, ok := where[r.Event[i]]
			if !ok {
				k = len(o.events)
				where[r.Event[i]] = k
				recorded := x.Event(i - from)
				e := Event{ID: "e" + strconv.Itoa(int(r.Event[i])), Type: string(recorded.Step)}
				if l.Timed() {
					e.At = recorded.At.UTC()
				}
				for _, ref := range recorded.Objects {
					e.Links = append(e.Links, Link{object(ref.Type, ref.ID), ref.Qualifier})
				}
				for _, a := range recorded.Attributes {
					e.Values = append(e.Values, Value{Name: a.Name, Text: a.Value})
				}
				o.events = append(o.events, e)
			}
			e := &o.events[k]
			if p := r.Person.At(i); p != "" {
				e.link(Link{object("person", p), r.Seat.At(i)})
			}
			if a := r.Account.At(i); a != "" {
				e.link(Link{object("account", a), ""})
			}
		}
	}
	slices.SortStableFunc(o.events, func(a, b Event) int { return a.At.Compare(b.At) })
	o.declare()
	return o
}

func (e *Event) link(x Link) {
	if !slices.Contains(e.Links, x) {
		e.Links = append(e.Links, x)
	}
}

// declare lists the types of objects and events that are there but were not declared, by name, with their attributes.
func (o *Log) declare() {
	add := func(types *[]Type, name string, values []Value) {
		i := slices.IndexFunc(*types, func(t Type) bool { return t.Name == name })
		if i < 0 {
			i = len(*types)
			*types = append(*types, Type{Name: name})
		}
		for _, v := range values {
			t := &(*types)[i]
			if !slices.ContainsFunc(t.Attributes, func(a journey.Attribute) bool { return a.Name == v.Name }) {
				t.Attributes = append(t.Attributes, journey.Attribute{Name: v.Name, Value: "string"})
			}
		}
	}
	for _, x := range o.objects {
		add(&o.objectTypes, x.Type, x.Values)
	}
	for _, e := range o.events {
		add(&o.eventTypes, e.Type, e.Values)
	}
	byName := func(a, b Type) int { return cmp.Compare(a.Name, b.Name) }
	slices.SortFunc(o.objectTypes, byName)
	slices.SortFunc(o.eventTypes, byName)
}

// Flatten returns the log in which each object of a type is one journey, keyed by its id: the events that name it, by time, then in
// the order of the object log. An event of several such objects is a joint step of their journeys. Events without an object of the
// type are left out; so are objects without events, and what a log of journeys cannot hold: events without a type, and events
// without a time where others have one.
func (o *Log) Flatten(objectType string) *journey.Log {
	var b journey.Builder
	for i, e := range o.events {
		var keys []string
		for _, x := range e.Links {
			if k, ok := o.index[x.Object]; ok && o.objects[k].Type == objectType {
				keys = append(keys, x.Object)
			}
		}
		if len(keys) == 0 {
			continue
		}
		slices.Sort(keys)
		keys = slices.Compact(keys)
		event := journey.Event{Journey: keys[0], Kind: journey.Kind(objectType), Step: journey.StepID(e.Type), At: e.At, Seq: int64(i)}
		for _, k := range keys[1:] {
			event.With = append(event.With, journey.Participant{Journey: k})
		}
		b.Add(event)
	}
	l, _ := b.Build(journey.Identities{})
	return l
}
