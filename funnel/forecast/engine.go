package forecast

import (
	"cmp"
	"slices"
	"time"
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

// key is a group of deals, a place and an age.
type key struct {
	group group
	place int32
	age   int64 // µs
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
		r := key{group: k.group, place: k.place, age: (k.age + step/2) / step * step}
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
		return key{group: p.groupOf(d.deal), place: d.place, age: d.age}
	}
	slices.SortFunc(order, func(x, y int32) int {
		a, b := keyOf(&e.open[x]), keyOf(&e.open[y])
		return cmp.Or(cmp.Compare(a.group.segment, b.group.segment), cmp.Compare(a.group.cohort, b.group.cohort), cmp.Compare(a.place, b.place), cmp.Compare(a.age, b.age), cmp.Compare(x, y))
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
