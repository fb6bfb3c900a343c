package attribution_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/realdata"
	"github.com/buyerjourney/b2b/touchpoint/attribution"
)

// Defects of peers that must not be repeated, one test each; see the specification, section 3.

// DP6 takes the frequency of a null path as 0 when values are integers, so that null journeys vanish.
func TestIntegerValuesKeepNulls(t *testing.T) {
	set := new(attribution.PathSet)
	if err := set.AddText("a>b", ">", 1, 3, 10); err != nil {
		t.Fatal(err)
	}
	c, err := attribution.FitChain(set.Result(), attribution.ChainConfig{})
	if err != nil || c.P() != 0.25 {
		t.Errorf("P = %v, %v", c.P(), err)
	}
}

// markov-chain-attribution strips digits from names.
func TestNamesStayAsTheyAre(t *testing.T) {
	set := new(attribution.PathSet)
	if err := set.AddText("banner 1 → banner 2 → ÜBER/2", "→", 1, 0, 0); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"banner 1", "banner 2", "ÜBER/2"}, set.Result().Names()); diff != "" {
		t.Error(diff)
	}
}

// fractribution loses the revenue of duplicate paths; mtapy the empty coalition.
func TestDuplicatesAndEmptyCoalition(t *testing.T) {
	set := new(attribution.PathSet)
	for range 3 {
		if err := set.AddText("a>b", ">", 1, 0, 10); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range []attribution.Model{attribution.TotalWorth{}, attribution.ConversionRate{}, attribution.MarkovShapley{}, attribution.LeaveOneOut{}} {
		c := attribute(t, set.Result(), m, attribution.Config{})
		near(t, m.String()+" value", c.Names[0].Value.Value+c.Names[1].Value.Value, 30, 1e-12)
		near(t, m.String()+" conversions", c.Names[0].Conversions.Value+c.Names[1].Conversions.Value, 3, 1e-12)
	}
}

// LeaveOneOut against a hand computation of what fractribution does.
func TestLeaveOneOutByHand(t *testing.T) {
	set := new(attribution.PathSet)
	for _, r := range []row{{"a>b", 6, 4, 60}, {"a", 2, 8, 0}, {"b", 1, 9, 0}, {"c", 1, 1, 5}} {
		if err := set.AddText(r.text, ">", r.conv, r.nulls, r.value); err != nil {
			t.Fatal(err)
		}
	}
	c := attribute(t, set.Result(), attribution.LeaveOneOut{}, attribution.Config{})
	// a>b converts .6; without a .1, without b .2: parts .5 and .4. Single steps have no other path: all to themselves.
	compareCredits(t, c, map[string]float64{"a": 6*.5/.9 + 2, "b": 6*.4/.9 + 1, "c": 1}, map[string]float64{"a": 60 * .5 / .9, "b": 60 * .4 / .9, "c": 5}, 1e-12)
}

// ChannelAttribution simulates: rare names are off by more than their credit. Exact on a chain of one rare name.
func TestRareNameIsExact(t *testing.T) {
	set := new(attribution.PathSet)
	for _, r := range []row{{"a", 99999, 900000, 0}, {"a>rare", 1, 0, 0}} {
		if err := set.AddText(r.text, ">", r.conv, r.nulls, r.value); err != nil {
			t.Fatal(err)
		}
	}
	chain, err := attribution.FitChain(set.Result(), attribution.ChainConfig{})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "effect", chain.RemovalOf("rare").Conversion, 1e-5, 1e-14)
}

// A chain in which walks last 10⁵ steps: iteration is too slow, elimination must take over and agree with the closed form.
func TestSlowChain(t *testing.T) {
	set := new(attribution.PathSet)
	names := make([]string, 700)
	for i := range names {
		names[i] = fmt.Sprintf("n%03d", i)
	}
	var long []string
	for range 200 {
		long = append(long, names...)
	}
	if err := set.Add(attribution.Path{Steps: long, Conversions: 1, Nulls: 1, Value: 4}); err != nil {
		t.Fatal(err)
	}
	if err := set.Add(attribution.Path{Steps: []string{"x"}, Conversions: 1, Nulls: 5}); err != nil {
		t.Fatal(err)
	}
	chain, err := attribution.FitChain(set.Result(), attribution.ChainConfig{})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "P", chain.P(), 2.0/8, 1e-12)
	near(t, "value", chain.Value(), 4.0/8, 1e-12)
	near(t, "effect", chain.RemovalOf("n350").Conversion, .5, 1e-12)
	near(t, "effect of x", chain.RemovalOf("x").Conversion, .5, 1e-12)
}

func TestRejections(t *testing.T) {
	set := new(attribution.PathSet)
	got := set.AddAll([]attribution.Path{
		{Steps: []string{"a"}, Conversions: 1},
		{},
		{Steps: []string{"a", ""}, Conversions: -1, Nulls: -1, Value: math.NaN()},
		{Steps: []string{"a"}, Value: 3},
	})
	want := []b2b.Rejection{
		{Index: 1, Path: "paths[1].steps", Reason: "empty path"},
		{Index: 2, Path: "paths[2].steps[1]", Reason: "empty name"},
		{Index: 2, Path: "paths[2].conversions", Reason: "outside 0..2^53"},
		{Index: 2, Path: "paths[2].nulls", Reason: "outside 0..2^53"},
		{Index: 2, Path: "paths[2].value", Reason: "not a finite number"},
		{Index: 3, Path: "paths[3].value", Reason: "without a conversion"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if c, _, _ := set.Totals(); c != 1 {
		t.Errorf("%d conversions", c)
	}
	if _, err := attribution.Attribute(t.Context(), set.Result(), attribution.Position{First: 2}, attribution.Config{Replicates: 1, Level: 2}); !errors.Is(err, b2b.ErrInvalid) ||
		len(err.(interface{ Unwrap() []error }).Unwrap()) != 4 {
		t.Errorf("not all problems at once: %v", err)
	}
	var empty attribution.PathSet
	if _, err := attribution.Attribute(t.Context(), empty.Result(), attribution.Markov{}, attribution.Config{}); !errors.Is(err, attribution.ErrNoConversions) {
		t.Error(err)
	}
	few := attribute(t, set.Result(), attribution.Linear{}, attribution.Config{Replicates: 10, Source: rand.NewPCG(1, 0)})
	if x := few.Names[0].Share; x.Level != 0 || x.Method == "" {
		t.Errorf("an interval from one conversion: %+v", x)
	}
	if _, err := attribution.Attribute(t.Context(), randomPaths(t, 25, 50).Result(), attribution.ExactSet{}, attribution.Config{}); !errors.Is(err, b2b.ErrTooLarge) {
		t.Error(err)
	}
}

// The integration test of Snowplow: Exposure, and Position with the middle split over paths of two steps.
func TestSnowplowOracle(t *testing.T) {
	rows, err := csv.NewReader(realdata.Open(t, "touchpoint/snowplow_attribution_expected.csv")).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]map[string]float64{}
	rules := map[string]attribution.Model{"first": attribution.First{}, "last": attribution.Last{}, "linear": attribution.Linear{}, "position": attribution.U()}
	for name := range rules {
		want[name] = map[string]float64{}
	}
	set := new(attribution.PathSet)
	done := map[string]bool{}
	for _, r := range rows[1:] {
		value, _ := strconv.ParseFloat(r[1], 64)
		if !done[r[0]] {
			done[r[0]] = true
			if err := set.AddText(r[2], ">", 1, 0, value); err != nil {
				t.Fatal(err)
			}
		}
		for k, name := range []string{"first", "last", "linear", "position"} {
			v, _ := strconv.ParseFloat(r[6+k], 64)
			want[name][r[5]] += v
		}
	}
	p, err := attribution.Transform{Form: attribution.Exposure}.Apply(set.Result())
	if err != nil {
		t.Fatal(err)
	}
	for name, rule := range rules {
		c := attribute(t, p, rule, attribution.Config{})
		for _, x := range c.Names {
			near(t, name+" "+x.Name, x.Value.Value, want[name][x.Name], 1e-9)
		}
	}
}

// Zhao's sample: ordered credits sum to total worth, with more than 12 names.
func TestZhaoSample(t *testing.T) {
	var lists [][]int
	if err := json.NewDecoder(realdata.Open(t, "touchpoint/shapley_zhao_sample.json")).Decode(&lists); err != nil {
		t.Fatal(err)
	}
	set := new(attribution.PathSet)
	brute := map[string]float64{}
	for _, list := range lists {
		p := attribution.Path{Conversions: 1}
		distinct := map[string]bool{}
		for _, n := range list {
			p.Steps = append(p.Steps, strconv.Itoa(n))
			distinct[strconv.Itoa(n)] = true
		}
		for n := range distinct {
			brute[n] += 1 / float64(len(distinct))
		}
		if err := set.Add(p); err != nil {
			t.Fatal(err)
		}
	}
	p := set.Result()
	compareCredits(t, attribute(t, p, attribution.TotalWorth{}, attribution.Config{}), brute, nil, 1e-9)
	positions, err := attribution.OrderedCredits(p)
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]float64{}
	for _, x := range positions {
		sums[x.Name] += x.Conversions
	}
	for n, w := range brute {
		near(t, "ordered "+n, sums[n], w, 1e-9)
	}
	// More than 20 names or not: sampled permutations stay near the exact value, and say how near.
	c := attribute(t, p, attribution.MarkovShapley{}, attribution.Config{Source: rand.NewPCG(1, 0)})
	if strings.Contains(c.Names[0].Conversions.Method, "permutations") != (len(c.Names) > 20) {
		t.Errorf("%d names: %q", len(c.Names), c.Names[0].Conversions.Method)
	}
}

func TestManyNames(t *testing.T) {
	p := randomPaths(t, 300, 3000).Result()
	for _, m := range []attribution.Model{attribution.Markov{}, attribution.Markov{Order: 3}, attribution.Markov{Order: 12}, attribution.MarkovShapley{Permutations: 20}} {
		c := attribute(t, p, m, attribution.Config{Source: rand.NewPCG(1, 0)})
		sum := 0.0
		for _, x := range c.Names {
			sum += x.Conversions.Value
		}
		near(t, m.String(), sum, c.Total.Conversions, 1e-9)
	}
}
