package forecast

import (
	"time"
)

// fitted is a kernel on one grid, with the spans of the periods.
type fitted struct {
	b       *bins
	cal     *calendar // nil without season
	season  *seasonal
	groups  *grouping // nil: deals are not told apart beside place and age
	classes int
	spans   []span
	k       *kernel
}

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
	f.groups = newGrouping(p, f, set.halfLife)
	return f
}

// ownTable returns a table to walk on that nobody else uses.
func (f *fitted) ownTable() *table {
	t := newTable(f.k, f.classes)
	t.fill(f.k, f.season, f.factors(), nil, f.k.grid)
	return t
}

func (f *fitted) factors() []float64 {
	if f.season == nil {
		return nil
	}
	return f.season.factor
}

// chances computes for every key the chance to win until the end of every period, on a table that is filled with the rates
// of k; factor and groups are the factors of the season and of groups. beyond may be nil. Keys are by group.
func (f *fitted) chances(t *table, k *kernel, factor []float64, groups *grouping, keys []key, chance, beyond []float64) {
	n := len(f.spans)
	for from := 0; from < len(keys); {
		to := len(keys)
		if groups != nil {
			g := keys[from].group
			for to = from + 1; to < len(keys) && keys[to].group == g; {
				to++
			}
			t.fill(k, f.season, factor, groups.of(g), f.reach(keys[from:to]))
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
	f.chances(f.ownTable(), f.k, f.factors(), f.groups, keys, chance, beyond)
}

// reach is the number of cells that deals of some keys may pass within the horizon, fresh stays included.
func (f *fitted) reach(keys []key) int {
	oldest := int64(0)
	for _, k := range keys {
		oldest = max(oldest, k.age)
	}
	return int(oldest/f.b.step) + f.spans[len(f.spans)-1].steps + 3
}
