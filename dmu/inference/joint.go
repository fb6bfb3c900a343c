package inference

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/buyerjourney/b2b"
)

// DefaultMaxWork bounds persons × seats × count vectors in [Joint] where the limit is 0.
const DefaultMaxWork = 5_000_000

// Limit says how many persons of a group hold a seat. Max 0 is unlimited; use Max −1 for nobody.
type Limit struct {
	Seat     b2b.SeatID
	Min, Max int
}

// JointConfig is the input of [Joint].
type JointConfig struct {
	Seats  []b2b.SeatID
	P      [][]float64 // P[person][seat] ≥ 0, one positive per person: the posterior of each person alone
	Limits []Limit     // at most one per seat; a seat without one is free
	// MaxWork bounds persons × seats × count vectors; 0 is [DefaultMaxWork].
	MaxWork int
}

// Assignment is the joint answer for a group. Marginals[i][r] is the probability that person i holds seat r, given that the
// limits hold.
type Assignment struct {
	Seats     []b2b.SeatID // of the most probable assignment, one per person
	P         float64      // its probability
	Marginals [][]float64
}

// InfeasibleError says that no assignment keeps to the limits, and names the seats whose limits cannot hold together.
type InfeasibleError struct {
	Seats []b2b.SeatID
}

// Error names the seats.
func (e *InfeasibleError) Error() string {
	names := make([]string, len(e.Seats))
	for i, s := range e.Seats {
		names[i] = string(s)
	}
	return "no assignment keeps to the limits of " + strings.Join(names, ", ")
}

// Joint assigns one seat to each person of a group, P(z) ∝ Π P[i][z_i] where every seat is held by its minimum to its maximum
// of persons, and 0 elsewhere. Marginals and the most probable assignment are exact, by dynamic programming over count
// vectors: the counts of a seat stop at its maximum, or at its minimum where that is all that matters, and a free seat needs
// none. Ties of the most probable assignment go to the lexicographically smallest list of seats, by their order in Seats.
//
// A constraint flips persons: with one decider allowed, the second best candidate becomes something else. Complexity
// O(persons × seats × Π(cap+1)); beyond the limit a [*b2b.TooLargeError], without any feasible assignment an
// [*InfeasibleError].
func Joint(cfg JointConfig) (Assignment, error) {
	limits, err := cfg.check()
	if err != nil {
		return Assignment{}, err
	}
	n, seats := len(cfg.P), len(cfg.Seats)
	grid, err := newCountGrid(limits, n, seats, cfg.MaxWork)
	if err != nil {
		return Assignment{}, err
	}
	logs := make([][]float64, n)
	for i, row := range cfg.P {
		logs[i] = make([]float64, seats)
		peak := slices.Max(row)
		for r, p := range row {
			logs[i][r] = math.Log(p / peak)
		}
	}
	// total[i][s] is the log of the sum, peak[i][s] the log of the largest, over the ways to seat persons i… from counts s.
	total, peak := make([][]float64, n+1), make([][]float64, n+1)
	for i := range total {
		total[i], peak[i] = make([]float64, grid.size), make([]float64, grid.size)
	}
	for s := range grid.size {
		if !grid.complete(s) {
			total[n][s] = math.Inf(-1)
		}
	}
	copy(peak[n], total[n])
	for i := n - 1; i >= 0; i-- {
		for s := range grid.size {
			total[i][s], peak[i][s] = grid.back(s, logs[i], total[i+1], peak[i+1])
		}
	}
	if math.IsInf(total[0][0], -1) {
		return Assignment{}, infeasible(cfg.Seats, limits, n)
	}
	a := Assignment{Seats: make([]b2b.SeatID, n), P: math.Exp(min(0, peak[0][0]-total[0][0])), Marginals: make([][]float64, n)}
	// Forward, in true probabilities: nothing can underflow that matters.
	now, next := make([]float64, grid.size), make([]float64, grid.size)
	now[0] = 1
	state := 0
	for i := range n {
		a.Marginals[i] = make([]float64, seats)
		clear(next)
		for s, p := range now {
			if p == 0 {
				continue
			}
			for r, t := range grid.next[s*seats : (s+1)*seats] {
				if t < 0 || math.IsInf(total[i+1][t], -1) {
					continue
				}
				q := float64(p * math.Exp(logs[i][r]+total[i+1][t]-total[i][s]))
				next[t] += q
				a.Marginals[i][r] += q
			}
		}
		now, next = next, now
		for r, t := range grid.next[state*seats : (state+1)*seats] {
			if t >= 0 && logs[i][r]+peak[i+1][t] >= peak[i][state]-1e-12 {
				a.Seats[i], state = cfg.Seats[r], int(t)
				break
			}
		}
	}
	return a, nil
}

// check validates and returns one limit per seat, free ones with Max 0 and Min 0.
func (cfg JointConfig) check() ([]Limit, error) {
	var p b2b.Problems
	index := make(map[b2b.SeatID]int, len(cfg.Seats))
	for r, id := range cfg.Seats {
		if _, dup := index[id]; dup || id == "" {
			p.Add("seats["+strconv.Itoa(r)+"]", "empty or repeated")
		}
		index[id] = r
	}
	if len(cfg.Seats) == 0 {
		p.Add("seats", "empty")
	}
	for i, row := range cfg.P {
		path := "p[" + strconv.Itoa(i) + "]"
		if len(row) != len(cfg.Seats) {
			p.Add(path, "not one number per seat")
			continue
		}
		peak := 0.0
		for r, x := range row {
			if !(x >= 0) || math.IsInf(x, 1) {
				p.Add(path+"["+strconv.Itoa(r)+"]", "not a finite number ≥ 0")
			}
			peak = max(peak, x)
		}
		if peak == 0 {
			p.Add(path, "no seat is possible")
		}
	}
	limits := make([]Limit, len(cfg.Seats))
	given := make([]bool, len(cfg.Seats))
	for i, l := range cfg.Limits {
		path := "limits[" + strconv.Itoa(i) + "]"
		r, ok := index[l.Seat]
		switch {
		case !ok:
			p.Add(path+".seat", "no such seat")
			continue
		case given[r]:
			p.Add(path+".seat", "repeated")
		case l.Min < 0:
			p.Add(path+".min", "negative")
		case l.Max < -1 || (l.Max != 0 && max(0, l.Max) < l.Min):
			p.Add(path+".max", "below min")
		}
		given[r], limits[r] = true, l
	}
	if cfg.MaxWork < 0 {
		p.Add("max_work", "negative")
	}
	return limits, p.Err()
}

// countGrid numbers the count vectors and says where each seat leads from each of them.
type countGrid struct {
	size  int
	next  []int32 // by vector and seat; −1 where the maximum is reached
	short []bool  // by vector: some minimum is not reached
}

func (g *countGrid) complete(s int) bool { return !g.short[s] }

func newCountGrid(limits []Limit, persons, seats, maxWork int) (*countGrid, error) {
	if maxWork == 0 {
		maxWork = DefaultMaxWork
	}
	caps := make([]int, seats)
	strides := make([]int, seats)
	size := int64(1)
	for r, l := range limits {
		switch {
		case l.Max == -1:
			caps[r] = 0
		case l.Max > 0 && l.Max < persons:
			caps[r] = l.Max
		default: // unlimited: counts beyond the minimum are alike
			caps[r] = min(l.Min, persons+1)
		}
		strides[r] = int(size)
		size *= int64(caps[r] + 1)
		if work := size * int64(seats) * int64(max(1, persons)); work > int64(maxWork) {
			return nil, &b2b.TooLargeError{What: "joint assignment", Need: work, Limit: int64(maxWork)}
		}
	}
	g := &countGrid{size: int(size), next: make([]int32, int(size)*seats), short: make([]bool, size)}
	for s := range g.size {
		for r, l := range limits {
			count := s / strides[r] % (caps[r] + 1)
			if count < min(l.Min, persons+1) {
				g.short[s] = true
			}
			to := s
			switch {
			case count < caps[r]:
				to = s + strides[r]
			case l.Max == -1 || (l.Max > 0 && l.Max < persons):
				to = -1
			}
			g.next[s*seats+r] = int32(to)
		}
	}
	return g, nil
}

// back returns log Σ and log max over the seats of one person of his weight times what follows.
func (g *countGrid) back(s int, logs, total, peak []float64) (sum, best float64) {
	best = math.Inf(-1)
	top := math.Inf(-1)
	next := g.next[s*len(logs) : (s+1)*len(logs)]
	for r, t := range next {
		if t >= 0 {
			best = max(best, logs[r]+peak[t])
			top = max(top, logs[r]+total[t])
		}
	}
	if math.IsInf(top, -1) {
		return top, best
	}
	for r, t := range next {
		if t >= 0 {
			sum += math.Exp(logs[r] + total[t] - top)
		}
	}
	return top + math.Log(sum), best
}

// infeasible names the seats to blame: those with a minimum if the minima need too many persons, those with a maximum if the
// maxima leave persons over, and all with a limit where impossible seats (P = 0) are the reason.
func infeasible(seats []b2b.SeatID, limits []Limit, persons int) error {
	var lower, upper, all []b2b.SeatID
	needed, room := 0, 0
	for r, l := range limits {
		if l.Min > 0 {
			lower = append(lower, seats[r])
			needed += min(l.Min, persons+1)
		}
		if l.Max != 0 {
			upper = append(upper, seats[r])
			room += max(0, l.Max)
		}
		if l.Min > 0 || l.Max != 0 {
			all = append(all, seats[r])
		}
	}
	switch {
	case needed > persons:
		return &InfeasibleError{Seats: lower}
	case len(upper) == len(seats) && room < persons:
		return &InfeasibleError{Seats: upper}
	}
	return &InfeasibleError{Seats: all}
}
