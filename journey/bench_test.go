package journey_test

import (
	"math/rand/v2"
	"testing"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/gen/account"
	"github.com/buyerjourney/b2b/internal/gen/reallog"
	"github.com/buyerjourney/b2b/journey"
)

// ingest reads rows of text into a log, through Add.
func ingest(t *reallog.Text) *journey.Log {
	var b journey.Builder
	for _, ids := range t.Cases {
		for i, step := range t.Step {
			b.Add(journey.Event{Journey: ids[t.Case[i]], Step: journey.StepID(step), At: t.At[i], Seq: int64(i)})
		}
	}
	l, _ := b.Build(journey.Identities{})
	return l
}

// BenchmarkBuild reads text into a log, through Add.
func BenchmarkBuild(b *testing.B) {
	reallog.Sizes(b, func(b *testing.B, t *reallog.Text) {
		b.Helper()
		reallog.Measure(b, t.Len(), func() { ingest(t) })
		retained, allocated := footprint(func() *journey.Log { return ingest(t) })
		b.ReportMetric(retained/float64(t.Len()), "retained-B/event")
		b.ReportMetric(allocated/retained, "peak/retained") // at most: as if the collector never ran
	})
}

// BenchmarkCeilingBuild is the least that ingest can do: intern both names, convert the time, sort the rows by case.
func BenchmarkCeilingBuild(b *testing.B) {
	reallog.Sizes(b, func(b *testing.B, t *reallog.Text) {
		b.Helper()
		reallog.Measure(b, t.Len(), func() {
			cases, steps := map[string]uint32{}, map[string]uint32{}
			var of []uint32
			var code []uint16
			var at []int64
			for _, ids := range t.Cases {
				for i, step := range t.Step {
					key := ids[t.Case[i]]
					c, ok := cases[key]
					if !ok {
						c = uint32(len(cases))
						cases[key] = c
					}
					s, ok := steps[step]
					if !ok {
						s = uint32(len(steps))
						steps[step] = s
					}
					of, code, at = append(of, c), append(code, uint16(s)), append(at, t.At[i].UnixMicro())
				}
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
		})
	})
}

// BenchmarkColumns is the bulk way: dictionary-coded columns.
func BenchmarkColumns(b *testing.B) {
	reallog.Sizes(b, func(b *testing.B, t *reallog.Text) {
		b.Helper()
		columns := t.Columns()
		reallog.Measure(b, t.Len(), func() {
			var bl journey.Builder
			for _, c := range columns {
				if err := bl.AddColumns(c); err != nil {
					b.Fatal(err)
				}
			}
			bl.Build(journey.Identities{})
		})
	})
}

// overAccounts runs a benchmark on the composite journeys of the travel permits, and on generated accounts of about 1e2, 1e4 and 1e6
// events. x and y are two kinds of journeys in the log.
func overAccounts(b *testing.B, run func(b *testing.B, l *journey.Log, x, y journey.Kind)) {
	b.Helper()
	b.Run("bpic2020_composite", func(b *testing.B) { run(b, bpic2020(b), "declaration", "prepaid") })
	for _, size := range []struct {
		name     string
		accounts int
	}{{"n=1e2", 2}, {"n=1e4", 200}, {"n=1e6", 20_000}} {
		b.Run(size.name, func(b *testing.B) {
			l, _ := generatedLog(b, account.Config{Accounts: size.accounts, Complaint: .6, Typical: .4, Joint: .5, Seed: 1})
			run(b, l, journey.Purchase, journey.Support)
		})
	}
}

// BenchmarkCrossings answers every question about the crossings of a log.
func BenchmarkCrossings(b *testing.B) {
	overAccounts(b, func(b *testing.B, l *journey.Log, x, y journey.Kind) {
		b.Helper()
		reallog.Measure(b, l.Len(), func() {
			c, err := journey.NewCrossings(l, journey.SpanConfig{})
			if err != nil {
				b.Fatal(err)
			}
			c.Allen()
			c.During()
			c.Interleavings(x, y, false)
			journey.SharedEvents(l)
		})
	})
}

// BenchmarkOverlap makes 999 permutations of the roles of a log, with as many bootstrap replicates.
func BenchmarkOverlap(b *testing.B) {
	overAccounts(b, func(b *testing.B, l *journey.Log, _, _ journey.Kind) {
		b.Helper()
		t := journey.OverlapOf(l, nil)
		reallog.Measure(b, l.Len(), func() {
			o := t.Overlap(journey.Persons)
			if _, err := o.Significance(b.Context(), journey.SignificanceConfig{Source: rand.NewPCG(1, 0)}); err != nil {
				b.Fatal(err)
			}
		})
	})
}

// BenchmarkWhere filters by role.
func BenchmarkWhere(b *testing.B) {
	l := bpic2020(b)
	reallog.Measure(b, l.Len(), func() { l.Where(journey.Filter{Seats: []b2b.SeatID{"EMPLOYEE"}}) })
}
