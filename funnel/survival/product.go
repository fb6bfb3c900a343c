package survival

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
)

// product is the transitions of all cases in order of time and sub-factor, with the changes of the numbers at risk.
type product struct {
	states int
	moves  []move
	enters []enter // begins to be watched, not by a transition
	leaves []enter // was last seen
	last   float64
	stays  []Stay
}

type move struct {
	time     float64
	sub      int32
	from, to int32
	onward   bool // the case goes on being watched in the state entered
	weight   float64
	stay     int32
	next     int32 // the stay that follows, −1 if none
}

type enter struct {
	time   float64
	state  int32
	weight float64
	stay   int32
}

// factor is one I + dA: the moves of one sub-factor at one instant, and the numbers at risk.
type factor struct {
	time   float64
	atRisk []float64
	rows   []int32   // states that are left, ascending
	counts []float64 // states × states, only rows in use
	states int
	moves  []move
	buffer []float64
}

func newProduct(stays []Stay, states int, c MultiStateConfig) (*product, error) {
	var p b2b.Problems
	Config{Level: c.Level}.check(&p)
	if states < 1 {
		p.Add("states", "below 1")
	}
	if math.IsNaN(c.From) || math.IsInf(c.From, 0) {
		p.Add("config.from", "not a finite number")
	}
	if c.Start != nil {
		sum := 0.0
		for _, x := range c.Start {
			if !(x >= 0) {
				sum = math.NaN()
			}
			sum += x
		}
		if len(c.Start) != states || !(math.Abs(sum-1) < 1e-9) {
			p.Add("config.start", "not a share of each state that sum to 1")
		}
	}
	for i := range stays {
		s := &stays[i]
		path := "stays[" + strconv.Itoa(i) + "]"
		cause := 0
		if s.To >= 0 {
			cause = 1
		}
		if spell := (Spell{Entry: s.Entry, Exit: s.Exit, Weight: s.Weight, Cause: cause}); !(s.Exit > s.Entry) || !(s.Weight >= 0) || math.IsInf(s.Exit, 0) || math.IsInf(s.Entry, 0) || math.IsInf(s.Weight, 0) {
			reportSpell(&p, path, &spell, 1)
		}
		if s.State < 0 || s.State >= states {
			p.Add(path+".state", "out of range")
		}
		if s.To < -1 || s.To >= states {
			p.Add(path+".to", "out of range")
		}
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	m := &product{states: states, last: math.Inf(-1), stays: stays}
	order := make([]int32, len(stays))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(x, y int32) int {
		a, b := &stays[x], &stays[y]
		return cmp.Or(cmp.Compare(a.Case, b.Case), cmp.Compare(a.Entry, b.Entry), cmp.Compare(a.Exit, b.Exit))
	})
	sub := int32(0)
	for k, i := range order {
		s := &stays[i]
		w := (&Spell{Weight: s.Weight}).weight()
		m.last = max(m.last, s.Exit)
		joined := k > 0 && follows(&stays[order[k-1]], s)
		if !joined {
			m.enters = append(m.enters, enter{time: s.Entry, state: int32(s.State), weight: w, stay: i})
		}
		if joined && s.Entry == s.Exit {
			sub++
		} else {
			sub = 0
		}
		if s.To < 0 {
			m.leaves = append(m.leaves, enter{time: s.Exit, state: int32(s.State), weight: w, stay: i})
			continue
		}
		mv := move{time: s.Exit, sub: sub, from: int32(s.State), to: int32(s.To), weight: w, stay: i, next: -1}
		if k+1 < len(order) && follows(s, &stays[order[k+1]]) {
			mv.onward, mv.next = true, order[k+1]
		}
		m.moves = append(m.moves, mv)
	}
	slices.SortFunc(m.moves, func(x, y move) int {
		return cmp.Or(cmp.Compare(x.time, y.time), cmp.Compare(x.sub, y.sub), cmp.Compare(x.from, y.from), cmp.Compare(x.to, y.to), cmp.Compare(x.stay, y.stay))
	})
	byTime := func(x, y enter) int { return cmp.Or(cmp.Compare(x.time, y.time), cmp.Compare(x.stay, y.stay)) }
	slices.SortFunc(m.enters, byTime)
	slices.SortFunc(m.leaves, byTime)
	return m, nil
}

func follows(a, b *Stay) bool { return a.Case == b.Case && a.To == b.State && a.Exit == b.Entry }

// start returns the occupancy at From and the weight that it is a share of.
func (m *product) start(c MultiStateConfig) (p []float64, total float64) {
	if c.Start != nil {
		return slices.Clone(c.Start), 0
	}
	p = make([]float64, m.states)
	for i := range m.stays {
		if s := &m.stays[i]; m.covers(s, c.From) {
			w := (&Spell{Weight: s.Weight}).weight()
			p[s.State] += w
			total += w
		}
	}
	if total > 0 {
		for h := range p {
			p[h] /= total
		}
	}
	return p, total
}

// covers reports whether the case is in the stay at time t, before any transition at t if it enters at t.
func (m *product) covers(s *Stay, t float64) bool { return s.Entry <= t && t < s.Exit }

// run calls f for each factor up to time to; end says that it is the last one at its instant.
func (m *product) run(to float64, f func(f *factor, end bool)) {
	atRisk := make([]float64, m.states)
	fa := &factor{atRisk: atRisk, states: m.states, counts: make([]float64, m.states*m.states), buffer: make([]float64, m.states*m.states)}
	in, out := 0, 0
	for i := 0; i < len(m.moves); {
		t := m.moves[i].time
		if t > to {
			return
		}
		for ; in < len(m.enters) && m.enters[in].time < t; in++ {
			atRisk[m.enters[in].state] += m.enters[in].weight
		}
		for ; out < len(m.leaves) && m.leaves[out].time < t; out++ {
			atRisk[m.leaves[out].state] -= m.leaves[out].weight
		}
		for j := in; j < len(m.enters) && m.enters[j].time == t; j++ { // begins with a stay of no length, or at 0
			if s := &m.stays[m.enters[j].stay]; s.Exit == t || t == 0 {
				atRisk[m.enters[j].state] += m.enters[j].weight
				m.enters[in], m.enters[j] = m.enters[j], m.enters[in]
				in++
			}
		}
		for i < len(m.moves) && m.moves[i].time == t {
			j := i
			for j < len(m.moves) && m.moves[j].time == t && m.moves[j].sub == m.moves[i].sub {
				j++
			}
			fa.set(t, m.moves[i:j])
			f(fa, j == len(m.moves) || m.moves[j].time != t)
			for _, mv := range m.moves[i:j] {
				atRisk[mv.from] -= mv.weight
				if mv.onward {
					atRisk[mv.to] += mv.weight
				}
			}
			i = j
		}
	}
}

func (f *factor) set(t float64, moves []move) {
	for _, h := range f.rows {
		clear(f.counts[int(h)*f.states : int(h+1)*f.states])
	}
	f.rows = f.rows[:0]
	f.time, f.moves = t, moves
	for _, mv := range moves {
		if n := len(f.rows); n == 0 || f.rows[n-1] != mv.from {
			f.rows = append(f.rows, mv.from) // moves are sorted by from
		}
		if mv.from != mv.to {
			f.counts[int(mv.from)*f.states+int(mv.to)] += mv.weight
		}
	}
}

// apply multiplies a row vector by I + dA.
func (f *factor) apply(p []float64) {
	var few [8]float64
	left := few[:0]
	for _, h := range f.rows {
		left = append(left, p[h])
	}
	for i, h := range f.rows {
		n := f.atRisk[h]
		gone := 0.0
		for j, d := range f.counts[int(h)*f.states : int(h+1)*f.states] {
			if d > 0 {
				p[j] += float64(left[i] * (d / n))
				gone += d
			}
		}
		if gone >= n {
			p[h] -= left[i]
		} else {
			p[h] -= float64(left[i] * (gone / n))
		}
	}
}

// covariance takes the covariance of the occupancy p, before the factor, through it.
func (f *factor) covariance(cov, p []float64) {
	k := f.states
	for pass := range 2 { // columns, then rows: (I+dA)ᵀ·Cov·(I+dA) of a symmetric matrix
		at := func(line, i int) *float64 {
			if pass == 0 {
				return &cov[line*k+i]
			}
			return &cov[i*k+line]
		}
		for line := range k {
			for r, h := range f.rows {
				f.buffer[r] = *at(line, int(h))
			}
			for r, h := range f.rows {
				c := f.buffer[r]
				if c == 0 {
					continue
				}
				n, gone := f.atRisk[h], 0.0
				for j, d := range f.counts[int(h)*k : int(h+1)*k] {
					if d > 0 {
						*at(line, j) += float64(c * (d / n))
						gone += d
					}
				}
				*at(line, int(h)) -= float64(c * (gone / n))
			}
		}
	}
	for _, h := range f.rows { // multinomial noise of the row of state h
		n := f.atRisk[h]
		scale := p[h] * p[h] / (n * n * n)
		row := f.counts[int(h)*k : int(h+1)*k]
		gone := 0.0
		for i, d := range row {
			if d == 0 {
				continue
			}
			gone += d
			for j, e := range row {
				if e == 0 {
					continue
				}
				if i == j {
					cov[i*k+i] += float64(scale * d * (n - d))
				} else {
					cov[i*k+j] -= float64(scale * d * e)
				}
			}
		}
		for i, d := range row {
			if d > 0 {
				x := float64(scale * d * (n - gone))
				cov[i*k+int(h)] -= x
				cov[int(h)*k+i] -= x
			}
		}
		cov[int(h)*k+int(h)] += float64(scale * gone * (n - gone))
	}
}
