package importance

import (
	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/replicate"
	"github.com/buyerjourney/b2b/internal/stat"
)

// Conflict says how far what respondents call important agrees with what explains their judgement. The two are never merged
// into one number.
type Conflict struct {
	Spearman       b2b.Estimate // rank correlation of stated and derived importance
	HasSpearman    bool         // false where one of the two does not vary
	QuadrantsAgree float64      // share of drivers in the same quadrant either way
	Disagree       []string     // the others, in the order of the configuration
}

func (e *engine) conflict(x *moments, imp []float64, all []*replica, a *Analysis, why string) *Conflict {
	p := e.m.p
	stated := x.mean[p+1:]
	quads, _, _ := e.cfg.quadrantsOf(x.mean[:p], stated)
	c := &Conflict{}
	agree := 0
	for j := range a.Drivers {
		d := &a.Drivers[j]
		d.StatedQuadrant = quads[j]
		if d.Quadrant == quads[j] {
			agree++
		} else {
			c.Disagree = append(c.Disagree, d.Name)
		}
	}
	c.QuadrantsAgree = float64(agree) / float64(p)
	rho, ok := stat.Spearman(stated, imp)
	if !ok {
		return c
	}
	var draws []float64
	for _, r := range all {
		if rho, ok := stat.Spearman(r.means[p+1:], r.importance); ok {
			draws = append(draws, rho)
		}
	}
	c.Spearman, c.HasSpearman = replicate.Estimate(rho, draws, e.cfg.Level, why), true
	return c
}
