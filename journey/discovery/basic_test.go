package discovery_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/discovery"
)

// basicOracle is a file basic_LOG: pm4py 2.7.14, equal to plain loops.
type basicOracle struct {
	Cases, Events int
	Counts        map[string]int64 `json:"activity_counts"`
	DFG           [][3]any         `json:"dfg"`
	EFG           [][3]any         `json:"efg"`
	Start, End    map[string]int64
	Footprints    struct{ Sequence, Parallel [][2]string }
	Rework        map[string]int64
	MinSelf       map[string]int64 `json:"min_self_distance"`
	Variants      int              `json:"n_variants"`
	Digest        string           `json:"variants_sha256"`
	Durations     struct{ Min, Mean, Median, Max, Sum float64 }
	Performance   [][3]json.RawMessage `json:"performance_dfg"`
	Handover      struct {
		N   int
		Top [][3]any
	}
}

func edges(list [][3]any) []discovery.Edge {
	out := make([]discovery.Edge, len(list))
	for i, e := range list {
		out[i] = discovery.Edge{From: e[0].(string), To: e[1].(string), Count: int64(e[2].(float64))}
	}
	return out
}

func counts(list []discovery.Count) map[string]int64 {
	m := make(map[string]int64)
	for _, c := range list {
		m[c.Name] = c.Count
	}
	return m
}

func near(got, want float64) bool { return math.Abs(got-want) <= 1e-9*math.Max(1, math.Abs(want)) }

func TestOracleTables(t *testing.T) {
	for _, name := range oracleLogs {
		t.Run(name, func(t *testing.T) {
			var o basicOracle
			oracle(t, "basic_"+name+".json", &o)
			log := realLog(t, name)
			d := discovery.NewDFG(log)
			diff := func(what string, want, got any) {
				t.Helper()
				if s := cmp.Diff(want, got); s != "" {
					t.Errorf("%s (-want +got)\n%.2000s", what, s)
				}
			}
			diff("dfg", edges(o.DFG), d.Edges())
			diff("start", o.Start, counts(d.Starts()))
			diff("end", o.End, counts(d.Ends()))
			diff("steps", o.Counts, counts(d.Steps()))
			if o.EFG != nil {
				diff("efg", edges(o.EFG), discovery.NewFollows(log).Pairs())
			}
			diff("footprints", discovery.Footprint{Sequence: o.Footprints.Sequence, Parallel: o.Footprints.Parallel}, d.Footprint())
			w := discovery.NewRework(log)
			diff("rework", o.Rework, counts(w.Journeys()))
			diff("self distance", o.MinSelf, counts(w.MinSelfDistance()))
			v := discovery.NewVariants(log)
			diff("variants", o.Variants, v.Len())
			diff("digest", o.Digest, discovery.Digest(v.List(0)))
			if got, ok := discovery.Durations(log); !ok || !near(got.Mean, o.Durations.Mean) || !near(got.Median, o.Durations.Median) ||
				!near(got.Min, o.Durations.Min) || !near(got.Max, o.Durations.Max) || !near(got.Sum, o.Durations.Sum) {
				t.Errorf("durations %+v, want %+v", got, o.Durations)
			}
			perf, ok := discovery.Performance(log)
			if !ok || len(perf) != len(o.Performance) {
				t.Fatalf("%d edges with times, want %d", len(perf), len(o.Performance))
			}
			for i, e := range o.Performance {
				var want struct{ From, To string }
				var x struct {
					Mean, Median, Min, Max, Sum, Stdev float64
				}
				for k, into := range []any{&want.From, &want.To, &x} {
					if err := json.Unmarshal(e[k], into); err != nil {
						t.Fatal(err)
					}
				}
				got := perf[i]
				if got.From != want.From || got.To != want.To || got.N != d.Count(journey.StepID(want.From), journey.StepID(want.To)) || !near(got.Mean, x.Mean) || !near(got.Median, x.Median) ||
					!near(got.Min, x.Min) || !near(got.Max, x.Max) || !near(got.Sum, x.Sum) || !near(got.SD, x.Stdev) {
					t.Errorf("edge %+v, want %+v", got, x)
				}
			}
			column := log.Rows().Resource
			if len(o.Handover.Top) > 0 && column.IsPresent() {
				all := discovery.Handover(log, column.At)
				total := int64(0)
				for _, e := range all {
					total += e.Count
				}
				if len(all) != o.Handover.N {
					t.Errorf("%d handovers, want %d", len(all), o.Handover.N)
				}
				share := make(map[[2]string]float64)
				for _, e := range all {
					share[[2]string{e.From, e.To}] = float64(e.Count) / float64(total)
				}
				for _, e := range o.Handover.Top {
					if got := share[[2]string{e[0].(string), e[1].(string)}]; !near(got, e[2].(float64)) {
						t.Errorf("handover %v: %v", e, got)
					}
				}
			}
			accumulated(t, log, d, v, perf)
		})
	}
}

// accumulated compares the accumulators, fed in three parts, with the batch results.
func accumulated(t *testing.T, log *journey.Log, d *discovery.DFG, v *discovery.Variants, perf []discovery.EdgeTimes) {
	t.Helper()
	var graphs [3]discovery.DFG
	var vars [3]discovery.VariantCounts
	var sums [3]discovery.EdgeSums
	var durs [3]discovery.DurationSums
	for j := range log.Journeys() {
		x := log.Journey(j)
		for _, err := range []error{graphs[j%3].Add(x), vars[j%3].Add(x), sums[j%3].Add(x), durs[j%3].Add(x)} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, i := range []int{2, 0} {
		for _, err := range []error{graphs[1].Merge(&graphs[i]), vars[1].Merge(&vars[i]), sums[1].Merge(&sums[i]), durs[1].Merge(&durs[i])} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	want, _ := d.AppendBinary(nil)
	if got, _ := graphs[1].AppendBinary(nil); string(got) != string(want) {
		t.Error("the accumulated graph is another one")
	}
	if discovery.Digest(vars[1].List()) != discovery.Digest(v.List(0)) {
		t.Error("the accumulated variants are others")
	}
	for i, got := range sums[1].Edges() {
		want := perf[i]
		if got.Mean != want.Mean || got.SD != want.SD || got.Sum != want.Sum || got.Min != want.Min || got.Max != want.Max ||
			got.MedianLow > want.Median || got.MedianHigh < want.Median || got.MedianHigh-got.MedianLow > .01*want.Median+1e-9 {
			t.Errorf("accumulated %+v, want %+v", got, want)
		}
	}
}
