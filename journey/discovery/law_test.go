package discovery_test

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/law"
	"github.com/buyerjourney/b2b/journey"
	"github.com/buyerjourney/b2b/journey/discovery"
)

var epoch = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// drawLog draws a log of up to n journeys over up to five steps, with times that may be equal.
func drawLog(t *rapid.T, n int) *journey.Log {
	var b journey.Builder
	for i := range rapid.IntRange(1, n).Draw(t, "journeys") {
		at := epoch
		for k := range rapid.IntRange(1, 6).Draw(t, "length") {
			at = at.Add(time.Duration(rapid.SampledFrom([]int64{0, 1, 60, 86_400, 1_000_000}).Draw(t, "pause")) * time.Second)
			b.Add(journey.Event{
				Journey: strconv.Itoa(i), Step: journey.StepID(rapid.SampledFrom([]string{"a", "b", "c", "dé", "e"}).Draw(t, "step")),
				At: at, Seq: int64(k), Precision: b2b.Second,
			})
		}
	}
	l, _ := b.Build(journey.Identities{})
	return l
}

// genJourney draws a journey of a log of its own, so that accumulators see many logs; now and then the zero value.
var genJourney = rapid.Custom(func(t *rapid.T) journey.Journey {
	if rapid.IntRange(0, 9).Draw(t, "zero") == 9 {
		return journey.Journey{}
	}
	return drawLog(t, 1).Journey(0)
})

func TestLaws(t *testing.T) {
	t.Run("DFG", func(t *testing.T) {
		law.Accumulator(t, func() *discovery.DFG { return new(discovery.DFG) }, genJourney)
	})
	t.Run("Follows", func(t *testing.T) {
		law.Accumulator(t, func() *discovery.Follows { return new(discovery.Follows) }, genJourney)
	})
	t.Run("Rework", func(t *testing.T) {
		law.Accumulator(t, func() *discovery.Rework { return new(discovery.Rework) }, genJourney)
	})
	t.Run("Loops", func(t *testing.T) {
		law.Accumulator(t, func() *discovery.Loops { return new(discovery.Loops) }, genJourney)
	})
	t.Run("VariantCounts", func(t *testing.T) {
		law.Accumulator(t, func() *discovery.VariantCounts { return new(discovery.VariantCounts) }, genJourney)
	})
	t.Run("EdgeSums", func(t *testing.T) {
		law.Accumulator(t, func() *discovery.EdgeSums { return new(discovery.EdgeSums) }, genJourney)
	})
	t.Run("DurationSums", func(t *testing.T) {
		law.Accumulator(t, func() *discovery.DurationSums { return new(discovery.DurationSums) }, genJourney)
	})
}

// propBatch compares the tables of a whole log with accumulators and with plain loops.
func propBatch(t *rapid.T) {
	log := drawLog(t, 8)
	batch := discovery.NewDFG(log)
	var parts [2]discovery.DFG
	pairs, follows := make(map[[2]string]int64), make(map[[2]string]int64)
	edges := int64(0)
	for i := range log.Journeys() {
		j := log.Journey(i)
		if err := parts[i%2].Add(j); err != nil {
			t.Fatal(err)
		}
		for a := range j.Len() {
			for b := a + 1; b < j.Len(); b++ {
				key := [2]string{string(j.Step(a)), string(j.Step(b))}
				follows[key]++
				if b == a+1 {
					pairs[key]++
					edges++
				}
			}
		}
	}
	if err := parts[0].Merge(&parts[1]); err != nil {
		t.Fatal(err)
	}
	x, _ := batch.AppendBinary(nil)
	y, _ := parts[0].AppendBinary(nil)
	if string(x) != string(y) {
		t.Fatal("batch and accumulator differ")
	}
	sum := int64(0)
	for _, e := range batch.Edges() {
		sum += e.Count
		if pairs[[2]string{e.From, e.To}] != e.Count {
			t.Fatalf("edge %+v, want %d", e, pairs[[2]string{e.From, e.To}])
		}
	}
	if sum != edges || sum != int64(log.Len()-log.Journeys()) {
		t.Fatalf("%d edges, want %d", sum, edges)
	}
	got := discovery.NewFollows(log).Pairs()
	if len(got) != len(follows) {
		t.Fatalf("%d pairs follow, want %d", len(got), len(follows))
	}
	for _, e := range got {
		if follows[[2]string{e.From, e.To}] != e.Count {
			t.Fatalf("follows %+v, want %d", e, follows[[2]string{e.From, e.To}])
		}
	}
	counted := int64(0)
	v := discovery.NewVariants(log)
	for i := range v.Len() {
		counted += v.Count(i)
		for _, j := range v.Journeys(i) {
			if v.Of(j) != i {
				t.Fatalf("journey %d is of variant %d, not %d", j, v.Of(j), i)
			}
		}
	}
	if counted != int64(log.Journeys()) {
		t.Fatalf("%d journeys in variants, want %d", counted, log.Journeys())
	}
}

func TestBatch(t *testing.T) { rapid.Check(t, propBatch) }
func FuzzBatch(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propBatch)) }

func TestSubRefuses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var d discovery.DFG
		if err := d.Sub(drawLog(t, 1).Journey(0)); !errors.Is(err, b2b.ErrInvalid) {
			t.Fatalf("error %v, want ErrInvalid", err)
		}
		if d.Journeys() != 0 {
			t.Fatal("changed by a failed Sub")
		}
	})
}

func FuzzUnmarshal(f *testing.F) {
	for _, seed := range []string{"", "\x01\x00", "\x01\x01\x00\x01\x01a\x01\x01\x00"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		check := func(a interface {
			AppendBinary(dst []byte) ([]byte, error)
			UnmarshalBinary(data []byte) error
		},
		) {
			if a.UnmarshalBinary(data) != nil {
				return
			}
			if again, err := a.AppendBinary(nil); err != nil || string(again) != string(data) {
				t.Errorf("%T: %x is not canonical: %x (%v)", a, data, again, err)
			}
		}
		check(new(discovery.DFG))
		check(new(discovery.Follows))
		check(new(discovery.Rework))
		check(new(discovery.Loops))
		check(new(discovery.VariantCounts))
		check(new(discovery.EdgeSums))
		check(new(discovery.DurationSums))
	})
}
