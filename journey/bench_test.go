package journey_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/journey"
)

// record is one row of a log as text, as a reader hands it on.
type record struct {
	key, step string
	at        time.Time
}

// bpic2012 returns the rows of the log times copies, each copy under case ids of its own.
func bpic2012(b *testing.B, times int) []record {
	b.Helper()
	rows := rowsOf(b, "bpic2012.csv.gz")
	out := make([]record, 0, times*len(rows))
	for k := range times {
		for _, r := range rows {
			key := r[0]
			if k > 0 {
				key += "." + strconv.Itoa(k)
			}
			at, err := time.Parse(time.RFC3339Nano, r[2])
			if err != nil {
				b.Fatal(err)
			}
			out = append(out, record{key, r[1], at})
		}
	}
	return out
}

func generated(n int) []record {
	r := rand.New(rand.NewPCG(1, 0))
	out := make([]record, n)
	for i := range out {
		out[i] = record{"case " + strconv.Itoa(i/20), "step " + strconv.Itoa(r.IntN(24)), epoch.Add(time.Duration(r.IntN(1e9)) * time.Millisecond)}
	}
	return out
}

func ingest(records []record) *journey.Log {
	var b journey.Builder
	for i := range records {
		r := &records[i]
		b.Add(journey.Event{Journey: r.key, Step: journey.StepID(r.step), At: r.at, Seq: int64(i)})
	}
	l, _ := b.Build(journey.Identities{})
	return l
}

// forSizes runs a benchmark on the real log, one, ten and a hundred times, and on generated ones.
func forSizes(b *testing.B, run func(b *testing.B, records []record)) {
	b.Helper()
	for _, x := range []int{1, 10, 100} {
		b.Run(fmt.Sprintf("bpic2012x%d", x), func(b *testing.B) {
			if x == 100 && testing.Short() {
				b.Skip("26 million events take 4 GB")
			}
			run(b, bpic2012(b, x))
		})
	}
	for _, n := range []int{1e2, 1e4, 1e6} {
		b.Run(fmt.Sprintf("n=%.0e", float64(n)), func(b *testing.B) { run(b, generated(n)) })
	}
}

func perEvent(b *testing.B, events int) {
	b.Helper()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(events), "ns/event")
	b.ReportMetric(float64(events)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkBuild reads records of text into a log, through Add.
func BenchmarkBuild(b *testing.B) {
	forSizes(b, func(b *testing.B, records []record) {
		b.Helper()
		b.ReportAllocs()
		var l *journey.Log
		for b.Loop() {
			l = ingest(records)
		}
		perEvent(b, len(records))
		b.StopTimer()
		events := l.Len()
		l = nil
		b.ReportMetric(retained(func() any { return ingest(records) })/float64(events), "B/event")
		runtime.KeepAlive(records)
	})
}

// retained returns the bytes that stay in memory when only the result is kept.
func retained(build func() any) float64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	x := build()
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(x)
	return float64(after.HeapAlloc) - float64(before.HeapAlloc)
}

// BenchmarkCeilingBuild is the least that ingest can do: intern both names, convert the time, sort the rows by case.
func BenchmarkCeilingBuild(b *testing.B) {
	forSizes(b, func(b *testing.B, records []record) {
		b.Helper()
		b.ReportAllocs()
		for b.Loop() {
			cases, steps := map[string]uint32{}, map[string]uint32{}
			var of []uint32
			var code []uint16
			var at []int64
			for _, r := range records {
				c, ok := cases[r.key]
				if !ok {
					c = uint32(len(cases))
					cases[r.key] = c
				}
				s, ok := steps[r.step]
				if !ok {
					s = uint32(len(steps))
					steps[r.step] = s
				}
				of, code, at = append(of, c), append(code, uint16(s)), append(at, r.at.UnixMicro())
			}
			offsets := make([]uint32, len(cases)+1)
			for _, c := range of {
				offsets[c+1]++
			}
			for i := range len(cases) {
				offsets[i+1] += offsets[i]
			}
			codes, times := make([]uint16, len(of)), make([]int64, len(of))
			for i, c := range of {
				codes[offsets[c]], times[offsets[c]] = code[i], at[i]
				offsets[c]++
			}
		}
		perEvent(b, len(records))
	})
}

// BenchmarkColumns is the bulk way: dictionary-coded columns.
func BenchmarkColumns(b *testing.B) {
	forSizes(b, func(b *testing.B, records []record) {
		b.Helper()
		var c journey.Columns
		keys, steps := map[string]uint32{}, map[string]uint32{}
		for i, r := range records {
			k, ok := keys[r.key]
			if !ok {
				k = uint32(len(keys))
				keys[r.key] = k
				c.Journey.Names = append(c.Journey.Names, r.key)
			}
			s, ok := steps[r.step]
			if !ok {
				s = uint32(len(steps))
				steps[r.step] = s
				c.Step.Names = append(c.Step.Names, r.step)
			}
			c.Journey.Codes, c.Step.Codes = append(c.Journey.Codes, k), append(c.Step.Codes, s)
			c.At, c.Seq = append(c.At, r.at.UnixMicro()), append(c.Seq, int64(i))
		}
		b.ReportAllocs()
		for b.Loop() {
			var bl journey.Builder
			if err := bl.AddColumns(c); err != nil {
				b.Fatal(err)
			}
			bl.Build(journey.Identities{})
		}
		perEvent(b, len(records))
	})
}

// BenchmarkCrossings answers every question about the crossings of the travel permits.
func BenchmarkCrossings(b *testing.B) {
	l := bpic2020(b)
	b.ReportAllocs()
	for b.Loop() {
		c, err := journey.NewCrossings(l, journey.SpanConfig{})
		if err != nil {
			b.Fatal(err)
		}
		c.Allen()
		c.During()
		c.Interleavings("declaration", "prepaid", false)
		journey.SharedEvents(l)
	}
	perEvent(b, l.Len())
}

// BenchmarkOverlap makes 999 permutations of the roles of the travel permits, with as many bootstrap replicates.
func BenchmarkOverlap(b *testing.B) {
	l := bpic2020(b)
	t := journey.OverlapOf(l, nil)
	b.ReportAllocs()
	for b.Loop() {
		o := t.Overlap(journey.Persons)
		if _, err := o.Significance(b.Context(), journey.SignificanceConfig{Source: rand.NewPCG(1, 0)}); err != nil {
			b.Fatal(err)
		}
	}
	perEvent(b, l.Len())
}

// BenchmarkWhere filters by role.
func BenchmarkWhere(b *testing.B) {
	l := bpic2020(b)
	b.ReportAllocs()
	for b.Loop() {
		l.Where(journey.Filter{Seats: []b2b.SeatID{"EMPLOYEE"}})
	}
	perEvent(b, l.Len())
}
