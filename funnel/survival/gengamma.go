package survival

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// genGamma is the distribution of Prentice (1974) of a time t, by w = (ln t − μ)/σ and the shape Q: lognormal at Q = 0,
// Weibull at 1, gamma at σ; for Q < 0 its tail is heavier than any of these. With k = Q⁻² and u = k·e^{Qw}, F = P(k, u) for
// Q > 0 and Q(k, u) for Q < 0. It holds what depends on Q alone.
type genGamma struct {
	q, k     float64
	constant float64 // of ln g(w), the log-density of w, beside −k(e^{Qw} − 1 − Qw)
	near     bool    // |Q| is so small that F is taken from its expansion in Q
}

// nearNormal is the |Q| below which the incomplete gamma function, whose shape is then above 10⁴, gives way to the uniform
// expansion of Temme (1979; DLMF 8.12), whose error is then below 10⁻¹².
const nearNormal = 1e-2

func newGenGamma(q float64) genGamma {
	g := genGamma{q: q, k: 1 / (q * q), near: math.Abs(q) < nearNormal}
	if math.Abs(q) < 0.1 { // Stirling: ln|Q| + k ln k − k − ln Γ(k) = −½ ln 2π − 1/(12k) + 1/(360k³) − …
		i := q * q
		g.constant = -0.5*math.Log(2*math.Pi) - float64(i*(1.0/12-float64(i*i*(1.0/360-float64(i*i*(1.0/1260-i*i/1680))))))
		return g
	}
	lg, _ := math.Lgamma(g.k)
	g.constant = math.Log(math.Abs(q)) + float64(g.k*math.Log(g.k)) - g.k - lg
	return g
}

// half returns k(e^z − 1 − z) at z = Qw: w²/2 for Q = 0.
func (g *genGamma) half(w float64) float64 {
	z := float64(g.q * w)
	if math.Abs(z) < 1e-2 {
		return w * w / 2 * (1 + float64(z/3*(1+float64(z/4*(1+float64(z/5*(1+float64(z/6*(1+z/7)))))))))
	}
	return g.k * (math.Expm1(z) - z)
}

// logDensity returns ln g(w).
func (g *genGamma) logDensity(w float64) float64 { return g.constant - g.half(w) }

// slope returns d ln g/dw = (1 − e^{Qw})/Q, and its derivative −e^{Qw}.
func (g *genGamma) slope(w float64) (first, second float64) {
	z := float64(g.q * w)
	e := math.Expm1(z)
	if math.Abs(z) < 1e-8 {
		return -w * (1 + z/2), -1 - e
	}
	return -e / g.q, -1 - e
}

// cdf returns F(w).
func (g *genGamma) cdf(w float64) float64 {
	switch {
	case g.q == 1:
		return -math.Expm1(-math.Exp(w))
	case g.q == 0:
		return 0.5 * math.Erfc(-w/math.Sqrt2)
	case g.near:
		return g.temme(w)
	}
	u := g.k * math.Exp(g.q*w)
	if math.IsInf(u, 0) || u > float64(1e8*g.k)+1e8 {
		return float64(b2i(g.q > 0))
	}
	if g.q > 0 {
		return mathext.GammaIncReg(g.k, u)
	}
	return mathext.GammaIncRegComp(g.k, u)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// temme is F by P(k, kλ) = ½ erfc(−η√(k/2)) − e^{−kη²/2}/√(2πk)·(c₀(η) + c₁(η)/k + …), ½η² = λ − 1 − ln λ, λ = e^{Qw}.
func (g *genGamma) temme(w float64) float64 {
	h := g.half(w) // kη²/2
	if h > 700 {
		return float64(b2i(w > 0))
	}
	root := math.Copysign(math.Sqrt(h), w) // η√(k/2), with the sign of w whatever that of Q
	eta := root * math.Sqrt2 * g.q
	c0 := -1.0/3 + float64(eta*(1.0/12+float64(eta*(-2.0/135+float64(eta*(1.0/864+float64(eta*(1.0/2835-eta*139/777600))))))))
	c1 := -1.0/540 + float64(eta*(-1.0/288+float64(eta*(1.0/378-eta*77/77760))))
	c2 := 25.0/6048 - eta*139/51840
	i := g.q * g.q
	return 0.5*math.Erfc(-root) - float64(math.Exp(-h)*g.q/math.Sqrt(2*math.Pi)*(c0+float64(i*(c1+float64(i*c2)))))
}
