package attribution_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/touchpoint"
	"github.com/buyerjourney/b2b/touchpoint/attribution"
)

func touch(id string, at float64, person, account, name string) touchpoint.Touch {
	return touchpoint.Touch{ID: id, Source: "crm", At: day(at), Person: b2b.PersonID(person), Account: b2b.AccountID(account), Touchpoint: touchpoint.ID(name)}
}

type flat struct {
	Steps []string
	Conv  int64
	Nulls int64
	Value float64
}

func flatten(j *attribution.Journeys) []flat {
	var out []flat
	for p := range j.Paths() {
		out = append(out, flat{p.Steps, p.Conversions, p.Nulls, p.Value})
	}
	return out
}

func newJourneys(t testing.TB, cfg attribution.JourneysConfig) *attribution.Journeys {
	t.Helper()
	j, err := attribution.NewJourneys(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestJourneysEndAtConversions(t *testing.T) {
	touches := []touchpoint.Touch{
		touch("1", 1, "p", "acme", "site"), touch("2", 3, "p", "acme", "mail"), touch("3", 3, "q", "acme", "demo"),
		touch("3", 3, "p", "acme", "demo"), // the same meeting
		touch("4", 9, "q", "acme", "call"),
	}
	won := attribution.Conversion{ID: "deal", Person: "p", Account: "acme", At: day(3), Value: 100}
	early := attribution.Conversion{ID: "early", Person: "r", Account: "other", At: day(0), Value: 7}
	for _, c := range []struct {
		by   attribution.Key
		want []flat
	}{
		{attribution.ByPerson, []flat{{[]string{"site", "mail", "demo"}, 1, 0, 100}, {[]string{"demo", "call"}, 0, 1, 0}, {nil, 1, 0, 7}}},
		{attribution.ByAccount, []flat{{[]string{"site", "mail", "demo"}, 1, 0, 100}, {[]string{"call"}, 0, 1, 0}, {nil, 1, 0, 7}}},
	} {
		j := newJourneys(t, attribution.JourneysConfig{By: c.by})
		for range 2 { // repeats count once
			for _, x := range touches {
				if err := j.Add(x); err != nil {
					t.Fatal(err)
				}
			}
			for _, x := range []attribution.Conversion{won, early} {
				if err := j.AddConversion(x); err != nil {
					t.Fatal(err)
				}
			}
		}
		if diff := cmp.Diff(c.want, flatten(j)); diff != "" {
			t.Errorf("by %d:\n%s", c.by, diff)
		}
		set, err := j.PathSet()
		if err != nil {
			t.Fatal(err)
		}
		if none, _ := set.Result().Unattributed(); none != (attribution.Amount{Conversions: 1, Value: 7}) {
			t.Errorf("unattributed %v", none)
		}
	}
}

func TestJourneysRefuseWithoutKey(t *testing.T) {
	for by, want := range map[attribution.Key]string{attribution.ByPerson: "person: no person", attribution.ByAccount: "account: no account"} {
		j := newJourneys(t, attribution.JourneysConfig{By: by})
		for _, err := range []error{j.Add(touchpoint.Touch{Touchpoint: "x"}), j.AddConversion(attribution.Conversion{})} {
			if err == nil || err.Error() != want || !errors.Is(err, b2b.ErrInvalid) {
				t.Errorf("%v, want %q", err, want)
			}
		}
	}
}

func TestJourneysVersions(t *testing.T) {
	j := newJourneys(t, attribution.JourneysConfig{})
	old, corrected := touch("1", 1, "p", "", "site"), touch("1", 1, "p", "", "event")
	corrected.RecordedAt = day(5)
	for _, x := range []touchpoint.Touch{corrected, old} {
		if err := j.Add(x); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]flat{{[]string{"event"}, 0, 1, 0}}, flatten(j)); diff != "" {
		t.Error(diff)
	}
}

// propJourneys: order and partition change nothing, forgetting a person equals never having met them, and every touch is in
// exactly one path.
func propJourneys(t *rapid.T) {
	by := rapid.SampledFrom([]attribution.Key{attribution.ByPerson, attribution.ByAccount}).Draw(t, "by")
	var touches []touchpoint.Touch
	for i := range rapid.IntRange(0, 12).Draw(t, "touches") {
		x := touch(strconv.Itoa(i), float64(rapid.IntRange(0, 5).Draw(t, "day")), "", "", rapid.SampledFrom([]string{"a", "b"}).Draw(t, "name"))
		x.Person = b2b.PersonID(rapid.SampledFrom([]string{"p", "q"}).Draw(t, "person"))
		x.Account = b2b.AccountID(rapid.SampledFrom([]string{"x", "y"}).Draw(t, "account"))
		touches = append(touches, x)
	}
	var won []attribution.Conversion
	for i := range rapid.IntRange(0, 4).Draw(t, "conversions") {
		won = append(won, attribution.Conversion{
			ID: strconv.Itoa(i), At: day(float64(rapid.IntRange(0, 5).Draw(t, "day"))), Value: float64(i),
			Person: b2b.PersonID(rapid.SampledFrom([]string{"p", "q"}).Draw(t, "person")), Account: "x",
		})
	}
	build := func(touches []touchpoint.Touch, won []attribution.Conversion) *attribution.Journeys {
		j, err := attribution.NewJourneys(attribution.JourneysConfig{By: by})
		for _, x := range touches {
			err = errors.Join(err, j.Add(x))
		}
		for _, x := range won {
			err = errors.Join(err, j.AddConversion(x))
		}
		if err != nil {
			t.Fatal(err)
		}
		return j
	}
	want := flatten(build(touches, won))
	steps, conv := 0, int64(0)
	for _, p := range want {
		steps += len(p.Steps)
		conv += p.Conv
	}
	if steps != len(touches) || conv != int64(len(won)) {
		t.Fatalf("%d steps of %d touches, %d conversions of %d", steps, len(touches), conv, len(won))
	}
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	cut := rng.IntN(len(touches) + 1)
	a, b := build(touches[cut:], won), build(touches[:cut], nil)
	if err := a.Merge(b); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, flatten(a)); diff != "" {
		t.Fatal("merged", diff)
	}
	removed := a.Forget("p", "nobody", "")
	left := slices.DeleteFunc(slices.Clone(touches), func(x touchpoint.Touch) bool { return x.Person == "p" })
	kept := won
	if by == attribution.ByPerson {
		kept = slices.DeleteFunc(slices.Clone(won), func(x attribution.Conversion) bool { return x.Person == "p" })
	}
	if diff := cmp.Diff(flatten(build(left, kept)), flatten(a)); diff != "" {
		t.Fatal("forgotten", diff)
	}
	if removed.N("touches") != int64(len(touches)-len(left)) || !a.Forget("p").IsEmpty() {
		t.Fatalf("removed %v", removed)
	}
}

func TestJourneysProperties(t *testing.T) { rapid.Check(t, propJourneys) }
func FuzzJourneysProperties(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propJourneys)) }

func TestTransforms(t *testing.T) {
	steps := []string{"d", "a", "b", "b", "c", "d", "c", "c"} // the example of fractribution
	at := make([]time.Time, len(steps))
	for i := range at {
		at[i] = day(float64(i))
	}
	for _, c := range []struct {
		name string
		t    attribution.Transform
		want []string
	}{
		{"all", attribution.Transform{}, steps},
		{"exposure", attribution.Transform{Form: attribution.Exposure}, []string{"d", "a", "b", "c", "d", "c"}},
		{"first", attribution.Transform{Form: attribution.FirstOccurrence}, []string{"d", "a", "b", "c"}},
		{"frequency", attribution.Transform{Form: attribution.Frequency}, []string{"d(2)", "a(1)", "b(2)", "c(3)"}},
		{"drop", attribution.Transform{Drop: []string{"c", "b"}}, []string{"d", "a", "d"}},
		{"keep", attribution.Transform{Keep: []string{"c"}}, []string{"c", "c", "c"}},
		{"drop if last", attribution.Transform{DropIfLast: []string{"c"}}, []string{"d", "a", "b", "b", "c", "d"}},
		{"last steps", attribution.Transform{LastSteps: 3, Form: attribution.Exposure}, []string{"d", "c"}},
		{"lookback includes its bound", attribution.Transform{Lookback: 72 * hour}, []string{"c", "d", "c", "c"}},
		{"nothing left", attribution.Transform{Keep: []string{"z"}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := new(attribution.PathSet)
			if err := set.Add(attribution.Path{Steps: steps, Times: at, Conversions: 2, Nulls: 3, Value: 8}); err != nil {
				t.Fatal(err)
			}
			p, err := c.t.Apply(set.Result())
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for path := range p.All() {
				got = path.Steps
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			total, nulls := p.Totals()
			if total != (attribution.Amount{Conversions: 2, Value: 8}) || nulls != 3 {
				t.Errorf("totals %v, %v", total, nulls)
			}
			none, _ := p.Unattributed()
			if (none.Conversions == 2) != (c.want == nil) {
				t.Errorf("unattributed %v", none)
			}
		})
	}
	if _, err := (attribution.Transform{Lookback: hour}).Apply(randomPaths(t, 2, 3).Result()); !errors.Is(err, b2b.ErrInvalid) {
		t.Errorf("lookback without times: %v", err)
	}
}

func TestSeatSteps(t *testing.T) {
	for _, seat := range []b2b.SeatID{"legal", "", "a/b", "50%", "%2F"} {
		s, n, ok := attribution.SplitSeat(attribution.JoinSeat(seat, "site/x"))
		if s != seat || n != "site/x" || !ok {
			t.Errorf("%q comes back as %q, %q", seat, s, n)
		}
	}
}
