package experience

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/linear"
	"github.com/buyerjourney/b2b/internal/stat"
	"github.com/buyerjourney/b2b/internal/stream"
)

// Judged is a journey with the overall judgement that followed it. It is a plain value.
type Judged struct {
	Key     string // of the response: the folds of the cross-validation hang on it
	Moments []Moment
	Overall float64
}

// AggregatorFit says how well each aggregator predicts the overall judgement. It is an immutable value.
type AggregatorFit struct {
	N      int
	Binary bool // the judgement is 0 or 1: Score is an AUC, else an R²
	Ranked []AggregatorFitItem
	// Regression of the judgement on mean, maximum, minimum, last and trend together (Verhoef, Antonides and de Hoog 2002).
	// It is nil where these depend on one another.
	Regression *AggregatorRegression
}

// AggregatorFitItem is one candidate. Scores are comparable within one fit.
type AggregatorFitItem struct {
	Aggregator Aggregator
	Score      float64 // cross-validated over ten folds: R² of the judgement, or the mean AUC of the folds
	R          float64 // correlation with the judgement, in the sample
	AUC        float64 // in the sample, of a binary judgement
}

// AggregatorRegression has one coefficient and standard error per term: intercept, mean, max, min, last, trend.
type AggregatorRegression struct {
	Coef, SE [6]float64
	R2       float64
}

const fitFolds = 10

// FitAggregator asks which aggregator predicts the judgement best, by ten-fold cross-validation; ties by the order of the
// aggregators. No aggregator is right beforehand: peak and end (Fredrickson and Kahneman 1993) are one candidate among the
// others, and lose clearly on some data. Note that ratings given after the judgement echo it. Fewer than 20 journeys, or a
// judgement that does not vary, are [b2b.ErrTooFew].
func FitAggregator(journeys []Judged, cfg AggregatorConfig) (*AggregatorFit, error) {
	cfg = cfg.withDefaults()
	var p b2b.Problems
	cfg.check(&p)
	for i, j := range journeys {
		at := "journeys[" + strconv.Itoa(i) + "]"
		if len(j.Moments) == 0 {
			p.Add(at+".moments", "none")
		}
		if math.IsNaN(j.Overall) || math.IsInf(j.Overall, 0) {
			p.Add(at+".overall", "not a finite number")
		}
		for k, m := range j.Moments {
			if math.IsNaN(m.Score) || math.IsInf(m.Score, 0) || !(m.Weight >= 0) || math.IsInf(m.Weight, 1) {
				p.Add(at+".moments["+strconv.Itoa(k)+"]", "not finite, or a negative weight")
			}
		}
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	if len(journeys) < 2*fitFolds {
		return nil, b2b.ErrTooFew
	}
	sorted := slices.SortedStableFunc(slices.Values(journeys), func(a, b Judged) int { return cmp.Compare(a.Key, b.Key) })
	f := &fitter{y: make([]float64, len(sorted)), fold: make([]int, len(sorted))}
	moments := make([][]Moment, len(sorted))
	fit := &AggregatorFit{N: len(sorted), Binary: true}
	for i, j := range sorted {
		f.y[i], f.fold[i] = j.Overall, int(stream.Hash(j.Key)%fitFolds)
		fit.Binary = fit.Binary && (j.Overall == 0 || j.Overall == 1)
		moments[i] = slices.SortedStableFunc(slices.Values(j.Moments), compareMoments)
	}
	if v, _ := stat.Variance(f.y); v == 0 {
		return nil, b2b.ErrTooFew
	}
	columns := make(map[Aggregator][]float64)
	for _, a := range aggregators.All() {
		x := make([]float64, len(sorted))
		for i, m := range moments {
			x[i] = a.of(m, cfg)
		}
		columns[a] = x
		fit.Ranked = append(fit.Ranked, f.item(a, x, fit.Binary))
	}
	slices.SortStableFunc(fit.Ranked, func(a, b AggregatorFitItem) int { return -cmp.Compare(a.Score, b.Score) })
	terms := [][]float64{columns[Mean], columns[Max], columns[Min], columns[Last], columns[Trend]}
	if r, ok := linear.FitOLS(terms, f.y); ok {
		fit.Regression = &AggregatorRegression{Coef: [6]float64(r.Coef), SE: [6]float64(r.SE), R2: r.R2}
	}
	return fit, nil
}

// fitter holds judgements and folds.
type fitter struct {
	y    []float64
	fold []int
}

func (f *fitter) item(a Aggregator, x []float64, binary bool) AggregatorFitItem {
	it := AggregatorFitItem{Aggregator: a}
	it.R, _ = stat.Pearson(x, f.y)
	if !binary {
		it.Score = f.r2(x)
		return it
	}
	it.AUC, _ = auc(x, f.y)
	n := 0.0
	for k := range fitFolds {
		var xs, ys []float64
		for i, fold := range f.fold {
			if fold == k {
				xs, ys = append(xs, x[i]), append(ys, f.y[i])
			}
		}
		if s, ok := auc(xs, ys); ok {
			it.Score += s
			n++
		}
	}
	if n > 0 {
		it.Score /= n
	}
	return it
}

// r2 is 1 − Σ(y−ŷ)²/Σ(y−ȳ)², ŷ and ȳ both from the other folds.
func (f *fitter) r2(x []float64) float64 {
	var sse, sst float64
	for k := range fitFolds {
		var n, sx, sy, sxx, sxy float64
		for i, fold := range f.fold {
			if fold != k {
				n++
				sx += x[i]
				sy += f.y[i]
			}
		}
		if n == 0 {
			continue
		}
		mx, my := sx/n, sy/n
		for i, fold := range f.fold {
			if fold != k {
				sxx += float64((x[i] - mx) * (x[i] - mx))
				sxy += float64((x[i] - mx) * (f.y[i] - my))
			}
		}
		slope := 0.0
		if sxx > 0 {
			slope = sxy / sxx
		}
		for i, fold := range f.fold {
			if fold == k {
				e, d := f.y[i]-my-float64(slope*(x[i]-mx)), f.y[i]-my
				sse += float64(e * e)
				sst += float64(d * d)
			}
		}
	}
	if sst == 0 {
		return 0
	}
	return 1 - sse/sst
}

// auc is the probability that x is higher where y is 1 than where it is 0, ties counting half; ok is false if only one of
// the two occurs.
func auc(x, y []float64) (float64, bool) {
	var ranks, n1 float64
	for i, r := range stat.MidRanks(x) {
		if y[i] == 1 {
			ranks += r
			n1++
		}
	}
	n0 := float64(len(x)) - n1
	if n1 == 0 || n0 == 0 {
		return 0, false
	}
	return (ranks - n1*(n1+1)/2) / (n1 * n0), true
}
