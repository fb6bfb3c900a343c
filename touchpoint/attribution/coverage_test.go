package attribution_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/buyerjourney/b2b/touchpoint/attribution"
)

func TestBootstrapOracle(t *testing.T) {
	if testing.Short() {
		t.Skip("short: 4,000 replicates")
	}
	type item struct {
		Removal   float64    `json:"removal_effect"`
		Share     float64    `json:"share"`
		ShareSE   float64    `json:"share_se"`
		Share95   [2]float64 `json:"share_95"`
		Rank95    [2]int     `json:"rank_95"`
		PointRank float64    `json:"p_rank_is_point_rank"`
	}
	want := oracle[struct{ Channels map[string]item }](t, "pathdata_bootstrap.json").Channels
	c := attribute(t, addRows(t, pathData(t)).Result(), attribution.Markov{}, attribution.Config{Replicates: 4000, Source: rand.NewPCG(1, 0), Workers: 2})
	for _, x := range c.Names {
		o := want[x.Name]
		se := x.Share.Width() / (2 * 1.959964)
		if math.Abs(se-o.ShareSE) > .1*o.ShareSE {
			t.Errorf("%s: se %v, want %v", x.Name, se, o.ShareSE)
		}
		if math.Abs(x.Share.Low-o.Share95[0]) > .15*o.ShareSE || math.Abs(x.Share.High-o.Share95[1]) > .15*o.ShareSE {
			t.Errorf("%s: %v, want %v (se %v)", x.Name, x.Share, o.Share95, o.ShareSE)
		}
		kept, _ := x.Rank.Kept.Value()
		if [2]int{x.Rank.Low, x.Rank.High} != o.Rank95 || math.Abs(kept-o.PointRank) > .01 {
			t.Errorf("%s: rank %+v, want %v, %v", x.Name, x.Rank, o.Rank95, o.PointRank)
		}
	}
}

// TestIntervalsCover simulates journeys from a known chain of order 1 and counts how often the 95 % intervals hold the true
// shares: the bar is 93–97 % over 500 data sets.
func TestIntervalsCover(t *testing.T) {
	sets, slack := 60, .04
	if testing.Short() {
		t.Skip("short: 60 data sets with 200 replicates each")
	}
	names := []string{"a", "b", "c", "d", "e"}
	start := []float64{.3, .3, .2, .15, .05}
	move := [][]float64{ // to a … e; what is left ends, in conversion with the last number
		{0, .3, .1, .1, .05, .2}, {.2, 0, .2, .1, .05, .3}, {.1, .3, 0, .1, .1, .1}, {.2, .1, .2, 0, .1, .4}, {.3, .1, .1, .1, 0, .25},
	}
	// The truth: a set with the exact expected weights is out of reach of counts, so the chain is fitted to very many walks.
	walk := func(rng *rand.Rand, n int) *attribution.Paths {
		set := new(attribution.PathSet)
		for range n {
			p := attribution.Path{Nulls: 1}
			at := draw(rng, start)
			for {
				p.Steps = append(p.Steps, names[at])
				next := draw(rng, move[at][:5])
				if next < 0 {
					if rng.Float64() < move[at][5] {
						p.Conversions, p.Nulls = 1, 0
					}
					break
				}
				at = next
			}
			if err := set.Add(p); err != nil {
				t.Fatal(err)
			}
		}
		return set.Result()
	}
	rng := rand.New(rand.NewPCG(11, 12))
	truth := attribute(t, walk(rng, 1_000_000), attribution.Markov{}, attribution.Config{})
	hit, all := 0, 0
	for range sets {
		c := attribute(t, walk(rng, 2000), attribution.Markov{}, attribution.Config{Replicates: 200, Source: rand.NewPCG(rng.Uint64(), 0)})
		for i, x := range c.Names {
			all++
			if x.Share.Contains(truth.Names[i].Share.Value) {
				hit++
			}
		}
	}
	if share := float64(hit) / float64(all); math.Abs(share-.95) > slack {
		t.Errorf("%d of %d intervals hold the truth: %.3f", hit, all, share)
	} else {
		t.Logf("%d of %d intervals hold the truth: %.3f", hit, all, share)
	}
}

// draw returns an index by the weights, −1 for the rest up to 1.
func draw(rng *rand.Rand, w []float64) int {
	u := rng.Float64()
	for i, x := range w {
		if u -= x; u < 0 {
			return i
		}
	}
	return -1
}
