package match_test

import (
	"math"
	"strconv"
	"testing"

	"github.com/buyerjourney/b2b/stitch/match"
)

// Rows aa aa ab zz, blocked on the first letter: candidates 01 02 12 of 6 pairs. True are 01 and 23, so that one of two is
// found. The clustering {0 1 2} {3} has 02 and 12 wrong, and lacks 23.
func TestMistakesByHand(t *testing.T) {
	fields := []match.Field{{Name: "code", Kind: match.Code}}
	b, err := match.NewBuilder(fields)
	if err != nil {
		t.Fatal(err)
	}
	for i, code := range []string{"AA", "AA", "AB", "ZZ", "AA"} {
		if err := b.Add(match.Record{ID: strconv.Itoa(i), Cells: []string{code}}); err != nil {
			t.Fatal(err)
		}
	}
	tab := b.Table()
	blocking, err := match.NewBlocking(tab, match.Blocks{Rules: []match.BlockRule{{Keys: []match.BlockKey{{Field: "code", Transform: match.Prefix, N: 1}}}}}, false)
	if err != nil {
		t.Fatal(err)
	}
	truth := match.Truth{Class: []uint32{1, 1, 2, 2, 1}, Known: []bool{true, true, true, true, false}}
	if share, ok := blocking.PairCompleteness(truth); !ok || share != .5 {
		t.Errorf("pair completeness %v %v, by hand 1/2", share, ok)
	}
	if share, ok := blocking.PairCompleteness(match.Truth{Class: []uint32{0, 1, 2, 3, 4}}); ok {
		t.Errorf("pair completeness %v without a true pair", share)
	}
	var owned int64
	for _, r := range blocking.Analyse() {
		owned += r.Owned
	}
	if ratio, ok := blocking.ReductionRatio(owned); !ok || math.Abs(ratio-.4) > 1e-12 { // 6 of 10 with the unknown row
		t.Errorf("reduction ratio %v %v, by hand 4/10", ratio, ok)
	}
	s, err := match.NewScorer(match.StartModel(fields), tab)
	if err != nil {
		t.Fatal(err)
	}
	plus, minus := s.WorstMistakes(blocking, []uint32{0, 0, 0, 3, 0}, truth, 20)
	if len(plus) != 2 || plus[0].A != 0 || plus[0].B != 2 || plus[1].A != 1 || len(plus[0].BlockedBy) != 1 {
		t.Errorf("false positives %+v", plus)
	}
	if len(minus) != 1 || minus[0].A != 2 || minus[0].B != 3 || len(minus[0].BlockedBy) != 0 || len(minus[0].Score.Parts) != 1 {
		t.Errorf("false negatives %+v", minus)
	}
	if plus, minus := s.WorstMistakes(blocking, []uint32{0, 0, 0, 3, 0}, truth, 1); len(plus) != 1 || len(minus) != 1 {
		t.Errorf("%d and %d mistakes, asked for one of each", len(plus), len(minus))
	}
}
