package forecast

import (
	"math"

	"github.com/buyerjourney/b2b/funnel/survival"
	"github.com/buyerjourney/b2b/internal/stat"
)

// cured returns the engine under kernel [Cure]: per stage × exit a mixture, of the share that ever leaves the stage that
// way and the law of when it does. The share is F(∞) of the cumulative incidence, so stays that ended otherwise are known
// not to leave that way, and count as such until the as-of time. From the incidences F_k come the rates per cell of age,
// [F_k(l) − F_k(l−1)] / [1 − ΣF(l−1)], and with them everything else goes on as for [SemiMarkov]. A stage of which a share
// cannot be identified keeps its semi-Markov rates, with the reason; ok is false where that is so of every stage.
//
// Draws are those of the semi-Markov kernel, moved to the point forecast on the scale of log odds.
func (e *engine) cured() (out *engine, reasons []string, ok bool) {
	f := *e
	fine := *e.fine
	fine.k = e.fine.k.clone()
	f.fine = &fine
	for s, place := range e.p.places {
		if why := fine.k.cure(e.p, s, e.set); why != "" {
			reasons = append(reasons, "stage "+string(place.Stage)+": "+why)
			continue
		}
		ok = true
	}
	f.chance, f.beyond = make([]float64, len(e.chance)), make([]float64, len(e.beyond))
	fine.point(f.keys, f.chance, f.beyond)
	f.rough = nil
	f.roughen()
	return &f, reasons, ok
}

// clone copies the rates; scratch is shared with nobody.
func (k *kernel) clone() *kernel {
	out := newKernel(k.b, k.grid-k.b.cells-2)
	out.adj = k.adj
	copy(out.rate, k.rate)
	copy(out.tail, k.tail)
	copy(out.last, k.last)
	return out
}

// cure replaces the rates of a place by those of cure models; an exit with fewer than five cases keeps its rates up to the
// last exit of the place and has none beyond. It says why it did not.
func (k *kernel) cure(p *panel, s int, set settings) (why string) {
	cols := k.b.exits(s)
	laws := make([]*survival.CureAverage, len(cols))
	fitted := false
	for i, c := range cols {
		spells, events := p.incidence(s, c.to, k.b.step, micros(set.halfLife))
		if events < fewExits {
			continue
		}
		a, err := survival.FitCures(spells, survival.CureConfig{Resolution: 1}, survival.Weibull, survival.Lognormal)
		if err != nil {
			return err.Error()
		}
		if _, why := a.Share(); why != "" {
			return why
		}
		laws[i], fitted = a, true
	}
	if !fitted {
		return "fewer than five exits of any kind"
	}
	total := 0.0
	for _, a := range laws {
		if a != nil {
			total += incidence(a, math.Inf(1))
		}
	}
	scale := 1 / max(1, total) // the shares are estimated one by one
	before := make([]float64, len(cols))
	stay := 1.0
	for l := range k.grid {
		gone := 0.0
		for i := range cols {
			row := k.row(k.b.first[s] + i)
			if laws[i] == nil {
				if l > k.last[s] {
					row[l] = 0
				}
				gone += float64(stay * row[l])
				continue
			}
			now := float64(scale * incidence(laws[i], float64(l)))
			d := now - before[i]
			before[i] = now
			if stay > 1e-9 {
				row[l] = min(1, d/stay)
				gone += d
			} else {
				row[l] = row[l-1]
			}
		}
		stay = max(0, stay-gone)
	}
	k.last[s] = k.grid - 1
	return ""
}

// incidence is the averaged share that has left by an age in cells.
func incidence(a *survival.CureAverage, t float64) float64 {
	if t <= 0 {
		return 0
	}
	sum := 0.0
	for i, m := range a.Members {
		w := (math.Log(t) - m.Mu) / m.Sigma
		f := stat.NormalCDF(w)
		if m.Family == survival.Weibull {
			f = -math.Expm1(-math.Exp(w))
		}
		sum += float64(a.Weights[i] * m.C * f)
	}
	return sum
}

// incidence returns the stays of a place for the incidence of one exit: an exit lies in the middle of its cell of age, every
// other stay has been seen not to leave that way until the as-of time.
func (p *panel) incidence(s int, to int32, step, halfLife int64) (spells []survival.Spell, events int) {
	for j, at := range p.at {
		late := (p.rise[j] - p.in[j]) / step
		if int(at) != s || late > 0 && p.out[j] <= p.rise[j] {
			continue
		}
		sp := survival.Spell{Entry: float64(late), Exit: float64((p.asOf - p.in[j]) / step), Weight: recency(p.asOf, p.in[j], halfLife)}
		if p.to[j] == to {
			cell := (p.out[j] - p.in[j] + step - 1) / step
			sp.Cause, sp.Exit = 1, max(0, float64(cell)-0.5)
		}
		if sp.Exit < sp.Entry || sp.Exit == sp.Entry && (sp.Cause == 0 || sp.Exit > 0) || sp.Weight == 0 {
			continue
		}
		events += sp.Cause
		spells = append(spells, sp)
	}
	return spells, events
}
