package forecast_test

import (
	"math/rand/v2"
	"testing"

	"github.com/buyerjourney/b2b/funnel/forecast"
	"github.com/buyerjourney/b2b/internal/stat"
	"github.com/buyerjourney/b2b/internal/stream"
)

// TestResampleVariance: the Bayesian bootstrap of a share p of n cases has variance p(1−p)/(n+1), also where so many cases
// share their weights.
func TestResampleVariance(t *testing.T) {
	root, err := stream.New(rand.NewPCG(1, 0))
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(2, 0))
	for _, n := range []int{1000, 100_000} {
		yes := make([]bool, n)
		p := 0.0
		for i := range yes {
			if yes[i] = rng.Float64() < .3; yes[i] {
				p++
			}
		}
		p /= float64(n)
		shares := forecast.ResampleShares(yes, 600, root)
		mean, _ := stat.Mean(shares)
		variance, _ := stat.Variance(shares)
		want := p * (1 - p) / float64(n+1)
		// The standard error of a variance of 600 draws is 6 %; sharing adds as much as 1/√32768 of chance in who shares.
		if ratio := variance / want; ratio < .78 || ratio > 1.25 || (mean-p)*(mean-p) > 16*want/600 {
			t.Errorf("%d cases: mean %v of %v, variance %v of %v", n, mean, p, variance, want)
		}
	}
}
