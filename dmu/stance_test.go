package dmu_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/internal/law"
)

var alternatives = []dmu.Alternative{{ID: "Ours", Ours: true}, {ID: "XYZ"}, {ID: "Nothing", StatusQuo: true}}

var genSignal = rapid.Custom(func(t *rapid.T) dmu.Signal {
	return dmu.Signal{
		Person:      rapid.SampledFrom([]b2b.PersonID{"a", "b", ""}).Draw(t, "person"),
		ID:          rapid.SampledFrom([]string{"1", "2", "3"}).Draw(t, "id"),
		At:          day(rapid.IntRange(0, 3).Draw(t, "day")),
		Alternative: rapid.SampledFrom([]dmu.AlternativeID{"Ours", "XYZ"}).Draw(t, "alternative"),
		Weight:      rapid.SampledFrom([]float64{0, 1, 2.5, -1}).Draw(t, "weight"),
		Reliability: rapid.SampledFrom([]float64{1, .5, 0}).Draw(t, "reliability"),
	}
})

func TestSignalsAreAnAccumulator(t *testing.T) {
	// The set is idempotent, so that the law of adding twice holds for its bytes as well.
	law.Accumulator(t, func() *dmu.Signals { return new(dmu.Signals) }, genSignal)
}

func FuzzSignalsUnmarshal(f *testing.F) {
	var s dmu.Signals
	if err := s.Add(dmu.Signal{Person: "a", ID: "1", At: day(1), Alternative: "Ours", Weight: 1, Reliability: 1}); err != nil {
		f.Fatal(err)
	}
	data, err := s.AppendBinary(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		var s dmu.Signals
		if s.UnmarshalBinary(data) != nil {
			return
		}
		if again, err := s.AppendBinary(nil); err != nil || string(again) != string(data) {
			t.Fatalf("decoded bytes are not canonical: % x, then % x", data, again)
		}
	})
}

func TestStances(t *testing.T) {
	var s dmu.Signals
	add := func(id string, at int, alternative dmu.AlternativeID, weight, reliability float64) {
		t.Helper()
		err := s.Add(dmu.Signal{Person: "a", ID: id, At: day(at), Alternative: alternative, Weight: weight, Reliability: reliability})
		if err != nil {
			t.Fatal(err)
		}
	}
	add("1", 0, "Ours", 4, 1)  // two half-lives old: counts 1
	add("2", 10, "Ours", 2, 1) // one: 1
	add("3", 20, "XYZ", 1, .5) // now: .5
	add("3", 20, "XYZ", 1, .5) // the same once more
	add("3", 21, "Ours", 9, 1) // later, ignored
	add("2", 15, "XYZ", 9, 1)  // an id that was there before
	add("4", 5, "Gone", 9, 1)  // no longer an alternative
	add("5", 5, "XYZ", 9, 0)   // says nothing
	got := must[[]dmu.Stance](t)(s.Stances([]b2b.PersonID{"a", "b"}, dmu.StanceConfig{
		Alternatives: alternatives, AsOf: day(20), HalfLife: 240 * time.Hour,
	}))
	a := got[0]
	if diff := cmp.Diff([]float64{3 / 5.5, 1.5 / 5.5, 1 / 5.5}, a.P); diff != "" {
		t.Error(diff)
	}
	score, ok := a.Score()
	rating, _ := a.Rating()
	if !ok || !near(score, 1.5/5.5) || !near(rating, 5*1.5/5.5) || !near(a.Precision, 5.5) || a.Attitude != dmu.Supporter ||
		a.Used != 3 || a.Later != 1 || a.Repeated != 1 || a.Unlisted != 1 {
		t.Errorf("%+v score %v", a, score)
	}
	// Nothing was heard from b: that is unknown, not neutral.
	if _, ok := got[1].Score(); ok || got[1].Attitude != dmu.UnknownAttitude || !near(got[1].P[0], 1./3) {
		t.Errorf("%+v", got[1])
	}
	if gone := s.Forget("a", "b"); gone.N("signals") != 7 || s.Len() != 0 {
		t.Errorf("%+v, %d left", gone, s.Len())
	}
	if _, err := s.Stances([]b2b.PersonID{""}, dmu.StanceConfig{HalfLife: -1, Prior: math.NaN()}); err == nil {
		t.Error("no error")
	} else if want := "config.alternatives: empty\nconfig.as_of: missing\nconfig.half_life: negative\n" +
		"config.prior: not a positive finite number\npersons[0]: empty"; err.Error() != want {
		t.Error(err)
	}
}

// The thresholds of the specification, on both sides.
func TestAttitudeOf(t *testing.T) {
	below := func(x float64) float64 { return math.Nextafter(x, -2) }
	above := func(x float64) float64 { return math.Nextafter(x, 2) }
	for score, want := range map[float64]dmu.Attitude{
		-1: dmu.Opponent, -.6: dmu.Opponent, above(-.6): dmu.Sceptic, -.2: dmu.Sceptic, above(-.2): dmu.Neutral, 0: dmu.Neutral,
		below(.2): dmu.Neutral, .2: dmu.Supporter, below(.6): dmu.Supporter, .6: dmu.Champion, 1: dmu.Champion,
		1.1: dmu.UnknownAttitude, -2: dmu.UnknownAttitude,
	} {
		if got := dmu.AttitudeOf(score); got != want {
			t.Errorf("%v: %v, want %v", score, got, want)
		}
	}
	if dmu.AttitudeOf(math.NaN()) != dmu.UnknownAttitude {
		t.Error("NaN has an attitude")
	}
}

// However signals are spread, P is a distribution and the score lies in [−1, 1].
func propStance(t *rapid.T) {
	var s dmu.Signals
	for _, x := range rapid.SliceOfN(genSignal, 0, 12).Draw(t, "signals") {
		_ = s.Add(x) // some are refused
	}
	got, err := s.Stances([]b2b.PersonID{"a", "b"}, dmu.StanceConfig{
		Alternatives: alternatives, AsOf: day(rapid.IntRange(0, 4).Draw(t, "as of")),
		HalfLife: time.Duration(rapid.IntRange(0, 2).Draw(t, "half-life")) * 24 * time.Hour,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range got {
		sum := 0.0
		for _, p := range st.P {
			sum += p
		}
		score, ok := st.Score()
		if !near(sum, 1) || score < -1 || score > 1 || ok != (st.Used > 0) || (st.Attitude != dmu.UnknownAttitude) != ok {
			t.Fatalf("%+v", st)
		}
	}
}

func TestStanceProperties(t *testing.T) { rapid.Check(t, propStance) }
