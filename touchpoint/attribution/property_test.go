package attribution_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/law"
	"github.com/buyerjourney/b2b/touchpoint/attribution"
)

// genPath draws a path over few names, sometimes with times or an account.
func genPath() *rapid.Generator[attribution.Path] {
	return rapid.Custom(func(t *rapid.T) attribution.Path {
		n := rapid.IntRange(1, 6).Draw(t, "n")
		p := attribution.Path{
			Conversions: rapid.Int64Range(0, 3).Draw(t, "conversions"),
			Nulls:       rapid.Int64Range(0, 3).Draw(t, "nulls"),
		}
		if p.Conversions > 0 {
			p.Value = float64(rapid.IntRange(-20, 1000).Draw(t, "value")) / 7
		}
		for range n {
			p.Steps = append(p.Steps, rapid.SampledFrom([]string{"a", "b", "c", "d é", "e"}).Draw(t, "step"))
		}
		if rapid.IntRange(0, 3).Draw(t, "timed") == 3 {
			at := day0
			for range n {
				at = at.Add(time.Duration(rapid.IntRange(0, 100).Draw(t, "gap")) * hour)
				p.Times = append(p.Times, at)
			}
		}
		p.Account = b2b.AccountID(rapid.SampledFrom([]string{"", "", "x", "y"}).Draw(t, "account"))
		return p
	})
}

// drawSet draws a set that has at least one conversion.
func drawSet(t *rapid.T) *attribution.PathSet {
	set := new(attribution.PathSet)
	paths := append(rapid.SliceOfN(genPath(), 1, 30).Draw(t, "paths"), attribution.Path{Steps: []string{"a", "b"}, Conversions: 1, Nulls: 1, Value: 3})
	for _, p := range paths {
		if err := set.Add(p); err != nil {
			t.Fatal(err)
		}
	}
	return set
}

func TestPathSetLaws(t *testing.T) {
	law.Accumulator(t, func() *attribution.PathSet { return new(attribution.PathSet) }, genPath())
}

func FuzzPathSetLaws(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(law.Property(func() *attribution.PathSet { return new(attribution.PathSet) }, genPath())))
}

// FuzzPathSetDecode feeds the decoder any bytes: it must refuse or give a state that encodes to the same bytes.
func FuzzPathSetDecode(f *testing.F) {
	b, _ := randomPaths(f, 3, 5).AppendBinary(nil)
	f.Add(b)
	f.Fuzz(func(t *testing.T, data []byte) {
		var s attribution.PathSet
		if s.UnmarshalBinary(data) != nil {
			return
		}
		again, err := s.AppendBinary(nil)
		if err != nil || !bytes.Equal(again, data) {
			t.Errorf("% x decodes and encodes to % x", data, again)
		}
	})
}

var models = []attribution.Model{
	attribution.First{},
	attribution.Last{},
	attribution.LastNon{Name: "a"},
	attribution.Linear{},
	attribution.LinearUnique{},
	attribution.U(), attribution.U50(), attribution.J(), attribution.InverseJ(),
	attribution.LinearGrowth{},
	attribution.GrowthUnique{},
	attribution.HalfLife{Time: 24 * hour, Steps: 2},
	attribution.StepDecay{Q: .5, Every: 48 * hour, Step: 24 * hour},
	attribution.Custom{Rule: attribution.Linear{}, Weights: map[string]float64{"a": 0, "b": 3}},
	attribution.Participation{},
	attribution.Ordered{},
	attribution.Markov{},
	attribution.Markov{Order: 2},
	attribution.Markov{Order: 4},
	attribution.MarkovShapley{},
	attribution.ConversionRate{},
	attribution.ExactSet{},
	attribution.LeaveOneOut{},
}

// propConservation: credits and what is unattributed sum to the total, in every model that says so.
func propConservation(t *rapid.T) {
	p := drawSet(t).Result()
	total, _ := p.Totals()
	size := 0.0 // of the values, refunds taken as positive: what rounding is relative to
	for path := range p.All() {
		size += math.Abs(path.Value)
	}
	for _, m := range models {
		c, err := attribution.Attribute(context.Background(), p, m, attribution.Config{})
		if err != nil {
			t.Fatal(m, err)
		}
		conv, value, share := c.Unattributed.Conversions, c.Unattributed.Value, 0.0
		for _, x := range c.Names {
			conv += x.Conversions.Value
			value += x.Value.Value
			share += x.Share.Value
		}
		if c.Additive && math.Abs(conv-total.Conversions) > 1e-9*total.Conversions {
			t.Errorf("%s: conversions sum to %v of %v", m, conv, total.Conversions)
		}
		_, chain := m.(attribution.Markov)
		if c.Additive && !chain && math.Abs(value-total.Value) > 1e-9*size {
			t.Errorf("%s: value sums to %v of %v", m, value, total.Value)
		}
		if c.Additive && math.Abs(share-1) > 1e-9 {
			t.Errorf("%s: shares sum to %v", m, share)
		}
		if c.Evidence != attribution.Association {
			t.Errorf("%s is called %q", m, c.Evidence)
		}
	}
}

func TestConservation(t *testing.T) { rapid.Check(t, propConservation) }
func FuzzConservation(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propConservation)) }

// propChain: what holds for every chain, by the definitions and by simulation-free recomputation.
func propChain(t *rapid.T) {
	p := drawSet(t).Result()
	order := rapid.IntRange(1, 7).Draw(t, "order")
	chain, err := attribution.FitChain(p, attribution.ChainConfig{Order: order})
	if err != nil {
		t.Fatal(err)
	}
	loops, err := attribution.FitChain(p, attribution.ChainConfig{Order: order, KeepLoops: true})
	if err != nil {
		t.Fatal(err)
	}
	total, nulls := p.Totals()
	same := func(what string, got, want float64) {
		if math.Abs(got-want) > 1e-11*max(1, math.Abs(want)) {
			t.Errorf("order %d: %s is %v, want %v", order, what, got, want)
		}
	}
	same("P", chain.P(), total.Conversions/(total.Conversions+nulls)) // flow conservation
	same("E[value]", chain.Value(), total.Value/(total.Conversions+nulls))
	names := p.Names()
	same("effect of all", chain.RemovalOf(names...).Conversion, 1)
	same("effect of none", chain.RemovalOf().Conversion, 0)
	visits, length := 0.0, 0.0
	for s := range chain.States() {
		visits += s.Visits
	}
	for path := range p.All() {
		length += float64(path.Conversions+path.Nulls) * float64(collapsed(path.Steps, order))
	}
	same("visits", visits, length/(total.Conversions+nulls))
	before := 0.0
	for i := range names {
		one := chain.RemovalOf(names[i]).Conversion
		same("effect with loops", loops.RemovalOf(names[i]).Conversion, one)
		all := chain.RemovalOf(names[:i+1]...).Conversion
		if one < 0 || one > 1 || all < before-1e-12 || all < one-1e-12 {
			t.Errorf("effect of %q: %v, of the names up to it %v after %v", names[i], one, all, before)
		}
		before = all
		if order < 6 {
			continue
		}
		with := 0.0 // order ≥ longest path: the share of conversions whose path has the name
		for path := range p.All() {
			if slices.Contains(path.Steps, names[i]) {
				with += float64(path.Conversions)
			}
		}
		same("effect at full order", one, with/total.Conversions)
	}
}

// collapsed counts the states of a path: windows of k steps, equal ones in a row once.
func collapsed(steps []string, k int) int {
	n := 0
	var last string
	for i := range max(1, len(steps)-k+1) {
		w := fmt.Sprint(steps[i:min(i+k, len(steps))])
		if w != last {
			n++
		}
		last = w
	}
	return n
}

func TestChainProperties(t *testing.T) { rapid.Check(t, propChain) }
func FuzzChainProperties(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propChain)) }

// propShapley: the axioms, and TotalWorth against its definition over all subsets.
func propShapley(t *rapid.T) {
	p := drawSet(t).Result()
	names := p.Names()
	credit := func(m attribution.Model) []attribution.Credit {
		c, err := attribution.Attribute(context.Background(), p, m, attribution.Config{})
		if err != nil {
			t.Fatal(err)
		}
		return c.Names
	}
	worth := func(set int, exact bool) (conv, walks float64) {
		for path := range p.All() {
			have := 0
			for _, s := range path.Steps {
				i, _ := slices.BinarySearch(names, s)
				have |= 1 << i
			}
			if have == set || !exact && have&^set == 0 {
				conv += float64(path.Conversions)
				walks += float64(path.Conversions + path.Nulls)
			}
		}
		return conv, walks
	}
	brute := func(v func(set int) float64) []float64 {
		n := len(names)
		phi := make([]float64, n)
		for _, perm := range permutations(n) {
			set := 0
			for _, i := range perm {
				phi[i] += v(set|1<<i) - v(set)
				set |= 1 << i
			}
		}
		for i := range phi {
			phi[i] /= float64(len(permutations(n)))
		}
		return phi
	}
	_, walks := worth(1<<len(names)-1, false)
	want := brute(func(s int) float64 { c, _ := worth(s, false); return c })
	rate := brute(func(s int) float64 {
		c, n := worth(s, false)
		if n == 0 || s == 0 {
			return 0
		}
		return c / n
	})
	ordered, markov := credit(attribution.Ordered{}), credit(attribution.MarkovShapley{})
	rates := credit(attribution.ConversionRate{})
	for i, x := range credit(attribution.TotalWorth{}) {
		if math.Abs(x.Conversions.Value-want[i]) > 1e-9 || math.Abs(ordered[i].Conversions.Value-want[i]) > 1e-9 {
			t.Errorf("%s: total worth %v, ordered %v, want %v", x.Name, x.Conversions.Value, ordered[i].Conversions.Value, want[i])
		}
		if math.Abs(rates[i].Conversions.Value-rate[i]*walks) > 1e-9 {
			t.Errorf("%s: conversion rate %v, want %v", x.Name, rates[i].Conversions.Value, rate[i]*walks)
		}
		if markov[i].Conversions.Value < 0 {
			t.Errorf("%s: Markov-Shapley %v", x.Name, markov[i].Conversions.Value)
		}
	}
}

func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var out [][]int
	for _, p := range permutations(n - 1) {
		for i := range n {
			out = append(out, slices.Insert(slices.Clone(p), i, n-1))
		}
	}
	return out
}

func TestShapleyProperties(t *testing.T) { rapid.Check(t, propShapley) }
func FuzzShapleyProperties(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propShapley)) }

// TestSymmetryAndNullPlayer: names that occur alike get alike, a name only in null paths gets nothing.
func TestSymmetryAndNullPlayer(t *testing.T) {
	set := new(attribution.PathSet)
	for _, text := range []string{"a>b", "b>a", "a", "b"} {
		if err := set.AddText(text, ">", 3, 2, 10); err != nil {
			t.Fatal(err)
		}
	}
	if err := set.AddText("z", ">", 0, 9, 0); err != nil {
		t.Fatal(err)
	}
	p := set.Result()
	for _, m := range models {
		c := attribute(t, p, m, attribution.Config{})
		if _, skip := m.(attribution.LastNon); skip {
			continue // it names one of the two
		}
		if _, skip := m.(attribution.Custom); skip {
			continue
		}
		near(t, m.String()+" symmetry", c.Names[0].Conversions.Value, c.Names[1].Conversions.Value, 1e-12)
		if z := c.Names[2].Conversions.Value; z != 0 {
			switch m.(type) {
			case attribution.ConversionRate, attribution.ExactSet: // there z is no null player: it lowers the rate of sets it enters
			default:
				t.Errorf("%s: the null player gets %v", m, z)
			}
		}
	}
}

// TestScalingAndIntervals: doubling every count changes no share; the same bytes come from any number of workers.
func TestScalingAndIntervals(t *testing.T) {
	set := randomPaths(t, 6, 300)
	double := new(attribution.PathSet)
	for range 2 {
		if err := double.Merge(set); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range models {
		cfg := func(workers int) attribution.Config {
			return attribution.Config{Replicates: 30, Source: rand.NewPCG(7, 0), Workers: workers}
		}
		if m.String() == (attribution.LastNon{Name: "a"}).String() {
			continue
		}
		one := attribute(t, set.Result(), m, cfg(1))
		two := attribute(t, double.Result(), m, attribution.Config{})
		three := attribute(t, set.Result(), m, cfg(3))
		for i, x := range one.Names {
			if math.Abs(x.Share.Value-two.Names[i].Share.Value) > 1e-12 {
				t.Errorf("%s: share %v, doubled %v", m, x.Share.Value, two.Names[i].Share.Value)
			}
			if x != three.Names[i] {
				t.Errorf("%s: %v with one worker, %v with three", m, x, three.Names[i])
			}
			if !(x.Share.Low <= x.Share.High) || x.Share.Level != .95 || !x.Rank.Kept.IsKnown() {
				t.Errorf("%s: no interval: %+v", m, x)
			}
		}
	}
}
