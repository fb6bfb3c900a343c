package attribution

import "math"

// system is a sparse linear system x = b + A·x, packed for sweeps: the terms of one row lie side by side.
type system struct {
	state []int32 // of each row
	at    []int32 // terms of row i: term[at[i]:at[i+1]]
	term  []term
	b     []float64 // by row, divided by the part of the row that does not return to itself
}

type term struct {
	a    float64
	peer int32
}

// load packs the rows of all states outside cut, in the order of the states or backwards.
func (m *system) load(c *csr, q, b []float64, cut []bool, backwards bool) {
	n := len(c.at) - 1
	m.state, m.at, m.term, m.b = m.state[:0], append(m.at[:0], 0), m.term[:0], m.b[:0]
	for i := range n {
		s := i
		if backwards {
			s = n - 1 - i
		}
		if cut != nil && cut[s] {
			continue
		}
		stay, from := 1.0, len(m.term)
		for k := c.at[s]; k < c.at[s+1]; k++ {
			peer, a := c.peer[k], q[c.edge[k]]
			switch {
			case int(peer) == s:
				stay = 1 - a
			case a > 0 && (cut == nil || !cut[peer]):
				m.term = append(m.term, term{a, peer})
			}
		}
		if stay < 1 {
			for k := range m.term[from:] {
				m.term[from+k].a /= stay
			}
		}
		m.state = append(m.state, int32(s))
		m.at = append(m.at, int32(len(m.term)))
		m.b = append(m.b, b[s]/stay)
	}
}

// sweeps bounds the iterations of Gauss and Seidel before a chain that mixes slowly is solved by elimination.
const sweeps = 2000

// settled is the relative change of every component below which an iteration has ended: a few units in the last place.
const settled = 4e-16

// iterate improves x by the method of Gauss and Seidel until no component changes; it reports false if that takes too long.
func (m *system) iterate(x []float64) bool {
	for range sweeps {
		change := false
		from := int32(0)
		for i, s := range m.state {
			y, to := m.b[i], m.at[i+1]
			for _, t := range m.term[from:to] {
				y += float64(x[t.peer] * t.a)
			}
			from = to
			if !change && math.Abs(y-x[s]) > settled*math.Abs(y) {
				change = true
			}
			x[s] = y
		}
		if !change {
			return true
		}
	}
	return false
}
