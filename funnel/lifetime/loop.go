package lifetime

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/mat"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stat"
	"github.com/buyerjourney/b2b/internal/stream"
)

// ErrSupercritical says that each customer brings more than one other in the long run, so that totals have no end.
var ErrSupercritical = errors.New("reproduction number at or above 1: totals have no end")

// Loop is the advocacy loop: customers go through stages by P, and in each period spent in stage i bring G[i][j] new
// prospects into stage j. It is immutable and safe for concurrent use.
type Loop struct {
	chain *Chain
	g     *mat.Dense
	r     float64
	grow  float64
}

// NewLoop checks a loop: P as in [NewChain], without a closed class, since a customer who never leaves brings others for
// ever; G non-negative.
func NewLoop(states []string, p, g [][]float64) (*Loop, error) {
	chain, err := NewChain(states, p)
	if err != nil {
		return nil, err
	}
	m, err := matrix("g", states, g)
	if err != nil {
		return nil, err
	}
	for _, i := range chain.absorbing {
		for j := range states {
			if m.At(i, j) > 0 {
				return nil, &DivergentError{Class: []string{states[i]}}
			}
		}
	}
	l := &Loop{chain: chain, g: m}
	if n := chain.fundamental(); n != nil {
		k := len(chain.transient)
		next := mat.NewDense(k, k, nil)
		for i := range k {
			for j, t := range chain.transient {
				sum := 0.0
				for m, s := range chain.transient {
					sum += float64(n.At(i, m) * l.g.At(s, t))
				}
				next.Set(i, j, sum)
			}
		}
		l.r = spectralRadius(next)
	}
	both := mat.NewDense(len(states), len(states), nil)
	both.Add(chain.p, m)
	l.grow = spectralRadius(both)
	return l, nil
}

// spectralRadius returns the largest modulus of the eigenvalues; for a non-negative matrix that is itself an eigenvalue.
func spectralRadius(m *mat.Dense) float64 {
	var e mat.Eigen
	if !e.Factorize(m, mat.EigenNone) {
		return math.NaN()
	}
	r := 0.0
	for _, v := range e.Values(nil) {
		r = max(r, math.Hypot(real(v), imag(v)))
	}
	return r
}

// Reproduction returns R = ρ(N·G): how many others one customer brings over his life, in the long run.
func (l *Loop) Reproduction() float64 { return l.r }

// IsSupercritical reports whether R ≥ 1.
func (l *Loop) IsSupercritical() bool { return !(l.r < 1) }

// Growth returns ρ(P + G): the factor per period by which the number of customers changes in the long run.
func (l *Loop) Growth() float64 { return l.grow }

// Totals returns the expected periods spent in state j by a customer who begins in state i and all whom he brings, and
// they bring: (I − P − G)⁻¹, over the states that can be left. For R ≥ 1 it is an [ErrSupercritical].
func (l *Loop) Totals() (states []string, totals [][]float64, err error) {
	if l.IsSupercritical() {
		return nil, nil, ErrSupercritical
	}
	k := len(l.chain.transient)
	m := mat.NewDense(k, k, nil)
	for i, s := range l.chain.transient {
		states = append(states, l.chain.states[s])
		for j, t := range l.chain.transient {
			m.Set(i, j, float64(count(i == j))-l.chain.p.At(s, t)-l.g.At(s, t))
		}
	}
	var inv mat.Dense
	if k > 0 {
		if err := inv.Inverse(m); err != nil && !isCondition(err) {
			return nil, nil, ErrNotConverged
		}
	}
	for i := range k {
		totals = append(totals, mat.Row(nil, i, &inv))
	}
	return states, totals, nil
}

// LoopValue is what a customer is worth from each state on, without and with those whom he brings. Multiplier is their
// ratio; 0 where the value without is 0.
type LoopValue struct {
	Without, With, Multiplier []float64
}

// Value returns the value from each state on. Without a horizon R ≥ 1 is an [ErrSupercritical] unless the discount
// outweighs the growth; give Periods for totals up to then.
func (l *Loop) Value(reward []float64, v ValueConfig) (LoopValue, error) {
	var out LoopValue
	var err error
	if out.Without, err = l.chain.Value(reward, v); err != nil {
		return out, err
	}
	n := len(l.chain.states)
	q := 1 / (1 + v.Discount)
	out.With, out.Multiplier = make([]float64, n), make([]float64, n)
	if v.Periods > 0 {
		for range v.Periods {
			next := make([]float64, n)
			for i := range n {
				next[i] = reward[i]
				for j := range n {
					next[i] += float64(q * (l.chain.p.At(i, j) + l.g.At(i, j)) * out.With[j])
				}
			}
			out.With = next
		}
	} else if err := l.withoutEnd(q, reward, out.With); err != nil {
		return LoopValue{}, err
	}
	for i := range n {
		if v.AtEnd && v.Periods == 0 || v.AtEnd {
			out.With[i] *= q
		}
		if out.Without[i] != 0 {
			out.Multiplier[i] = out.With[i] / out.Without[i]
		}
	}
	return out, nil
}

func (l *Loop) withoutEnd(q float64, reward, with []float64) error {
	if q == 1 && l.IsSupercritical() || q < 1 && q*l.grow >= 1 {
		return ErrSupercritical
	}
	both := &Chain{states: l.chain.states, transient: l.chain.transient, absorbing: l.chain.absorbing, p: mat.NewDense(len(reward), len(reward), nil)}
	both.p.Add(l.chain.p, l.g)
	return both.solve(false, q, reward, with)
}

// Referrals is what was seen of recommendation: Count[i][j] new prospects whose referrer was then in stage i and who began
// in stage j, and the periods that customers spent in each stage.
type Referrals struct {
	Count    [][]int64
	Exposure []float64
}

// Offspring returns G from referrals with the exact Poisson interval of each entry; a stage without exposure has G = 0 and
// no interval.
func (r Referrals) Offspring(level float64) ([][]b2b.Estimate, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	if level == 0 {
		level = b2b.DefaultLevel
	}
	out := make([][]b2b.Estimate, len(r.Count))
	for i, row := range r.Count {
		out[i] = make([]b2b.Estimate, len(row))
		for j, n := range row {
			low, high, ok := stat.PoissonExact(float64(n), r.Exposure[i], level)
			if !ok {
				out[i][j] = b2b.Point(0, "no exposure")
				continue
			}
			out[i][j] = b2b.Estimate{Value: float64(n) / r.Exposure[i], Low: low, High: high, Level: level, Method: "Poisson, exact"}
		}
	}
	return out, nil
}

func (r Referrals) check() error {
	var p b2b.Problems
	if len(r.Exposure) != len(r.Count) {
		p.Add("referrals.exposure", "not one for each stage")
	}
	for i, row := range r.Count {
		if len(row) != len(r.Count) {
			p.Add("referrals.count["+strconv.Itoa(i)+"]", "not one for each stage")
		}
		for j, n := range row {
			if n < 0 {
				p.Add("referrals.count["+strconv.Itoa(i)+"]["+strconv.Itoa(j)+"]", "negative")
			}
		}
	}
	for i, x := range r.Exposure {
		if !(x >= 0) || math.IsInf(x, 0) {
			p.Add("referrals.exposure["+strconv.Itoa(i)+"]", "negative or not a finite number")
		}
	}
	return p.Err()
}

// ReproductionFrom returns R for G from referrals, with an interval by draws of each rate from its posterior, Gamma(count +
// ½, exposure) (Jeffreys). draws 0 is 1000.
func ReproductionFrom(states []string, p [][]float64, r Referrals, level float64, draws int, source rand.Source) (b2b.Estimate, error) {
	g, err := r.Offspring(level)
	if err != nil {
		return b2b.Estimate{}, err
	}
	if level == 0 {
		level = b2b.DefaultLevel
	}
	if draws <= 0 {
		draws = 1000
	}
	root, err := stream.New(source)
	if err != nil {
		return b2b.Estimate{}, err
	}
	rates := make([][]float64, len(g))
	for i, row := range g {
		for _, e := range row {
			rates[i] = append(rates[i], e.Value)
		}
	}
	loop, err := NewLoop(states, p, rates)
	if err != nil {
		return b2b.Estimate{}, err
	}
	sample := make([]float64, 0, draws)
	for b := range draws {
		rnd := root.SourceN("referrals", uint64(b), 0)
		for i, row := range r.Count {
			for j, n := range row {
				rates[i][j] = 0
				if r.Exposure[i] > 0 && (n > 0 || rowSum(row) > 0) {
					rates[i][j] = rnd.Gamma(float64(n)+0.5) / r.Exposure[i]
				}
			}
		}
		l, err := NewLoop(states, p, rates)
		if err != nil {
			return b2b.Estimate{}, err
		}
		sample = append(sample, l.r)
	}
	slices.Sort(sample)
	low, _ := stat.Quantile7(sample, (1-level)/2)
	high, _ := stat.Quantile7(sample, (1+level)/2)
	return b2b.Estimate{Value: loop.r, Low: low, High: high, Level: level, Method: "draws from the posterior of each rate"}, nil
}

func rowSum(row []int64) int64 {
	var sum int64
	for _, n := range row {
		sum += n
	}
	return sum
}
