package stitch_test

import (
	"bytes"
	"context"
	"hash/fnv"
	"testing"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/law"
	"github.com/buyerjourney/b2b/stitch"
)

// propPartitioned: resolving the components apart and joining the parts gives the bytes of Batch.
func propPartitioned(t *rapid.T) {
	facts := drawFacts(t, 30)
	v := b2b.View{At: day(rapid.IntRange(5, 30).Draw(t, "at"))}
	cfg := testConfig(houseRules())
	whole, _, err := stitch.Batch(context.Background(), cfg, facts, v)
	if err != nil {
		t.Fatal(err)
	}
	c, err := stitch.Compile(cfg)
	if err != nil {
		t.Fatal(err)
	}
	n := rapid.SampledFrom([]int{1, 2, 7, 64}).Draw(t, "partitions")
	place := func(key string) int {
		h := fnv.New32a()
		h.Write([]byte(key))
		return int(h.Sum32() % uint32(n))
	}
	holders := make([]*stitch.Holders, n)
	for i := range holders {
		holders[i] = stitch.NewHolders(c)
	}
	for _, f := range facts {
		if err := holders[place(f.ID)].Add(f); err != nil {
			t.Fatal(err)
		}
	}
	for len(holders) > 1 { // some tree
		if err := holders[0].Merge(holders[len(holders)-1]); err != nil {
			t.Fatal(err)
		}
		holders = holders[:len(holders)-1]
	}
	shared, err := holders[0].Result(v)
	if err != nil {
		t.Fatal(err)
	}
	components := make([]stitch.Components, n)
	first := map[string]stitch.Key{}
	for _, f := range facts {
		for k := range c.Keys(f, shared) {
			if first[f.ID] == "" {
				first[f.ID] = k
			}
			if err := components[place(f.ID)].Add(stitch.Edge{A: first[f.ID], B: k}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i := n - 1; i > 0; i-- {
		if err := components[i/2].Merge(&components[i]); err != nil {
			t.Fatal(err)
		}
	}
	of := components[0].Result()
	groups := map[int][]stitch.Fact{} // several components may share a partition
	for _, f := range facts {
		p := place(string(of[first[f.ID]]))
		groups[p] = append(groups[p], f)
	}
	var parts []*stitch.Snapshot
	for _, g := range groups {
		part, err := stitch.ResolveComponent(c, g, shared, v)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, part)
	}
	joined, err := stitch.AppendAnswer(nil, parts...)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(answer(t, whole), joined) {
		t.Fatalf("%d partitions give other bytes than Batch", n)
	}
}

func TestPartitioned(t *testing.T) { rapid.Check(t, propPartitioned) }
func FuzzPartitioned(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propPartitioned)) }

func TestHoldersAreAnAccumulator(t *testing.T) {
	c, err := stitch.Compile(testConfig(houseRules()))
	if err != nil {
		t.Fatal(err)
	}
	fact := rapid.Custom(func(t *rapid.T) stitch.Fact {
		f := stitch.Fact{Occurred: day(rapid.IntRange(0, 20).Draw(t, "occurred")), Body: drawBody(t, nil)}
		return f // without an id: the content is the id, so that no two contents share one
	})
	law.Accumulator(t, func() *stitch.Holders { return stitch.NewHolders(c) }, fact)
}

func TestComponentsAreAnAccumulator(t *testing.T) {
	key := rapid.SampledFrom([]stitch.Key{"a", "b", "c", "d", "e", "f", "g", ""})
	edge := rapid.Custom(func(t *rapid.T) stitch.Edge { return stitch.Edge{A: key.Draw(t, "a"), B: key.Draw(t, "b")} })
	law.Accumulator(t, func() *stitch.Components { return &stitch.Components{} }, edge)
}

func TestHoldersOfOtherRulesAreRefused(t *testing.T) {
	var hs []*stitch.Holders
	for _, rules := range []stitch.Rules{houseRules(), otherRules()} {
		c, err := stitch.Compile(testConfig(rules))
		if err != nil {
			t.Fatal(err)
		}
		h := stitch.NewHolders(c)
		if err := h.Add(stitch.Fact{Occurred: day(1), Body: stitch.Seen{Profile: people[0], Level: stitch.Person, Identifiers: pools[stitch.Person][5:6]}}); err != nil {
			t.Fatal(err)
		}
		hs = append(hs, h)
	}
	law.Mismatch(t, hs[0], hs[1])
}

// propComponents: the components are those of a search over the edges.
func propComponents(t *rapid.T) {
	n := rapid.IntRange(1, 12).Draw(t, "keys")
	key := rapid.Custom(func(t *rapid.T) int { return rapid.IntRange(0, n-1).Draw(t, "key") })
	name := func(i int) stitch.Key { return stitch.Key(string(rune('a' + i))) }
	var c stitch.Components
	reach := make([][]bool, n)
	for i := range n {
		reach[i] = make([]bool, n)
		reach[i][i] = true
		if err := c.Add(stitch.Edge{A: name(i), B: name(i)}); err != nil {
			t.Fatal(err)
		}
	}
	for range rapid.IntRange(0, 15).Draw(t, "edges") {
		a, b := key.Draw(t, "a"), key.Draw(t, "b")
		if err := c.Add(stitch.Edge{A: name(a), B: name(b)}); err != nil {
			t.Fatal(err)
		}
		reach[a][b], reach[b][a] = true, true
	}
	for k := range n { // Warshall
		for i := range n {
			for j := range n {
				reach[i][j] = reach[i][j] || reach[i][k] && reach[k][j]
			}
		}
	}
	got := c.Result()
	for i := range n {
		smallest := 0
		for !reach[i][smallest] {
			smallest++
		}
		if got[name(i)] != name(smallest) {
			t.Fatalf("%s lies in %s, want %s", name(i), got[name(i)], name(smallest))
		}
	}
}

func TestComponents(t *testing.T) { rapid.Check(t, propComponents) }
