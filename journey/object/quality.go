package object

import (
	"cmp"
	"slices"

	"github.com/buyerjourney/b2b"
)

// Quality says what is lost when events of an activity are flattened to one type of objects (van der Aalst 2019). Events counts
// those of the activity with an object of the type, and Min, Mean and Max are over these. Convergence is the share of the activity's
// events with two or more objects of the type; Deficiency the share without one. Divergence is the share of the type's objects that
// the activity has, which have two or more of its events that also share an object of another type.
type Quality struct {
	Activity, Type                      string
	Events                              int
	Min, Max                            int
	Mean                                float64
	Convergence, Divergence, Deficiency b2b.Fraction
}

// Quality returns what flattening loses, by (activity, type), for the pairs that occur.
func (o *Log) Quality() []Quality {
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
	out := make([]Quality, 0, len(perEvent))
	for p, list := range perEvent {
		q := Quality{Activity: p.activity, Type: p.kind, Events: len(list), Min: slices.Min(list), Max: slices.Max(list)}
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
	slices.SortFunc(out, func(a, b Quality) int {
		return cmp.Or(cmp.Compare(a.Activity, b.Activity), cmp.Compare(a.Type, b.Type))
	})
	return out
}

// linked returns the positions of the objects of an event, each once.
func (o *Log) linked(e Event) []int {
	var out []int
	for _, x := range e.Links {
		if k, ok := o.index[x.Object]; ok && !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	return out
}
