package attribution

import "math"

// lanes is how many cut chains are solved side by side: their transitions are read once, and their sums do not wait for one
// another.
const lanes = 4

// lane holds a number of each of them.
type lane = [lanes]float64

// losses gives each, for every set of states, what [solver.loss] returns. Where one group of chains does not settle, it and
// all that follow are solved one by one.
func (v *solver) losses(f *solution, sets [][]int32, each func(i int, p, value float64)) {
	together := f.inv == nil
	if together {
		v.load(&v.in, &v.out, f.q, f.start, nil, false)
	}
	for i := 0; i < len(sets); i += lanes {
		group := sets[i:min(i+lanes, len(sets))]
		if together = together && v.visitLanes(f, group); together {
			for l, set := range group {
				p, value := v.entries(f, set, l)
				each(i+l, p, value)
			}
			continue
		}
		in := v.none()
		for l, set := range group {
			mark(in, set, true)
			p, value := v.loss(f, in)
			mark(in, set, false)
			each(i+l, p, value)
		}
	}
}

// none returns an empty set of states in scratch memory.
func (v *solver) none() []bool {
	if len(v.set) != len(v.grams) {
		v.set = make([]bool, len(v.grams))
	}
	return v.set
}

func mark(in []bool, set []int32, to bool) {
	for _, s := range set {
		in[s] = to
	}
}

// visitLanes fills v.visited with the visits of each chain that is cut at one of the sets, which it never enters. It reports
// false if the sweeps do not settle. The rows that are loaded must be those of the chain that is not cut.
func (v *solver) visitLanes(f *solution, group [][]int32) bool {
	n := len(v.grams)
	if cap(v.visited) < n {
		v.visited, v.keep = make([]lane, n), make([]lane, n)
	}
	v.visited, v.keep = v.visited[:n], v.keep[:n]
	for s, x := range f.x {
		v.visited[s], v.keep[s] = lane{x, x, x, x}, lane{1, 1, 1, 1}
	}
	for l, set := range group {
		for _, s := range set {
			v.visited[s][l], v.keep[s][l] = 0, 0
		}
	}
	return v.iterateLanes(v.visited, v.keep)
}

// entries sums over the states of the set: the probability of entering it there, as visits of lane l have it, times what is
// won from there.
func (v *solver) entries(f *solution, set []int32, l int) (p, value float64) {
	var ps, vs total
	for _, s := range set {
		entry := f.start[s]
		for k := v.in.at[s]; k < v.in.at[s+1]; k++ {
			entry += float64(v.visited[v.in.peer[k]][l] * f.q[v.in.edge[k]])
		}
		ps.Add(float64(entry * f.h[s]))
		vs.Add(float64(entry * f.hv[s]))
	}
	return ps.Sum(), vs.Sum()
}

// iterateLanes is [system.iterate] for systems that differ in their rows only by a factor of 0 or 1, in keep.
func (m *system) iterateLanes(x, keep []lane) bool {
	m.passLanes(x, keep, 0, m.head)
	done := m.head == m.tail
	for i := 0; i < sweeps && !done; i++ {
		done = !m.passLanes(x, keep, m.head, m.tail)
	}
	m.passLanes(x, keep, m.tail, len(m.state))
	return done
}

// passLanes is [system.pass]; its sums are variables, since the compiler keeps no array in registers.
func (m *system) passLanes(x, keep []lane, from, to int) (change bool) {
	at := m.at[from]
	for i := from; i < to; i++ {
		b, end := m.b[i], m.at[i+1]
		y0, y1, y2, y3 := b, b, b, b
		for _, t := range m.term[at:end] {
			peer := &x[t.peer]
			y0 += float64(peer[0] * t.a)
			y1 += float64(peer[1] * t.a)
			y2 += float64(peer[2] * t.a)
			y3 += float64(peer[3] * t.a)
		}
		at = end
		s := m.state[i]
		was, k := &x[s], &keep[s]
		y0, y1, y2, y3 = float64(y0*k[0]), float64(y1*k[1]), float64(y2*k[2]), float64(y3*k[3])
		change = change || moved(y0, was[0]) || moved(y1, was[1]) || moved(y2, was[2]) || moved(y3, was[3])
		was[0], was[1], was[2], was[3] = y0, y1, y2, y3
	}
	return change
}

// moved reports whether y has not settled.
func moved(y, was float64) bool { return math.Abs(y-was) > settled*math.Abs(y) }
