package match_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/buyerjourney/b2b/stitch/match"
)

// EM finds the planted probabilities of 1e5 simulated pairs within .02, and its likelihood never falls.
func TestEMRecoversPlanted(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	m := [][]float64{{.9, .06, .04}, {.8, .2}, {.7, .2, .1}}
	u := [][]float64{{.02, .08, .9}, {.1, .9}, {.01, .09, .9}}
	const lambda, pairs = .2, 100_000
	count := map[[3]uint8]float64{}
	draw := func(p []float64) uint8 {
		x := r.Float64()
		for i, q := range p {
			if x -= q; x < 0 {
				return uint8(i + 1)
			}
		}
		return uint8(len(p))
	}
	for range pairs {
		from := u
		if r.Float64() < lambda {
			from = m
		}
		var p [3]uint8
		for i := range from {
			if r.Float64() > .05 { // some are missing
				p[i] = draw(from[i])
			}
		}
		count[p]++
	}
	var levels [][]uint8
	var counts []float64
	for a := range uint8(4) {
		for b := range uint8(3) {
			for c := range uint8(4) {
				if n := count[[3]uint8{a, b, c}]; n > 0 {
					levels = append(levels, []uint8{a, b, c})
					counts = append(counts, n)
				}
			}
		}
	}
	start := [][]float64{{.75, .15, .1}, {.9, .1}, {.75, .15, .1}}
	got, rounds, share := match.EMInput(levels, counts, start, u, .3)
	if math.Abs(share-lambda) > .02 {
		t.Errorf("lambda %.3f, planted %.3f", share, lambda)
	}
	for i := range m {
		for l := range m[i] {
			if math.Abs(got[i][l]-m[i][l]) > .02 {
				t.Errorf("m[%d][%d] = %.3f, planted %.3f", i, l, got[i][l], m[i][l])
			}
		}
	}
	for i := 1; i < len(rounds); i++ {
		if rounds[i].LogLikelihood < rounds[i-1].LogLikelihood-1e-6 {
			t.Errorf("the likelihood falls in round %d: %v after %v", i, rounds[i].LogLikelihood, rounds[i-1].LogLikelihood)
		}
	}
}

func trained(t testing.TB, n int, groups ...match.Group) (*match.Table, *match.Model, map[string]int) {
	t.Helper()
	tab, truth := people(t, n, 3)
	m, _, err := match.Train(tab, match.TrainConfig{Source: rand.NewPCG(1, 0), Groups: groups})
	if err != nil {
		t.Fatal(err)
	}
	return tab, m, truth
}

func TestModelJSON(t *testing.T) {
	_, m, _ := trained(t, 600)
	data, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	back, err := match.ParseModel(data)
	if err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(back)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(data), string(again)); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{`{}`, `{"prior":2}`, `{"nonsense":1}`, `[`} {
		if _, err := match.ParseModel([]byte(bad)); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}

// The parts of every score sum to its total, with groups of both modes and without.
func TestPartsSum(t *testing.T) {
	for name, groups := range map[string][]match.Group{
		"none": nil, "strongest": {{Fields: []string{"given", "mail"}, Mode: match.Strongest}},
		"joint": {{Fields: []string{"city", "given"}, Mode: match.Joint}},
	} {
		tab, m, _ := trained(t, 400, groups...)
		s, err := match.NewScorer(m, tab)
		if err != nil {
			t.Fatal(err)
		}
		for a := range uint32(60) {
			for b := a + 1; b < 60; b++ {
				e := s.Explain(a, b)
				sum := e.Prior
				for _, p := range e.Parts {
					sum += p.Bits + p.TFBits
				}
				bits, _ := s.Pair(a, b)
				if math.Abs(sum-e.Total) > 1e-9 || math.Abs(bits-e.Total) > 1e-9 {
					t.Fatalf("%s: parts %v, total %v, score %v", name, sum, e.Total, bits)
				}
			}
		}
	}
}

func TestAssertedBitsStay(t *testing.T) {
	fields := append([]match.Field(nil), personFields...)
	eight, minus := 8.0, -4.0
	fields[3].Levels = []match.Level{{Test: match.Exact, Bits: &eight}, {Test: match.Else, Bits: &minus}}
	b, err := match.NewBuilder(fields)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		name := string(rune('a'+i/4)) + "lice"
		if err := b.Add(match.Record{ID: string(rune('A' + i)), Cells: []string{name, name + "son", "19700101", "x" + name, ""}}); err != nil {
			t.Fatal(err)
		}
	}
	m, _, err := match.Train(b.Table(), match.TrainConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if l := m.Comparisons[3].Levels; l[0].Bits != 8 || l[1].Bits != -4 {
		t.Errorf("asserted weights became %v and %v", l[0].Bits, l[1].Bits)
	}
}

// The whole chain finds the planted persons, gives the same for any number of workers, and honours unique fields.
func TestLinkPeople(t *testing.T) {
	tab, m, truth := trained(t, 3000)
	s, err := match.NewScorer(m, tab)
	if err != nil {
		t.Fatal(err)
	}
	b, err := match.NewBlocking(tab, match.AutoBlocks(tab, false), false)
	if err != nil {
		t.Fatal(err)
	}
	one, two := s.Predict(b, .01, 1), s.Predict(b, .01, 3)
	if diff := cmp.Diff(one, two); diff != "" {
		t.Fatal("workers change the result")
	}
	for _, linkage := range []match.Linkage{match.Average, match.Single} {
		c, err := s.Cluster(one.Pairs, match.ClusterConfig{Linkage: linkage, Mean: .5, Workers: 2})
		if err != nil {
			t.Fatal(err)
		}
		e := match.Evaluate(c.Of, labelsOf(tab, truth))
		if e.Pairwise.F1 < .95 {
			t.Errorf("%v: %+v", linkage, e.Pairwise)
		}
	}
	c, err := s.Cluster(one.Pairs, match.ClusterConfig{Unique: []string{"mail"}, Mean: .5})
	if err != nil {
		t.Fatal(err)
	}
	mail := tab.Field("mail")
	for _, rows := range c.Members() {
		seen := ""
		for _, r := range rows {
			v := tab.Value(int(r), mail)
			if seen != "" && v != "" && v != seen {
				t.Fatalf("a cluster holds two mail addresses")
			}
			if v != "" {
				seen = v
			}
		}
	}
	if len(c.Refused) == 0 {
		t.Error("nothing was refused although mail addresses differ inside persons")
	}
}

func labelsOf(tab *match.Table, truth map[string]int) []uint32 {
	out := make([]uint32, tab.Len())
	for r := range out {
		_, id := tab.ID(r)
		out[r] = uint32(truth[id])
	}
	return out
}
