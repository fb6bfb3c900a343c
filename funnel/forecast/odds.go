package forecast

import "math"

func logit(p float64) float64 { return math.Log(p) - math.Log1p(-p) }

func expit(x float64) float64 {
	if x >= 0 {
		return 1 / (1 + math.Exp(-x))
	}
	y := math.Exp(x)
	return y / (1 + y)
}

// clamp keeps a probability where its log odds are finite.
func clamp(p float64) float64 { return min(max(p, 1e-12), 1-1e-12) }
