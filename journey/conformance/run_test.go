package conformance_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/conformance"
)

// TestWideParallel: forty branches at once have 2⁴⁰ states, but one shortest run is found without looking at them, and so is the answer for
// journeys that are nearly right.
func TestWideParallel(t *testing.T) {
	tree := journey.Tree{Op: journey.Parallel}
	var all []journey.StepID
	for i := range 40 {
		s := journey.StepID(fmt.Sprintf("s%02d", i))
		leaf := journey.Tree{Op: journey.Leaf, Step: s}
		if i%4 == 3 {
			leaf = journey.Tree{Op: journey.Loop, Children: []journey.Tree{leaf, {Op: journey.Silent}}}
		}
		tree.Children = append(tree.Children, leaf)
		all = append(all, s)
	}
	m, err := conformance.Compile(tree)
	if err != nil {
		t.Fatal(err)
	}
	if got := m.Shape().ShortestRun; got != 40 {
		t.Errorf("shortest run %d, want 40", got)
	}
	back := slices.Clone(all)
	slices.Reverse(back)
	again := append([]journey.StepID{"s03"}, all...)
	sequences := [][]journey.StepID{all, back, again, all[1:], append([]journey.StepID{"s00"}, all...)}
	found, err := m.Align(t.Context(), sequences, conformance.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{0, 0, 0, 1, 1} {
		if a := found[i]; a.Cost != want || !a.Exact || a.Worst != 40+len(sequences[i]) {
			t.Errorf("sequence %d: cost %d of %d, exact %v; want %d", i, a.Cost, a.Worst, a.Exact, want)
		}
	}
	running, err := m.Prefix(t.Context(), [][]journey.StepID{back[:5]}, conformance.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if a := running[0]; a.Cost != 0 || a.ToEnd != 35 || a.Status() != conformance.OnTrack {
		t.Errorf("running: cost %d, %d steps to go, %v; want 0, 35, on track", a.Cost, a.ToEnd, a.Status())
	}
}
