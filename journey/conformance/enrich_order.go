package conformance

import (
	"cmp"
	"slices"

	"github.com/buyerjourney/b2b/journey"
)

// orderedPairs returns the pairs of steps that a flow has in one order only, the earlier first.
func orderedPairs(f journey.Flow) [][2]journey.StepID {
	var pairs [][2]journey.StepID
	switch f := f.(type) {
	case journey.Tree:
		treePairs(f, &pairs)
	case journey.Graph:
		pairs = graphPairs(f)
	}
	slices.SortFunc(pairs, func(a, b [2]journey.StepID) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	return slices.Compact(pairs)
}

// treePairs collects pairs of different children of a sequence outside any loop.
func treePairs(t journey.Tree, pairs *[][2]journey.StepID) {
	if t.Op == journey.Loop {
		return
	}
	for i, c := range t.Children {
		treePairs(c, pairs)
		if t.Op != journey.Sequence {
			continue
		}
		for _, later := range t.Children[i+1:] {
			for _, a := range c.Steps() {
				for _, b := range later.Steps() {
					if a != b {
						*pairs = append(*pairs, [2]journey.StepID{a, b})
					}
				}
			}
		}
	}
}

// graphPairs returns pairs of which the first reaches the second and not the other way round.
func graphPairs(g journey.Graph) [][2]journey.StepID {
	next := make(map[journey.StepID][]journey.StepID)
	for _, e := range g.Edges {
		if e.From != journey.Start && e.To != journey.End {
			next[e.From] = append(next[e.From], e.To)
		}
	}
	reach := make(map[journey.StepID]map[journey.StepID]bool)
	for s := range next {
		seen := make(map[journey.StepID]bool)
		stack := slices.Clone(next[s])
		for len(stack) > 0 {
			x := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if !seen[x] {
				seen[x] = true
				stack = append(stack, next[x]...)
			}
		}
		reach[s] = seen
	}
	var pairs [][2]journey.StepID
	for a, to := range reach {
		for b := range to {
			if a != b && !reach[b][a] {
				pairs = append(pairs, [2]journey.StepID{a, b})
			}
		}
	}
	return pairs
}
