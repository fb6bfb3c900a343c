package stat

import "math"

// Wilson returns the score interval of a proportion, k of n (Wilson 1927). k and n may be fractional, as weights are. k ≤ 0 gives
// lo exactly 0, k ≥ n gives hi exactly 1; n ≤ 0 gives 0, 1.
func Wilson(k, n, level float64) (lo, hi float64) {
	if !(n > 0) {
		return 0, 1
	}
	k = min(max(k, 0), n)
	z := Z(level)
	if math.IsInf(z, 1) {
		return 0, 1
	}
	z2 := float64(z * z)
	p := k / n
	centre := k + z2/2
	half := float64(z * math.Sqrt(float64(k*(1-p))+z2/4))
	// Of the two roots of a quadratic whose product is known, the one that cancels is taken from the other.
	d := n + z2
	hi = (centre + half) / d
	lo = p * k / (centre + half)
	switch k {
	case 0:
		lo = 0
	case n:
		hi = 1
	}
	return min(max(lo, 0), p), max(min(hi, 1), p)
}

// WilsonFloat is [Wilson] for a proportion p that was estimated with an effective number n of observations, as from weights:
// n = (Σw)²/Σw² (Kish 1965).
func WilsonFloat(p, n, level float64) (lo, hi float64) {
	p = min(max(p, 0), 1)
	if p == 1 {
		return Wilson(n, n, level)
	}
	return Wilson(p*n, n, level)
}

// ClopperPearson returns the exact interval of a proportion (Clopper and Pearson 1934). n ≤ 0 gives 0, 1.
func ClopperPearson(k, n, level float64) (lo, hi float64) {
	if !(n > 0) {
		return 0, 1
	}
	k = min(max(k, 0), n)
	a := tail(level)
	hi = 1
	if k > 0 {
		lo = BetaQuantile(a, k, n-k+1)
	}
	if k < n {
		hi = BetaQuantile(1-a, k+1, n-k)
	}
	return lo, hi
}

// tail is the probability beyond each end.
func tail(level float64) float64 { return min(max((1-level)/2, 0), 0.5) }

// AgrestiCoull returns the adjusted Wald interval of a proportion, cut to [0, 1] (Agresti and Coull 1998). n ≤ 0 gives 0, 1.
func AgrestiCoull(k, n, level float64) (lo, hi float64) {
	z := Z(level)
	if !(n > 0) || math.IsInf(z, 1) {
		return 0, 1
	}
	k = min(max(k, 0), n)
	z2 := float64(z * z)
	m := n + z2
	p := (k + z2/2) / m
	half := float64(z * math.Sqrt(p*(1-p)/m))
	return max(p-half, 0), min(p+half, 1)
}

// Jeffreys returns the equal-tailed interval of the posterior under Jeffreys' prior Beta(1/2, 1/2), without the modification at
// k = 0 and k = n: neither end is then 0 or 1. n ≤ 0 gives 0, 1.
func Jeffreys(k, n, level float64) (lo, hi float64) {
	if !(n > 0) {
		return 0, 1
	}
	k = min(max(k, 0), n)
	a := tail(level)
	return BetaQuantile(a, k+0.5, n-k+0.5), BetaQuantile(1-a, k+0.5, n-k+0.5)
}

// Newcombe returns the interval of the difference k1/n1 − k2/n2 of two independent proportions: the hybrid score interval, method
// 10 of Newcombe (1998), "Interval estimation for the difference between independent proportions", Statistics in Medicine 17.
// If a sample is empty it gives -1, 1.
func Newcombe(k1, n1, k2, n2, level float64) (lo, hi float64) {
	if !(n1 > 0) || !(n2 > 0) {
		return -1, 1
	}
	p1, p2 := min(max(k1/n1, 0), 1), min(max(k2/n2, 0), 1)
	l1, u1 := Wilson(k1, n1, level)
	l2, u2 := Wilson(k2, n2, level)
	d := p1 - p2
	return max(d-math.Hypot(p1-l1, u2-p2), -1), min(d+math.Hypot(u1-p1, p2-l2), 1)
}

// PoissonExact returns the exact interval of a rate, k events in an exposure (Garwood 1936, "Fiducial limits for the Poisson
// distribution", Biometrika 28), in events per unit of exposure. ok is false if the exposure is not positive and finite, k is negative or
// not finite, or the level is 1 or more.
func PoissonExact(k, exposure, level float64) (lo, hi float64, ok bool) {
	if !(exposure > 0) || math.IsInf(exposure, 1) || !(k >= 0) || math.IsInf(k, 1) || !(level < 1) {
		return 0, 0, false
	}
	a := tail(level)
	if k > 0 {
		lo = GammaQuantile(a, k) / exposure
	}
	return lo, GammaQuantile(1-a, k+1) / exposure, true
}
