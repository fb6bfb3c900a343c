package choice

import "math"

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
	for i, p := range c.now.p {
		s := c.now.state(i)
		for k, move := range moves {
			if q[k] == 0 {
				continue
			}
			for j, m := range move {
				c.x[j] = s[j] + m
			}
			if !c.next.add(c.x, p*q[k]) {
				return errStates
			}
		}
	}
	c.now, c.next = c.next, c.now
	return nil
}
