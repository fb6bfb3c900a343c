package inference_test

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/dmu/inference"
)

// manyPersons makes n persons of 7 seats with 5 distinct steps each out of 40, in the order of their names.
func manyPersons(n int) []dmu.PersonSteps {
	rng := rand.New(rand.NewPCG(1, 2))
	names := make([]string, 40)
	for i := range names {
		names[i] = "step " + strconv.Itoa(100+i)
	}
	all := make([]dmu.PersonSteps, n)
	steps := make([]dmu.StepCount, 5*n)
	for i := range all {
		seat := rng.IntN(7)
		at := rng.IntN(8)
		mine := steps[5*i : 5*i+5]
		for k := range mine {
			mine[k] = dmu.StepCount{Step: names[(at+seat)%8+k*8], N: int64(1 + rng.IntN(4))}
		}
		all[i] = dmu.PersonSteps{
			Person: b2b.PersonID(strconv.Itoa(i)), Seat: b2b.SeatID("seat " + strconv.Itoa(seat)), Steps: mine,
		}
	}
	return all
}

var sizes = []struct {
	name string
	n    int
}{{"1e2", 100}, {"1e4", 10_000}, {"1e6", 1_000_000}}

func perPerson(b *testing.B, n int) {
	b.Helper()
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "persons/s")
}

func BenchmarkScore(b *testing.B) {
	for _, size := range sizes {
		b.Run(size.name, func(b *testing.B) {
			persons := manyPersons(size.n)
			m := train(b, persons, inference.Config{})
			p := make([]float64, len(m.Seats()))
			b.ReportAllocs()
			for b.Loop() {
				for i := range persons {
					m.Score(p, persons[i].Steps, "")
				}
			}
			perPerson(b, size.n)
		})
	}
}

func BenchmarkTrain(b *testing.B) {
	for _, size := range sizes {
		b.Run(size.name, func(b *testing.B) {
			persons := manyPersons(size.n)
			b.ReportAllocs()
			for b.Loop() {
				var t inference.Trainer
				for i := range persons {
					if err := t.Add(persons[i]); err != nil {
						b.Fatal(err)
					}
				}
			}
			perPerson(b, size.n)
		})
	}
}

func BenchmarkLeaveOneOut(b *testing.B) {
	for _, size := range sizes[:2] {
		b.Run(size.name, func(b *testing.B) {
			persons := manyPersons(size.n)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := inference.Evaluate(persons, inference.Config{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkJoint(b *testing.B) {
	b.Run("n12r7", func(b *testing.B) {
		rng := rand.New(rand.NewPCG(1, 2))
		var cfg inference.JointConfig
		for r := range 7 {
			id := b2b.SeatID(rune('a' + r))
			cfg.Seats = append(cfg.Seats, id)
			cfg.Limits = append(cfg.Limits, inference.Limit{Seat: id, Max: 2})
		}
		for range 12 {
			row := make([]float64, 7)
			for r := range row {
				row[r] = rng.Float64()
			}
			cfg.P = append(cfg.P, row)
		}
		b.ReportAllocs()
		for b.Loop() {
			if _, err := inference.Joint(cfg); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkDiscover(b *testing.B) {
	for _, size := range []struct {
		name           string
		steps, persons int
	}{{"24x27", 24, 27}, {"300x1e3", 300, 1000}} {
		b.Run(size.name, func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 2))
			persons := make([]dmu.PersonSteps, size.persons)
			for i := range persons {
				persons[i].Person = b2b.PersonID(strconv.Itoa(i))
				for s := range size.steps {
					if n := rng.Int64N(20); s%8 == i%8 || n > 15 {
						persons[i].Steps = append(persons[i].Steps, dmu.StepCount{Step: strconv.Itoa(s), N: n})
					}
				}
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := inference.Discover(persons, 0); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
