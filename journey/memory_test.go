package journey_test

import (
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/touchpoint"
)

// footprint returns the bytes of the heap that a log retains, and those that building it allocated in all: the peak cannot be
// higher, however seldom the collector runs.
func footprint(build func() *journey.Log) (retained, allocated float64) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	l := build()
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(l)
	return float64(after.HeapAlloc) - float64(before.HeapAlloc), float64(after.TotalAlloc - before.TotalAlloc)
}

// TestFootprint holds the memory of a log, and the peak of building it to three times that: per row, with 25 rows a journey.
func TestFootprint(t *testing.T) {
	const rows = 250_000
	names := make([]string, rows/25)
	for i := range names {
		names[i] = strconv.Itoa(100_000 + i)
	}
	for _, c := range []struct {
		name     string
		retained float64 // the bar
		event    func(i int) journey.Event
	}{
		{"core", 16, func(int) journey.Event { return journey.Event{} }},
		{"with a sequence", 24, func(i int) journey.Event { return journey.Event{Seq: int64(i)} }},
		{"with person, account, role and touchpoint", 40, func(i int) journey.Event {
			return journey.Event{
				Person: b2b.PersonID(names[i/50]), Account: b2b.AccountID(names[i/500]), Seat: b2b.SeatID(names[i%5]), Touchpoint: touchpoint.ID(names[i%7]),
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			retained, allocated := footprint(func() *journey.Log {
				var b journey.Builder
				for i := range rows {
					e := c.event(i)
					e.Journey, e.Step, e.At = names[i/25], journey.StepID(names[i%24]), epoch.Add(time.Duration(i)*time.Minute)
					b.Add(e)
				}
				l, _ := b.Build(journey.Identities{})
				return l
			})
			t.Logf("retained %.1f, allocated %.1f B/row", retained/rows, allocated/rows)
			if retained > c.retained*rows {
				t.Errorf("%.2f B/row retained, want at most %.0f", retained/rows, c.retained)
			}
			if allocated > 3*retained {
				t.Errorf("%.2f times what is retained is allocated, want at most 3", allocated/retained)
			}
		})
	}
}
