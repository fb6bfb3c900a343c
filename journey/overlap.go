package journey

import (
	"math"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stat"
)

// Unit says what an [Overlap] counts. It is a closed enumeration; zero is [Persons].
type Unit uint8

// The units. Persons: a person who did a step in a seat counts once, since the events of one person are not independent. Events:
// every event counts.
const (
	Persons Unit = iota
	Events
)

// Overlap is the table of steps by seats, and what it says about them. Make one with [OverlapTable.Overlap]; it is immutable and
// safe for concurrent use. The zero value is an empty table.
type Overlap struct {
	steps []StepID
	seats []b2b.SeatID
	m     []int64 // steps × seats
	row   []int64
	col   []int64
	n     int64
	units []overlapUnit // by (account, person, seat)
	sizes []int         // persons by seat
}

// overlapUnit is one person in one seat.
type overlapUnit struct {
	account b2b.AccountID
	person  b2b.PersonID
	seat    int
	steps   []uint32
	counts  []int64
}

// Overlap makes the table, steps and seats by name.
func (t *OverlapTable) Overlap(unit Unit) *Overlap {
	o := &Overlap{}
	keys := t.sorted()
	for _, k := range keys {
		o.steps, o.seats = append(o.steps, k.step), append(o.seats, k.seat)
	}
	slices.Sort(o.steps)
	o.steps = slices.Compact(o.steps)
	slices.Sort(o.seats)
	o.seats = slices.Compact(o.seats)
	o.m = make([]int64, len(o.steps)*len(o.seats))
	o.row, o.col, o.sizes = make([]int64, len(o.steps)), make([]int64, len(o.seats)), make([]int, len(o.seats))
	for i, k := range keys {
		s, _ := slices.BinarySearch(o.steps, k.step)
		r, _ := slices.BinarySearch(o.seats, k.seat)
		if i == 0 || keys[i-1].account != k.account || keys[i-1].person != k.person || keys[i-1].seat != k.seat {
			o.units = append(o.units, overlapUnit{account: k.account, person: k.person, seat: r})
			o.sizes[r]++
		}
		n := int64(1)
		if unit == Events {
			n = t.counts[k]
		}
		u := &o.units[len(o.units)-1]
		u.steps, u.counts = append(u.steps, uint32(s)), append(u.counts, n)
		o.m[s*len(o.seats)+r] += n
		o.row[s] += n
		o.col[r] += n
		o.n += n
	}
	return o
}

// Steps returns the steps by name. The caller must not change the slice.
func (o *Overlap) Steps() []StepID { return o.steps }

// Seats returns the seats by name. The caller must not change the slice.
func (o *Overlap) Seats() []b2b.SeatID { return o.seats }

// N returns the total of the table.
func (o *Overlap) N() int64 { return o.n }

// Persons returns how many persons are in a seat.
func (o *Overlap) Persons(seat b2b.SeatID) int {
	if r, ok := slices.BinarySearch(o.seats, seat); ok {
		return o.sizes[r]
	}
	return 0
}

// Cell is one step and seat. Expected, Lift and Residual compare with independence; Residual is the adjusted one of Haberman (1973)
// and 0 where the step or the seat is all there is. Share is the part of the step's count that falls to the seat.
type Cell struct {
	Step     StepID
	Seat     b2b.SeatID
	N        int64
	Expected float64
	Lift     float64
	Residual float64
	Share    float64
}

// Cells returns every cell, by (step, seat).
func (o *Overlap) Cells() []Cell {
	out := make([]Cell, 0, len(o.m))
	for s := range o.steps {
		for r := range o.seats {
			out = append(out, o.cell(s, r))
		}
	}
	return out
}

func (o *Overlap) cell(s, r int) Cell {
	n, total := float64(o.m[s*len(o.seats)+r]), float64(o.n)
	row, col := float64(o.row[s]), float64(o.col[r])
	c := Cell{Step: o.steps[s], Seat: o.seats[r], N: o.m[s*len(o.seats)+r], Expected: row * col / total}
	c.Lift, c.Share = n/c.Expected, n/row
	c.Residual = residual(n, row, col, total)
	return c
}

func residual(n, row, col, total float64) float64 {
	e := row * col / total
	v := e * (1 - row/total) * (1 - col/total)
	if v <= 0 {
		return 0
	}
	return (n - e) / math.Sqrt(v)
}

// Dependence measures how far seats and steps hang together in the whole table. Information is in bits. V is Cramér's; it is not
// known (VKnown false) with fewer than two steps or seats. Uncertainty is the share of the seat's entropy that the step removes; it is
// not known where all is one seat.
type Dependence struct {
	ChiSquare         float64
	DoF               int
	V                 float64
	VKnown            bool
	MutualInformation float64
	SeatEntropy       float64
	Uncertainty       b2b.Fraction
}

// Dependence computes χ² = Σ(M−E)²/E, Cramér's V = √(χ²/N/min(S−1,R−1)), mutual information and the uncertainty coefficient.
func (o *Overlap) Dependence() Dependence {
	var chi, mi, h stat.Compensated
	total := float64(o.n)
	for s := range o.steps {
		for r := range o.seats {
			n := float64(o.m[s*len(o.seats)+r])
			e := float64(o.row[s]) * float64(o.col[r]) / total
			chi.Add((n - e) * (n - e) / e)
			if n > 0 {
				mi.Add(n / total * math.Log2(n/e))
			}
		}
	}
	for _, c := range o.col {
		if c > 0 {
			p := float64(c) / total
			h.Add(-p * math.Log2(p))
		}
	}
	d := Dependence{
		ChiSquare: chi.Sum(), DoF: max(0, (len(o.steps)-1)*(len(o.seats)-1)), MutualInformation: max(0, mi.Sum()), SeatEntropy: max(0, h.Sum()),
	}
	if k := min(len(o.steps), len(o.seats)) - 1; k > 0 {
		d.V, d.VKnown = math.Sqrt(d.ChiSquare/total/float64(k)), true
	}
	if d.SeatEntropy > 0 {
		d.Uncertainty = b2b.MustFraction(min(1, d.MutualInformation/d.SeatEntropy))
	}
	return d
}

// Entropy returns the entropy of the seats of each step in bits, in the order of [Overlap.Steps]: 0 for a step of one seat.
func (o *Overlap) Entropy() []float64 {
	out := make([]float64, len(o.steps))
	for s := range o.steps {
		var h stat.Compensated
		for r := range o.seats {
			if n := o.m[s*len(o.seats)+r]; n > 0 {
				p := float64(n) / float64(o.row[s])
				h.Add(-p * math.Log2(p))
			}
		}
		out[s] = max(0, h.Sum())
	}
	return out
}

// Exclusive returns the steps that only the seat took: they reveal it.
func (o *Overlap) Exclusive(seat b2b.SeatID) []StepID {
	r, ok := slices.BinarySearch(o.seats, seat)
	var out []StepID
	for s := range o.steps {
		if ok && o.row[s] > 0 && o.m[s*len(o.seats)+r] == o.row[s] {
			out = append(out, o.steps[s])
		}
	}
	return out
}

// SharedByAll returns the steps that every seat took.
func (o *Overlap) SharedByAll() []StepID {
	var out []StepID
	for s := range o.steps {
		if !slices.Contains(o.m[s*len(o.seats):(s+1)*len(o.seats)], 0) {
			out = append(out, o.steps[s])
		}
	}
	return out
}

// SharedSteps returns the steps that two or more seats took, in each of which at least 5 % of the persons did.
func (o *Overlap) SharedSteps() []StepID {
	did := make([]int, len(o.m))
	for _, u := range o.units {
		for _, s := range u.steps {
			did[int(s)*len(o.seats)+u.seat]++
		}
	}
	var out []StepID
	for s := range o.steps {
		seats := 0
		for r := range o.seats {
			if 20*did[s*len(o.seats)+r] >= o.sizes[r] && o.sizes[r] > 0 {
				seats++
			}
		}
		if seats >= 2 {
			out = append(out, o.steps[s])
		}
	}
	return out
}

// SeatPair compares the steps of two seats. Jaccard is #(A∩B)/#(A∪B), Coefficient #(A∩B)/min(#A,#B), Weighted Σmin/Σmax of the
// shares of the steps, Divergence that of Jensen and Shannon between the shares, in bits. Seats without steps leave them unknown.
type SeatPair struct {
	A, B                                       b2b.SeatID
	Shared, OnlyA, OnlyB                       int
	Jaccard, Coefficient, Weighted, Divergence b2b.Fraction
}

// Pairs compares all pairs of seats, by (A, B).
func (o *Overlap) Pairs() []SeatPair {
	var out []SeatPair
	for a := range o.seats {
		for b := a + 1; b < len(o.seats); b++ {
			out = append(out, o.pair(a, b))
		}
	}
	return out
}

// Pair compares two seats; a seat compared with itself is at distance 0. ok is false for a seat that the table does not have.
func (o *Overlap) Pair(a, b b2b.SeatID) (p SeatPair, ok bool) {
	i, okA := slices.BinarySearch(o.seats, a)
	k, okB := slices.BinarySearch(o.seats, b)
	if !okA || !okB {
		return SeatPair{}, false
	}
	return o.pair(i, k), true
}

func (o *Overlap) pair(a, b int) SeatPair {
	p := SeatPair{A: o.seats[a], B: o.seats[b]}
	var low, high, js stat.Compensated
	k := len(o.seats)
	for s := range o.steps {
		x, y := o.m[s*k+a], o.m[s*k+b]
		switch {
		case x > 0 && y > 0:
			p.Shared++
		case x > 0:
			p.OnlyA++
		case y > 0:
			p.OnlyB++
		}
		if o.col[a] == 0 || o.col[b] == 0 {
			continue
		}
		px, py := float64(x)/float64(o.col[a]), float64(y)/float64(o.col[b])
		low.Add(min(px, py))
		high.Add(max(px, py))
		mid := (px + py) / 2
		if px > 0 {
			js.Add(px / 2 * math.Log2(px/mid))
		}
		if py > 0 {
			js.Add(py / 2 * math.Log2(py/mid))
		}
	}
	if all := p.Shared + p.OnlyA + p.OnlyB; all > 0 {
		p.Jaccard = b2b.MustFraction(float64(p.Shared) / float64(all))
	}
	if least := p.Shared + min(p.OnlyA, p.OnlyB); least > 0 {
		p.Coefficient = b2b.MustFraction(float64(p.Shared) / float64(least))
	}
	if o.col[a] > 0 && o.col[b] > 0 {
		p.Weighted = b2b.MustFraction(min(1, low.Sum()/high.Sum()))
		p.Divergence = b2b.MustFraction(min(1, max(0, js.Sum())))
	}
	return p
}
