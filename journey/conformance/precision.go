package conformance

import (
	"context"
	"slices"

	"github.com/buyerjourney/b2b/journey/discovery"
)

// Precision says how much of what the model allows was seen (escaping edges; Muñoz-Gama & Carmona 2010). The zero value
// says nothing. It is a plain value.
type Precision struct {
	// Value is 1 − Σ w·|possible next, not seen next| / Σ w·|possible next| over the beginnings of journeys, the empty one
	// too, that the model can replay. The weight w is the number of journeys that go on from there; possible are the
	// visible and internal steps after any silent moves.
	Value float64
	// LeftOut is the share of weight of the beginnings that cannot be replayed.
	LeftOut float64
	// Exact is false where a limit on the states was reached.
	Exact bool
}

// Precision measures the precision of the model for variants. ok is false where no step is possible after any of the
// beginnings, so that there is nothing to compare. A cancelled context is the only error.
func (m *Model) Precision(ctx context.Context, variants []discovery.Variant) (p Precision, ok bool, err error) {
	type entry struct {
		q []int32
		n int64
	}
	all := make([]entry, len(variants))
	labels := make(map[string]int32)
	for i, v := range variants {
		all[i].n = v.Count
		for _, s := range v.Steps {
			l, found := labels[string(s)]
			if !found {
				if l, found = m.labelOf(s); !found {
					l = unknownLabel - int32(len(labels)) // unknown steps are different from one another
				}
				labels[string(s)] = l
			}
			all[i].q = append(all[i].q, l)
		}
	}
	slices.SortFunc(all, func(a, b entry) int { return slices.Compare(a.q, b.q) })
	a := newAutomaton(m)
	var possible, escaping, left, total float64
	// walk visits the beginning of length depth that all[from:to] share, after which the model may be in the states here.
	var walk func(from, to, depth int, here []int32) error
	walk = func(from, to, depth int, here []int32) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		for from < to && len(all[from].q) == depth { // journeys that end here; they are first in the order
			from++
		}
		if from == to {
			return nil
		}
		weight := int64(0)
		for _, e := range all[from:to] {
			weight += e.n
		}
		w := float64(weight)
		total += w
		if len(here) == 0 {
			left += w
		}
		next := make(map[int32][]int32)
		for l := range int32(a.labels()) {
			var states []int32
			for _, x := range here {
				states = append(states, a.next(x, l)...)
			}
			if len(states) > 0 {
				slices.Sort(states)
				next[l] = slices.Compact(states)
			}
		}
		seen := 0
		for i := from; i < to; {
			end := i + 1
			for end < to && all[end].q[depth] == all[i].q[depth] {
				end++
			}
			l := all[i].q[depth]
			if _, ok := next[l]; ok {
				seen++
			}
			if err := walk(i, end, depth+1, next[l]); err != nil {
				return err
			}
			i = end
		}
		possible += float64(w * float64(len(next)))
		escaping += float64(w * float64(len(next)-seen))
		return nil
	}
	if err := walk(0, len(all), 0, []int32{a.start}); err != nil {
		return Precision{}, false, err
	}
	if total > 0 {
		p.LeftOut = left / total
	}
	p.Exact = !a.partial
	if possible == 0 {
		return p, false, nil
	}
	p.Value = 1 - escaping/possible
	return p, true, nil
}
