package attribution_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/buyerjourney/b2b/touchpoint/attribution"
)

// sample returns n rows: those of PathData, repeated.
func sample(b *testing.B, n int) []row {
	b.Helper()
	all := pathData(b)
	rows := make([]row, n)
	for i := range rows {
		rows[i] = all[i%len(all)]
	}
	return rows
}

// BenchmarkHeuristic is the job of the peers: from the texts of the paths to First, Last, Linear and U.
func BenchmarkHeuristic(b *testing.B) {
	for _, n := range []int{1e2, 1e4, 1e6} {
		rows := sample(b, n)
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p := addRows(b, rows).Result()
				for _, m := range []attribution.Rule{attribution.First{}, attribution.Last{}, attribution.Linear{}, attribution.U()} {
					attribute(b, p, m, attribution.Config{})
				}
			}
		})
	}
}

func BenchmarkMarkov(b *testing.B) {
	for _, n := range []int{1e2, 1e4, 1e6} {
		rows := sample(b, n)
		for k := 1; k <= 4; k++ {
			b.Run(fmt.Sprintf("order=%d/%d", k, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					attribute(b, addRows(b, rows).Result(), attribution.Markov{Order: k}, attribution.Config{})
				}
			})
		}
	}
}

func BenchmarkOrderChoice(b *testing.B) {
	rows := sample(b, 1e4)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := attribution.PenalisedAUC(addRows(b, rows).Result(), 7); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTotalWorth(b *testing.B) {
	rows := sample(b, 1e4)
	b.ReportAllocs()
	for b.Loop() {
		attribute(b, addRows(b, rows).Result(), attribution.TotalWorth{}, attribution.Config{})
	}
}

func BenchmarkMarkovShapley(b *testing.B) {
	for _, k := range []int{5, 12, 16, 20} {
		p := randomPaths(b, k, 2000).Result()
		b.Run(strconv.Itoa(k), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				attribute(b, p, attribution.MarkovShapley{}, attribution.Config{})
			}
		})
	}
}

// randomPaths returns n paths over k names.
func randomPaths(tb testing.TB, k, n int) *attribution.PathSet {
	tb.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	set := new(attribution.PathSet)
	for range n {
		p := attribution.Path{Conversions: rng.Int64N(2), Nulls: 1}
		for range 1 + rng.IntN(8) {
			p.Steps = append(p.Steps, fmt.Sprintf("n%02d", rng.IntN(k)))
		}
		if err := set.Add(p); err != nil {
			tb.Fatal(err)
		}
	}
	return set
}

// BenchmarkPathSetAdd adds known paths, which must not allocate.
func BenchmarkPathSetAdd(b *testing.B) {
	for _, n := range []int{1e2, 1e4, 1e6} {
		paths := make([]attribution.Path, 100)
		rng := rand.New(rand.NewPCG(1, 2))
		for i := range paths {
			paths[i].Conversions, paths[i].Value = 1, 2.5
			for range 1 + rng.IntN(10) {
				paths[i].Steps = append(paths[i].Steps, strconv.Itoa(rng.IntN(12)))
			}
		}
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var set attribution.PathSet
				for i := range n {
					if err := set.Add(paths[i%len(paths)]); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// BenchmarkReplicates makes 1,000 replicates of order 1 on PathData.
func BenchmarkReplicates(b *testing.B) {
	p := addRows(b, sample(b, 1e4)).Result()
	b.ReportAllocs()
	for b.Loop() {
		attribute(b, p, attribution.Markov{}, attribution.Config{Replicates: 1000, Source: rand.NewPCG(1, 0)})
	}
}
