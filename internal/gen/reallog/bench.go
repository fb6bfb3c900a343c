package reallog

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"testing"
	"time"
)

// Sizes runs a benchmark on bpic2012, once, ten and a hundred times with other case ids, and on generated logs, under the names
// bpic2012x1, bpic2012x10, bpic2012x100 and n=1e2, n=1e4, n=1e6. What needs the data is skipped without it, and so are the 26
// million events of the hundred copies under -short.
func Sizes(b *testing.B, run func(b *testing.B, t *Text)) {
	b.Helper()
	for _, times := range []int{1, 10, 100} {
		b.Run(fmt.Sprintf("bpic2012x%d", times), func(b *testing.B) {
			if times > 10 && testing.Short() {
				b.Skip("-short: 26,220,000 events take gigabytes and minutes")
			}
			run(b, ReadText(b, "bpic2012", times))
		})
	}
	for _, power := range []int{2, 4, 6} {
		n := 1
		for range power {
			n *= 10
		}
		b.Run("n=1e"+strconv.Itoa(power), func(b *testing.B) { run(b, Generate(n)) })
	}
}

// Generate makes n rows: journeys of twenty rows over 24 steps at random times, so that they are out of order.
func Generate(n int) *Text {
	r := rand.New(rand.NewPCG(1, 0))
	epoch := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	t := new(Text)
	var cases []string
	for i := range n {
		if i%20 == 0 {
			cases = append(cases, "case "+strconv.Itoa(i/20))
		}
		t.Case = append(t.Case, uint32(i/20))
		t.Step = append(t.Step, "step "+strconv.Itoa(r.IntN(24)))
		t.At = append(t.At, epoch.Add(time.Duration(r.IntN(1e9))*time.Millisecond))
	}
	t.repeat(cases, 1)
	return t
}

// Measure runs f in a benchmark's loop and reports events/s, ns/event, and the bytes that it allocates as B/event.
func Measure(b *testing.B, events int, f func()) {
	b.Helper()
	var before, after runtime.MemStats
	runtime.GC() // of what reading left behind
	b.ReportAllocs()
	runtime.ReadMemStats(&before)
	for b.Loop() {
		f()
	}
	runtime.ReadMemStats(&after)
	n := float64(events) * float64(b.N)
	b.ReportMetric(n/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(b.Elapsed().Seconds()*1e9/n, "ns/event")
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/n, "B/event")
}
