package funnel_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
	"github.com/buyerjourney/b2b/internal/law"
	"github.com/buyerjourney/b2b/internal/realdata"
)

var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// Levels by ClickHouse 26.7, 400 users, 24 windows and modes.
func TestReachAgainstClickHouse(t *testing.T) {
	var o struct {
		Cases []struct {
			Window int
			Modes  []string
			Levels []int
			Counts []int `json:"count_by_level"`
		}
	}
	if err := json.Unmarshal(realdata.Oracle(t, "funnel/window_funnel_clickhouse.json"), &o); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(realdata.Oracle(t, "funnel/funnel_events.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var events []funnel.StepEvent
	for i, row := range rows[1:] {
		unit, err1 := strconv.Atoi(row[0])
		at, err2 := strconv.Atoi(row[1])
		if err1 != nil || err2 != nil {
			t.Fatal(row)
		}
		events = append(events, funnel.StepEvent{
			Unit: unit, At: epoch.Add(time.Duration(at) * time.Second), ID: strconv.Itoa(i),
			Step: slices.Index([]string{"A", "B", "C", "D"}, row[2]), // −1 is NoStep
		})
	}
	modes := map[string]funnel.ReachMode{
		"strict_order": funnel.StrictOrder, "allow_reentry": funnel.AllowReentry, "strict_increase": funnel.StrictIncrease,
		"strict_deduplication": funnel.StrictDeduplication, "strict_once": funnel.StrictOnce,
	}
	for _, c := range o.Cases {
		var mode funnel.ReachMode
		for _, m := range c.Modes {
			mode |= modes[m]
		}
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		r, rejected, err := funnel.Reach(events, funnel.ReachConfig{Steps: 4, Within: time.Duration(c.Window) * time.Second, Mode: mode})
		if err != nil || len(rejected) > 0 {
			t.Fatal(err, rejected)
		}
		var levels []int
		for _, u := range r.Units {
			for len(levels) < u.Unit {
				levels = append(levels, 0)
			}
			levels = append(levels, u.Level)
		}
		wrong := 0
		for i, want := range c.Levels {
			got := 0
			if i < len(levels) {
				got = levels[i]
			}
			if got != want {
				wrong++
			}
		}
		if wrong > 0 {
			t.Errorf("window %d, modes %v: %d of %d users differ", c.Window, c.Modes, wrong, len(c.Levels))
		}
	}
}

func TestReachLoans(t *testing.T) {
	var o struct {
		BPI12 []struct {
			Days    int `json:"window_days"`
			Reached []int
		}
	}
	if err := json.Unmarshal(realdata.Oracle(t, "funnel/window_funnel_clickhouse.json"), &o); err != nil {
		t.Fatal(err)
	}
	s := bpiBook(t).At(b2b.View{At: bpiEnd})
	var steps []funnel.Target
	for _, stage := range []funnel.Stage{"Submitted", "Preaccepted", "Accepted", "Finalized", "Returned", "Won"} {
		steps = append(steps, funnel.Target{Stages: []funnel.Stage{stage}})
	}
	events := s.StepEvents(steps...)
	for _, c := range o.BPI12 {
		r, _, err := funnel.Reach(events, funnel.ReachConfig{Steps: 6, Within: time.Duration(c.Days) * 24 * time.Hour, AsOf: bpiEnd})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.Reached, r.Steps); diff != "" {
			t.Errorf("%d days (-want +got):\n%s", c.Days, diff)
		}
		if r.Started != r.Completed+r.Failures+r.Censored {
			t.Errorf("%d days: %d started, but %d + %d + %d", c.Days, r.Started, r.Completed, r.Failures, r.Censored)
		}
	}
}

func genUnit() *rapid.Generator[[]funnel.StepEvent] {
	return rapid.Custom(func(t *rapid.T) []funnel.StepEvent {
		n := rapid.IntRange(1, 8).Draw(t, "n")
		rows := make([]funnel.StepEvent, n)
		for i := range rows {
			rows[i] = funnel.StepEvent{
				At: epoch.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "at")) * time.Hour), ID: strconv.Itoa(i),
				Step: rapid.IntRange(funnel.Excluded, 2).Draw(t, "step"),
			}
		}
		return rows
	})
}

func TestReachAccumulator(t *testing.T) {
	fresh := func() *funnel.ReachAcc {
		a, err := funnel.NewReachAcc(funnel.ReachConfig{Steps: 3, Within: 5 * time.Hour, AsOf: epoch.Add(20 * time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	law.Accumulator(t, fresh, genUnit())
}

// naiveLevel tries every chain of steps.
func naiveLevel(rows []funnel.StepEvent, steps int, within time.Duration) int {
	rows = slices.Clone(rows)
	slices.SortFunc(rows, func(a, b funnel.StepEvent) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return a.Step - b.Step
	})
	best := 0
	var from func(i, step int, start time.Time)
	from = func(i, step int, start time.Time) {
		best = max(best, step)
		if step == steps {
			return
		}
		for j := i; j < len(rows); j++ {
			if rows[j].Step == funnel.Excluded && step > 0 {
				return
			}
			if rows[j].Step != step {
				continue
			}
			begin := start
			if step == 0 {
				begin = rows[j].At
			}
			if rows[j].At.Sub(begin) <= within {
				from(j+1, step+1, begin)
			}
		}
	}
	from(0, 0, time.Time{})
	return best
}

func propReachIsTheLongestChain(t *rapid.T) {
	rows := genUnit().Draw(t, "rows")
	within := time.Duration(rapid.IntRange(1, 12).Draw(t, "within")) * time.Hour
	r, _, err := funnel.Reach(rows, funnel.ReachConfig{Steps: 3, Within: within})
	if err != nil {
		t.Fatal(err)
	}
	if want := naiveLevel(rows, 3, within); r.Units[0].Level != want {
		t.Fatalf("level: got %d, want %d", r.Units[0].Level, want)
	}
}

func TestReachIsTheLongestChain(t *testing.T) { rapid.Check(t, propReachIsTheLongestChain) }

func FuzzReach(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propReachIsTheLongestChain)) }

// One event that matches two steps serves both, unless each may serve once.
func TestStrictOnce(t *testing.T) {
	rows := []funnel.StepEvent{{At: epoch, ID: "a", Step: 0}, {At: epoch, ID: "a", Step: 1}}
	for mode, want := range map[funnel.ReachMode]int{0: 2, funnel.StrictOnce: 1} {
		r, _, err := funnel.Reach(rows, funnel.ReachConfig{Steps: 2, Within: time.Hour, Mode: mode})
		if err != nil || r.Units[0].Level != want {
			t.Errorf("mode %d: got level %d, want %d (%v)", mode, r.Units[0].Level, want, err)
		}
	}
	// An event before it may serve the first step instead.
	rows = append(rows, funnel.StepEvent{At: epoch.Add(-time.Minute), ID: "b", Step: 0})
	r, _, err := funnel.Reach(rows, funnel.ReachConfig{Steps: 2, Within: time.Hour, Mode: funnel.StrictOnce})
	if err != nil || r.Units[0].Level != 2 {
		t.Errorf("two events: got level %d, want 2 (%v)", r.Units[0].Level, err)
	}
}

func windowRows(events, users int) []funnel.StepEvent {
	r := rand.New(rand.NewPCG(1, 0))
	rows := make([]funnel.StepEvent, events)
	for i := range rows {
		rows[i] = funnel.StepEvent{Unit: r.IntN(users), At: epoch.Add(time.Duration(r.IntN(30*86400)) * time.Second), Step: r.IntN(5) - 1}
	}
	return rows
}

func BenchmarkWindow(b *testing.B) {
	for _, c := range []struct {
		name          string
		events, users int
	}{{"1e2", 100, 10}, {"1e4", 10_000, 1000}, {"1e6 events 1e5 users", 1_000_000, 100_000}, {"1e7 events 1e6 users", 10_000_000, 1_000_000}} {
		b.Run(c.name, func(b *testing.B) {
			if c.events > 1_000_000 && testing.Short() {
				b.Skip("ten million rows take a gigabyte")
			}
			rows := windowRows(c.events, c.users)
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := funnel.Reach(rows, funnel.ReachConfig{Steps: 4, Within: 7 * 24 * time.Hour}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Units may have any numbers: sparse ones give what dense ones do; what cannot be used is listed.
func TestReachSparseUnits(t *testing.T) {
	rows := windowRows(500, 40)
	config := funnel.ReachConfig{Steps: 4, Within: 20 * 24 * time.Hour}
	want, _, err := funnel.Reach(rows, config)
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		rows[i].Unit *= 1_000_000_007
	}
	rows = append(rows, funnel.StepEvent{Unit: -1, At: epoch}, funnel.StepEvent{Step: 4, At: epoch}, funnel.StepEvent{})
	got, rejected, err := funnel.Reach(rows, config)
	if err != nil {
		t.Fatal(err)
	}
	for i := range got.Units {
		got.Units[i].Unit /= 1_000_000_007
	}
	if diff := cmp.Diff(want, got, exported); diff != "" {
		t.Errorf("(-dense +sparse):\n%s", diff)
	}
	wantRejected := []b2b.Rejection{
		{Index: 500, Path: "rows[500].unit", Reason: "negative"},
		{Index: 501, Path: "rows[501].step", Reason: "outside 0..3"},
		{Index: 502, Path: "rows[502].at", Reason: "no time"},
	}
	if diff := cmp.Diff(wantRejected, rejected); diff != "" {
		t.Errorf("rejected (-want +got):\n%s", diff)
	}
	if _, _, err := funnel.Reach(nil, funnel.ReachConfig{Steps: 99, Within: -1, Mode: 255, Level: 2}); err == nil {
		t.Error("a configuration without sense is taken")
	}
}
