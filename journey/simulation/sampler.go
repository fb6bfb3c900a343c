package simulation

import (
	"math"

	"github.com/buyerjourney/b2b/internal/stream"
	"github.com/buyerjourney/b2b/journey"
)

// sampler draws durations in seconds. Families that can are inverted, so that one draw gives one duration, monotone in it: that keeps
// common random numbers common.
type sampler struct {
	family journey.Family
	a, b   float64 // parameters of the family
	gamma  stream.Gamma
	scale  float64
	least  float64 // added to every draw
}

// newSampler prepares a duration whose mean is scaled.
func newSampler(d journey.Duration, scale float64) sampler {
	mean, sd, ok := d.Moments()
	s := sampler{family: d.Family, scale: scale}
	if !ok || mean == 0 {
		return sampler{family: journey.Constant}
	}
	if sd == 0 {
		return sampler{family: journey.Constant, a: mean, scale: scale}
	}
	cv2 := sd * sd / (mean * mean)
	switch d.Family {
	case journey.Exponential:
		s.a = mean
	case journey.Erlang:
		s.a = float64(erlangPhases(d))
		s.b = mean / s.a
	case journey.Gamma, journey.Empirical:
		s.family, s.gamma, s.b = journey.Gamma, stream.NewGamma(1/cv2), mean*cv2
	case journey.LogNormal:
		s.b = math.Sqrt(math.Log1p(cv2))
		s.a = math.Log(mean) - s.b*s.b/2
	case journey.Weibull:
		s.a = 1 / weibullShape(cv2)
		s.b = mean / math.Gamma(1+s.a)
	case journey.PERT:
		width := d.Max - d.Min
		s.a, s.b = 1+4*(d.Mode-d.Min)/width, 1+4*(d.Max-d.Mode)/width
		s.least, s.scale = scale*d.Min, scale*width
	case journey.Constant, journey.Unset:
		s.a = mean
	}
	return s
}

// weibullShape solves Γ(1+2/k)/Γ(1+1/k)² = 1 + cv² by bisection.
func weibullShape(cv2 float64) float64 {
	lo, hi := .05, 500.0
	for range 200 {
		k := math.Sqrt(lo * hi)
		a, _ := math.Lgamma(1 + 2/k)
		b, _ := math.Lgamma(1 + 1/k)
		if a-2*b > math.Log1p(cv2) {
			lo = k
		} else {
			hi = k
		}
	}
	return math.Sqrt(lo * hi)
}

// draw returns the duration that has the number n among those with a key.
func (s *sampler) draw(p stream.Purpose, n, key uint64) float64 {
	if s.family == journey.Constant || s.family == journey.Unset {
		return s.scale * s.a
	}
	r := p.SourceN(n, key)
	switch s.family {
	case journey.Exponential:
		return s.scale * s.a * r.ExpFloat64()
	case journey.Erlang:
		x := 0.0
		for range int(s.a) {
			x += r.ExpFloat64()
		}
		return s.scale * s.b * x
	case journey.Gamma, journey.Empirical:
		return s.scale * s.b * s.gamma.Draw(&r)
	case journey.LogNormal:
		return s.scale * math.Exp(s.a+float64(s.b*r.NormFloat64()))
	case journey.Weibull:
		return s.scale * s.b * math.Pow(r.ExpFloat64(), s.a)
	case journey.PERT:
		return s.least + float64(s.scale*r.Beta(s.a, s.b))
	case journey.Constant, journey.Unset:
	}
	return 0
}
