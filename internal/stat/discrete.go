package stat

import "math"

// LogChoose returns the logarithm of the binomial coefficient; -Inf if k < 0 or k > n.
func LogChoose(n, k int64) float64 {
	k = min(k, n-k)
	switch {
	case n < 0 || k < 0:
		return math.Inf(-1)
	case k == 0:
		return 0
	case k <= 32:
		// A short product keeps all digits, where the difference of logarithms of large factorials does not.
		p, l := 1.0, 0.0
		for i := int64(1); i <= k; i++ {
			p *= float64(n-k+i) / float64(i)
			if p > 1e250 {
				l += math.Log(p)
				p = 1
			}
		}
		return l + math.Log(p)
	}
	// Stirling's series, so that the large parts cancel before they round (Loader 2000).
	fn, fk, fr := float64(n), float64(k), float64(n-k)
	return float64(-fk*math.Log(fk/fn)) - float64(fr*math.Log1p(-fk/fn)) +
		float64(0.5*math.Log(fn/(2*math.Pi*fk*fr))) + stirling(fn) - stirling(fk) - stirling(fr)
}

// stirling is log n! − log(√(2πn)(n/e)^n), for n > 16 to all digits.
func stirling(n float64) float64 {
	n2 := n * n
	return (1.0/12 - (1.0/360-(1.0/1260-(1.0/1680-1.0/1188/n2)/n2)/n2)/n2) / n
}

// LogHypergeometric returns the logarithm of the probability that a sample of n from a population of total, of which good are
// marked, holds exactly k marked; -Inf where it is impossible.
func LogHypergeometric(k, total, good, n int64) float64 {
	if total < 0 || good < 0 || good > total || n < 0 || n > total || k < max(0, n-(total-good)) || k > min(n, good) {
		return math.Inf(-1)
	}
	return LogChoose(good, k) + LogChoose(total-good, n-k) - LogChoose(total, n)
}

// PoissonBinomial returns the probabilities of 0, 1, …, len(p) successes in independent trials of probabilities p (each in
// [0, 1]; others are clamped), by dynamic programming in O(n²).
func PoissonBinomial(p []float64) []float64 {
	pmf := make([]float64, len(p)+1)
	pmf[0] = 1
	for i, q := range p {
		q = min(max(q, 0), 1)
		for k := i + 1; k > 0; k-- {
			pmf[k] = float64(pmf[k]*(1-q)) + float64(pmf[k-1]*q)
		}
		pmf[0] *= 1 - q
	}
	return pmf
}
