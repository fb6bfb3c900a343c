package survival

import (
	"cmp"
	"math"
	"slices"

	"github.com/buyerjourney/b2b/internal/stat"
)

// cureData is the spells by distinct time.
type cureData struct {
	event, censored, entry []cureRow // entry: late entries
	zero                   float64   // weight of events at 0
	resolution             float64
	brackets               []Bracket
	n, events, last, end   float64 // weights; last event time, last time
	recent                 float64 // weight of events in (2·last − end, last]
	meanLog, sdLog         float64
}

type cureRow struct{ time, log, weight float64 }

func newCureData(spells []Spell, c CureConfig) *cureData {
	d := &cureData{brackets: slices.Clone(c.Brackets)}
	gather := func(keep func(s *Spell) (float64, bool)) []cureRow {
		var times []cureRow
		for i := range spells {
			if t, ok := keep(&spells[i]); ok {
				times = append(times, cureRow{time: t, weight: spells[i].weight()})
			}
		}
		slices.SortFunc(times, func(x, y cureRow) int { return cmp.Or(cmp.Compare(x.time, y.time), cmp.Compare(x.weight, y.weight)) })
		k := 0
		for _, r := range times {
			if k > 0 && times[k-1].time == r.time {
				times[k-1].weight += r.weight
				continue
			}
			r.log = math.Log(r.time)
			times[k] = r
			k++
		}
		return times[:k]
	}
	d.event = gather(func(s *Spell) (float64, bool) { return s.Exit, s.Cause > 0 && s.Exit > 0 })
	d.censored = gather(func(s *Spell) (float64, bool) { return s.Exit, s.Cause == 0 })
	d.entry = gather(func(s *Spell) (float64, bool) { return s.Entry, s.Entry > 0 })
	smallest := math.Inf(1)
	for i := range spells {
		s := &spells[i]
		w := s.weight()
		d.n += w
		d.end = max(d.end, s.Exit)
		if s.Exit > 0 {
			smallest = min(smallest, s.Exit)
		}
		if s.Cause > 0 {
			d.events += w
			d.last = max(d.last, s.Exit)
			if s.Exit == 0 {
				d.zero += w
			}
		}
	}
	for _, b := range d.brackets {
		d.n++
		d.events++
		d.last, d.end = max(d.last, b.High), max(d.end, b.High)
	}
	d.resolution = c.Resolution
	if d.resolution == 0 && !math.IsInf(smallest, 0) {
		d.resolution = smallest / 2
	}
	var sum, squares, weight float64
	for _, r := range d.event {
		sum += float64(r.weight * r.log)
		squares += float64(r.weight * r.log * r.log)
		weight += r.weight
		if r.time > 2*d.last-d.end {
			d.recent += r.weight
		}
	}
	for _, b := range d.brackets {
		if b.High > 2*d.last-d.end {
			d.recent++
		}
	}
	d.sdLog = 1
	if weight > 0 {
		d.meanLog = sum / weight
		d.sdLog = math.Sqrt(max(0.01, squares/weight-float64(d.meanLog*d.meanLog)))
	} else if d.end > 0 {
		d.meanLog = math.Log(d.end / 2)
	}
	return d
}

// sum fills the value, the gradient and the upper triangle of the Hessian by (logit c, μ, ln σ) at a given Q.
func (d *cureData) sum(c, mu, sigma, q float64, out *[10]float64) {
	g := newGenGamma(q)
	c1 := c * (1 - c)
	c2 := c1 * (1 - 2*c)
	var value stat.Compensated
	var v [9]float64
	logSigma, logC := math.Log(sigma), math.Log(c)
	inv := 1 / sigma
	for i := range d.event {
		r := &d.event[i]
		w := (r.log - mu) * inv
		s1, s2 := g.slope(w)
		value.Add(r.weight * (logC + g.logDensity(w) - logSigma - r.log))
		v[0] += float64(r.weight * (1 - c))
		v[1] += float64(r.weight * -s1 * inv)
		v[2] += float64(r.weight * (float64(-s1*w) - 1))
		v[3] -= float64(r.weight * c1)
		v[6] += float64(r.weight * s2 * inv * inv)
		v[7] += float64(r.weight * (float64(s2*w) + s1) * inv)
		v[8] += float64(r.weight * (float64(s2*w*w) + float64(s1*w)))
	}
	// lost adds ±ln(1 − c·F(t)).
	lost := func(t, log, weight float64) {
		w := (log - mu) * inv
		p := cdfParts(&g, w, inv)
		a := 1 - float64(c*p[0])
		if t == 0 {
			a, p = 1, [6]float64{}
		}
		b := weight / a
		value.Add(weight * math.Log(a))
		x, y, z := -c1*p[0]/a, -c*p[1]/a, -c*p[2]/a
		v[0] += float64(weight * x)
		v[1] += float64(weight * y)
		v[2] += float64(weight * z)
		v[3] += float64(-c2*p[0]*b) - float64(weight*x*x)
		v[4] += float64(-c1*p[1]*b) - float64(weight*x*y)
		v[5] += float64(-c1*p[2]*b) - float64(weight*x*z)
		v[6] += float64(-c*p[3]*b) - float64(weight*y*y)
		v[7] += float64(-c*p[4]*b) - float64(weight*y*z)
		v[8] += float64(-c*p[5]*b) - float64(weight*z*z)
	}
	for i := range d.censored {
		lost(d.censored[i].time, d.censored[i].log, d.censored[i].weight)
	}
	for i := range d.entry {
		lost(d.entry[i].time, d.entry[i].log, -d.entry[i].weight)
	}
	// within adds ln(c·(F(high) − F(low))).
	within := func(low, high, weight float64) {
		p := cdfParts(&g, (math.Log(high)-mu)*inv, inv)
		if low > 0 {
			for i, x := range cdfParts(&g, (math.Log(low)-mu)*inv, inv) {
				p[i] -= x
			}
		}
		a := max(p[0], 1e-300)
		y, z := p[1]/a, p[2]/a
		value.Add(weight * (logC + math.Log(a)))
		v[0] += float64(weight * (1 - c))
		v[1] += float64(weight * y)
		v[2] += float64(weight * z)
		v[3] -= float64(weight * c1)
		v[6] += float64(weight * (p[3]/a - float64(y*y)))
		v[7] += float64(weight * (p[4]/a - float64(y*z)))
		v[8] += float64(weight * (p[5]/a - float64(z*z)))
	}
	if d.zero > 0 && d.resolution > 0 {
		within(0, d.resolution, d.zero)
	}
	for _, b := range d.brackets {
		within(b.Low, b.High, 1)
	}
	out[0] = value.Sum()
	copy(out[1:], v[:])
}

// cdfParts returns F and its derivatives by (μ, ln σ): F, F_μ, F_s, F_μμ, F_μs, F_ss.
func cdfParts(g *genGamma, w, inv float64) [6]float64 {
	f := g.cdf(w)
	e := math.Exp(g.logDensity(w))
	s1, _ := g.slope(w)
	if math.IsInf(s1, 0) || e == 0 {
		return [6]float64{f}
	}
	h := e * s1
	return [6]float64{f, -e * inv, -e * w, h * inv * inv, (float64(h*w) + e) * inv, float64(h*w*w) + float64(e*w)}
}
