package discovery_test

import (
	"fmt"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/buyerjourney/b2b/internal/gen/reallog"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/discovery"
)

// generated makes a log of n rows: journeys of ten rows over twenty steps, by a small fixed congruence.
func generated(tb testing.TB, n int) *journey.Log {
	tb.Helper()
	var c journey.Columns
	for i := range 20 {
		c.Step.Names = append(c.Step.Names, fmt.Sprintf("step %02d", i))
	}
	x := uint32(1)
	for i := range n {
		if i%10 == 0 {
			c.Journey.Names = append(c.Journey.Names, fmt.Sprintf("j%07d", i/10))
		}
		x = x*1664525 + 1013904223
		c.Journey.Codes = append(c.Journey.Codes, uint32(i/10))
		c.Step.Codes = append(c.Step.Codes, uint32(i%10)+(x>>30)*3)
		c.At = append(c.At, int64(i)*int64(time.Minute/time.Microsecond))
	}
	b, err := journey.NewBuilder(journey.Config{})
	if err != nil {
		tb.Fatal(err)
	}
	if err := b.AddColumns(c); err != nil {
		tb.Fatal(err)
	}
	l, _ := b.Build(journey.Identities{})
	return l
}

// sizes runs a benchmark on bpic2012, once and repeated, and on generated logs; it reports events per second and bytes per
// event.
func sizes(b *testing.B, run func(*journey.Log)) {
	b.Helper()
	measure := func(name string, read func(testing.TB) *journey.Log) {
		b.Run(name, func(b *testing.B) {
			log := read(b)
			runtime.GC() // of what reading left behind
			b.ReportAllocs()
			b.ResetTimer()
			for b.Loop() {
				run(log)
			}
			events := float64(log.Len())
			b.ReportMetric(events*float64(b.N)/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/events, "ns/event")
		})
	}
	for _, times := range []int{1, 10, 100} {
		measure(fmt.Sprintf("bpic2012x%d", times), func(tb testing.TB) *journey.Log {
			tb.Helper()
			if times > 10 && testing.Short() {
				tb.Skip("26 million events")
			}
			return reallog.Read(tb, "bpic2012", times)
		})
	}
	for _, n := range []int{100, 10_000, 1_000_000} {
		measure("n=1e"+strconv.Itoa(len(strconv.Itoa(n))-1), func(tb testing.TB) *journey.Log {
			tb.Helper()
			return generated(tb, n)
		})
	}
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

func BenchmarkInductive(b *testing.B) {
	for _, noise := range []float64{0, .2} {
		b.Run(fmt.Sprintf("bpic2012/noise=%v", noise), func(b *testing.B) {
			v := discovery.NewVariants(realLog(b, "bpic2012")).List(0)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := discovery.Inductive(v, noise); err != nil {
					b.Fatal(err)
				}
			}
		})
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
			b.ReportAllocs()
			for b.Loop() {
				compare(b, s, c.d)
			}
		})
	}
}
