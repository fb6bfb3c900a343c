package lifetime

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// hypergeometric returns the Gauss hypergeometric function ₂F₁(a, b; c; z) for 0 ≤ z < 1 and c > 0, by its series, after
// Euler's transformation where that decays faster. ok is false where the series does not come to an end.
func hypergeometric(a, b, c, z float64) (f float64, ok bool) {
	if z == 0 {
		return 1, true
	}
	factor := 1.0
	if e := c - a - b; e < 0 {
		a, b, factor = c-a, c-b, math.Exp(e*math.Log1p(-z))
	}
	sum, term := 1.0, 1.0
	for n := range 200_000 {
		k := float64(n)
		term = float64(term * ((a + k) / (c + k) * ((b + k) / (k + 1)) * z))
		sum += term
		if math.Abs(term) <= 1e-17*math.Abs(sum)*(1-z) {
			return factor * sum, !math.IsInf(factor*sum, 0)
		}
	}
	return 0, false
}

// trigamma is the derivative of the digamma function, for x > 0.
func trigamma(x float64) float64 { return mathext.Zeta(2, x) }

func lgamma(x float64) float64 {
	v, _ := math.Lgamma(x)
	return v
}

// doubleExponential integrates f over (0, 1) by the tanh-sinh rule of Takahasi and Mori (1974), which bears
// singularities at the ends. f gets x and 1 − x.
func doubleExponential(f func(x, rest float64) float64) float64 {
	const limit = 4.0
	sum, last := 0.0, math.NaN()
	for level := 3; level <= 9; level++ {
		h := math.Ldexp(1, -level)
		sum = 0
		for k := -int(limit / h); k <= int(limit/h); k++ {
			t := float64(k) * h
			u := float64(math.Pi / 2 * math.Sinh(t))
			x, rest := 1/(1+math.Exp(-2*u)), 1/(1+math.Exp(2*u))
			w := math.Pi * math.Cosh(t) * x * rest
			if w > 0 && x > 0 && rest > 0 {
				sum += float64(w * f(x, rest))
			}
		}
		sum *= h
		if math.Abs(sum-last) <= 1e-13*math.Abs(sum) {
			return sum
		}
		last = sum
	}
	return sum
}
