package object

import (
	"cmp"
	"slices"
)

// Components returns the sets of objects that are connected through events they share, by union-find: the largest first, then by the
// smallest position of an object. Each set lists positions in [Log.Objects], ascending. Objects without events are in none.
func (o *Log) Components() [][]int {
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

// Executions returns what belongs to each object of a type, by position of that object: the leading one first, then the others,
// ascending. An object belongs to it that is reached over shared events, if none of its own type is reached in fewer steps, and over
// objects that belong to it themselves; so no execution has two objects of the leading type (leading type extraction: Adams et al.
// 2022). An object may be in many executions. Objects of the type without events have none.
func (o *Log) Executions(leading string) [][]int {
	events := make([][]int, len(o.objects)) // of each object
	objects := make([][]int, len(o.events)) // of each event
	for e := range o.events {
		objects[e] = o.linked(o.events[e])
		for _, k := range objects[e] {
			events[k] = append(events[k], e)
		}
	}
	seen := make([]int, len(o.objects)) // the execution in which an object was looked at last, counted from 1
	var out [][]int
	for first := range o.objects {
		if o.objects[first].Type != leading || len(events[first]) == 0 {
			continue
		}
		run := len(out) + 1
		seen[first] = run
		steps := map[string]int{leading: 0} // to the nearest object of each type
		list, level := []int{first}, []int{first}
		for depth := 1; len(level) > 0; depth++ {
			var next []int
			for _, k := range level {
				for _, e := range events[k] {
					for _, other := range objects[e] {
						if seen[other] == run {
							continue
						}
						seen[other] = run
						if nearest, ok := steps[o.objects[other].Type]; ok && nearest < depth {
							continue
						}
						steps[o.objects[other].Type] = depth
						next = append(next, other)
					}
				}
			}
			list, level = append(list, next...), next
		}
		slices.Sort(list[1:])
		out = append(out, list)
	}
	return out
}
