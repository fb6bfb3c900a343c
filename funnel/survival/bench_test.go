package survival_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/buyerjourney/b2b/funnel/survival"
)

func randomSpells(n, causes int, whole bool) []survival.Spell {
	r := rand.New(rand.NewPCG(1, 0))
	out := make([]survival.Spell, n)
	for i := range out {
		t := r.ExpFloat64() * 100
		if whole {
			t = math.Ceil(t)
		}
		out[i] = survival.Spell{Exit: t, Cause: r.IntN(causes + 1), Case: i}
	}
	return out
}

func BenchmarkKaplanMeier(b *testing.B) {
	for _, c := range []struct {
		name  string
		n     int
		whole bool
	}{{"1e2 distinct", 100, false}, {"1e4 distinct", 1e4, false}, {"1e6 distinct", 1e6, false}, {"1e6 daily ties", 1e6, true}} {
		b.Run(c.name, func(b *testing.B) {
			spells := randomSpells(c.n, 1, c.whole)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := survival.KaplanMeier(spells, survival.Config{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAalenJohansen(b *testing.B) {
	for _, c := range []struct {
		name string
		n    int
	}{{"1e2, 2 causes, with se", 100}, {"1e5, 2 causes, with se", 1e5}, {"1e6, 2 causes, with se", 1e6}} {
		b.Run(c.name, func(b *testing.B) {
			spells := randomSpells(c.n, 2, false)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := survival.AalenJohansen(spells, 2, survival.Config{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
