package attribution

// solution is a chain with its probabilities solved.
type solution struct {
	start []float64 // s0: share of paths that begin in each state
	q     []float64 // by transition
	r     []float64 // P(next move is conversion), by state
	rv    []float64 // expected value at once, by state
	x     []float64 // expected visits, s0·M with M = (I−Q)⁻¹
	h     []float64 // P(conversion) from each state, M·r
	hv    []float64 // expected value from each state, M·rv
	inv   []float64 // M itself, row by row, where the chain is small
	p, v  float64   // P(conversion) and expected value of a path
}

// solver holds scratch memory for one goroutine.
type solver struct {
	*structure
	leave []float64 // weight that leaves each state
	y     []float64
	m     []float64
	system
	visited, keep []lane
	set           []bool // all false between uses
}

func newSolver(s *structure) *solver { return &solver{structure: s} }

// dense reports whether the chain is solved by the inverse: small chains, and those of order 1, where one inverse gives the
// effect of every name.
func (v *solver) dense() bool {
	n := len(v.grams)
	return n <= 64 || v.order == 1 && n <= 512
}

// solve fits the probabilities to a weighting of the paths and solves for visits and hitting; it returns nil if no path
// converts. Path r moves with weight C+N along its states and ends with weight C in conversion.
func (v *solver) solve(f *solution, w *weights) *solution {
	if v.transitions(f, w) == 0 {
		return nil
	}
	n := len(v.grams)
	for _, s := range [...]*[]float64{&f.x, &f.h, &f.hv} {
		*s = zeroed(*s, n)
	}
	if v.dense() {
		v.invert(f)
	} else {
		f.inv = nil
		v.visits(f, f.x, nil)
		v.hitting(f, f.h, f.r)
		v.hitting(f, f.hv, f.rv)
	}
	var p, value total
	for s := range n {
		p.Add(float64(f.x[s] * f.r[s]))
		value.Add(float64(f.x[s] * f.rv[s]))
	}
	f.p, f.v = p.Sum(), value.Sum()
	return f
}

// transitions fits the probabilities of single moves and returns the number of conversions.
func (v *solver) transitions(f *solution, w *weights) (conversions float64) {
	n := len(v.grams)
	for _, s := range [...]*[]float64{&f.start, &f.r, &f.rv, &v.leave} {
		*s = zeroed(*s, n)
	}
	f.q = zeroed(f.q, len(v.from))
	all := 0.0
	for r, c := range w.conv {
		count := c + w.null[r]
		if count == 0 {
			continue
		}
		all += count
		conversions += c
		f.start[v.begin[r]] += count
		for _, e := range v.walks[v.start[r]:v.start[r+1]] {
			f.q[e] += count
		}
		f.r[v.end[r]] += c
		f.rv[v.end[r]] += w.value[r]
		v.leave[v.end[r]] += count
	}
	if conversions == 0 {
		return 0
	}
	for e, from := range v.from {
		v.leave[from] += f.q[e]
	}
	for e, from := range v.from {
		if f.q[e] > 0 {
			f.q[e] /= v.leave[from]
		}
	}
	for s := range n {
		f.start[s] /= all
		if v.leave[s] > 0 {
			f.r[s] /= v.leave[s]
			f.rv[s] /= v.leave[s]
		}
	}
	return conversions
}

func zeroed(x []float64, n int) []float64 {
	if cap(x) < n {
		return make([]float64, n)
	}
	x = x[:n]
	clear(x)
	return x
}

// invert finds M by Gauss-Jordan elimination. I−Q is a diagonally dominant M-matrix whose states all reach an end, so that
// no pivoting is needed and every operation but the pivot's adds numbers of one sign.
func (v *solver) invert(f *solution) {
	n := len(v.grams)
	f.inv = zeroed(f.inv, n*n)
	m := f.inv
	for e, from := range v.from {
		m[int(from)*n+int(v.to[e])] = -f.q[e]
	}
	for s := range n {
		m[s*n+s]++
	}
	gaussJordan(m, n)
	for i := range n {
		row := m[i*n : i*n+n]
		var h, hv total
		for j, x := range row {
			h.Add(float64(x * f.r[j]))
			hv.Add(float64(x * f.rv[j]))
			f.x[j] += float64(f.start[i] * x)
		}
		f.h[i], f.hv[i] = h.Sum(), hv.Sum()
	}
}

// gaussJordan replaces the n×n matrix by its inverse, without pivoting.
func gaussJordan(m []float64, n int) {
	for k := range n {
		pivot := m[k*n : k*n+n]
		d := 1 / pivot[k]
		pivot[k] = 1
		for j := range pivot {
			pivot[j] *= d
		}
		for i := range n {
			row := m[i*n : i*n+n]
			g := row[k]
			if i == k || g == 0 {
				continue
			}
			row[k] = 0
			for j, x := range pivot {
				row[j] -= float64(g * x)
			}
		}
	}
}

// visits solves x = s0 + x·Q on the states outside cut (nil: none), where x starts from what it holds. All terms are
// non-negative, so that each component is found to full relative precision.
func (v *solver) visits(f *solution, x []float64, cut []bool) {
	v.load(&v.in, &v.out, f.q, f.start, cut, false)
	if !v.iterate(x) {
		v.eliminate(f, x, f.start, cut, true)
	}
}

// hitting solves h = r + Q·h.
func (v *solver) hitting(f *solution, h, r []float64) {
	v.load(&v.out, &v.in, f.q, r, nil, true)
	if !v.iterate(h) {
		v.eliminate(f, h, r, nil, false)
	}
}

// eliminate solves the same systems by sparse elimination, state by state, for chains in which paths are so long that
// iteration is slow. Rows are maps from state to weight; states with few neighbours go first.
func (v *solver) eliminate(f *solution, x, b []float64, cut []bool, transposed bool) {
	newElimination(v.structure, f.q, cut, transposed).solve(x, b)
}

// loss returns the conversion and the value that are lost without the states of the set: f_A·h_A, where f_A is the
// probability that A is first entered in each of its states. No difference of near numbers is taken.
func (v *solver) loss(f *solution, set []bool) (p, value float64) {
	v.y = append(v.y[:0], f.x...)
	for s := range v.y {
		if set[s] {
			v.y[s] = 0
		}
	}
	if f.inv != nil {
		return v.lossDense(f, set)
	}
	v.visits(f, v.y, set)
	var ps, vs total
	for s := range v.y {
		if !set[s] {
			continue
		}
		entry := f.start[s]
		for k := v.in.at[s]; k < v.in.at[s+1]; k++ {
			if peer := v.in.peer[k]; !set[peer] {
				entry += float64(v.y[peer] * f.q[v.in.edge[k]])
			}
		}
		ps.Add(float64(entry * f.h[s]))
		vs.Add(float64(entry * f.hv[s]))
	}
	return ps.Sum(), vs.Sum()
}

// lossDense uses f_A = x_A·(M_AA)⁻¹.
func (v *solver) lossDense(f *solution, set []bool) (p, value float64) {
	n := len(v.grams)
	var a []int
	for s := range set {
		if set[s] {
			a = append(a, s)
		}
	}
	if len(a) == 1 {
		s := a[0]
		entry := f.x[s] / f.inv[s*n+s]
		return entry * f.h[s], entry * f.hv[s]
	}
	k := len(a)
	v.m = zeroed(v.m, k*k)
	for i, s := range a {
		for j, t := range a {
			v.m[i*k+j] = f.inv[s*n+t]
		}
	}
	gaussJordan(v.m, k)
	var ps, vs total
	for j, t := range a {
		var entry total
		for i, s := range a {
			entry.Add(float64(f.x[s] * v.m[i*k+j]))
		}
		ps.Add(float64(entry.Sum() * f.h[t]))
		vs.Add(float64(entry.Sum() * f.hv[t]))
	}
	return ps.Sum(), vs.Sum()
}
