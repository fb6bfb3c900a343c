package survival

import "github.com/buyerjourney/b2b"

// KaplanMeier returns the share of spells that has not ended by any cause, over time (Kaplan and Meier 1958), with
// Greenwood's variance. All malformed spells are reported at once; no spells give a curve without data.
func KaplanMeier(spells []Spell, c Config) (StepCurve, error) {
	var p b2b.Problems
	c.check(&p)
	checkSpells(&p, spells, 0)
	if err := p.Err(); err != nil {
		return StepCurve{}, err
	}
	curve := kaplanMeier(tabulate(spells, 0), c)
	if c.Robust {
		jackknife(spells, &curve, nil)
	}
	return curve, nil
}

func kaplanMeier(t *table, c Config) StepCurve {
	n := len(t.time)
	block := make([]float64, 2*n)
	curve := StepCurve{
		Start: 1, Time: t.time, Value: block[:n:n], Variance: block[n:], AtRisk: t.atRisk, Events: t.events, Known: n, config: c,
	}
	s, sum := 1.0, 0.0
	for i := range t.time {
		if d := t.events[i]; d > 0 {
			r := t.atRisk[i]
			if d >= r {
				s, sum = 0, 0
				curve.Known = min(curve.Known, i)
			} else {
				s *= (r - d) / r
				sum += d / (r * (r - d))
			}
		}
		curve.Value[i] = s
		curve.Variance[i] = s * s * sum
	}
	return curve
}
