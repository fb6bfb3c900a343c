package forecast

import (
	"math"

	"github.com/buyerjourney/b2b/internal/stream"
)

// kernel holds for every working place the chance per cell of age to leave for each destination, given that the stay
// has lasted until then.
type kernel struct {
	b     *bins
	grid  int       // cells per row of rate: those of the bins and the horizon
	rate  []float64 // [column][cell]; beyond the last exit of the place, the tail
	tail  []float64 // [column]: beyond the last exit
	last  []int     // [place]: cell of the last exit; beyond it the rates are unknown
	adj   []float64 // rate under season = raw rate · adj, parallel to bins.mass; nil is 1
	pool  []float64 // [destination][cell]: rates of the pipeline without regard to the place
	risk  []float64 // scratch: [place][cell]
	all   []float64 // scratch
	late  []float64 // scratch: exits by kind; so is early
	early []float64
}

const (
	tailExits = 10
	wideExits = 4 * tailExits
	enough    = 2 * priorEvents // with as many exits expected, few are no accident
)

// newKernel returns a kernel without rates that reaches a number of steps beyond the longest stay.
func newKernel(b *bins, steps int) *kernel {
	grid := b.cells + steps + 2
	return &kernel{
		b: b, grid: grid, rate: make([]float64, grid*len(b.cols)), tail: make([]float64, len(b.cols)), last: make([]int, b.k),
		risk: make([]float64, b.k*b.cells), pool: make([]float64, (b.k+outcomeCount)*b.cells), all: make([]float64, b.cells),
		late: make([]float64, b.k+outcomeCount), early: make([]float64, b.k+outcomeCount),
	}
}

// row returns the rates of column i.
func (k *kernel) row(i int) []float64 { return k.rate[i*k.grid : (i+1)*k.grid] }

// estimate computes the rates of the mass on the grid: d/n per cell, the pooled rate where a place has few exits of a
// kind, the pooled tail. rng, where not nil, draws the strength of pooled rates from their posterior.
func (k *kernel) estimate(mass []float64, rng *stream.Rand) {
	b := k.b
	cells := b.cells
	for s := range b.k {
		b.atRisk(mass, s, k.risk[s*cells:(s+1)*cells])
	}
	pooled := false
	for s := range b.k {
		n := k.risk[s*cells : (s+1)*cells]
		k.last[s] = 0
		total := 0.0
		for i, c := range b.exits(s) {
			d, rate := mass[c.off:c.off+cells], k.row(b.first[s]+i)
			sum := 0.0
			for l, m := range d {
				rate[l] = 0
				if m > 0 {
					sum += m
					k.last[s] = max(k.last[s], l)
					if n[l] > 0 {
						rate[l] = min(1, m/n[l])
					}
				}
			}
			total += sum
			pooled = pooled || int(c.to) >= b.k && sum < fewExits
		}
		k.tails(mass, s, total)
	}
	if pooled {
		k.pooling(mass, rng)
	}
	for s := range b.k {
		for i, c := range b.exits(s) {
			rate := k.row(b.first[s] + i)
			if k.adj != nil {
				for l, a := range k.adj[c.off : c.off+cells] {
					rate[l] = min(1, float64(rate[l]*a))
				}
			}
			for l := k.last[s] + 1; l < k.grid; l++ {
				rate[l] = k.tail[b.first[s]+i]
			}
		}
	}
}

// tails pools the last exits of a place, the rate of each kind drawn towards that of a wider stretch by the prior of all
// pooling: ten exits alone tell little of which kind they are.
func (k *kernel) tails(mass []float64, s int, total float64) {
	first := k.b.first[s]
	for i := range k.b.exits(s) {
		k.tail[first+i] = 0
	}
	if total == 0 {
		return
	}
	n := k.lastExits(mass, s, tailExits, k.late)
	wide := k.lastExits(mass, s, wideExits, k.early)
	for i := range k.b.exits(s) {
		d, e := k.late[i], 0.0
		if wide > 0 {
			e = n * k.early[i] / wide
		}
		if e > 0 {
			k.tail[first+i] = min(1, e/n*(d+priorEvents)/(e+priorEvents))
		}
	}
}

// lastExits fills d with the last exits of a place, by kind, until they are as many, and returns all that was at risk in the
// cells of these, also beyond the last exit.
func (k *kernel) lastExits(mass []float64, s int, many float64, d []float64) (exposure float64) {
	b := k.b
	n := k.risk[s*b.cells : (s+1)*b.cells]
	cols := b.exits(s)
	clear(d)
	exits := 0.0
	for l := b.cells - 1; l > 0 && exits < many; l-- {
		exposure += n[l]
		for i, c := range cols {
			exits += mass[c.off+l]
			d[i] += mass[c.off+l]
		}
	}
	// The stretch was chosen to begin with an exit, so that exits/exposure would be too high: of r exits, r−1 count.
	if exits >= many {
		for i := range cols {
			d[i] *= (exits - 1) / exits
		}
	}
	return exposure
}

// pooling draws a place × outcome with few exits towards the rates of the whole pipeline: the ratio of the two has a
// Gamma(κ, κ) prior, so that it is (d+κ)/(expected+κ).
func (k *kernel) pooling(mass []float64, rng *stream.Rand) {
	b := k.b
	cells := b.cells
	clear(k.pool)
	clear(k.all)
	for s := range b.k {
		for l, n := range k.risk[s*cells : (s+1)*cells] {
			k.all[l] += n
		}
		for _, c := range b.exits(s) {
			for l, m := range mass[c.off : c.off+cells] {
				k.pool[int(c.to)*cells+l] += m
			}
		}
	}
	lastAny := 0
	for c := range b.k + outcomeCount {
		for l := range cells {
			if p := &k.pool[c*cells+l]; *p > 0 {
				*p = min(1, *p/k.all[l])
				if c >= b.k {
					lastAny = max(lastAny, l)
				}
			}
		}
	}
	for s := range b.k {
		n := k.risk[s*cells : (s+1)*cells]
		own := 0.0
		for i, c := range b.exits(s) {
			d := 0.0
			for _, m := range mass[c.off : c.off+cells] {
				d += m
			}
			own += d
			if int(c.to) < b.k || d >= fewExits {
				continue
			}
			pool := k.pool[int(c.to)*cells : (int(c.to)+1)*cells]
			expected := 0.0
			for l, h := range pool {
				expected += float64(h * n[l])
			}
			if expected >= enough {
				continue // the place is known to be different
			}
			ratio := d + priorEvents
			if rng != nil {
				ratio = rng.Gamma(ratio)
			}
			ratio /= expected + priorEvents
			rate := k.row(b.first[s] + i)
			for l, h := range pool {
				rate[l] = min(1, float64(ratio*h))
			}
			if d == 0 {
				k.tail[b.first[s]+i] = 0
			}
		}
		if own < fewExits {
			k.last[s] = max(k.last[s], lastAny)
		}
	}
}

// resample puts Exp(1) weights on the cases, all stays of a case together (Rubin 1981, the Bayesian bootstrap): a group of
// m equal cases weighs Gamma(m). Weights are scaled to a mean of one. Where more than maxWeights cases are like no other,
// several of them share a weight: they are independent, so the variance of what is estimated stays what it is. weights is
// scratch.
func (b *bins) resample(rng *stream.Rand, mass []float64, weights *[maxWeights]float64) {
	clear(mass)
	total, cases := 0.0, 0.0
	single := 0
	for g, m := range b.members {
		var w float64
		switch {
		case m > 1:
			w = rng.Gamma(float64(m))
		case single < maxWeights:
			w = exponentials.draw(rng)
			weights[single] = w
			single++
		default:
			w = weights[single%maxWeights]
			single++
		}
		total += w
		cases += float64(m)
		for i := b.group[g]; i < b.group[g+1]; i++ {
			mass[b.term[i]] += float64(w * b.weight[i])
		}
	}
	if total > 0 && !math.IsInf(total, 0) {
		f := cases / total
		for i := range mass {
			mass[i] *= f
		}
	}
}

const maxWeights = 1 << 15
