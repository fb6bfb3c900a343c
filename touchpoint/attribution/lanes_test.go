package attribution_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/buyerjourney/b2b/touchpoint/attribution"
)

// TestRemovalTogether compares the removal effects of all names, which are found side by side, with those that are asked for
// one by one; also where the chain without one of the names ends so slowly that it is not settled by sweeps.
func TestRemovalTogether(t *testing.T) {
	slow := new(attribution.PathSet)
	rng := rand.New(rand.NewPCG(3, 4))
	var long []string
	for range 30_000 {
		long = append(long, fmt.Sprintf("n%d", rng.IntN(9)))
	}
	long[len(long)/2] = "a" // rare, so that the chain without it is still slow, but another one
	for _, p := range []attribution.Path{
		{Steps: long, Conversions: 1, Nulls: 1, Value: 4},
		{Steps: []string{"a"}, Conversions: 1, Nulls: 5, Value: 1},
	} {
		if err := slow.Add(p); err != nil {
			t.Fatal(err)
		}
	}
	quick := randomPaths(t, 7, 2000)
	for _, tt := range []struct {
		name  string
		set   *attribution.PathSet
		order int
	}{{"quick", quick, 3}, {"quick", quick, 4}, {"slow", slow, 2}} {
		p := tt.set.Result()
		chain, err := attribution.FitChain(p, attribution.ChainConfig{Order: tt.order})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range attribute(t, p, attribution.Markov{Order: tt.order}, attribution.Config{}).Names {
			one := chain.RemovalOf(x.Name)
			what := fmt.Sprintf("%s, order %d, %s", tt.name, tt.order, x.Name)
			near(t, what+", effect", x.Removal.Value, one.Conversion, 1e-12)
			near(t, what+", value", x.RemovalValue.Value, one.Value, 1e-12)
		}
	}
}
