package choice

import (
	"math"
	"slices"
)

// lattice is a sparse distribution over integer vectors. States keep the order in which they were first met, which is a
// function of the input alone, so that sums over them have the same bytes everywhere.
type lattice struct {
	dim    int
	coords []int64 // state i is coords[i*dim:(i+1)*dim]
	p      []float64
	table  []int32 // open addressing: state + 1, 0 is empty
	limit  int
}

func newLattice(dim, limit int) *lattice {
	l := &lattice{dim: dim, limit: limit, table: make([]int32, 64)}
	l.add(make([]int64, dim), 1)
	return l
}

func hash(x []int64) uint64 {
	h := uint64(len(x))
	for _, c := range x {
		h = (h ^ uint64(c)) * 0x9e3779b97f4a7c15
		h ^= h >> 29
	}
	return h
}

// add adds mass to the state x; it reports false where that would be one state too many.
func (l *lattice) add(x []int64, p float64) bool {
	mask := len(l.table) - 1
slots:
	for h := int(hash(x)) & mask; ; h = (h + 1) & mask {
		s := l.table[h]
		if s == 0 {
			if len(l.p) >= l.limit || len(l.p) == math.MaxInt32-1 {
				return false
			}
			l.coords = append(l.coords, x...)
			l.p = append(l.p, p)
			l.table[h] = int32(len(l.p))
			if 2*len(l.p) > len(l.table) {
				l.grow()
			}
			return true
		}
		at := int(s-1) * l.dim
		for k, c := range x {
			if l.coords[at+k] != c {
				continue slots
			}
		}
		l.p[s-1] += p
		return true
	}
}

func (l *lattice) grow() {
	l.table = make([]int32, 2*len(l.table))
	mask := len(l.table) - 1
	for i := range l.p {
		h := int(hash(l.state(i))) & mask
		for l.table[h] != 0 {
			h = (h + 1) & mask
		}
		l.table[h] = int32(i + 1)
	}
}

func (l *lattice) state(i int) []int64 { return l.coords[i*l.dim : (i+1)*l.dim] }

// clear empties the lattice and keeps its memory.
func (l *lattice) clear() {
	l.coords, l.p = l.coords[:0], l.p[:0]
	clear(l.table)
}

// reserve makes room for n states of an empty lattice at once.
func (l *lattice) reserve(n int) {
	n = min(n, l.limit)
	if cap(l.p) >= n {
		return
	}
	l.p, l.coords = make([]float64, 0, n), make([]int64, 0, n*l.dim)
	size := len(l.table)
	for size < 2*n+2 {
		size *= 2
	}
	l.table = make([]int32, size)
}

// convolver adds independent random vectors, one after the other.
type convolver struct {
	now, next *lattice
	x         []int64
	work      int // moves that may still be made
}

// workPerState bounds the moves of a convolver by this multiple of its states.
const workPerState = 20

func newConvolver(dim, limit int) *convolver {
	next := newLattice(dim, limit)
	next.clear()
	return &convolver{now: newLattice(dim, limit), next: next, x: make([]int64, dim), work: workPerState * limit}
}

// add adds one vector that is moves[k] with probability q[k]; it returns errStates where the limit is passed.
func (c *convolver) add(moves [][]int64, q []float64) error {
	c.next.clear()
	if c.work -= len(c.now.p) * len(moves); c.work < 0 {
		return errStates
	}
	c.next.reserve(len(c.now.p) * len(moves))
	for i, p := range c.now.p {
		s := c.now.state(i)
		for k, move := range moves {
			if q[k] == 0 {
				continue
			}
			for j, m := range move {
				c.x[j] = s[j] + m
			}
			if !c.next.add(c.x, float64(p*q[k])) {
				return errStates
			}
		}
	}
	c.now, c.next = c.next, c.now
	return nil
}

// maxCellsOfGrid bounds a [grid].
const maxCellsOfGrid = 1 << 23

// grid is a dense distribution over vectors of small non-negative integers, the faster form where it fits.
type grid struct {
	side, dim int
	now, next []float64
	last      int // the largest index that may hold mass
}

// newGrid starts at the zero vector; ok is false where side^dim cells are too many.
func newGrid(side, dim int) (g *grid, ok bool) {
	cells := 1
	for range dim {
		if cells *= side; cells > maxCellsOfGrid {
			return nil, false
		}
	}
	g = &grid{side: side, dim: dim, now: make([]float64, cells), next: make([]float64, cells)}
	g.now[0] = 1
	return g, true
}

// offset is the index of a vector.
func (g *grid) offset(x []int64) int {
	at := 0
	for k := g.dim - 1; k >= 0; k-- {
		at = at*g.side + int(x[k])
	}
	return at
}

// add adds an independent vector that has index offsets[k] with probability q[k].
func (g *grid) add(offsets []int, q []float64) {
	reach := slices.Max(offsets)
	clear(g.next[:g.last+reach+1])
	for i, mass := range g.now[:g.last+1] {
		if mass == 0 {
			continue
		}
		for k, at := range offsets {
			g.next[i+at] += float64(mass * q[k])
		}
	}
	g.last += reach
	g.now, g.next = g.next, g.now
}

// each writes each vector of positive mass to the first coordinates of dst, what is left of total to the last, and calls f.
func (g *grid) each(total int64, dst []int64, f func(mass float64)) {
	for i, mass := range g.now[:g.last+1] {
		if mass == 0 {
			continue
		}
		rest := total
		for k, at := 0, i; k < g.dim; k, at = k+1, at/g.side {
			dst[k] = int64(at % g.side)
			rest -= dst[k]
		}
		dst[g.dim] = rest
		f(mass)
	}
}
