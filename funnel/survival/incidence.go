package survival

import "github.com/buyerjourney/b2b"

// Incidence is how spells end by several causes that compete: Causes[k] is the share that has ended by cause k+1, over
// time; Survival is the share that has not ended. At every time the shares sum to 1. It is immutable and safe for
// concurrent use; the zero value has no causes.
type Incidence struct {
	Survival StepCurve
	Causes   []StepCurve
}

// AalenJohansen returns the cumulative incidence of each of the causes 1..causes (Aalen and Johansen 1978), with the
// variance of Greenwood type. Spells that ended by other causes are no longer at risk, but not censored either. All
// malformed spells are reported at once.
func AalenJohansen(spells []Spell, causes int, c Config) (Incidence, error) {
	var p b2b.Problems
	c.check(&p)
	if causes < 1 {
		p.Add("causes", "below 1")
	}
	checkSpells(&p, spells, causes)
	if err := p.Err(); err != nil {
		return Incidence{}, err
	}
	inc := aalenJohansen(tabulate(spells, causes), c)
	if c.Robust {
		jackknife(spells, &inc.Survival, inc.Causes)
	}
	return inc, nil
}

// aalenJohansen carries, per cause, the covariance matrix of (survival, incidence) through the product integral: one
// 2 × 2 step per event time. That is the matrix recursion for one stage with absorbing exits, and equals the sum of
// squares of Marubini and Valsecchi (1995) without its cancellation.
func aalenJohansen(t *table, c Config) Incidence {
	n := len(t.time)
	inc := Incidence{Survival: kaplanMeier(t, c), Causes: make([]StepCurve, len(t.byCause))}
	for k, events := range t.byCause {
		block := make([]float64, 2*n)
		curve := StepCurve{Time: t.time, Value: block[:n:n], Variance: block[n:], AtRisk: t.atRisk, Events: events, Known: n, config: c}
		s, f := 1.0, 0.0
		var vs, vf, cov float64
		for i := range t.time {
			if d := t.events[i]; d > 0 {
				r := t.atRisk[i]
				dk := events[i]
				q, stay := dk/r, (r-d)/r
				noise := s * s / (r * r * r)
				vf += float64(2*q*cov) + float64(q*q*vs) + float64(noise*dk*(r-dk))
				cov = float64(stay*(cov+float64(q*vs))) - float64(noise*dk*(r-d))
				vs = float64(stay*stay*vs) + float64(noise*d*(r-d))
				f += float64(s * q)
				if r > d {
					s *= stay
				} else {
					s = 0
				}
			}
			curve.Value[i] = f
			curve.Variance[i] = max(0, vf)
		}
		inc.Causes[k] = curve
	}
	return inc
}
