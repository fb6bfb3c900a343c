package forecast

import (
	"cmp"
	"context"
	"math"
	"math/bits"
	"slices"
	"time"

	"github.com/buyerjourney/b2b/internal/replicate"
	"github.com/buyerjourney/b2b/internal/stat"
	"github.com/buyerjourney/b2b/internal/stream"
)

// settings are what the past of a book decides.
type settings struct {
	halfLife time.Duration // 0: all history counts alike
	season   bool
}

// openDeal is a deal whose end is not known.
type openDeal struct {
	deal   int32
	place  int32
	age    int64 // µs in the place
	key    int32 // deals of one place and age share a key
	amount int64 // minor units of the base currency
	valued uint8
}

// How the amount of an open deal is known.
const (
	unpriced  uint8 = iota // of a currency without a rate
	quoted                 // given
	notQuoted              // not given: drawn from won amounts
)

// key is a place and an age.
type key struct {
	segment int32 // 0 where segments are not told apart
	place   int32
	age     int64 // µs
}

// fitted is a kernel on one grid, with the spans of the periods.
type fitted struct {
	b       *bins
	cal     *calendar // nil without season
	season  *seasonal
	groups  *segmental // nil: segments are not told apart
	classes int
	spans   []span
	k       *kernel
}

// engine is a fitted kernel with the open deals of its panel. Point forecasts use a grid that is fine enough for the times
// of the panel; draws use one of whole days, and are moved to the point forecast on the scale of log odds.
type engine struct {
	p        *panel
	set      settings
	ends     []int64 // of the periods, ascending
	fine     *fitted
	coarse   *fitted // the same as fine where times are whole days
	open     []openDeal
	keys     []key
	chance   []float64 // [key·periods + period]: chance to win until the end of the period
	beyond   []float64 // [key]: mass beyond the last observed exit at the end
	count    []float64 // [key]: open deals
	rough    []key     // the keys on the coarse grid, in whole steps of age; nil where the grids are one
	roughOf  []int32   // [key]: its rough key
	shift    []float64 // odds ratio of fine against rough, parallel to chance; 0: the point forecast is kept
	drift    float64   // standard deviation of the common factor on the odds
	skip     Part
	bend     func(*kernel) // what a what-if changes about the rates; nil is nothing
	ratios   []float64     // won amount / quoted amount of deals that were won
	wonSizes []int64       // amounts of won deals
	ratio    float64       // mean of the ratios, 1 where nothing is known
	size     float64       // mean of the amounts, 0 where nothing is known
}

// Part is a source of uncertainty; parts are joined by |. The zero value is none.
type Part uint8

// The parts of a predictive law.
const (
	Parameters Part = 1 << iota // the rates are estimated: Bayesian bootstrap by case
	Process                     // each deal is won or not
	Amounts                     // won amounts differ from quoted ones
	Drifting                    // a common error of all deals
)

// newEngine fits the rates of a panel. The open deals are those of the panel for which keep is true; nil keeps all. Step 0
// takes the grid that fits the times.
func newEngine(p *panel, step time.Duration, set settings, fiscal time.Month, ends []int64, keep func(deal int32) bool) *engine {
	e := &engine{p: p, set: set, ends: ends}
	fine, coarse := grids(p, step, ends[len(ends)-1])
	e.fine = newFitted(p, fine, set, fiscal, ends)
	e.coarse = e.fine
	e.deals(keep)
	n := len(e.keys) * len(ends)
	e.chance, e.beyond = make([]float64, n), make([]float64, len(e.keys))
	e.fine.point(e.keys, e.chance, e.beyond)
	if coarse != fine {
		e.coarse = newFitted(p, coarse, set, fiscal, ends)
		e.roughen()
	}
	return e
}

// roughen gives the draws ages of whole steps: they only have to tell how the chances vary, since they are moved to the
// point forecast.
func (e *engine) roughen() {
	step, n := e.coarse.b.step, len(e.ends)
	e.roughOf = make([]int32, len(e.keys))
	for i, k := range e.keys { // by place and age
		r := key{segment: k.segment, place: k.place, age: (k.age + step/2) / step * step}
		if m := len(e.rough); m == 0 || e.rough[m-1] != r {
			e.rough = append(e.rough, r)
		}
		e.roughOf[i] = int32(len(e.rough) - 1)
	}
	chance := make([]float64, len(e.rough)*n)
	e.coarse.point(e.rough, chance, nil)
	e.shift = make([]float64, len(e.chance))
	for i := range e.keys {
		for j := range n {
			a, b := clamp(e.chance[i*n+j]), clamp(chance[int(e.roughOf[i])*n+j])
			if m := a / (1 - a) * (1 - b) / b; m > 1/maxShift && m < maxShift {
				e.shift[i*n+j] = m
			}
		}
	}
}

// maxShift bounds the odds ratio by which draws are moved. Where the grids differ by more, one of them sees next to no chance
// at all, and the deal keeps its point forecast in every draw.
const maxShift = 20

// grids returns the steps for point forecasts and for draws.
func grids(p *panel, step time.Duration, end int64) (fine, coarse time.Duration) {
	if step > 0 {
		return step, step
	}
	coarse = day
	for time.Duration(end-p.asOf)*time.Microsecond > maxSteps*coarse {
		coarse *= 2
	}
	for j, t := range p.out {
		if p.to[j] >= 0 && (t-p.in[j])%dayMicros != 0 {
			fine = coarse / 8
			for time.Duration(end-p.asOf)*time.Microsecond > maxSteps*fine {
				fine *= 2
			}
			return fine, coarse
		}
	}
	return coarse, coarse
}

const maxSteps = 1024

func newFitted(p *panel, step time.Duration, set settings, fiscal time.Month, ends []int64) *fitted {
	f := &fitted{b: count(p, step, set.halfLife), classes: 1}
	first, end := p.asOf, ends[len(ends)-1]
	for _, t := range p.in {
		first = min(first, t)
	}
	if set.season {
		f.cal = newCalendar(p.zone, fiscal, first, end)
		f.classes = seasonClasses
	}
	for _, t := range ends {
		f.spans = append(f.spans, newSpan(p.asOf, t, f.b.step, f.cal))
	}
	f.k = newKernel(f.b, f.spans[len(f.spans)-1].steps)
	f.k.estimate(f.b.mass, nil)
	if set.season {
		f.season = newSeasonal(p, f.k, f.cal, set.halfLife)
		f.k.estimate(f.b.mass, nil)
	}
	if p.segments != nil {
		f.groups = newSegmental(p, f, set.halfLife)
	}
	return f
}

// ownTable returns a table to walk on that nobody else uses.
func (f *fitted) ownTable() *table {
	t := newTable(f.k, f.classes)
	t.fill(f.k, f.classes, f.season, f.factors(), nil)
	return t
}

func (f *fitted) factors() []float64 {
	if f.season == nil {
		return nil
	}
	return f.season.factor
}

// deals lists the open deals and their keys.
func (e *engine) deals(keep func(int32) bool) {
	p := e.p
	for i, j := range p.open {
		if j < 0 || keep != nil && !keep(int32(i)) {
			continue
		}
		e.open = append(e.open, openDeal{deal: int32(i), place: p.at[j], age: p.asOf - p.in[j], valued: notQuoted})
	}
	order := make([]int32, len(e.open))
	for i := range order {
		order[i] = int32(i)
	}
	keyOf := func(d *openDeal) key {
		k := key{place: d.place, age: d.age}
		if p.segments != nil {
			k.segment = p.segment[d.deal]
		}
		return k
	}
	slices.SortFunc(order, func(x, y int32) int {
		a, b := keyOf(&e.open[x]), keyOf(&e.open[y])
		return cmp.Or(cmp.Compare(a.segment, b.segment), cmp.Compare(a.place, b.place), cmp.Compare(a.age, b.age), cmp.Compare(x, y))
	})
	for _, i := range order {
		d := &e.open[i]
		k := keyOf(d)
		if n := len(e.keys); n == 0 || e.keys[n-1] != k {
			e.keys = append(e.keys, k)
		}
		d.key = int32(len(e.keys) - 1)
	}
	e.tally()
}

// tally counts the deals of each key.
func (e *engine) tally() {
	e.count = make([]float64, len(e.keys))
	for i := range e.open {
		e.count[e.open[i].key]++
	}
}

// chances computes for every key the chance to win until the end of every period, on a table that is filled with the rates
// of k; factor and groups are the factors of the season and of the segments. beyond may be nil. Keys are by segment.
func (f *fitted) chances(t *table, k *kernel, factor []float64, groups [][]float64, keys []key, chance, beyond []float64) {
	n := len(f.spans)
	for from := 0; from < len(keys); {
		to := len(keys)
		if groups != nil {
			g := keys[from].segment
			for to = from + 1; to < len(keys) && keys[to].segment == g; {
				to++
			}
			t.fill(k, f.classes, f.season, factor, groups[g])
		}
		for j := n - 1; j >= 0; j-- {
			sp := f.spans[j]
			if j == n-1 || f.cal != nil { // without season the values hang on the steps that remain only
				t.fresh(sp)
			}
			for i := from; i < to; i++ {
				p, rest := t.walk(int(keys[i].place), float64(keys[i].age)/float64(f.b.step), sp)
				chance[i*n+j] = p
				if beyond != nil && j == n-1 {
					beyond[i] = rest
				}
			}
		}
		from = to
	}
	for i := range keys { // the parts of steps at the ends of periods must not make a later chance the smaller one
		for j := 1; j < n; j++ {
			chance[i*n+j] = max(chance[i*n+j], chance[i*n+j-1])
		}
	}
}

// point computes the chances under the estimated rates, on a table of its own.
func (f *fitted) point(keys []key, chance, beyond []float64) {
	f.chances(f.ownTable(), f.k, f.factors(), f.groups.factors(), keys, chance, beyond)
}

// ensemble is the outcome of every draw.
type ensemble struct {
	draws, periods int
	wins           []int32   // [draw·periods + period]: deals won in the period
	revenue        []int64   // minor units
	rates          []float64 // [draw]: expected wins under the drawn rates, all periods, without drift
	tilted         []float64 // [draw]: with drift
	binomial       []float64 // [draw]: variance of the wins given the rates
	logit, logit2  []float64 // [key]: sums of log odds over draws, and of their squares
}

// simulate draws the future of the open deals; single asks for the intervals of single deals as well. Draw r has a stream of its own, so the result does not hang on workers.
func (e *engine) simulate(ctx context.Context, root stream.Root, draws, workers int, single bool, progress func(done, total int)) (*ensemble, error) {
	n := len(e.ends)
	out := &ensemble{
		draws: draws, periods: n, wins: make([]int32, draws*n), revenue: make([]int64, draws*n),
		rates: make([]float64, draws), tilted: make([]float64, draws), binomial: make([]float64, draws),
	}
	odds := make([][]float32, draws)
	err := replicate.Run(ctx, draws, workers, progress, func() func(int) error {
		w := e.newWorker(single)
		return func(r int) error {
			odds[r] = w.draw(root, r, out)
			return nil
		}
	})
	if err != nil {
		return nil, err
	}
	out.logit, out.logit2 = make([]float64, len(e.keys)), make([]float64, len(e.keys))
	for _, o := range odds {
		for i, x := range o {
			out.logit[i] += float64(x)
			out.logit2[i] += float64(float64(x) * float64(x))
		}
	}
	return out, nil
}

// worker is the scratch memory of one goroutine.
type worker struct {
	e      *engine
	mass   []float64
	k      *kernel
	t      *table
	chance []float64
	rough  []float64
	factor []float64
	tilted []float64 // [key]
	share  []float64
	worth  []float64
	odds   bool
}

func (e *engine) newWorker(odds bool) *worker {
	f := e.coarse
	w := &worker{e: e, mass: make([]float64, f.b.size), chance: make([]float64, len(e.chance)), rough: make([]float64, len(e.rough)*len(e.ends)), tilted: make([]float64, len(e.keys)), odds: odds && len(e.keys) <= maxIntervals, share: make([]float64, len(e.ends)), worth: make([]float64, len(e.ends))}
	w.k = newKernel(f.b, f.k.grid-f.b.cells-2)
	w.k.adj = f.k.adj
	w.t = newTable(w.k, f.classes)
	if f.season != nil {
		w.factor = make([]float64, len(f.season.factor))
	}
	return w
}

// draw makes one future and returns the log odds per key, for the intervals of single deals.
func (w *worker) draw(root stream.Root, r int, out *ensemble) []float32 {
	e := w.e
	n := len(e.ends)
	chance := e.chance
	if f := e.coarse; e.skip&Parameters == 0 {
		rng := root.SourceN("rates", uint64(r), 0)
		f.b.resample(&rng, w.mass)
		w.k.estimate(w.mass, &rng)
		if e.bend != nil {
			e.bend(w.k)
		}
		if f.season != nil {
			for i, d := range f.season.shape {
				w.factor[i] = f.season.factor[i] * rng.Gamma(d) / d
			}
		}
		groups := f.groups.draw(&rng)
		if groups == nil {
			w.t.fill(w.k, f.classes, f.season, w.factor, nil)
		}
		if e.rough == nil {
			f.chances(w.t, w.k, w.factor, groups, e.keys, w.chance, nil)
		} else {
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
		chance = w.chance
	}
	rng := root.SourceN("drift", uint64(r), 0)
	tilt := 1.0
	if e.drift > 0 && e.skip&Drifting == 0 {
		tilt = math.Exp(float64(e.drift * rng.NormFloat64()))
	}
	var odds []float32
	if w.odds {
		odds = make([]float32, len(e.keys))
		for i := range odds {
			odds[i] = float32(logit(clamp(chance[i*n+n-1])))
		}
	}
	var sum, tilted, variance float64
	for i, m := range e.count {
		p := chance[i*n+n-1]
		q := p
		if tilt != 1 {
			q = tilt * p / (1 - p + float64(tilt*p))
		}
		w.tilted[i] = q
		sum += float64(m * p)
		tilted += float64(m * q)
		variance += float64(m * float64(q*(1-q)))
	}
	rng = root.SourceN("deals", uint64(r), 0)
	wins, revenue := out.wins[r*n:(r+1)*n], out.revenue[r*n:(r+1)*n]
	share, worth := w.share, w.worth
	clear(share)
	clear(worth)
	for i := range e.open {
		d := &e.open[i]
		q := w.tilted[d.key]
		luck := rng.Uint64() // one number for every deal, so that other chances meet the same luck
		u := float64(luck>>11) * 0x1p-53
		if e.skip&Process != 0 { // the expected outcome instead
			w.expect(d, chance, q)
			continue
		}
		if u >= q {
			continue
		}
		at := int(d.key) * n
		if p := chance[at+n-1]; q != p {
			u *= p / q
		}
		j := 0
		for j < n-1 && u >= chance[at+j] {
			j++
		}
		wins[j]++
		revenue[j] += e.amount(d, scramble(luck))
	}
	if e.skip&Process != 0 {
		for j := range n {
			wins[j], revenue[j] = int32(math.Round(share[j])), int64(math.Round(worth[j]))
		}
	}
	out.rates[r], out.tilted[r], out.binomial[r] = sum, tilted, variance
	return odds
}

// expect adds what is expected of a deal, whose chance is q, to the sums of the periods.
func (w *worker) expect(d *openDeal, chance []float64, q float64) {
	n := len(w.e.ends)
	at := int(d.key) * n
	p := chance[at+n-1]
	if p <= 0 {
		return
	}
	before := 0.0
	for j := range n {
		part := (chance[at+j] - before) / p * q
		w.share[j] += part
		w.worth[j] += part * w.e.worth(d)
		before = chance[at+j]
	}
}

// maxIntervals bounds the number of different (place, age) for which intervals of single deals are computed.
const maxIntervals = 20000

// scramble returns bits that are as good as independent of the size of x (the finaliser of MurmurHash3).
func scramble(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

// amount draws what a deal is worth if it is won; u is 64 random bits.
func (e *engine) amount(d *openDeal, u uint64) int64 {
	pick := func(n int) int {
		i, _ := bits.Mul64(u, uint64(n))
		return int(i)
	}
	switch d.valued {
	case quoted:
		switch {
		case len(e.ratios) == 0:
			return d.amount
		case e.skip&Amounts != 0:
			return int64(math.Round(float64(d.amount) * e.ratio))
		}
		return int64(math.Round(float64(d.amount) * e.ratios[pick(len(e.ratios))]))
	case notQuoted:
		if len(e.wonSizes) > 0 && e.skip&Amounts == 0 {
			return e.wonSizes[pick(len(e.wonSizes))]
		}
		return int64(math.Round(e.size))
	}
	return 0
}

// setAmounts takes over the ratios of won to quoted amounts, and the amounts of won deals.
func (e *engine) setAmounts(ratios []float64, sizes []int64) {
	slices.Sort(ratios)
	slices.Sort(sizes)
	e.ratios, e.wonSizes = ratios, sizes
	e.ratio, e.size = 1, 0
	if m, ok := stat.Mean(ratios); ok {
		e.ratio = m
	}
	if len(sizes) > 0 {
		var s stat.Compensated
		for _, x := range sizes {
			s.Add(float64(x))
		}
		e.size = s.Sum() / float64(len(sizes))
	}
}

// worth is the expected amount of a deal if it is won.
func (e *engine) worth(d *openDeal) float64 {
	switch d.valued {
	case quoted:
		return float64(d.amount) * e.ratio
	case notQuoted:
		return e.size
	}
	return 0
}

func logit(p float64) float64 { return math.Log(p) - math.Log1p(-p) }

func expit(x float64) float64 {
	if x >= 0 {
		return 1 / (1 + math.Exp(-x))
	}
	y := math.Exp(x)
	return y / (1 + y)
}

// clamp keeps a probability where its log odds are finite.
func clamp(p float64) float64 { return min(max(p, 1e-12), 1-1e-12) }
