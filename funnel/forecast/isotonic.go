package forecast

import (
	"math"
	"slices"

	"github.com/buyerjourney/b2b/funnel"
	"github.com/buyerjourney/b2b/internal/stat"
)

// Isotonic is a non-decreasing function fitted to outcomes by the pool-adjacent-violators algorithm (Barlow et al. 1972):
// it recalibrates hand-set probabilities. It is immutable and safe for concurrent use; the zero value knows nothing.
type Isotonic struct {
	x, y []float64 // knots; linear between them
}

// NewIsotonic fits outcomes to probabilities. Values outside [0,1] are left out.
func NewIsotonic(p []float64, won []bool) *Isotonic {
	type block struct{ low, high, sum, n float64 }
	type pair struct{ p, y float64 }
	var list []pair
	for i := range min(len(p), len(won)) {
		if p[i] >= 0 && p[i] <= 1 {
			list = append(list, pair{p[i], step(won[i])})
		}
	}
	slices.SortStableFunc(list, func(a, b pair) int {
		switch {
		case a.p < b.p:
			return -1
		case a.p > b.p:
			return 1
		}
		return 0
	})
	var blocks []block
	for i := 0; i < len(list); {
		b := block{low: list[i].p, high: list[i].p}
		for ; i < len(list) && list[i].p == b.low; i++ { // equal probabilities are one observation
			b.sum += list[i].y
			b.n++
		}
		blocks = append(blocks, b)
		for k := len(blocks); k > 1 && blocks[k-2].sum*blocks[k-1].n >= blocks[k-1].sum*blocks[k-2].n; k = len(blocks) {
			blocks[k-2].high = blocks[k-1].high
			blocks[k-2].sum += blocks[k-1].sum
			blocks[k-2].n += blocks[k-1].n
			blocks = blocks[:k-1]
		}
	}
	f := &Isotonic{}
	for _, b := range blocks {
		f.x, f.y = append(f.x, b.low), append(f.y, b.sum/b.n)
		if b.high > b.low {
			f.x, f.y = append(f.x, b.high), append(f.y, b.sum/b.n)
		}
	}
	return f
}

// At returns the fitted share at a probability, linear between the values seen; ok is false outside them: nothing is
// extrapolated.
func (f *Isotonic) At(p float64) (share float64, ok bool) {
	n := len(f.x)
	if n == 0 || math.IsNaN(p) || p < f.x[0] || p > f.x[n-1] {
		return 0, false
	}
	i, found := slices.BinarySearch(f.x, p)
	if found {
		return f.y[i], true
	}
	w := (p - f.x[i-1]) / (f.x[i] - f.x[i-1])
	return f.y[i-1] + float64(w*(f.y[i]-f.y[i-1])), true
}

// Judgement is one hand-set probability by its value at an origin, and what became of the deal.
type Judgement struct {
	Stage funnel.Stage
	P     float64
	Won   bool
}

// Recalibration replaces hand-set probabilities by what they turned out to be worth. It is immutable and safe for
// concurrent use.
type Recalibration struct {
	Before, After Reliability
	Method        string // "isotonic" or "beta-binomial by stage"
	curve         *Isotonic
	stages        map[funnel.Stage]float64
}

// minJudgements of each outcome are needed for the isotonic curve.
const minJudgements = 50

// Recalibrate fits hand-set probabilities of resolved deals to what became of them: isotonic with at least 50 won and 50
// not won, else the beta-binomial share of each stage, shrunk to the mean of all (see [funnel.Shrink]).
func Recalibrate(list []Judgement) *Recalibration {
	r := &Recalibration{}
	p, won := make([]float64, len(list)), make([]bool, len(list))
	wins := 0
	for i, j := range list {
		p[i], won[i] = j.P, j.Won
		if j.Won {
			wins++
		}
	}
	r.Before = Judge(p, won)
	if wins >= minJudgements && len(list)-wins >= minJudgements {
		r.Method, r.curve = "isotonic", NewIsotonic(p, won)
	} else {
		r.Method = "beta-binomial by stage"
		var names []funnel.Stage
		rates := map[funnel.Stage]*funnel.Rate{}
		for _, j := range list {
			if rates[j.Stage] == nil {
				rates[j.Stage] = &funnel.Rate{}
				names = append(names, j.Stage)
			}
			rates[j.Stage].AtRisk++
			rates[j.Stage].Events += int(step(j.Won))
		}
		slices.Sort(names)
		counts := make([]funnel.Rate, len(names))
		for i, n := range names {
			counts[i] = *rates[n]
		}
		r.stages = map[funnel.Stage]float64{}
		for i, s := range funnel.Shrink(counts, 0) {
			if s.Why == "" {
				r.stages[names[i]] = s.Value
			}
		}
	}
	for i, j := range list {
		if v, ok := r.At(j.Stage, j.P); ok {
			p[i] = v
		} else {
			p[i] = -1
		}
	}
	r.After = Judge(p, won)
	return r
}

// At returns the recalibrated probability; ok is false for a probability outside those seen, or a stage never seen.
func (r *Recalibration) At(stage funnel.Stage, p float64) (share float64, ok bool) {
	if r.curve != nil {
		return r.curve.At(p)
	}
	share, ok = r.stages[stage]
	return share, ok
}

// meanOf returns the mean, 0 of nothing.
func meanOf(x []float64) float64 {
	m, _ := stat.Mean(x)
	return m
}
