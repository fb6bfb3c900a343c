package match_test

import (
	"math"
	"testing"

	"github.com/buyerjourney/b2b/stitch/match"
)

// Six records, predicted {0 1 2} {3 4} {5}, true {0 1} {2 3 4} {5}: by hand, pairs 4 predicted, 4 true, 2 right; B-cubed
// precision (2/3+2/3+1/3+1+1+1)/6, recall (1+1+1/3+2/3+2/3+1)/6.
func TestEvaluateByHand(t *testing.T) {
	e := match.Evaluate([]uint32{0, 0, 0, 3, 3, 5}, []uint32{9, 9, 7, 7, 7, 1})
	if e.PredictedPairs != 4 || e.TruePairs != 4 || e.TruePositive != 2 || e.LargestPredicted != 3 || e.LargestTrue != 3 {
		t.Errorf("%+v", e)
	}
	want := 14.0 / 18
	if math.Abs(e.BCubed.Precision-want) > 1e-12 || math.Abs(e.BCubed.Recall-want) > 1e-12 || e.Pairwise.F1 != .5 {
		t.Errorf("B-cubed %+v, pairwise %+v", e.BCubed, e.Pairwise)
	}
	if e.Cluster.Precision != 1.0/3 || e.Cluster2.Precision != 0 {
		t.Errorf("clusters %+v %+v", e.Cluster, e.Cluster2)
	}
	if e := match.Evaluate([]uint32{0, 1}, []uint32{0, 1}); e.Pairwise.HasPrecision || e.Pairwise.HasRecall {
		t.Errorf("no pairs: precision must be absent, %+v", e.Pairwise)
	}
}

// Scores .9 true, .8 false, .7 true: average precision (1 + 2/3)/2; area 1/2; best F1 at .7: 4/5.
func TestScorePairsByHand(t *testing.T) {
	r := match.ScorePairs([]match.Scored{{Score: .7, Match: true}, {Score: .9, Match: true}, {Score: .8}})
	if math.Abs(r.AveragePrecision-5.0/6) > 1e-12 || r.AUC != .5 || math.Abs(r.BestF1-.8) > 1e-12 || r.BestThreshold != .7 {
		t.Errorf("%+v", r)
	}
}

func TestLinkGraph(t *testing.T) {
	// 0-1-2 strong, 0-2 weak, 2-3 alone: the widest path 0 to 2 goes through 1; two links part 0 from 2, one 0 from 3.
	g := match.NewLinkGraph([]match.Pair{{A: 0, B: 1, Bits: 9}, {A: 1, B: 2, Bits: 8}, {A: 0, B: 2, Bits: 5}, {A: 2, B: 3, Bits: 6}})
	if p := g.Widest(0, 2); len(p) != 2 || p[0].Bits != 9 || p[1].Bits != 8 {
		t.Errorf("widest %v", p)
	}
	if c := g.Cut(0, 2); len(c) != 2 {
		t.Errorf("cut %v", c)
	}
	if c := g.Cut(3, 0); len(c) != 1 || c[0].B != 3 {
		t.Errorf("cut %v", c)
	}
	if c := g.Cut(0, 9); c != nil {
		t.Errorf("cut to a stranger %v", c)
	}
}

func TestRelater(t *testing.T) {
	b, err := match.NewBuilder([]match.Field{
		{Name: "name", Kind: match.CompanyKind},
		{Name: "street", Kind: match.Street},
		{Name: "postcode", Kind: match.Postcode},
		{Name: "site", Kind: match.URL},
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, cells := range [][]string{
		{"Redgate Motors Ltd", "14 Canal Street", "N98 7HJ", "www.redgatemotors.co.uk"},
		{"Redgate Systems Corporation", "14 Canal St", "N98 7HJ", "www.redgategroup.co.uk"},
		{"Redgate Motors PLC", "3 High Street", "B11 8FE", "redgatemotors.co.uk"},
		{"RM Inc", "14 Canal Street", "N98 7HJ", ""},
	} {
		if err := b.Add(match.Record{ID: string(rune('a' + i)), Cells: cells}); err != nil {
			t.Fatal(err)
		}
	}
	r := match.NewRelater(b.Table())
	for _, c := range []struct {
		a, b uint32
		want match.Relation
	}{{0, 1, match.Related}, {0, 2, match.Branch}, {0, 3, match.NoRelation}} {
		if got, why := r.Pair(c.a, c.b); got != c.want {
			t.Errorf("%d and %d: %v (%s), want %v", c.a, c.b, got, why, c.want)
		}
	}
}
