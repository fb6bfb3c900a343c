package stream

import "math"

// Gamma is the law of a gamma variate of scale 1, with its constants at hand (Marsaglia and Tsang 2000, "A simple method for generating
// gamma variables", ACM TOMS 26). It is an immutable value; the zero law gives 0 without a draw. Take one from [NewGamma].
type Gamma struct {
	d, c  float64
	power float64 // below shape 1 the variate of shape+1 times this power of a uniform (loc. cit., section 8); else 0
}

// NewGamma returns the law of a shape. A shape that is not positive and finite is the zero law; shapes below about 0.001 mostly underflow
// to 0, for which [Rand.Beta] and [Rand.Dirichlet] take care.
func NewGamma(shape float64) Gamma {
	if !valid(shape) {
		return Gamma{}
	}
	var g Gamma
	if shape < 1 {
		g.power = 1 / shape
		shape++
	}
	g.d = shape - 1.0/3
	g.c = 1 / math.Sqrt(9*g.d)
	return g
}

// Draw returns one variate.
func (g *Gamma) Draw(r *Rand) float64 {
	if g.d == 0 {
		return 0
	}
	x := g.draw(r)
	if g.power > 0 {
		x *= math.Exp(math.Log(r.open()) * g.power)
	}
	return x
}

// draw leaves the power out.
func (g *Gamma) draw(r *Rand) float64 {
	for {
		x := r.NormFloat64()
		v := 1 + float64(g.c*x)
		if v <= 0 {
			continue
		}
		v = v * v * v
		u := r.open()
		if x2 := x * x; u < 1-float64(0.0331*x2*x2) || math.Log(u) < 0.5*x2+float64(g.d*(1-v+math.Log(v))) {
			return g.d * v
		}
	}
}

// Gamma returns a gamma variate of the given shape and scale 1: see [NewGamma].
func (r *Rand) Gamma(shape float64) float64 {
	g := NewGamma(shape)
	return g.Draw(r)
}

func valid(shape float64) bool { return shape > 0 && !math.IsInf(shape, 1) }

// logGamma returns the logarithm of a gamma variate.
func (r *Rand) logGamma(shape float64) float64 {
	g := NewGamma(shape)
	x := math.Log(g.draw(r))
	if g.power > 0 {
		x += math.Log(r.open()) / shape
	}
	return x
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
