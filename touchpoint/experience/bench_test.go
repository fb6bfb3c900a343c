package experience_test

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/touchpoint/experience"
)

// BenchmarkNPSScore adds responses and makes the score with its interval.
func BenchmarkNPSScore(b *testing.B) {
	for _, n := range []int{1e2, 1e4, 1e6} {
		rng := rand.New(rand.NewPCG(1, 2))
		responses := make([]experience.Response, n)
		for i := range responses {
			responses[i] = experience.Response{Instrument: experience.NPS, Score: float64(rng.IntN(11)), Account: b2b.AccountID(strconv.Itoa(rng.IntN(50)))}
		}
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				tally := new(experience.Tally)
				for _, r := range responses {
					if err := tally.Add(r); err != nil {
						b.Fatal(err)
					}
				}
				result(b, tally, experience.MetricConfig{})
			}
		})
	}
}

func BenchmarkScoreInterval(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := experience.NetShare(362, 176, 462, experience.Score, 0); err != nil {
			b.Fatal(err)
		}
	}
}
