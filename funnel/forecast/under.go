package forecast

import (
	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
)

// aged reports whether the chances of a kernel hang on the age of a deal.
func (k Kernel) aged() bool { return k == SemiMarkov || k == Cure }

// timed reports whether a kernel tells when a deal is won.
func (k Kernel) timed() bool { return k.aged() || k == Exponential }

// checkKernel reports the settings that the kernel of c cannot follow.
func (c Config) checkKernel(p *b2b.Problems) {
	switch k := c.Kernel; {
	case !k.IsValid():
		p.Add("config.kernel", "unknown")
	case k != SemiMarkov:
		if c.Season.Mode == On {
			p.Add("config.season", "kernel "+k.String()+" knows no season")
		}
		if c.Segments == On {
			p.Add("config.segments", "kernel "+k.String()+" knows no segments")
		}
		if c.Cohorts == On {
			p.Add("config.cohorts", "kernel "+k.String()+" knows no cohorts")
		}
		if c.NewBusiness == On {
			p.Add("config.new_business", "only with kernel semi_markov")
		}
		if c.HalfLife.Mode == On && !k.aged() {
			p.Add("config.half_life", "kernel "+k.String()+" does not weigh history")
		}
		if len(c.Periods) > 0 && !k.timed() {
			p.Add("config.periods", "kernel "+k.String()+" does not tell when")
		}
	}
}

// under returns the engine with the chances of a kernel, e itself under [SemiMarkov]. ok is false where the kernel has
// nothing to say about a stage with open deals, or at all; reasons say what it cannot tell, and why.
func (e *engine) under(kernel Kernel, weights map[funnel.Stage]b2b.Fraction) (out *engine, reasons []string, ok bool) {
	switch kernel {
	case SemiMarkov:
		return e, nil, true
	case Cure:
		return e.cured()
	case Exponential, WonPerEntered, ClosedOnly, StageWeights:
	}
	n := len(e.ends)
	f := *e
	f.skip |= Parameters | Drifting
	f.rough, f.roughOf, f.shift, f.drift = nil, nil, nil, 0
	k := len(e.p.places)
	f.keys, f.chance, f.beyond = make([]key, k), make([]float64, k*n), make([]float64, k)
	unknown := make([]bool, k)
	for s := range k {
		f.keys[s] = key{place: int32(s)}
	}
	for j, end := range e.ends {
		chance, missing := baseline(e.p, kernel, float64(end-e.p.asOf)/float64(dayMicros), weights)
		for s := range k {
			f.chance[s*n+j] = chance[s]
			unknown[s] = unknown[s] || missing[s]
		}
	}
	f.open = append([]openDeal(nil), e.open...)
	for i := range f.open {
		f.open[i].key = f.open[i].place
	}
	f.tally()
	for s, place := range e.p.places {
		if unknown[s] && f.count[s] > 0 {
			reasons = append(reasons, "stage "+string(place.Stage)+": kernel "+kernel.String()+" has nothing to say")
		}
	}
	return &f, reasons, len(reasons) == 0
}

// explainKernel splits the log odds of a deal under another kernel than [SemiMarkov] into the base, the mean chance of all
// open deals, what its stage differs from it, and what its age differs from the stage.
func (m *Model) explainKernel() func(d *openDeal) []Term {
	e := m.e
	n := len(e.ends)
	k := len(e.p.places)
	sum, deals := make([]float64, k+1), make([]float64, k+1)
	for i := range e.open {
		d := &e.open[i]
		for _, s := range []int{int(d.place), k} {
			sum[s] += e.chance[int(d.key)*n+n-1]
			deals[s]++
		}
	}
	return func(d *openDeal) []Term {
		base, stage := logit(clamp(sum[k]/deals[k])), logit(clamp(sum[d.place]/deals[d.place]))
		return []Term{{"base", base}, {"stage", stage - base}, {"age", logit(clamp(e.chance[int(d.key)*n+n-1])) - stage}}
	}
}
