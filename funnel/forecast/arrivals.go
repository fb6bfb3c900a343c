package forecast

import (
	"math"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stream"
)

// arrivals is the model of deals that are not yet there: the number per step is Poisson with a rate that has a Gamma
// posterior (so that counts are negative binomial), weighted by recency and season, × the mix of first stages × the chance
// of a fresh deal to win in what is left of the horizon × the amounts of won deals.
type arrivals struct {
	e      *engine
	shape  float64   // of the rate per step: Gamma(shape, exposure)
	expose float64   // steps, weighted
	season []float64 // factor per class; nil is 1
	days   []arrivalStep
	wins   []float64 // expected, per period
}

// arrivalStep is the chance of a deal that arrives in one step of the horizon to be won in each period.
type arrivalStep struct {
	length float64 // in steps
	class  uint8
	chance []float64 // per period, not cumulative
}

// newArrivals counts the arrivals since the first whole step of the panel; the step in which the observation or the
// history begins is left out.
func newArrivals(e *engine, windows []b2b.Window, fiscal time.Month) *arrivals {
	f := e.coarse
	p := e.p
	a := &arrivals{e: e, wins: make([]float64, len(windows))}
	begin := int64(math.MaxInt64)
	for i, t := range p.entered {
		if p.start[i] >= 0 && t <= p.asOf {
			begin = min(begin, t)
		}
	}
	if r := earliestRise(p); r > begin {
		begin = r
	}
	if begin == math.MaxInt64 {
		return a
	}
	cal := f.cal
	if cal == nil {
		cal = newCalendar(p.zone, fiscal, begin, e.ends[len(e.ends)-1])
	}
	step := f.b.step
	n := int((p.asOf - begin) / step) // whole steps before the as-of time; the first, truncated, is what is left over
	half := micros(e.set.halfLife)
	mix := make([]float64, f.b.k)
	events, expose := make([]float64, seasonClasses), make([]float64, seasonClasses)
	for i := range n {
		end := p.asOf - int64(i)*step
		expose[cal.class(end)] += recency(p.asOf, end, half)
	}
	for i, t := range p.entered {
		back := p.asOf - t
		if p.start[i] < 0 || back < 0 || back >= int64(n)*step {
			continue
		}
		end := p.asOf - back/step*step
		w := recency(p.asOf, end, half)
		events[cal.class(end)] += w
		mix[p.start[i]] += w
	}
	total := 0.0
	for q := range events {
		total += events[q]
		a.expose += expose[q]
	}
	if a.expose <= 0 || total <= 0 {
		a.expose = 0
		return a
	}
	a.shape = total + 0.5 // Jeffreys
	if e.set.season {
		a.season = make([]float64, seasonClasses)
		for q := range a.season {
			a.season[q] = (events[q] + priorEvents) / (expose[q]*total/a.expose + priorEvents)
		}
	}
	for s := range mix {
		mix[s] /= total
	}
	a.steps(f, mix, cal)
	for i := range a.days {
		for j, c := range a.days[i].chance {
			a.wins[j] += float64(a.rate(a.shape/a.expose, i) * c)
		}
	}
	return a
}

func earliestRise(p *panel) int64 {
	r := int64(math.MaxInt64)
	for _, t := range p.rise {
		r = min(r, t)
	}
	return r
}

// steps computes for each step of the horizon the chance of a deal that arrives in it, on average in its middle.
func (a *arrivals) steps(f *fitted, mix []float64, cal *calendar) {
	n := len(f.spans)
	last := f.spans[n-1]
	t := f.ownTable()
	cumulative := make([][]float64, n) // [period][steps since as-of]
	for j := n - 1; j >= 0; j-- {
		sp := f.spans[j]
		t.fresh(sp)
		cumulative[j] = make([]float64, last.steps+1)
		for i := range sp.steps { // arrival at the end of step i of the period's own grid
			r := sp.steps - 1 - i
			for s, m := range mix {
				cumulative[j][i] += m * (t.value[s*t.width+r] + t.value[s*t.width+min(r+1, sp.steps)]) / 2
			}
		}
	}
	for i := range last.steps {
		d := arrivalStep{length: 1, chance: make([]float64, n)}
		if i == 0 {
			d.length = last.part
		}
		if a.season != nil {
			d.class = cal.class(a.e.ends[n-1] - int64(last.steps-1-i)*f.b.step)
		}
		before := 0.0
		for j := range n {
			c := max(before, cumulative[j][i])
			d.chance[j] = c - before
			before = c
		}
		a.days = append(a.days, d)
	}
}

// rate is the expected number of arrivals of step i at a rate per step.
func (a *arrivals) rate(rate float64, i int) float64 {
	d := &a.days[i]
	rate *= d.length
	if a.season != nil {
		rate *= a.season[d.class]
	}
	return rate
}

// simulate draws the wins of deals that are not yet there. Given the rate, wins per period are Poisson.
func (a *arrivals) simulate(root stream.Root, draws int) *ensemble {
	n := len(a.wins)
	out := &ensemble{draws: draws, periods: n, wins: make([]int32, draws*n), revenue: make([]int64, draws*n)}
	if a.expose <= 0 {
		return out
	}
	unit := make([]float64, n) // expected wins at a rate of one
	for i := range a.days {
		for j, c := range a.days[i].chance {
			unit[j] += float64(a.rate(1, i) * c)
		}
	}
	d := openDeal{valued: notQuoted}
	for r := range draws {
		rng := root.SourceN("arrivals", uint64(r), 0)
		rate := rng.Gamma(a.shape) / a.expose
		for j := range n {
			w := rng.Poisson(rate * unit[j])
			out.wins[r*n+j] = int32(w)
			for range w {
				out.revenue[r*n+j] += a.e.amount(&d, rng.Uint64())
			}
		}
	}
	return out
}
