package simulation_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/simulation"
)

// genTree draws a tree with at most depth levels; steps may occur more than once.
func genTree(t *rapid.T, depth int) journey.Tree {
	op := journey.Leaf
	if depth > 0 {
		op = rapid.SampledFrom([]journey.Op{journey.Leaf, journey.Silent, journey.Sequence, journey.Choice, journey.Parallel, journey.Loop}).Draw(t, "op")
	}
	tree := journey.Tree{Op: op}
	n := 0
	switch op {
	case journey.Leaf:
		tree.Step = rapid.SampledFrom([]journey.StepID{"a", "b", "c", "d"}).Draw(t, "step")
	case journey.Sequence, journey.Choice, journey.Parallel:
		n = rapid.IntRange(1, 3).Draw(t, "children")
	case journey.Loop:
		n = 2
	case journey.Silent, journey.UnknownOp:
	}
	for range n {
		tree.Children = append(tree.Children, genTree(t, depth-1))
	}
	if op == journey.Choice || op == journey.Loop {
		for range n {
			tree.Weights = append(tree.Weights, float64(rapid.IntRange(1, 4).Draw(t, "weight")))
		}
	}
	return tree
}

// visits counts by structure: a sequence and a parallel block do every child once, a choice by its shares, a loop its body 1/stop times and its
// redo part redo/stop times.
func visits(tree journey.Tree, weight float64, into map[journey.StepID]float64) {
	switch tree.Op {
	case journey.Leaf:
		into[tree.Step] += weight
	case journey.Sequence, journey.Parallel:
		for _, c := range tree.Children {
			visits(c, weight, into)
		}
	case journey.Choice:
		sum := 0.0
		for _, w := range tree.Weights {
			sum += w
		}
		for i, c := range tree.Children {
			visits(c, weight*tree.Weights[i]/sum, into)
		}
	case journey.Loop:
		stop := tree.Weights[0] / (tree.Weights[0] + tree.Weights[1])
		visits(tree.Children[0], weight/stop, into)
		visits(tree.Children[1], weight*(1-stop)/stop, into)
	case journey.Silent, journey.UnknownOp:
	}
}

// propTree: the chain of a tree visits each step as often as its structure says, whatever runs in parallel.
func propTree(t *rapid.T) {
	tree := genTree(t, 3)
	m := journey.Map{ID: "m", Flow: tree}
	for _, s := range []journey.StepID{"a", "b", "c", "d"} {
		m.Steps = append(m.Steps, journey.Step{ID: s, Duration: exponential(1)})
	}
	s, err := simulation.New(&m, simulation.Config{})
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.Analytic()
	if err != nil {
		t.Skip("too many markings")
	}
	want := map[journey.StepID]float64{}
	visits(tree, 1, want)
	for _, x := range a.Steps {
		if math.Abs(x.Visits-want[x.Step]) > 1e-9*(1+want[x.Step]) {
			t.Fatalf("%s: %v visits of %s, want %v", tree, x.Visits, x.Step, want[x.Step])
		}
		if x.Ever > math.Min(1, x.Visits)+1e-9 {
			t.Fatalf("%s: %+v", tree, x)
		}
	}
	if math.Abs(a.FlowThrough-1) > 1e-9 || !a.Timed {
		t.Fatalf("%s: flow-through %v", tree, a.FlowThrough)
	}
}

func TestTreeProperties(t *testing.T) { rapid.Check(t, propTree) }
func FuzzTree(f *testing.F)           { f.Fuzz(rapid.MakeFuzz(propTree)) }

// TestSilentRounds: loops whose rounds may pass in silence, in many ways, lose nothing and take no time to look at.
func TestSilentRounds(t *testing.T) {
	for _, text := range []string{
		`*( tau, X( X( 'c', 'a', 'a' ), tau, tau ) )`,
		`*( X( tau, tau, 'a' ), X( tau, tau, tau, 'b' ) )`,
		`*( *( X( tau, tau, 'a' ), X( tau, tau, 'b' ) ), +( X( tau, tau, 'c' ), X( tau, tau, 'd' ) ) )`,
	} {
		tree, err := journey.ParseTree(text)
		if err != nil {
			t.Fatal(err)
		}
		weigh(&tree)
		m := journey.Map{ID: "m", Flow: tree}
		for _, s := range []journey.StepID{"a", "b", "c", "d"} {
			m.Steps = append(m.Steps, journey.Step{ID: s, Duration: exponential(1)})
		}
		a, err := model(t, m, simulation.Config{}).Analytic()
		if err != nil {
			t.Fatal(err)
		}
		want := map[journey.StepID]float64{}
		visits(tree, 1, want)
		for _, x := range a.Steps {
			if math.Abs(x.Visits-want[x.Step]) > 1e-12*(1+want[x.Step]) {
				t.Errorf("%s: %v visits of %s, want %v", text, x.Visits, x.Step, want[x.Step])
			}
		}
		if math.Abs(a.FlowThrough-1) > 1e-14 {
			t.Errorf("%s: flow-through %v", text, a.FlowThrough)
		}
	}
}

// weigh makes loops go round nine times in ten.
func weigh(tree *journey.Tree) {
	switch tree.Op {
	case journey.Loop:
		tree.Weights = []float64{.1, .9}
	case journey.Choice:
		tree.Weights = make([]float64, len(tree.Children))
		for i := range tree.Weights {
			tree.Weights[i] = 1
		}
	case journey.Leaf, journey.Silent, journey.Sequence, journey.Parallel, journey.UnknownOp:
	}
	for i := range tree.Children {
		weigh(&tree.Children[i])
	}
}
