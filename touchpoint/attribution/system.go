package attribution

import "slices"

// system is a sparse linear system x = b + A·x with A ≥ 0, packed for sweeps: the terms of one row lie side by side. Rows are
// ordered so that the first ones hang on no later row, and the last ones feed no earlier row: one pass solves these, and only
// the core between them, in which walks can return, is iterated.
type system struct {
	state []int32 // of each row
	at    []int32 // terms of row i: term[at[i]:at[i+1]]
	term  []term
	b     []float64
	head  int // rows before the core
	tail  int // rows up to the end of the core

	feeds, needs []int32 // scratch, by state: rows still open that it feeds, and that it needs; −1 for a state without a row
	rows         []int32 // states in the order of their rows
}

type term struct {
	a    float64
	peer int32
}

// load packs the rows of all states outside cut (nil: none). in lists what a row needs, out what it feeds. The core keeps the
// order of the states, or has it backwards.
func (m *system) load(in, out *csr, q, b []float64, cut []bool, backwards bool) {
	m.peel(in, out, q, cut, backwards)
	m.state, m.at, m.term, m.b = m.state[:0], append(m.at[:0], 0), m.term[:0], m.b[:0]
	for _, s := range m.rows {
		stay, from := 1.0, len(m.term)
		for k := in.at[s]; k < in.at[s+1]; k++ {
			peer, a := in.peer[k], q[in.edge[k]]
			switch {
			case peer == s:
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
		m.state = append(m.state, s)
		m.at = append(m.at, int32(len(m.term)))
		m.b = append(m.b, b[s]/stay)
	}
}

// peel orders the rows: first, one after the other, those that need no open row, then the core, then those that feed no open
// row, the last to be found first.
func (m *system) peel(in, out *csr, q []float64, cut []bool, backwards bool) {
	n := len(in.at) - 1
	m.needs, m.feeds = m.open(m.needs, in, q, cut), m.open(m.feeds, out, q, cut)
	m.rows = m.rows[:0]
	for s := range int32(n) {
		if m.needs[s] == 0 {
			m.rows = append(m.rows, s)
		}
	}
	for i := 0; i < len(m.rows); i++ {
		m.close(m.rows[i], out, q, &m.rows, m.needs, m.feeds)
	}
	m.head = len(m.rows)
	var last []int32
	for s := range int32(n) {
		if m.needs[s] > 0 && m.feeds[s] == 0 {
			last = append(last, s)
		}
	}
	for i := 0; i < len(last); i++ {
		m.close(last[i], in, q, &last, m.feeds, m.needs)
	}
	for i := range int32(n) {
		s := i
		if backwards {
			s = int32(n) - 1 - i
		}
		if m.needs[s] > 0 && m.feeds[s] > 0 {
			m.rows = append(m.rows, s)
		}
	}
	m.tail = len(m.rows)
	for _, s := range slices.Backward(last) {
		m.rows = append(m.rows, s)
	}
}

// open counts the rows on the other end of the moves of each state.
func (m *system) open(count []int32, c *csr, q []float64, cut []bool) []int32 {
	n := len(c.at) - 1
	if cap(count) < n {
		count = make([]int32, n)
	}
	count = count[:n]
	for s := range int32(n) {
		count[s] = 0
		if cut != nil && cut[s] {
			count[s] = -1
			continue
		}
		for k := c.at[s]; k < c.at[s+1]; k++ {
			if peer := c.peer[k]; peer != s && q[c.edge[k]] > 0 && (cut == nil || !cut[peer]) {
				count[s]++
			}
		}
	}
	return count
}

// close takes state s out: the states that its moves lead to have one open row less, and join the queue when none is left,
// unless the other count says that they have been ordered before.
func (m *system) close(s int32, moves *csr, q []float64, queue *[]int32, count, other []int32) {
	for k := moves.at[s]; k < moves.at[s+1]; k++ {
		peer := moves.peer[k]
		if peer == s || q[moves.edge[k]] == 0 || count[peer] <= 0 {
			continue
		}
		if count[peer]--; count[peer] == 0 && other[peer] >= 0 {
			*queue = append(*queue, peer)
		}
	}
	count[s] = -1
}

// sweeps bounds the iterations of Gauss and Seidel before a chain that mixes slowly is solved by elimination.
const sweeps = 2000

// settled is the relative change of every component below which an iteration has ended: a few units in the last place.
const settled = 8e-16

// iterate solves for x, which holds a first guess; it reports false if the core does not settle in time.
func (m *system) iterate(x []float64) bool {
	m.pass(x, 0, m.head)
	done := m.head == m.tail
	for i := 0; i < sweeps && !done; i++ {
		done = !m.pass(x, m.head, m.tail)
	}
	m.pass(x, m.tail, len(m.state))
	return done
}

// pass solves rows one after the other and reports whether any has changed.
func (m *system) pass(x []float64, from, to int) (change bool) {
	at := m.at[from]
	for i := from; i < to; i++ {
		y, end := m.b[i], m.at[i+1]
		for _, t := range m.term[at:end] {
			y += float64(x[t.peer] * t.a)
		}
		at = end
		s := m.state[i]
		change = change || moved(y, x[s])
		x[s] = y
	}
	return change
}
