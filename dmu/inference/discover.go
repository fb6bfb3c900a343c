package inference

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/internal/stat"
)

// DefaultDiscoverAlpha is the concentration of [Discover] where it is 0.
const DefaultDiscoverAlpha = 0.5

// Merging is one step of [Discover]: the groups whose first steps are A and B became one.
type Merging struct {
	A, B           string
	LogBayesFactor float64
}

// Discovery is the division of steps into groups that seem to be the work of the same seats.
type Discovery struct {
	Groups [][]string // each ascending; groups by their first step
	Merges []Merging  // in the order in which they were made
	// Rejected is the largest log Bayes factor that was not enough; ok is HasRejected, false where one group is left.
	Rejected    float64
	HasRejected bool
}

// Discover groups the steps without any label: steps that the same persons take, in the same proportions, belong together.
// Each group of steps is a Dirichlet-multinomial over the persons, concentration alpha per person (0 is
// [DefaultDiscoverAlpha]); the pair of groups with the largest Bayes factor for one distribution against two is merged as
// long as the factor is above 1. Ties go to the smallest first step of either group, then of the other.
//
// Rows of one person add up; labels and titles are not read; persons and steps without events do not count. Cost O(S²·m) for
// S steps and m persons. Compare Burattin, Sperduti and Veluscek (2013), who need a threshold of similarity.
func Discover(persons []dmu.PersonSteps, alpha float64) (Discovery, error) {
	var p b2b.Problems
	if alpha == 0 {
		alpha = DefaultDiscoverAlpha
	}
	if !(alpha > 0 && alpha <= maxParameter) {
		p.Add("alpha", "not a positive number up to 1e300")
	}
	events, tooMany := int64(0), false
	for i, person := range persons {
		path := "persons[" + strconv.Itoa(i) + "]"
		if person.Person == "" {
			p.Add(path+".person", "empty")
		}
		p.Join(path, person.Check())
		for _, s := range person.Steps {
			tooMany = tooMany || s.N > math.MaxInt64-events
			events = plus(events, max(0, s.N))
		}
	}
	if tooMany {
		p.Add("persons", "more events than can be counted")
	}
	if err := p.Err(); err != nil {
		return Discovery{}, err
	}
	d := newDiscoverer(persons, alpha, events)
	return d.run(), nil
}

// discoverer holds the rows of the groups that are left. Row i keeps its place when others are merged away.
type discoverer struct {
	alpha   float64
	persons int
	rows    []groupRow
	factor  [][]float64 // factor[i][j], i < j
	rise    []float64   // rise[c] = log Γ(α+c) − log Γ(α) of small counts
	whole   float64     // log Γ(mα)
	noise   float64     // factors that differ by less are equal: rounding of the largest term there can be
}

type groupRow struct {
	steps  []string // nil: merged away
	person []int32  // ascending
	n      []int64
	total  int64
}

func newDiscoverer(persons []dmu.PersonSteps, alpha float64, events int64) *discoverer {
	type cell struct {
		step   string
		person b2b.PersonID
		n      int64
	}
	var cells []cell
	for _, p := range persons {
		for _, s := range p.Steps {
			if s.N > 0 {
				cells = append(cells, cell{s.Step, p.Person, s.N})
			}
		}
	}
	ids := make([]b2b.PersonID, len(cells))
	for i, c := range cells {
		ids[i] = c.person
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	slices.SortFunc(cells, func(a, b cell) int { return cmp.Or(cmp.Compare(a.step, b.step), cmp.Compare(a.person, b.person)) })
	d := &discoverer{alpha: alpha, persons: len(ids), rise: make([]float64, 4096)}
	d.whole, _ = math.Lgamma(float64(len(ids)) * alpha)
	d.noise = 1e-14 * max(1, math.Abs(d.whole), math.Abs(d.head(events)))
	base, _ := math.Lgamma(alpha)
	for c := range d.rise {
		hi, _ := math.Lgamma(alpha + float64(c))
		d.rise[c] = hi - base
	}
	for _, c := range cells {
		last := len(d.rows) - 1
		if last < 0 || d.rows[last].steps[0] != c.step {
			d.rows = append(d.rows, groupRow{steps: []string{c.step}})
			last++
		}
		row := &d.rows[last]
		i, _ := slices.BinarySearch(ids, c.person)
		if k := len(row.person) - 1; k >= 0 && row.person[k] == int32(i) {
			row.n[k] += c.n
		} else {
			row.person = append(row.person, int32(i))
			row.n = append(row.n, c.n)
		}
		row.total += c.n
	}
	d.factor = make([][]float64, len(d.rows))
	for i := range d.rows {
		d.factor[i] = make([]float64, len(d.rows))
		for j := i + 1; j < len(d.rows); j++ {
			d.factor[i][j] = d.bayes(&d.rows[i], &d.rows[j])
		}
	}
	return d
}

func (d *discoverer) rising(c int64) float64 {
	if c < int64(len(d.rise)) {
		return d.rise[c]
	}
	hi, _ := math.Lgamma(d.alpha + float64(c))
	lo, _ := math.Lgamma(d.alpha)
	return hi - lo
}

// head returns log Γ(mα) − log Γ(mα+n).
func (d *discoverer) head(n int64) float64 {
	x, _ := math.Lgamma(float64(float64(d.persons)*d.alpha) + float64(n))
	return d.whole - x
}

// bayes returns log m(A∪B) − log m(A) − log m(B). Persons who appear in one row only cancel.
func (d *discoverer) bayes(a, b *groupRow) float64 {
	var sum stat.Compensated
	sum.Add(d.head(a.total + b.total))
	sum.Add(-d.head(a.total))
	sum.Add(-d.head(b.total))
	for i, j := 0, 0; i < len(a.person) && j < len(b.person); {
		switch {
		case a.person[i] < b.person[j]:
			i++
		case a.person[i] > b.person[j]:
			j++
		default:
			sum.Add(d.rising(a.n[i]+b.n[j]) - d.rising(a.n[i]) - d.rising(b.n[j]))
			i++
			j++
		}
	}
	return sum.Sum()
}

func (d *discoverer) run() Discovery {
	var out Discovery
	for {
		bi, bj, ok := d.best()
		if !ok {
			break
		}
		if f := d.factor[bi][bj]; f <= d.noise {
			out.Rejected, out.HasRejected = min(0, f), true
			break
		}
		out.Merges = append(out.Merges, Merging{A: d.rows[bi].steps[0], B: d.rows[bj].steps[0], LogBayesFactor: d.factor[bi][bj]})
		d.merge(bi, bj)
	}
	for _, row := range d.rows {
		if row.steps != nil {
			out.Groups = append(out.Groups, row.steps)
		}
	}
	return out
}

// best returns the pair with the largest factor. Rows are in the order of their first steps, so that the first of equal
// pairs is the one that the tie rule wants.
func (d *discoverer) best() (bi, bj int, ok bool) {
	most := math.Inf(-1)
	for i, j := range d.pairs() {
		most = max(most, d.factor[i][j])
	}
	for i, j := range d.pairs() {
		if d.factor[i][j] >= most-d.noise {
			return i, j, true
		}
	}
	return 0, 0, false
}

// pairs yields the pairs i < j of rows that are left.
func (d *discoverer) pairs() iter.Seq2[int, int] {
	return func(yield func(i, j int) bool) {
		for i := range d.rows {
			for j := i + 1; j < len(d.rows) && d.rows[i].steps != nil; j++ {
				if d.rows[j].steps != nil && !yield(i, j) {
					return
				}
			}
		}
	}
}

// merge puts row j into row i < j, whose first step is the smaller.
func (d *discoverer) merge(i, j int) {
	a, b := &d.rows[i], &d.rows[j]
	m := groupRow{total: a.total + b.total, steps: slices.Concat(a.steps, b.steps)}
	slices.Sort(m.steps)
	x, y := 0, 0
	for x < len(a.person) || y < len(b.person) {
		switch {
		case y == len(b.person) || (x < len(a.person) && a.person[x] < b.person[y]):
			m.person, m.n = append(m.person, a.person[x]), append(m.n, a.n[x])
			x++
		case x == len(a.person) || a.person[x] > b.person[y]:
			m.person, m.n = append(m.person, b.person[y]), append(m.n, b.n[y])
			y++
		default:
			m.person, m.n = append(m.person, a.person[x]), append(m.n, a.n[x]+b.n[y])
			x++
			y++
		}
	}
	d.rows[i], d.rows[j] = m, groupRow{}
	for k := range d.rows {
		switch {
		case d.rows[k].steps == nil || k == i:
		case k < i:
			d.factor[k][i] = d.bayes(&d.rows[k], &d.rows[i])
		default:
			d.factor[i][k] = d.bayes(&d.rows[i], &d.rows[k])
		}
	}
}
