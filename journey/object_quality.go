package journey

import (
	"cmp"
	"slices"

	"github.com/buyerjourney/b2b"
)

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
