package choice

import (
	"math"

	"github.com/buyerjourney/b2b/internal/stat"
)

// AgreementMass returns the probability that all members, choosing independently, choose the same: Σ_a Π_d P_d(a).
func (p Preferences) AgreementMass() (float64, bool) {
	if len(p.members) == 0 {
		return 0, false
	}
	return min(1, stat.Sum(unanimous(p.p).P)), true
}

// PairwiseAgreement returns the mean over pairs of members of the probability that the two choose the same. It is undefined
// for fewer than two members.
func (p Preferences) PairwiseAgreement() (float64, bool) {
	n := len(p.members)
	if n < 2 {
		return 0, false
	}
	var sum stat.Compensated
	for i := range p.p {
		for j := range i {
			for a, x := range p.p[i] {
				sum.Add(float64(x * p.p[j][a]))
			}
		}
	}
	return sum.Sum() / (float64(n) * float64(n-1) / 2), true
}

// PooledEntropy returns the entropy of the mean preferences, divided by its largest value ln J: 0 is one alternative, 1 is all
// alike. It is undefined for fewer than two alternatives.
func (p Preferences) PooledEntropy() (float64, bool) {
	if len(p.members) == 0 || len(p.alternatives) < 2 {
		return 0, false
	}
	return min(1, entropy(pool(p.p, nil))/math.Log(float64(len(p.alternatives)))), true
}

// JensenShannon returns H(mean of P_d) − mean of H(P_d) in bits: how much of the pooled doubt is disagreement between members
// (Lin 1991). It is undefined for fewer than two members.
func (p Preferences) JensenShannon() (bits float64, ok bool) {
	if len(p.members) < 2 {
		return 0, false
	}
	var own stat.Compensated
	for _, row := range p.p {
		own.Add(entropy(row) / float64(len(p.p)))
	}
	return max(0, entropy(pool(p.p, nil))-own.Sum()) / math.Ln2, true
}

// entropy is in nats.
func entropy(p []float64) float64 {
	var h stat.Compensated
	for _, x := range p {
		if x > 0 {
			h.Add(float64(-x * math.Log(x)))
		}
	}
	return h.Sum()
}

// TastleWierman returns the consensus of a distribution p over the values x: 1 + Σ p log₂(1 − |x−μ|/(max x − min x)), 1 where
// all agree, 0 where half are at either end (Tastle and Wierman 2007). It is undefined where p is no distribution or there
// are fewer than two distinct values.
func TastleWierman(p, x []float64) (float64, bool) {
	if len(p) != len(x) || !isDistribution(p) || !finite(x) {
		return 0, false
	}
	lo, hi := math.Inf(1), math.Inf(-1)
	var mean stat.Compensated
	for i, v := range x {
		lo, hi = min(lo, v), max(hi, v)
		mean.Add(float64(p[i] * v))
	}
	if !(hi > lo) || math.IsInf(hi-lo, 0) {
		return 0, false
	}
	var sum stat.Compensated
	sum.Add(1)
	for i, v := range x {
		if p[i] > 0 {
			sum.Add(float64(p[i] * math.Log2(1-math.Abs(v-mean.Sum())/(hi-lo))))
		}
	}
	return max(0, sum.Sum()), true
}

// KendallW returns the concordance of several rankings of the same things, corrected for ties: 1 where all agree (Kendall and
// Babington Smith 1939). Rows are judges; their numbers are ranked with mid-ranks, so that ratings serve as well. It is
// undefined for fewer than two judges or things, and where every judge ties everything.
func KendallW(ratings [][]float64) (float64, bool) {
	m := len(ratings)
	if m < 2 || len(ratings[0]) < 2 {
		return 0, false
	}
	n := len(ratings[0])
	sums := make([]float64, n)
	ties := 0.0
	for _, row := range ratings {
		if len(row) != n || !finite(row) {
			return 0, false
		}
		count := map[float64]float64{}
		for i, r := range stat.MidRanks(row) {
			sums[i] += r
			count[r]++
		}
		for _, t := range count { // whole numbers: the order does not matter
			ties += float64(t*t*t) - t
		}
	}
	mean := float64(m) * float64(n+1) / 2
	var s stat.Compensated
	for _, r := range sums {
		s.Add(float64((r - mean) * (r - mean)))
	}
	fm, fn := float64(m), float64(n)
	below := float64(fm*fm*(float64(fn*fn*fn)-fn)) - float64(fm*ties)
	if below <= 0 {
		return 0, false
	}
	return min(1, 12*s.Sum()/below), true
}

// DefaultPolarisation is the exponent of [EstebanRay] that its authors bound polarisation by.
const DefaultPolarisation = 1.6

// EstebanRay returns the polarisation ΣΣ π_i^(1+α) π_j |y_i − y_j| of groups of sizes π with opinions y (Esteban and Ray 1994);
// alpha 0 is [DefaultPolarisation]. It is undefined where π is no distribution or fewer than two groups are given.
func EstebanRay(pi, y []float64, alpha float64) (float64, bool) {
	if alpha == 0 {
		alpha = DefaultPolarisation
	}
	if len(pi) != len(y) || len(pi) < 2 || !isDistribution(pi) || !finite(y) || !(alpha > 0) || math.IsInf(alpha, 1) {
		return 0, false
	}
	var sum stat.Compensated
	for i := range pi {
		for j := range pi {
			sum.Add(float64(math.Pow(pi[i], 1+alpha) * pi[j] * math.Abs(y[i]-y[j])))
		}
	}
	s := sum.Sum()
	return s, !math.IsInf(s, 0)
}

func isDistribution(p []float64) bool {
	for _, x := range p {
		if !(x >= 0 && x <= 1+tolerance) {
			return false
		}
	}
	return math.Abs(stat.Sum(p)-1) <= tolerance
}

func finite(x []float64) bool {
	for _, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}
