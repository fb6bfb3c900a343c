package stream

import "math"

// Gamma returns a gamma variate of the given shape and scale 1 (Marsaglia and Tsang 2000, "A simple method for generating gamma
// variables", ACM TOMS 26). A shape that is not positive and finite gives 0 without a draw; shapes below about 0.001 mostly
// underflow to 0, for which [Rand.Beta] and [Rand.Dirichlet] take care.
func (r *Rand) Gamma(shape float64) float64 {
	if !valid(shape) {
		return 0
	}
	if shape >= 1 {
		return r.gamma1(shape)
	}
	return math.Exp(r.logGamma(shape))
}

func valid(shape float64) bool { return shape > 0 && !math.IsInf(shape, 1) }

func (r *Rand) gamma1(shape float64) float64 {
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := r.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		u := r.open()
		if x2 := x * x; u < 1-0.0331*x2*x2 || math.Log(u) < 0.5*x2+d*(1-v+math.Log(v)) {
			return d * v
		}
	}
}

// logGamma returns the logarithm of a gamma variate; below shape 1 as that of shape+1 times a power of a uniform (loc. cit., section 8).
func (r *Rand) logGamma(shape float64) float64 {
	if shape >= 1 {
		return math.Log(r.gamma1(shape))
	}
	g := math.Log(r.gamma1(shape + 1))
	return g + math.Log(r.open())/shape
}

// Beta returns a beta variate in [0, 1]. If a is not positive it is 0, else if b is not positive it is 1, without a draw.
func (r *Rand) Beta(a, b float64) float64 {
	switch {
	case !valid(a):
		return 0
	case !valid(b):
		return 1
	}
	x := max(r.logGamma(a), -math.MaxFloat64)
	y := max(r.logGamma(b), -math.MaxFloat64)
	return 1 / (1 + math.Exp(y-x))
}

// Dirichlet fills dst with a Dirichlet variate, which sums to 1 within rounding. A component whose alpha is not positive and
// finite is exactly 0; if there is no other all are 0. It panics if dst is shorter than alpha; dst and alpha may be the same slice.
func (r *Rand) Dirichlet(dst, alpha []float64) {
	dst = dst[:len(alpha)]
	top := math.Inf(-1)
	for i, a := range alpha {
		if !valid(a) {
			dst[i] = math.Inf(-1)
			continue
		}
		dst[i] = max(r.logGamma(a), -math.MaxFloat64)
		top = max(top, dst[i])
	}
	if math.IsInf(top, -1) {
		clear(dst)
		return
	}
	var sum float64
	for i, x := range dst {
		dst[i] = math.Exp(x - top)
		sum += dst[i]
	}
	for i := range dst {
		dst[i] /= sum
	}
}
