package survival

import (
	"math"
	"slices"

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
			out[h] += float64(p[h] * (t - at))
		}
		at, p = t, o.p[i*o.states:(i+1)*o.states]
	}
	for h := range out {
		out[h] += float64(p[h] * max(0, tau-at))
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
