package survival

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
)

// Stay is one stay of a case in a state, at risk on (Entry, Exit]; who enters at 0 is at risk for what happens at 0. States
// are 0, 1, …; To is the state entered at Exit, or −1 where the case was only last seen there. Entry = Exit is a passage at
// one instant and needs a To.
type Stay struct {
	State, To   int
	Entry, Exit float64
	Case        int
	Weight      float64 // 0 stands for 1
}

// MultiStateConfig sets up [MultiState]. The zero value is valid: from time 0, with the states found there.
type MultiStateConfig struct {
	From   float64   // time at which occupancy begins
	Start  []float64 // occupancy at From, without error; nil: the share of cases in each state just after From
	Level  float64   // of the intervals; 0 stands for 0.95
	Robust bool      // standard errors by infinitesimal jackknife over cases: O(events × cases) instead of O(events × states)
}

// Occupancy is the share of cases in each state over time. It is immutable and safe for concurrent use; the zero value
// has no states.
type Occupancy struct {
	states int
	from   float64
	start  []float64
	time   []float64 // of transitions, ascending
	p      []float64 // len(time) × states
	v      []float64 // variances
	v0     []float64
	last   float64 // last time at which anyone was watched
	level  float64
	method string
}

// MultiState returns how the share of cases in each of the states develops, with returns to earlier states (Aalen and
// Johansen 1978): p(t) = p(s)·∏(I + dA), all transitions at one instant in one factor. The k-th transition of a case at
// one and the same instant belongs to a k-th factor at that instant. The covariance follows the recursion
// (I+dA)ᵀ·Cov·(I+dA) + Σ p_h²·Cov(dA_h) of the state vector, at O(states) per transition; no matrix of states² × states²
// is formed. All malformed stays are reported at once.
func MultiState(stays []Stay, states int, c MultiStateConfig) (*Occupancy, error) {
	m, err := newProduct(stays, states, c)
	if err != nil {
		return nil, err
	}
	o := &Occupancy{states: states, from: c.From, last: m.last, level: Config{Level: c.Level}.level(), method: "Aalen-Johansen, Greenwood"}
	p, total := m.start(c)
	o.start = slices.Clone(p)
	cov := make([]float64, states*states)
	if c.Start == nil && total > 0 {
		for i := range states {
			for j := range states {
				cov[i*states+j] = -p[i] * p[j] / total
			}
			cov[i*states+i] += p[i] / total
		}
	}
	o.v0 = diagonal(cov, states)
	var jack *occupancyJackknife
	if c.Robust {
		o.method = "Aalen-Johansen, infinitesimal jackknife"
		jack = m.newJackknife(p, c)
		o.v0 = jack.variances()
	}
	m.run(math.Inf(1), func(f *factor, end bool) {
		if f.time <= c.From {
			if jack != nil {
				jack.advance(f)
				jack.moved(f)
			}
			return
		}
		if jack != nil {
			jack.step(f, p)
		} else {
			f.covariance(cov, p)
		}
		f.apply(p)
		if !end {
			return
		}
		o.time = append(o.time, f.time)
		o.p = append(o.p, p...)
		if jack != nil {
			o.v = append(o.v, jack.variances()...)
			return
		}
		for i := range states {
			o.v = append(o.v, max(0, cov[i*states+i]))
		}
	})
	return o, nil
}

// TransitionMatrix returns the probabilities of being in state j at time t for a case that is in state h at time s: row
// h, column j of ∏_{(s,t]}(I + dA).
func TransitionMatrix(stays []Stay, states int, s, t float64) ([][]float64, error) {
	m, err := newProduct(stays, states, MultiStateConfig{From: s})
	if err != nil {
		return nil, err
	}
	if math.IsNaN(t) || t < s {
		return nil, &b2b.InvalidError{Path: "t", Reason: "before s or not a number"}
	}
	rows := make([][]float64, states)
	for h := range rows {
		rows[h] = make([]float64, states)
		rows[h][h] = 1
	}
	m.run(t, func(f *factor, _ bool) {
		if f.time <= s {
			return
		}
		for _, row := range rows {
			f.apply(row)
		}
	})
	return rows, nil
}

// States returns the number of states.
func (o *Occupancy) States() int { return o.states }

// Times returns the times of transitions, ascending. The slice is shared and must not be written.
func (o *Occupancy) Times() []float64 { return o.time }

// At returns the share in each state at time t ≥ From with its interval; ok is false before From and after the last time
// at which anyone was watched.
func (o *Occupancy) At(t float64) (shares []b2b.Estimate, ok bool) {
	i := searchAfter(o.time, t) - 1
	p, v := o.start, o.v0
	if i >= 0 {
		p, v = o.p[i*o.states:(i+1)*o.states], o.v[i*o.states:(i+1)*o.states]
	}
	z := quantileNormal((1 + o.level) / 2)
	shares = make([]b2b.Estimate, o.states)
	for h := range shares {
		if v[h] <= 0 {
			shares[h] = b2b.Point(p[h], "no variation")
			continue
		}
		low, high := LogLog.bounds(1-p[h], math.Sqrt(v[h]), z)
		shares[h] = b2b.Estimate{Value: p[h], Low: 1 - high, High: 1 - low, Level: o.level, Method: o.method}
	}
	return shares, t >= o.from && t <= o.last
}

// StdErr returns the standard error of the share in state h at time t.
func (o *Occupancy) StdErr(t float64, h int) float64 {
	if h < 0 || h >= o.states {
		return 0
	}
	if i := searchAfter(o.time, t) - 1; i >= 0 {
		return math.Sqrt(max(0, o.v[i*o.states+h]))
	}
	return math.Sqrt(max(0, o.v0[h]))
}

// MeanTimes returns the mean time spent in each state from From to tau.
func (o *Occupancy) MeanTimes(tau float64) []float64 {
	out := make([]float64, o.states)
	at, p := o.from, o.start
	for i, t := range o.time {
		if t >= tau {
			break
		}
		for h := range out {
			out[h] += p[h] * (t - at)
		}
		at, p = t, o.p[i*o.states:(i+1)*o.states]
	}
	for h := range out {
		out[h] += p[h] * max(0, tau-at)
	}
	return out
}

func diagonal(m []float64, n int) []float64 {
	d := make([]float64, n)
	for i := range d {
		d[i] = m[i*n+i]
	}
	return d
}

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
				p[j] += left[i] * (d / n)
				gone += d
			}
		}
		if gone >= n {
			p[h] -= left[i]
		} else {
			p[h] -= left[i] * (gone / n)
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
						*at(line, j) += c * (d / n)
						gone += d
					}
				}
				*at(line, int(h)) -= c * (gone / n)
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
					cov[i*k+i] += scale * d * (n - d)
				} else {
					cov[i*k+j] -= scale * d * e
				}
			}
		}
		for i, d := range row {
			if d > 0 {
				x := scale * d * (n - gone)
				cov[i*k+int(h)] -= x
				cov[int(h)*k+i] -= x
			}
		}
		cov[int(h)*k+int(h)] += scale * gone * (n - gone)
	}
}
