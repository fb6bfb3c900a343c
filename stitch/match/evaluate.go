package match

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/buyerjourney/b2b/internal/stat"
)

// Rate is precision, recall and their harmonic mean; a figure is absent where nothing is divided by nothing.
type Rate struct {
	Precision, Recall, F1 float64
	HasPrecision          bool // something was predicted
	HasRecall             bool // something is true
}

// HasF1 says whether the harmonic mean exists: both others do, or one is zero pairs and the other is not.
func (r Rate) HasF1() bool { return r.HasPrecision && r.HasRecall }

func rate(tp, predicted, actual float64) Rate {
	r := Rate{HasPrecision: predicted > 0, HasRecall: actual > 0}
	if r.HasPrecision {
		r.Precision = tp / predicted
	}
	if r.HasRecall {
		r.Recall = tp / actual
	}
	if r.HasF1() {
		r.F1 = 2 * tp / (predicted + actual)
	}
	return r
}

// Ratio makes precision and recall of counts: true positives, predicted and actual positives.
func Ratio(tp, predicted, actual int) Rate {
	return rate(float64(tp), float64(predicted), float64(actual))
}

// Evaluation compares two partitions of the same records.
type Evaluation struct {
	Records          int
	TruePairs        int64
	PredictedPairs   int64
	TruePositive     int64
	Pairwise         Rate
	BCubed           Rate // Bagga and Baldwin (1998)
	Cluster          Rate // clusters that are equal, of all sizes
	Cluster2         Rate // the same, of size 2 and more
	LargestPredicted int
	LargestTrue      int
}

// Evaluate compares a predicted with the true partition, each given as a label per record; labels are compared for
// equality only. Both must have the same length.
func Evaluate(predicted, truth []uint32) Evaluation {
	n := min(len(predicted), len(truth))
	e := Evaluation{Records: n}
	type cell struct{ p, t uint32 }
	cells := make([]cell, n)
	sizeP, sizeT := map[uint32]int{}, map[uint32]int{}
	for i := range n {
		cells[i] = cell{predicted[i], truth[i]}
		sizeP[predicted[i]]++
		sizeT[truth[i]]++
	}
	slices.SortFunc(cells, func(a, b cell) int { return cmp.Or(cmp.Compare(a.p, b.p), cmp.Compare(a.t, b.t)) })
	var equal, equal2, p2, t2 float64
	var bp, br stat.Compensated
	for i := 0; i < n; {
		j := i
		for j < n && cells[j] == cells[i] {
			j++
		}
		c, p, t := int64(j-i), int64(sizeP[cells[i].p]), int64(sizeT[cells[i].t])
		e.TruePositive += pairsOf(c)
		bp.Add(float64(c*c) / float64(p))
		br.Add(float64(c*c) / float64(t))
		if c == p && c == t {
			equal++
			if c > 1 {
				equal2++
			}
		}
		i = j
	}
	for _, s := range sizeP {
		e.PredictedPairs += pairsOf(int64(s))
		e.LargestPredicted = max(e.LargestPredicted, s)
		if s > 1 {
			p2++
		}
	}
	for _, s := range sizeT {
		e.TruePairs += pairsOf(int64(s))
		e.LargestTrue = max(e.LargestTrue, s)
		if s > 1 {
			t2++
		}
	}
	e.Pairwise = rate(float64(e.TruePositive), float64(e.PredictedPairs), float64(e.TruePairs))
	e.Cluster = rate(equal, float64(len(sizeP)), float64(len(sizeT)))
	e.Cluster2 = rate(equal2, p2, t2)
	if n > 0 {
		p, r := bp.Sum()/float64(n), br.Sum()/float64(n)
		e.BCubed = Rate{Precision: p, Recall: r, F1: 2 * p * r / (p + r), HasPrecision: true, HasRecall: true}
	}
	return e
}

// Bootstrap returns 95 % intervals of pairwise precision and recall by drawing true classes with replacement (draws
// times; 0 = 200).
func Bootstrap(predicted, truth []uint32, src rand.Source, draws int) (precision, recall [2]float64) {
	if draws <= 0 {
		draws = 200
	}
	n := min(len(predicted), len(truth))
	if n == 0 || src == nil {
		return [2]float64{0, 1}, [2]float64{0, 1}
	}
	// A true class carries its true pairs, its hits, and half of the predicted pairs that touch its records.
	type class struct{ actual, hit, predicted float64 }
	at := map[uint32]int{}
	var list []class
	sizeP := map[uint32]int{}
	size := map[[2]uint32]int{}
	sizeT := map[uint32]int{}
	for i := range n {
		if _, ok := at[truth[i]]; !ok {
			at[truth[i]] = len(list)
			list = append(list, class{})
		}
		sizeP[predicted[i]]++
		sizeT[truth[i]]++
		size[[2]uint32{predicted[i], truth[i]}]++
	}
	for i := range n {
		c := &list[at[truth[i]]]
		c.predicted += float64(sizeP[predicted[i]]-1) / 2
		c.actual += float64(sizeT[truth[i]]-1) / 2
		c.hit += float64(size[[2]uint32{predicted[i], truth[i]}]-1) / 2
	}
	r := rand.New(src)
	var ps, rs []float64
	for range draws {
		var s class
		for range list {
			c := list[r.IntN(len(list))]
			s.actual += c.actual
			s.hit += c.hit
			s.predicted += c.predicted
		}
		if s.predicted > 0 {
			ps = append(ps, s.hit/s.predicted)
		}
		if s.actual > 0 {
			rs = append(rs, s.hit/s.actual)
		}
	}
	return interval95(ps), interval95(rs)
}

func interval95(v []float64) [2]float64 {
	if len(v) == 0 {
		return [2]float64{0, 1}
	}
	slices.Sort(v)
	lo, _ := stat.Quantile7(v, 0.025)
	hi, _ := stat.Quantile7(v, 0.975)
	return [2]float64{lo, hi}
}

// Thresholds are the probabilities of a threshold table.
func Thresholds() []float64 {
	out := []float64{.01, .05}
	for i := 1; i <= 9; i++ {
		out = append(out, float64(i)/10)
	}
	return append(out, .95, .99, .999)
}

// AveragePrecision is Σ (R_k − R_{k−1})·P_k over the distinct scores of the pairs, R being the share of all true pairs;
// isTrue says which pairs are. It is absent without true pairs.
func AveragePrecision(pairs []Pair, truePairs int64, isTrue func(a, b uint32) bool) (float64, bool) {
	if truePairs <= 0 {
		return 0, false
	}
	sorted := slices.Clone(pairs)
	slices.SortFunc(sorted, func(a, b Pair) int {
		return cmp.Or(cmp.Compare(b.Bits, a.Bits), cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B))
	})
	var ap stat.Compensated
	tp, n := 0, 0
	for i := 0; i < len(sorted); {
		j, hit := i, 0
		for ; j < len(sorted) && sorted[j].Bits == sorted[i].Bits; j++ {
			if isTrue(sorted[j].A, sorted[j].B) {
				hit++
			}
		}
		tp, n = tp+hit, j
		ap.Add(float64(hit) / float64(truePairs) * float64(tp) / float64(n))
		i = j
	}
	return math.Min(ap.Sum(), 1), true
}
