package match

import (
	"cmp"
	"slices"
)

// Scored is a pair with a score and whether it is a true match.
type Scored struct {
	Score float64
	Match bool
}

// ScoreReport says how well scores part matches from the rest. The zero value belongs to no pairs.
type ScoreReport struct {
	Pairs, Matches   int
	BestF1           float64 // over all thresholds "score ≥ t"
	BestThreshold    float64 // the largest with that F1
	AveragePrecision float64 // Σ (R_k − R_{k−1})·P_k over distinct scores
	AUC              float64 // area under the receiver operating characteristic, ties count half
	AccuracyAtHalf   float64 // share of pairs right at "score ≥ 0.5"
}

// ScorePairs evaluates scores against labels. Figures that need a match or a non-match are 0 without one.
func ScorePairs(pairs []Scored) ScoreReport {
	r := ScoreReport{Pairs: len(pairs)}
	sorted := slices.Clone(pairs)
	slices.SortStableFunc(sorted, func(a, b Scored) int { return cmp.Compare(b.Score, a.Score) })
	right := 0
	for _, p := range sorted {
		if p.Match {
			r.Matches++
		}
		if p.Match == (p.Score >= 0.5) {
			right++
		}
	}
	if len(sorted) > 0 {
		r.AccuracyAtHalf = float64(right) / float64(len(sorted))
	}
	negatives := r.Pairs - r.Matches
	tp, fp := 0, 0
	above := 0.0 // pairs of (match, non-match) in the right order, ties half
	for i := 0; i < len(sorted); {
		j, dt, df := i, 0, 0
		for ; j < len(sorted) && sorted[j].Score == sorted[i].Score; j++ {
			if sorted[j].Match {
				dt++
			} else {
				df++
			}
		}
		above += float64(float64(df)*float64(tp)) + float64(df)*float64(dt)/2
		tp, fp = tp+dt, fp+df
		if r.Matches > 0 {
			r.AveragePrecision += float64(dt) / float64(r.Matches) * float64(tp) / float64(tp+fp)
		}
		if f := f1(tp, fp, r.Matches-tp); f > r.BestF1 {
			r.BestF1, r.BestThreshold = f, sorted[i].Score
		}
		i = j
	}
	if r.Matches > 0 && negatives > 0 {
		r.AUC = above / (float64(r.Matches) * float64(negatives))
	}
	return r
}

// f1 is 2TP/(2TP+FP+FN), 0 if nothing is positive.
func f1(tp, fp, fn int) float64 {
	if tp == 0 {
		return 0
	}
	return 2 * float64(tp) / float64(2*tp+fp+fn)
}
