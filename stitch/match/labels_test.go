package match_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/buyerjourney/b2b/stitch/match"
)

// Four labelled pairs: the code is equal in three and another in one, of levels equal, near and other; so m is 3.5, 0.5
// and 1.5 of 5.5. The note is missing in all.
func TestTrainFromLabels(t *testing.T) {
	b, err := match.NewBuilder([]match.Field{{Name: "code", Kind: match.Code}, {Name: "note", Kind: match.Text}})
	if err != nil {
		t.Fatal(err)
	}
	for i, code := range []string{"aaaa", "aaaa", "bbbb", "bbbb", "cccc", "cccc", "dddd", "wxyz"} {
		if err := b.Add(match.Record{ID: strconv.Itoa(i), Cells: []string{code}}); err != nil {
			t.Fatal(err)
		}
	}
	tab := b.Table()
	matches := [][2]uint32{{0, 1}, {3, 2}, {4, 5}, {6, 7}, {1, 0}}
	m, report, err := match.Train(tab, match.TrainConfig{Matches: matches})
	if err != nil {
		t.Fatal(err)
	}
	c := m.Comparisons[0]
	for l, want := range []float64{3.5 / 5.5, .5 / 5.5, 1.5 / 5.5} {
		if math.Abs(c.Levels[l].M-want) > 1e-12 {
			t.Errorf("level %d: m %v, by hand %v", l, c.Levels[l].M, want)
		}
	}
	if report.Labels != 4 || len(report.Runs) != 0 || !slices.Equal(c.TrainedBy, []string{"labels"}) {
		t.Errorf("report %+v, trained by %v", report, c.TrainedBy)
	}
	if len(m.Comparisons[1].TrainedBy) != 0 || len(report.Warnings) == 0 {
		t.Errorf("a field that no label tells of: trained by %v, warnings %v", m.Comparisons[1].TrainedBy, report.Warnings)
	}
	slices.Reverse(matches)
	if again, _, err := match.Train(tab, match.TrainConfig{Matches: matches}); err != nil || !cmp.Equal(m, again) {
		t.Errorf("the order of labels changes the model: %v", err)
	}
	for _, bad := range [][2]uint32{{2, 2}, {0, 8}} {
		if _, _, err := match.Train(tab, match.TrainConfig{Matches: [][2]uint32{bad}}); err == nil {
			t.Errorf("label %v is taken", bad)
		}
	}
}

// All true pairs as labels part matches from the rest about as well as EM does, or better.
func TestLabelsLinkPeople(t *testing.T) {
	tab, truth := people(t, 600, 9)
	class := make([]uint32, tab.Len())
	for r := range class {
		_, id := tab.ID(r)
		class[r] = uint32(truth[id])
	}
	var matches [][2]uint32
	for a := range class {
		for b := a + 1; b < len(class); b++ {
			if class[a] == class[b] {
				matches = append(matches, [2]uint32{uint32(a), uint32(b)})
			}
		}
	}
	f1 := func(matches [][2]uint32) float64 {
		m, _, err := match.Train(tab, match.TrainConfig{Source: rand.NewPCG(1, 0), Matches: matches})
		if err != nil {
			t.Fatal(err)
		}
		s, err := match.NewScorer(m, tab)
		if err != nil {
			t.Fatal(err)
		}
		blocking, err := match.NewBlocking(tab, match.AutoBlocks(tab, false), false)
		if err != nil {
			t.Fatal(err)
		}
		c, err := s.Cluster(s.Predict(blocking, .5, 2).Pairs, match.ClusterConfig{Auto: .95, Mean: .5})
		if err != nil {
			t.Fatal(err)
		}
		return match.Evaluate(c.Of, class).Pairwise.F1
	}
	if labels, em := f1(matches), f1(nil); labels < .9 || labels < em-.03 {
		t.Errorf("F1 %.4f with labels, %.4f with EM", labels, em)
	}
}
