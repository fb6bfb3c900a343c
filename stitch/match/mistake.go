package match

import (
	"cmp"
	"slices"
)

// Truth is the true partition of the rows of a table: rows of one true entity have equal classes. Rows that the truth does
// not speak of are not Known; a nil Known means that it speaks of all. The zero value speaks of none.
type Truth struct {
	Class []uint32
	Known []bool
}

// speaks says whether the truth speaks of a row.
func (t *Truth) speaks(row uint32) bool {
	return int(row) < len(t.Class) && (t.Known == nil || (int(row) < len(t.Known) && t.Known[row]))
}

// pairs runs through the pairs of known rows with equal labels.
func (t *Truth) pairs(label []uint32, each func(a, b uint32)) {
	rows := make([]uint32, 0, len(label))
	for r := range label {
		if t.speaks(uint32(r)) {
			rows = append(rows, uint32(r))
		}
	}
	slices.SortFunc(rows, func(a, b uint32) int { return cmp.Or(cmp.Compare(label[a], label[b]), cmp.Compare(a, b)) })
	for i, a := range rows {
		for _, b := range rows[i+1:] {
			if label[a] != label[b] {
				break
			}
			each(a, b)
		}
	}
}

// PairCompleteness is the share of the true pairs that are candidates, those of one source included. It is absent without
// true pairs. Time is linear in their number.
func (b *Blocking) PairCompleteness(truth Truth) (share float64, ok bool) {
	found, all := 0, 0
	truth.pairs(truth.Class, func(x, y uint32) {
		all++
		if b.Has(x, y) {
			found++
		}
	})
	return float64(found) / float64(max(all, 1)), all > 0
}

// ReductionRatio is the share of all pairs that blocking spares: 1 − candidates/all. The number of candidates is that of
// [Predicted], or the sum of the Owned of [Blocking.Analyse]. It is absent where there are no pairs.
func (b *Blocking) ReductionRatio(candidates int64) (ratio float64, ok bool) {
	all := AllPairs(b.t, b.cross)
	if all <= 0 {
		return 0, false
	}
	return 1 - float64(candidates)/all, true
}

// Mistake is a pair that a clustering has wrong, with the account of its score and the block rules that both rows share.
type Mistake struct {
	A, B      uint32 // rows, A < B
	Score     Score
	BlockedBy []string // none: the pair was no candidate
}

// WorstMistakes lists the n worst pairs that a clustering (see [Clusters]) unites and the truth does not, those of the
// largest weight first, and the n worst that the truth unites and the clustering does not, those of the least weight
// first; ties by rows. Time is linear in the predicted and the true pairs, which are scored if they are wrong.
func (s *Scorer) WorstMistakes(b *Blocking, predicted []uint32, truth Truth, n int) (positives, negatives []Mistake) {
	of := predicted[:min(len(predicted), len(truth.Class))]
	class := truth.Class[:len(of)]
	return s.worst(b, truth, of, class, n, -1), s.worst(b, truth, class, of, n, 1)
}

// worst lists the n pairs that are together in one partition and apart in the other, by sign × weight.
func (s *Scorer) worst(b *Blocking, truth Truth, together, apart []uint32, n int, sign float64) []Mistake {
	order := func(x, y Pair) int {
		return cmp.Or(cmp.Compare(sign*x.Bits, sign*y.Bits), cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B))
	}
	var list []Pair
	shrink := func() {
		slices.SortFunc(list, order)
		list = list[:min(max(n, 0), len(list))]
	}
	truth.pairs(together, func(x, y uint32) {
		if apart[x] == apart[y] {
			return
		}
		bits, _ := s.Pair(x, y)
		if list = append(list, Pair{x, y, bits}); len(list) >= 2*max(n, 0)+1024 {
			shrink()
		}
	})
	shrink()
	out := make([]Mistake, len(list))
	for i, p := range list {
		out[i] = Mistake{A: p.A, B: p.B, Score: s.Explain(p.A, p.B), BlockedBy: b.Shared(p.A, p.B)}
	}
	return out
}
