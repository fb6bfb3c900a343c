package journey

import (
	"cmp"
	"slices"
	"time"

	"github.com/buyerjourney/b2b"
)

// ObjectType declares a type of objects or events and the attributes that it may have.
type ObjectType struct {
	Name       string
	Attributes []Attribute // name and type of each attribute
}

// ObjectValue is one attribute of an object or event. Literal says that the text is a JSON number, true, false or null rather than
// a string. At is when the value began to hold; zero is from the start, and always zero for events.
type ObjectValue struct {
	Name    string
	Text    string
	Literal bool
	At      time.Time
}

// ObjectLink is a relation to another object by id, in some capacity.
type ObjectLink struct {
	Object    string
	Qualifier string
}

// Object is one thing that events are about.
type Object struct {
	ID, Type string
	Values   []ObjectValue // in file order; a name may have several values over time
	Links    []ObjectLink
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

// ObjectEvent is one event and the objects that it is about.
type ObjectEvent struct {
	ID, Type string
	At       time.Time
	Values   []ObjectValue
	Links    []ObjectLink
}

// ObjectLog is an object-centric log (van der Aalst 2019): events that belong to any number of typed objects, and objects that belong
// to each other. The zero value is empty. It is immutable and safe for concurrent use; what its methods return must not be changed.
type ObjectLog struct {
	objectTypes, eventTypes []ObjectType
	objects                 []Object
	events                  []ObjectEvent
	index                   map[string]int // object by id
}

// Objects returns the objects in their order.
func (o *ObjectLog) Objects() []Object { return o.objects }

// Events returns the events in their order, which is that of the source, not of time.
func (o *ObjectLog) Events() []ObjectEvent { return o.events }

// ObjectTypes returns the declared types of objects in their order.
func (o *ObjectLog) ObjectTypes() []ObjectType { return o.objectTypes }

// EventTypes returns the declared types of events in their order.
func (o *ObjectLog) EventTypes() []ObjectType { return o.eventTypes }

// Object returns the object with an id.
func (o *ObjectLog) Object(id string) (Object, bool) {
	i, ok := o.index[id]
	if !ok {
		return Object{}, false
	}
	return o.objects[i], true
}

// FromLog makes an object-centric log of a log: persons, accounts and the objects of events become its objects, of the types person,
// account and their own, each with the id "type:id". Events are numbered as in the log; a joint event is one event with the seat of
// each person as the qualifier.
func FromLog(l *Log) *ObjectLog {
	o := &ObjectLog{index: make(map[string]int)}
	r := &l.rows
	object := func(kind, id string) string {
		key := kind + ":" + id
		if _, ok := o.index[key]; !ok {
			o.index[key] = len(o.objects)
			o.objects = append(o.objects, Object{ID: key, Type: kind})
		}
		return key
	}
	where := make(map[uint32]int)
	for i := range l.Len() {
		k, ok := where[r.Event[i]]
		if !ok {
			k = len(o.events)
			where[r.Event[i]] = k
			e := ObjectEvent{ID: "e" + itoa(int(r.Event[i])), Type: r.Step.Names[r.Code(i)]}
			if l.timed {
				e.At = instant(r.At[i], 0)
			}
			if x := l.extra[r.Event[i]]; x != nil {
				for _, ref := range x.objects {
					e.Links = append(e.Links, ObjectLink{object(ref.Type, ref.ID), ref.Qualifier})
				}
				for _, a := range x.attrs {
					e.Values = append(e.Values, ObjectValue{Name: a.Name, Text: a.Value})
				}
			}
			o.events = append(o.events, e)
		}
		e := &o.events[k]
		if p := r.Person.At(i); p != "" {
			e.link(ObjectLink{object("person", p), r.Seat.At(i)})
		}
		if a := r.Account.At(i); a != "" {
			e.link(ObjectLink{object("account", a), ""})
		}
	}
	slices.SortStableFunc(o.events, func(a, b ObjectEvent) int { return a.At.Compare(b.At) })
	o.declare()
	return o
}

func (e *ObjectEvent) link(x ObjectLink) {
	if !slices.Contains(e.Links, x) {
		e.Links = append(e.Links, x)
	}
}

// declare lists the types of objects and events that are there but were not declared, by name, with their attributes.
func (o *ObjectLog) declare() {
	add := func(types *[]ObjectType, name string, values []ObjectValue) {
		i := slices.IndexFunc(*types, func(t ObjectType) bool { return t.Name == name })
		if i < 0 {
			i = len(*types)
			*types = append(*types, ObjectType{Name: name})
		}
		for _, v := range values {
			t := &(*types)[i]
			if !slices.ContainsFunc(t.Attributes, func(a Attribute) bool { return a.Name == v.Name }) {
				t.Attributes = append(t.Attributes, Attribute{v.Name, "string"})
			}
		}
	}
	for _, x := range o.objects {
		add(&o.objectTypes, x.Type, x.Values)
	}
	for _, e := range o.events {
		add(&o.eventTypes, e.Type, e.Values)
	}
	byName := func(a, b ObjectType) int { return cmp.Compare(a.Name, b.Name) }
	slices.SortFunc(o.objectTypes, byName)
	slices.SortFunc(o.eventTypes, byName)
}

// Flatten returns the log in which each object of a type is one journey, keyed by its id: the events that name it, by time, then in
// the order of the object log. An event of several such objects is a joint step of their journeys. Events without an object of the
// type are left out; so are objects without events.
func (o *ObjectLog) Flatten(objectType string) *Log {
	var b Builder
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
		event := Event{Journey: keys[0], Kind: Kind(objectType), Step: StepID(e.Type), At: e.At, Seq: int64(i)}
		for _, k := range keys[1:] {
			event.With = append(event.With, Participant{Journey: k})
		}
		b.Add(event)
	}
	l, _ := b.Build(Identities{})
	return l
}

// Components returns the sets of objects that are connected through events they share, by union-find: the largest first, then by the
// smallest position of an object. Each set lists positions in [ObjectLog.Objects], ascending. Objects without events are in none.
func (o *ObjectLog) Components() [][]int {
	parent := make([]int, len(o.objects))
	for i := range parent {
		parent[i] = -1 // no event yet
	}
	find := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	for _, e := range o.events {
		first := -1
		for _, x := range e.Links {
			i, ok := o.index[x.Object]
			if !ok {
				continue
			}
			if parent[i] < 0 {
				parent[i] = i
			}
			if first < 0 {
				first = find(i)
				continue
			}
			if root := find(i); root != first {
				lo, hi := min(root, first), max(root, first)
				parent[hi] = lo
				first = lo
			}
		}
	}
	sets := make(map[int]int)
	var out [][]int
	for i := range parent {
		if parent[i] < 0 {
			continue
		}
		root := find(i)
		k, ok := sets[root]
		if !ok {
			k = len(out)
			sets[root] = k
			out = append(out, nil)
		}
		out[k] = append(out[k], i)
	}
	slices.SortStableFunc(out, func(a, b []int) int { return cmp.Compare(len(b), len(a)) })
	return out
}

// ObjectQuality says what is lost when events of an activity are flattened to one type of objects (van der Aalst 2019). Events counts
// those of the activity with an object of the type, and Min, Mean and Max are over these. Convergence is the share of the activity's
// events with two or more objects of the type; Deficiency the share without one. Divergence is the share of the type's objects that
// the activity has, which have two or more of its events that also share an object of another type.
type ObjectQuality struct {
	Activity, Type                      string
	Events                              int
	Min, Max                            int
	Mean                                float64
	Convergence, Divergence, Deficiency b2b.Fraction
}

// Quality returns what flattening loses, by (activity, type), for the pairs that occur.
func (o *ObjectLog) Quality() []ObjectQuality {
	type pair struct{ activity, kind string }
	type perObject struct {
		pair   pair
		object int
	}
	perEvent := make(map[pair][]int)
	total := make(map[string]int)
	events := make(map[perObject][]int)
	for i, e := range o.events {
		total[e.Type]++
		counts := make(map[string]int)
		for _, k := range o.linked(e) {
			kind := o.objects[k].Type
			counts[kind]++
			key := perObject{pair{e.Type, kind}, k}
			events[key] = append(events[key], i)
		}
		for kind, n := range counts {
			perEvent[pair{e.Type, kind}] = append(perEvent[pair{e.Type, kind}], n)
		}
	}
	objects, diverging := make(map[pair]int), make(map[pair]int)
	for key, list := range events {
		objects[key.pair]++
		seen := make(map[int]bool)
	search:
		for _, i := range list {
			for _, k := range o.linked(o.events[i]) {
				if o.objects[k].Type == key.pair.kind {
					continue
				}
				if seen[k] {
					diverging[key.pair]++
					break search
				}
				seen[k] = true
			}
		}
	}
	out := make([]ObjectQuality, 0, len(perEvent))
	for p, list := range perEvent {
		q := ObjectQuality{Activity: p.activity, Type: p.kind, Events: len(list), Min: slices.Min(list), Max: slices.Max(list)}
		sum, many := 0, 0
		for _, n := range list {
			sum += n
			if n > 1 {
				many++
			}
		}
		q.Mean = float64(sum) / float64(len(list))
		q.Convergence = b2b.MustFraction(float64(many) / float64(total[p.activity]))
		q.Deficiency = b2b.MustFraction(float64(total[p.activity]-len(list)) / float64(total[p.activity]))
		q.Divergence = b2b.MustFraction(float64(diverging[p]) / float64(objects[p]))
		out = append(out, q)
	}
	slices.SortFunc(out, func(a, b ObjectQuality) int {
		return cmp.Or(cmp.Compare(a.Activity, b.Activity), cmp.Compare(a.Type, b.Type))
	})
	return out
}

// linked returns the positions of the objects of an event, each once.
func (o *ObjectLog) linked(e ObjectEvent) []int {
	var out []int
	for _, x := range e.Links {
		if k, ok := o.index[x.Object]; ok && !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	return out
}
