package survival

// GenGammaCDF is the distribution function by w and Q.
func GenGammaCDF(w, q float64) float64 {
	g := newGenGamma(q)
	return g.cdf(w)
}

// GenGammaLogDensity is the log-density by w and Q.
func GenGammaLogDensity(w, q float64) float64 {
	g := newGenGamma(q)
	return g.logDensity(w)
}
