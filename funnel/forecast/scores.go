package forecast

import (
	"math"
	"slices"

	"github.com/buyerjourney/b2b/internal/stat"
)

// EnsembleCRPS returns the continuous ranked probability score of equally likely draws for an outcome, and its fair form,
// which does not punish a small ensemble (Ferro 2014, QJRMS 140:1917). ok is false without draws; with one draw both
// forms are |x−y|.
func EnsembleCRPS(draws []float64, y float64) (crps, fair float64, ok bool) {
	n := float64(len(draws))
	if n == 0 {
		return 0, 0, false
	}
	sorted := slices.Clone(draws)
	slices.Sort(sorted)
	var near, spread stat.Compensated // Σ|x−y| and Σ_i Σ_j |x_i−x_j| / 2
	for i, x := range sorted {
		near.Add(math.Abs(x - y))
		spread.Add(x * (float64(2*i+1) - n))
	}
	a, s := near.Sum()/n, spread.Sum()
	if n == 1 {
		return a, a, true
	}
	return a - s/(n*n), a - s/(n*(n-1)), true
}

// Pinball returns the loss of a quantile forecast q at probability p for an outcome y (Koenker and Bassett 1978).
func Pinball(q, y, p float64) float64 {
	if y >= q {
		return p * (y - q)
	}
	return (1 - p) * (q - y)
}

// IntervalScore returns the score of a central interval at a level: its width, and 2/(1−level) times the distance by which
// the outcome misses it (Winkler 1972).
func IntervalScore(low, high, y, level float64) float64 {
	return high - low + float64(2/(1-level)*(max(0, low-y)+max(0, y-high)))
}

// Reliability says how well probabilities agree with what happened. Terms that cannot be computed are zero and named in
// Missing. The zero value judges nothing.
type Reliability struct {
	N                int
	Brier, LogLoss   float64
	Reliability      float64 // Murphy (1973): Brier ≈ Reliability − Resolution + Uncertainty, within bins
	Resolution       float64
	Uncertainty      float64
	ECE              float64 // expected calibration error
	Intercept, Slope float64 // logistic regression of the outcome on the log odds: 0 and 1 are perfect
	HosmerLemeshow   float64 // over ten groups of equal size, by probability
	Spiegelhalter    float64 // z of the Brier score under perfect calibration
	Bins             []ReliabilityBin
	Missing          []string
}

// ReliabilityBin is one bin of the reliability diagram.
type ReliabilityBin struct {
	Low, High float64 // of the probabilities, the last bin closed
	N, Won    int
	Mean      float64 // of the probabilities in the bin
}

const reliabilityBins = 10

// Judge compares probabilities with outcomes in ten bins of equal width. Probabilities outside [0,1] and lengths that
// differ are left out.
func Judge(p []float64, won []bool) Reliability {
	r := Reliability{Bins: make([]ReliabilityBin, reliabilityBins)}
	n := min(len(p), len(won))
	var brier, loss, mean stat.Compensated
	sums := make([]stat.Compensated, reliabilityBins)
	var ps, ys []float64
	for i := range n {
		x := p[i]
		if !(x >= 0 && x <= 1) {
			continue
		}
		y := step(won[i])
		ps, ys = append(ps, x), append(ys, y)
		brier.Add(float64((x - y) * (x - y)))
		c := min(max(x, 1e-15), 1-1e-15)
		if won[i] {
			loss.Add(-math.Log(c))
		} else {
			loss.Add(-math.Log1p(-c))
		}
		mean.Add(y)
		b := min(int(x*reliabilityBins), reliabilityBins-1)
		r.Bins[b].N++
		r.Bins[b].Won += int(y)
		sums[b].Add(x)
	}
	r.N = len(ps)
	if r.N == 0 {
		r.Missing = []string{"no probabilities"}
		return r
	}
	total := float64(r.N)
	rate := mean.Sum() / total
	r.Brier, r.LogLoss, r.Uncertainty = brier.Sum()/total, loss.Sum()/total, rate*(1-rate)
	for i := range r.Bins {
		b := &r.Bins[i]
		b.Low, b.High = float64(i)/reliabilityBins, float64(i+1)/reliabilityBins
		if b.N == 0 {
			continue
		}
		m := float64(b.N)
		b.Mean = sums[i].Sum() / m
		share := float64(b.Won) / m
		r.Reliability += float64(m / total * (b.Mean - share) * (b.Mean - share))
		r.Resolution += float64(m / total * (share - rate) * (share - rate))
		r.ECE += float64(m / total * math.Abs(b.Mean-share))
	}
	var ok bool
	if r.Intercept, r.Slope, ok = recalibration(ps, ys); !ok {
		r.Missing = append(r.Missing, "slope")
	}
	if r.HosmerLemeshow, ok = hosmerLemeshow(ps, ys); !ok {
		r.Missing = append(r.Missing, "hosmer-lemeshow")
	}
	if r.Spiegelhalter, ok = spiegelhalter(ps, ys); !ok {
		r.Missing = append(r.Missing, "spiegelhalter")
	}
	return r
}

// recalibration fits logit P(y) = a + b·logit p by Newton's method (Cox 1958). ok is false where all outcomes are equal, all
// probabilities are, or the outcomes are separated.
func recalibration(p, y []float64) (a, b float64, ok bool) {
	x := make([]float64, len(p))
	for i := range p {
		x[i] = logit(clamp(p[i]))
	}
	b = 1
	for range 100 {
		var g0, g1, h00, h01, h11 float64
		for i := range x {
			q := expit(a + float64(b*x[i]))
			w := float64(q * (1 - q))
			g0 += y[i] - q
			g1 += float64((y[i] - q) * x[i])
			h00 += w
			h01 += float64(w * x[i])
			h11 += float64(float64(w*x[i]) * x[i])
		}
		det := float64(h00*h11) - float64(h01*h01)
		if !(det > 1e-12*h00*h11) {
			return 0, 0, false
		}
		da := (float64(h11*g0) - float64(h01*g1)) / det
		db := (float64(h00*g1) - float64(h01*g0)) / det
		if scale := max(math.Abs(da), math.Abs(db)); scale > 5 {
			da, db = da*5/scale, db*5/scale
		}
		a += da
		b += db
		if math.Abs(da)+math.Abs(db) < 1e-13*(1+math.Abs(a)+math.Abs(b)) {
			return a, b, math.Abs(a)+math.Abs(b) < 100
		}
	}
	return 0, 0, false
}

// hosmerLemeshow compares observed and expected wins in ten groups of equal size (Hosmer and Lemeshow 1980).
func hosmerLemeshow(p, y []float64) (chi2 float64, ok bool) {
	const groups = 10
	if len(p) < groups {
		return 0, false
	}
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case p[i] < p[j]:
			return -1
		case p[i] > p[j]:
			return 1
		}
		return 0
	})
	// Groups as even as can be: the first ones take what is left over.
	size, rest := len(p)/groups, len(p)%groups
	at := 0
	for g := range groups {
		n := size
		if g < rest {
			n++
		}
		var o, e float64
		for _, i := range order[at : at+n] {
			o += y[i]
			e += p[i]
		}
		at += n
		m := float64(n)
		v := e * (1 - e/m)
		if v <= 0 {
			return 0, false
		}
		chi2 += (o - e) * (o - e) / v
	}
	return chi2, true
}

// spiegelhalter returns the z statistic of Spiegelhalter (1986).
func spiegelhalter(p, y []float64) (z float64, ok bool) {
	var num, v float64
	for i, x := range p {
		num += float64((y[i] - x) * (1 - 2*x))
		v += float64(float64((1-2*x)*(1-2*x)) * float64(x*(1-x)))
	}
	if v <= 0 {
		return 0, false
	}
	return num / math.Sqrt(v), true
}
