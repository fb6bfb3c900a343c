package forecast

import (
	"math"

	"github.com/buyerjourney/b2b/internal/stream"
)

// worker is the scratch memory of one goroutine for one engine.
type worker struct {
	e       *engine
	mass    []float64
	weights *[maxWeights]float64
	k       *kernel
	t       *table
	chance  []float64 // under the drawn rates; parallel to engine.chance
	rough   []float64
	factor  []float64
	tilted  []float64 // [key]: chance to win at all, with drift
	limit   []uint64  // [key]: a deal is won if the upper 53 bits of its luck are below
	share   []float64
	worth   []float64
	odds    bool
}

func (e *engine) newWorker(odds bool) *worker {
	w := &worker{
		e: e, chance: e.chance, tilted: make([]float64, len(e.keys)), limit: make([]uint64, len(e.keys)),
		share: make([]float64, len(e.ends)), worth: make([]float64, len(e.ends)), odds: odds && len(e.keys) <= maxIntervals,
	}
	if e.skip&Parameters != 0 {
		return w
	}
	f := e.coarse
	w.mass, w.chance, w.rough = make([]float64, f.b.size), make([]float64, len(e.chance)), make([]float64, len(e.rough)*len(e.ends))
	w.weights = new([maxWeights]float64)
	w.k = newKernel(f.b, f.k.grid-f.b.cells-2)
	w.k.adj = f.k.adj
	w.t = newTable(w.k, f.classes)
	if f.season != nil {
		w.factor = make([]float64, len(f.season.factor))
	}
	return w
}

// drawRates draws rates from their posterior and computes the chances under them.
func (w *worker) drawRates(rng *stream.Rand) {
	e, f := w.e, w.e.coarse
	n := len(e.ends)
	f.b.resample(rng, w.mass, w.weights)
	w.k.estimate(w.mass, rng)
	if e.bend != nil {
		e.bend(w.k)
	}
	if f.season != nil {
		for i, d := range f.season.shape {
			w.factor[i] = f.season.factor[i] * rng.Gamma(d) / d
		}
	}
	groups := f.groups.draw(rng)
	if groups == nil {
		w.t.fill(w.k, f.season, w.factor, nil, w.k.grid)
	}
	if e.rough == nil {
		f.chances(w.t, w.k, w.factor, groups, e.keys, w.chance, nil)
		return
	}
	f.chances(w.t, w.k, w.factor, groups, e.rough, w.rough, nil)
	for i, k := range e.roughOf {
		for j := range n {
			m, p := e.shift[i*n+j], w.rough[int(k)*n+j]
			if m == 0 {
				w.chance[i*n+j] = e.chance[i*n+j]
				continue
			}
			w.chance[i*n+j] = m * p / (1 - p + float64(m*p))
		}
	}
}

// draw makes one future, given a random number for every deal: other engines meet the same luck. It returns the log odds per
// key, for the intervals of single deals.
func (w *worker) draw(root stream.Root, r int, luck []uint64, out *ensemble) []float32 {
	e := w.e
	n := len(e.ends)
	if e.skip&Parameters == 0 {
		rng := root.SourceN("rates", uint64(r), 0)
		w.drawRates(&rng)
	}
	tilt := 1.0
	if e.drift > 0 && e.skip&Drifting == 0 {
		rng := root.SourceN("drift", uint64(r), 0)
		tilt = math.Exp(float64(e.drift * rng.NormFloat64()))
	}
	var odds []float32
	if w.odds {
		odds = make([]float32, len(e.keys))
		for i := range odds {
			odds[i] = float32(logit(clamp(w.chance[i*n+n-1])))
		}
	}
	var sum, tilted, variance float64
	for i, m := range e.count {
		p := w.chance[i*n+n-1]
		q := p
		if tilt != 1 {
			q = tilt * p / (1 - p + float64(tilt*p))
		}
		w.tilted[i] = q
		w.limit[i] = uint64(math.Ceil(q * (1 << 53)))
		sum += float64(m * p)
		tilted += float64(m * q)
		variance += float64(m * float64(q*(1-q)))
	}
	out.rates[r], out.tilted[r], out.binomial[r] = sum, tilted, variance
	wins, revenue := out.wins[r*n:(r+1)*n], out.revenue[r*n:(r+1)*n]
	if e.skip&Process != 0 {
		w.expect(wins, revenue)
		return odds
	}
	for i, u := range luck {
		if d := &e.open[i]; u>>11 < w.limit[d.key] {
			j := w.period(d.key, u)
			wins[j]++
			revenue[j] += e.amount(d, scramble(u))
		}
	}
	return odds
}

// period returns the period in which a deal is won, by its luck.
func (w *worker) period(key int32, luck uint64) int {
	n := len(w.e.ends)
	if n == 1 {
		return 0
	}
	chance := w.chance[int(key)*n : (int(key)+1)*n]
	u := float64(luck>>11) * 0x1p-53
	if p, q := chance[n-1], w.tilted[key]; q != p {
		u *= p / q
	}
	j := 0
	for j < n-1 && u >= chance[j] {
		j++
	}
	return j
}

// expect gives the expected wins and revenue of every period, rounded.
func (w *worker) expect(wins []int32, revenue []int64) {
	n := len(wins)
	clear(w.share)
	clear(w.worth)
	for i := range w.e.open {
		d := &w.e.open[i]
		chance := w.chance[int(d.key)*n : (int(d.key)+1)*n]
		if chance[n-1] <= 0 {
			continue
		}
		before := 0.0
		for j, p := range chance {
			part := float64((p - before) / chance[n-1] * w.tilted[d.key])
			w.share[j] += part
			w.worth[j] += float64(part * w.e.worth(d))
			before = p
		}
	}
	for j := range n {
		wins[j], revenue[j] = int32(math.Round(w.share[j])), int64(math.Round(w.worth[j]))
	}
}

// scramble returns bits that are as good as independent of the size of x (the finaliser of MurmurHash3).
func scramble(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}
