package importance

import (
	"context"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/replicate"
	"github.com/buyerjourney/b2b/internal/stat"
	"github.com/buyerjourney/b2b/internal/stream"
	"github.com/buyerjourney/b2b/touchpoint"
)

// replica is what one replicate finds.
type replica struct {
	r2         float64
	importance []float64
	means      []float64 // drivers, outcome, stated
}

// resample fills shares, ranks, quadrants and classes, with what the replicates say of them.
func (e *engine) resample(ctx context.Context, x *moments, a *Analysis) error {
	all, why, err := e.replicas(ctx, x)
	if err != nil {
		return err
	}
	p := e.m.p
	a.Replicates = len(all)
	imp := make([]float64, p)
	for j := range imp {
		imp[j] = a.Drivers[j].Importance
	}
	byName := byNameOrder(e.s.cfg.Drivers)
	share := shares(imp)
	scores := make([][]float64, len(all))
	repShare := make([][]float64, len(all))
	for k, r := range all {
		scores[k] = permute(r.importance, byName)
		repShare[k] = shares(r.importance)
	}
	column := make([]float64, len(all))
	estimate := func(value float64, at func(k int) float64) b2b.Estimate {
		for k := range column {
			column[k] = at(k)
		}
		return replicate.Estimate(value, column, e.cfg.Level, why)
	}
	a.R2 = estimate(a.R2.Value, func(k int) float64 { return all[k].r2 })
	ranks := replicate.Stability(permute(imp, byName), scores)
	for at, j := range byName {
		r := touchpoint.Rank{Rank: ranks[at].Rank, Low: ranks[at].Low, High: ranks[at].High}
		if len(all) > 0 {
			r.Kept = b2b.MustFraction(ranks[at].Kept)
		}
		d := &a.Drivers[j]
		d.Rank = r
		d.Share = estimate(share[j], func(k int) float64 { return repShare[k][j] })
	}
	e.fillQuadrants(x.mean[:p], imp, all, a)
	if e.cfg.Method.Divides() {
		e.fillClasses(share, repShare, byName, a)
	}
	if len(e.s.cfg.Stated) > 0 {
		a.Conflict = e.conflict(x, imp, all, a, why)
	}
	return nil
}

// byNameOrder returns the drivers in the order of their names, by which ties are broken.
func byNameOrder(names []string) []int {
	order := make([]int, len(names))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		if names[i] < names[j] {
			return -1
		}
		return 1
	})
	return order
}

func permute(x []float64, order []int) []float64 {
	out := make([]float64, len(order))
	for i, j := range order {
		out[i] = x[j]
	}
	return out
}

// shares divides by the sum; all are 0 where it is 0.
func shares(x []float64) []float64 {
	out := make([]float64, len(x))
	if all := stat.Sum(x); all != 0 {
		for i, v := range x {
			out[i] = v / all
		}
	}
	return out
}

func (e *engine) fillQuadrants(means, imp []float64, all []*replica, a *Analysis) {
	p := e.m.p
	quads, cutP, cutI := e.cfg.quadrantsOf(means, imp)
	a.CutPerformance, a.CutImportance = cutP, cutI
	for j, q := range quads {
		a.Drivers[j].Quadrant = q
	}
	if len(all) == 0 {
		return
	}
	counts := make([][5]int, p)
	for _, r := range all {
		quads, _, _ := e.cfg.quadrantsOf(r.means[:p], r.importance)
		for j, q := range quads {
			counts[j][q]++
		}
	}
	for j := range a.Drivers {
		d := &a.Drivers[j]
		for q, n := range counts[j] {
			d.QuadrantShares[q] = float64(n) / float64(len(all))
		}
		d.QuadrantStability = b2b.MustFraction(d.QuadrantShares[d.Quadrant])
	}
}

// settled is the share of replicates in one class from which the class counts as settled.
const settled = 0.9

func (e *engine) fillClasses(share []float64, repShare [][]float64, byName []int, a *Analysis) {
	classify := func(share []float64, to func(j int, c ValueClass)) {
		for at, c := range e.cfg.classes(permute(share, byName)) {
			to(byName[at], c)
		}
	}
	classify(share, func(j int, c ValueClass) { a.Drivers[j].Class = c })
	counts := make([][4]int, len(a.Drivers))
	for _, s := range repShare {
		classify(s, func(j int, c ValueClass) { counts[j][c]++ })
	}
	if len(repShare) == 0 {
		return
	}
	for j := range a.Drivers {
		d := &a.Drivers[j]
		most := 0
		for c, n := range counts[j] {
			d.ClassShares[c] = float64(n) / float64(len(repShare))
			most = max(most, n)
		}
		d.Settled = b2b.MustFraction(0)
		if float64(most) >= settled*float64(len(repShare)) {
			d.Settled = b2b.MustFraction(1)
		}
	}
}

// replicas runs the replicates; why says why there are none.
func (e *engine) replicas(ctx context.Context, x *moments) (all []*replica, why string, err error) {
	if e.cfg.Replicates == 0 {
		return nil, "no interval: no replicates", nil
	}
	if e.u == nil {
		e.u = e.s.resampling()
	}
	if len(e.u.keys) < replicate.MinUnits {
		return nil, replicate.TooFewUnits, nil
	}
	root, err := stream.New(e.cfg.Source)
	if err != nil {
		return nil, "", err
	}
	g := e.groupMoments(x)
	out := make([]*replica, e.cfg.Replicates)
	err = replicate.Run(ctx, e.cfg.Replicates, e.cfg.Workers, e.cfg.Progress, func() func(int) error {
		m := newMeasures(e.m.p)
		unit := make([]float64, len(e.u.keys))
		return func(r int) error {
			own := root.Sub("importance", uint64(r), 0)
			for i, key := range e.u.keys {
				rng := own.SourceN("", 0, key)
				unit[i] = float64(rng.Poisson1())
			}
			out[r] = e.replica(ctx, g, m, unit)
			return nil
		}
	})
	if err != nil {
		return nil, "", err
	}
	for _, r := range out {
		if r != nil {
			all = append(all, r)
		}
	}
	return all, "no interval: no replicate has a solution", nil
}

// replica analyses one weighting of the units; it is nil where a driver does not vary or the solution does not exist.
func (e *engine) replica(ctx context.Context, g *groupMoments, m *measures, unit []float64) *replica {
	x := g.weighted(unit)
	if !(x.w > 0) || !(x.n > 1) || m.correlate(x) >= 0 {
		return nil
	}
	p := m.p
	out := &replica{importance: make([]float64, p), means: x.mean}
	var f *logit
	switch e.cfg.Method {
	case LMG, UnknownMethod:
		m.relative()
		if m.subsets.shares(ctx, m.r, m.rxy, p, 1, m.lmg) != nil {
			return nil
		}
	case Last, Pratt, Beta:
		if !m.regress() {
			return nil
		}
	case Logistic:
		m.relative()
		var ok bool
		if f, ok = e.rows.fit(e.rows.weights(unit), e.logit, settleReplicate); !ok {
			return nil
		}
	case Johnson, First, CAR, Correlation:
		m.relative()
	}
	out.r2 = m.r2
	e.importance(m, f, x, out.importance)
	return out
}

// groupMoments are sums of products by unit, after a shift near the means, so that a replicate costs units·p².
type groupMoments struct {
	p, q  int
	shift []float64
	cells []float64 // by unit: n, w, Σw·c for every cell, then Σw·c·c' for the upper triangle of drivers and outcome
	size  int
}

func (e *engine) groupMoments(x *moments) *groupMoments {
	s, p := e.s, e.m.p
	q := s.q
	g := &groupMoments{p: p, q: q, shift: x.mean, size: 2 + q + (p+1)*(p+2)/2}
	g.cells = make([]float64, len(e.u.keys)*g.size)
	c := make([]float64, q)
	for k, r := range e.u.order {
		out := g.cells[int(e.u.of[k])*g.size : (int(e.u.of[k])+1)*g.size]
		w := s.tag(int(r)).weight
		out[0]++
		out[1] += w
		for j, v := range s.row(int(r)) {
			c[j] = v - g.shift[j]
			out[2+j] += float64(w * c[j])
		}
		at := 2 + q
		for j := range p + 1 {
			wc := w * c[j]
			for _, y := range c[j : p+1] {
				out[at] += float64(wc * y)
				at++
			}
		}
	}
	return g
}

// sum adds the cells of the units, each times its weight, four units at a time.
func (g *groupMoments) sum(unit []float64) []float64 {
	sum := make([]float64, g.size)
	var k [4]float64
	var rows [4][]float64
	n := 0
	add := func() {
		a, b, c, d := rows[0][:len(sum)], rows[1][:len(sum)], rows[2][:len(sum)], rows[3][:len(sum)]
		for i := range sum {
			sum[i] += float64(k[0]*a[i]) + float64(k[1]*b[i]) + (float64(k[2]*c[i]) + float64(k[3]*d[i]))
		}
		n, k = 0, [4]float64{}
	}
	for u, w := range unit {
		if w == 0 {
			continue
		}
		k[n], rows[n] = w, g.cells[u*g.size:(u+1)*g.size]
		if n++; n == len(rows) {
			add()
		}
	}
	if n > 0 {
		for i := n; i < len(rows); i++ {
			rows[i] = rows[0] // with weight 0
		}
		add()
	}
	return sum
}

// constant is the part of a sum of squares, taken around the mean of all units, below which what is left around the mean of a
// replicate is rounding: the column does not vary there.
const constant = 1e-12

// weighted returns the moments with each unit multiplied by its weight.
func (g *groupMoments) weighted(unit []float64) *moments {
	sum := g.sum(unit)
	p, q := g.p, g.q
	m := &moments{p: p, n: sum[0], w: sum[1], mean: make([]float64, q), cov: make([]float64, (p+1)*(p+1))}
	if m.w == 0 {
		return m
	}
	for j := range q {
		m.mean[j] = g.shift[j] + sum[2+j]/m.w
	}
	at := 2 + q
	for j := range p + 1 {
		for k := j; k <= p; k++ {
			x := sum[at] - float64(sum[2+j]*sum[2+k]/m.w)
			if j == k && x <= constant*sum[at] {
				x = 0
			}
			m.cov[j*(p+1)+k], m.cov[k*(p+1)+j] = x, x
			at++
		}
	}
	return m
}
