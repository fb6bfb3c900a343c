package importance_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/buyerjourney/b2b/touchpoint/importance"
)

// random returns a survey of n rows and p drivers.
func random(tb testing.TB, n, p int, binary bool) *importance.Survey {
	tb.Helper()
	cfg := importance.SurveyConfig{Outcome: "y"}
	for j := range p {
		cfg.Drivers = append(cfg.Drivers, fmt.Sprintf("d%02d", j))
	}
	s := fresh(tb, cfg)
	rng := rand.New(rand.NewPCG(1, 2))
	row := importance.Row{Drivers: make([]importance.Answer, p)}
	for range n {
		mood, y := rng.NormFloat64(), 0.0
		for j := range row.Drivers {
			x := float64(min(5, max(1, int(3+mood+1.2*rng.NormFloat64()))))
			row.Drivers[j] = importance.Answered(x)
			y += x / float64(j+1)
		}
		y += 3 * rng.NormFloat64()
		if binary {
			y = boolean(y > 9)
		}
		row.Outcome = importance.Answered(y)
		if err := s.Add(row); err != nil {
			tb.Fatal(err)
		}
	}
	return s
}

func BenchmarkLMG(b *testing.B) {
	for _, p := range []int{5, 10, 14, 18, 20, 23} {
		s := random(b, 200, p, false)
		b.Run(strconv.Itoa(p), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				analyse(b, s, importance.Config{})
			}
		})
	}
}

// BenchmarkJohnson includes adding the rows; Johnson's weights and all other measures of 10 drivers are found.
func BenchmarkJohnson(b *testing.B) {
	for _, n := range []int{1e2, 1e4, 1e6} {
		s := random(b, n, 10, true)
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				analyse(b, s, importance.Config{Method: importance.Johnson})
			}
		})
	}
	table := airline(b)
	b.Run("airline-119567", func(b *testing.B) {
		s := table.survey(b, "", 0)
		b.ReportAllocs()
		for b.Loop() {
			analyse(b, s, importance.Config{Method: importance.Johnson})
		}
	})
	b.Run("airline-rows-added", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			analyse(b, table.survey(b, "", 0), importance.Config{Method: importance.Johnson})
		}
	})
}

func BenchmarkLogistic(b *testing.B) {
	for _, n := range []int{1e2, 1e4} {
		s := random(b, n, 10, true)
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				analyse(b, s, importance.Config{Method: importance.Logistic})
			}
		})
	}
	s := airline(b).survey(b, "", 0)
	b.Run("airline-119567", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			analyse(b, s, importance.Config{Method: importance.Logistic})
		}
	})
}

// BenchmarkReplicates makes 1,000 replicates of Johnson's weights over 2,000 rows and 14 drivers.
func BenchmarkReplicates(b *testing.B) {
	s := random(b, 2000, 14, false)
	b.ReportAllocs()
	for b.Loop() {
		analyse(b, s, importance.Config{Method: importance.Johnson, Replicates: 1000, Source: rand.NewPCG(1, 0)})
	}
}
