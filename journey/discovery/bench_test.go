package discovery_test

import (
	"fmt"
	"io"
	"strconv"
	"testing"

	"github.com/buyerjourney/b2b/internal/gen/reallog"
	"github.com/buyerjourney/b2b/internal/realdata"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/discovery"
	"github.com/buyerjourney/b2b/journey/object"
)

// sizes runs a benchmark on bpic2012, once and repeated, and on generated logs.
func sizes(b *testing.B, run func(*journey.Log)) {
	b.Helper()
	reallog.Sizes(b, func(b *testing.B, t *reallog.Text) {
		b.Helper()
		log := t.Log(b)
		reallog.Measure(b, log.Len(), func() { run(log) })
	})
}

func BenchmarkDFG(b *testing.B) { sizes(b, func(l *journey.Log) { discovery.NewDFG(l) }) }

// BenchmarkCeilingDFG is the tight loop: one pass over the codes that adds to a table.
func BenchmarkCeilingDFG(b *testing.B) {
	sizes(b, func(l *journey.Log) {
		k := len(l.Steps())
		table, start, end := make([]int64, k*k), make([]int64, k), make([]int64, k)
		r := l.Rows()
		for j := 1; j < len(r.Offsets); j++ {
			run := r.Narrow[r.Offsets[j-1]:r.Offsets[j]]
			start[run[0]]++
			for i := 1; i < len(run); i++ {
				table[int(run[i-1])*k+int(run[i])]++
			}
			end[run[len(run)-1]]++
		}
	})
}

func BenchmarkVariants(b *testing.B) { sizes(b, func(l *journey.Log) { discovery.NewVariants(l) }) }

// BenchmarkCeilingVariants is the tight loop: hash each journey's codes and count the hashes.
func BenchmarkCeilingVariants(b *testing.B) {
	sizes(b, func(l *journey.Log) {
		r := l.Rows()
		seen := make(map[uint64]int64)
		for j := 1; j < len(r.Offsets); j++ {
			h := uint64(14695981039346656037)
			for _, c := range r.Narrow[r.Offsets[j-1]:r.Offsets[j]] {
				h = (h ^ uint64(c)) * 1099511628211
			}
			seen[h]++
		}
	})
}

func BenchmarkPerformance(b *testing.B) { sizes(b, func(l *journey.Log) { discovery.Performance(l) }) }

func BenchmarkDurations(b *testing.B) { sizes(b, func(l *journey.Log) { discovery.Durations(l) }) }

func BenchmarkFollows(b *testing.B) { sizes(b, func(l *journey.Log) { discovery.NewFollows(l) }) }

// BenchmarkRealistic includes the variants: it is all that a caller does with a log.
func BenchmarkRealistic(b *testing.B) {
	sizes(b, func(l *journey.Log) {
		if _, err := discovery.Realistic(l, discovery.RealisticConfig{}); err != nil {
			b.Fatal(err)
		}
	})
}

func BenchmarkObjectDFG(b *testing.B) {
	b.Run("order_management", func(b *testing.B) {
		data, err := io.ReadAll(realdata.Open(b, "journey/ocel2_order_management.json.gz"))
		if err != nil {
			b.Fatal(err)
		}
		o, _, err := object.ParseOCEL(data)
		if err != nil {
			b.Fatal(err)
		}
		reallog.Measure(b, len(o.Events()), func() { discovery.ObjectDFG(o) })
	})
}

func BenchmarkInductive(b *testing.B) {
	run := func(b *testing.B, l *journey.Log, noise float64) {
		b.Helper()
		v := discovery.NewVariants(l).List(0)
		reallog.Measure(b, l.Len(), func() {
			if _, err := discovery.Inductive(v, noise); err != nil {
				b.Fatal(err)
			}
		})
	}
	for _, noise := range []float64{0, .2} {
		b.Run(fmt.Sprintf("bpic2012/noise=%v", noise), func(b *testing.B) { run(b, realLog(b, "bpic2012"), noise) })
	}
	for _, n := range []int{100, 10_000} { // a million rows at random are half a million variants of nothing
		b.Run("n=1e"+strconv.Itoa(len(strconv.Itoa(n))-1), func(b *testing.B) { run(b, reallog.Generate(n).Log(b), .2) })
	}
}

func BenchmarkOM(b *testing.B) {
	s := mvad(b)
	for _, c := range []struct {
		name string
		d    discovery.Distances
	}{
		{"mvad/constant", discovery.Distances{Method: discovery.OptimalMatching}},
		{"mvad/TRATE", discovery.Distances{Method: discovery.OptimalMatching, Substitution: s.SubstitutionRates()}},
	} {
		b.Run(c.name, func(b *testing.B) {
			pairs := s.Len() * (s.Len() - 1) / 2
			reallog.Measure(b, pairs, func() { compare(b, s, c.d) }) // events are pairs
		})
	}
}
