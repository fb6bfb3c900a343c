package survival

import (
	"math"

	"github.com/buyerjourney/b2b"
)

// CureAverage is several families fitted to the same data, weighted by Akaike's criterion (Buckland, Burnham and Augustin
// 1997): how much they differ is part of the interval. It is immutable and safe for concurrent use.
type CureAverage struct {
	Members []*Cure   // those that were fitted, in the order asked for
	Weights []float64 // sum to 1
}

// FitCures fits several families, by default all; those that do not converge are left out. It fails only where none does.
func FitCures(spells []Spell, c CureConfig, list ...Family) (*CureAverage, error) {
	if len(list) == 0 {
		list = []Family{Exponential, Weibull, Gamma, Lognormal, GenGamma}
	}
	out := &CureAverage{}
	var last error
	best := math.Inf(1)
	for _, f := range list {
		c.Family = f
		m, err := FitCure(spells, c)
		if err != nil {
			last = err
			continue
		}
		out.Members = append(out.Members, m)
		best = min(best, m.AIC)
	}
	if len(out.Members) == 0 {
		return nil, last
	}
	sum := 0.0
	for _, m := range out.Members {
		w := math.Exp((best - m.AIC) / 2)
		out.Weights = append(out.Weights, w)
		sum += w
	}
	for i := range out.Weights {
		out.Weights[i] /= sum
	}
	return out, nil
}

// Best returns the member with the smallest AIC.
func (a *CureAverage) Best() *Cure {
	best := a.Members[0]
	for _, m := range a.Members {
		if m.AIC < best.AIC {
			best = m
		}
	}
	return best
}

// At returns the averaged share that has converted by time t.
func (a *CureAverage) At(t float64) b2b.Estimate {
	return a.average(func(m *Cure) b2b.Estimate { return m.At(t) })
}

// Share returns the averaged share that will ever convert; it is refused where the best member's is.
func (a *CureAverage) Share() (share b2b.Estimate, why string) {
	if why := a.Best().refusal(); why != "" {
		return b2b.Point(a.Best().C, "refused"), why
	}
	return a.At(math.Inf(1)), ""
}

// average adds the variance between the members to that within, on the logit scale.
func (a *CureAverage) average(f func(*Cure) b2b.Estimate) b2b.Estimate {
	level := Config{Level: a.Members[0].config.Level}.level()
	z := quantileNormal((1 + level) / 2)
	var value float64
	estimates := make([]b2b.Estimate, len(a.Members))
	for i, m := range a.Members {
		estimates[i] = f(m)
		value += float64(a.Weights[i] * estimates[i].Value)
	}
	if value <= 0 || value >= 1 {
		return b2b.Point(clamp(value), "on the boundary")
	}
	x := logit(value)
	se := 0.0
	for i, e := range estimates {
		if e.Level == 0 || e.Low <= 0 || e.High >= 1 {
			continue
		}
		within := (logit(e.High) - logit(e.Low)) / (2 * z)
		between := logit(e.Value) - x
		se += float64(a.Weights[i] * math.Sqrt(float64(within*within)+float64(between*between)))
	}
	return b2b.Estimate{Value: value, Low: expit(x - float64(z*se)), High: expit(x + float64(z*se)), Level: level, Method: "cure, averaged by Akaike weights"}
}
