package conformance_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/conformance"
	"github.com/buyerjourney/b2b/journey/discovery"
)

func drawVariants(t *rapid.T) []discovery.Variant {
	var out []discovery.Variant
	for range rapid.IntRange(1, 6).Draw(t, "variants") {
		v := discovery.Variant{Count: rapid.Int64Range(1, 9).Draw(t, "count")}
		for _, r := range rapid.StringOfN(rapid.SampledFrom([]rune("abcde")), 0, 7, -1).Draw(t, "steps") {
			v.Steps = append(v.Steps, journey.StepID(r))
		}
		out = append(out, v)
	}
	return out
}

func mine(t *rapid.T, v []discovery.Variant, noise float64) journey.Tree {
	t.Helper()
	tree, err := discovery.Inductive(v, noise)
	if err != nil {
		t.Fatal(err)
	}
	if err := tree.Check(); err != nil {
		t.Fatalf("%s: %v", tree, err)
	}
	return tree
}

// leaves counts the leaves of each step.
func leaves(t journey.Tree, into map[journey.StepID]int) {
	if t.Op == journey.Leaf {
		into[t.Step]++
	}
	for _, c := range t.Children {
		leaves(c, into)
	}
}

// propInductive: without noise every variant fits and each step is one leaf; copies of the log and other orders of it
// change nothing; names only name.
func propInductive(t *rapid.T) {
	v := drawVariants(t)
	tree := mine(t, v, 0)
	model, err := conformance.Compile(tree)
	if err != nil {
		t.Fatal(err)
	}
	var sequences [][]journey.StepID
	steps := make(map[journey.StepID]int)
	for _, x := range v {
		sequences = append(sequences, x.Steps)
		for _, s := range x.Steps {
			steps[s] = 1
		}
	}
	got, err := model.Align(context.Background(), sequences, conformance.Config{NoMoves: true})
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range got {
		if !a.Fits {
			t.Fatalf("%s does not fit %s", v[i], tree)
		}
	}
	count := make(map[journey.StepID]int)
	leaves(tree, count)
	for s, n := range count {
		if n != 1 || steps[s] != 1 {
			t.Fatalf("%s is %d leaves of %s", s, n, tree)
		}
	}
	if len(count) != len(steps) {
		t.Fatalf("%s has %d of %d steps", tree, len(count), len(steps))
	}
	noise := rapid.SampledFrom([]float64{0, .1, .2, .5, .9}).Draw(t, "noise")
	want := mine(t, v, noise).String()
	more := slices.Clone(v)
	for i := range more {
		more[i].Count *= 3
	}
	slices.Reverse(more)
	if again := mine(t, more, noise).String(); again != want {
		t.Fatalf("three copies of the log, the other way round: %s, before %s", again, want)
	}
	renamed := make([]discovery.Variant, len(v))
	for i, x := range v {
		renamed[i].Count = x.Count
		for _, s := range x.Steps {
			renamed[i].Steps = append(renamed[i].Steps, "z"+s) // keeps the order of the names
		}
	}
	if again := strings.ReplaceAll(mine(t, renamed, noise).String(), "z", ""); again != want {
		t.Fatalf("renamed: %s, before %s", again, want)
	}
}

func TestInductive(t *testing.T) { rapid.Check(t, propInductive) }
func FuzzInductive(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propInductive)) }

// Without noise every log fits its own model.
func TestInductiveFitsLogs(t *testing.T) {
	for _, name := range []string{"running-example", "roadtraffic100", "receipt", "repairExample", "teleclaims", "purchasing", "bpic2020_domestic", "bpic2020_rfp", "bpic2012"} {
		log := realLog(t, name)
		tree, err := discovery.Inductive(discovery.NewVariants(log).List(0), 0)
		if err != nil {
			t.Fatal(err)
		}
		model, err := conformance.Compile(tree)
		if err != nil {
			t.Fatal(err)
		}
		r, err := model.Check(context.Background(), log, conformance.Config{})
		if err != nil || r.Fitting != r.Journeys || r.MeanFitness != 1 || r.LogFitness != 1 {
			t.Errorf("%s: %d of %d fit, fitness %v, %v (%v)", name, r.Fitting, r.Journeys, r.MeanFitness, r.LogFitness, err)
		}
	}
}
