package importance

import (
	"context"
	"math/bits"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/linear"
	"github.com/buyerjourney/b2b/internal/replicate"
)

// MaxLMG is the largest number of drivers whose exact LMG shares are computed: 2^24 subsets, 128 MiB.
const MaxLMG = 24

// lmg is the Shapley value of R² (Lindeman, Merenda and Gold 1980; Grömping 2006): φ_j is the mean, over all orders in which
// drivers may enter, of what R² gains when j enters.
//
// Subsets are walked depth first. A node holds the covariances of the drivers that are still open, and of the outcome, with
// all that the chosen ones explain taken out; choosing j adds (r_j)²/R_jj to R² and costs one rank-one update. The walk over p
// drivers costs O(2^p) updates of small matrices. A pivot below 1e-12 adds nothing: a copy of a driver then shares equally.
type lmg struct {
	v []float64 // R² by subset
}

// shares fills phi from the correlations: R is p×p, r has p entries.
func (l *lmg) shares(ctx context.Context, r, rxy []float64, p, workers int, phi []float64) error {
	if p > MaxLMG {
		return &b2b.TooLargeError{What: "drivers for exact LMG shares (use Johnson's relative weights)", Need: int64(p), Limit: MaxLMG}
	}
	if cap(l.v) < 1<<p {
		l.v = make([]float64, 1<<p)
	}
	l.v = l.v[:1<<p]
	top := 0 // drivers decided per task
	if p > 16 {
		top = 6
	}
	err := replicate.Run(ctx, 1<<top, workers, nil, func() func(int) error {
		w := newWalker(l.v, p)
		return func(task int) error {
			w.start(r, rxy)
			depth, set, r2 := 0, 0, 0.0
			for i := range top { // the first drivers as the task says
				if task>>i&1 == 1 {
					r2 += w.choose(depth, i)
					depth++
					set |= 1 << i
				}
			}
			w.walk(top, depth, set, r2)
			return nil
		}
	})
	if err != nil {
		return err
	}
	fold(l.v, p, phi)
	return nil
}

// walker walks the subsets below one node.
type walker struct {
	p      int
	v      []float64
	levels [][]float64 // by depth: (p+1)×(p+1), upper triangle; the last row and column are the outcome's
}

func newWalker(v []float64, p int) *walker {
	w := &walker{p: p, v: v, levels: make([][]float64, p+1)}
	all := make([]float64, (p+1)*(p+1)*(p+1))
	for i := range w.levels {
		w.levels[i] = all[i*(p+1)*(p+1) : (i+1)*(p+1)*(p+1)]
	}
	return w
}

func (w *walker) start(r, rxy []float64) {
	p := w.p
	for i := range p {
		copy(w.levels[0][i*(p+1):], r[i*p:(i+1)*p])
		w.levels[0][i*(p+1)+p] = rxy[i]
	}
}

// choose takes driver i into the set at the given depth; the drivers after it stay open. It returns the gain of R².
func (w *walker) choose(depth, i int) float64 {
	n := w.p + 1
	a, b := w.levels[depth], w.levels[depth+1]
	row := a[i*n : i*n+n]
	pivot := row[i]
	if pivot < linear.Tiny {
		for j := i + 1; j < w.p; j++ {
			copy(b[j*n+j:j*n+n], a[j*n+j:j*n+n])
		}
		return 0
	}
	for j := i + 1; j < w.p; j++ {
		g := row[j] / pivot
		from, to, with := a[j*n+j:j*n+n], b[j*n+j:j*n+n], row[j:]
		for k, x := range from {
			to[k] = x - float64(g*with[k])
		}
	}
	return row[w.p] * row[w.p] / pivot
}

func (w *walker) walk(i, depth, set int, r2 float64) {
	if i == w.p {
		w.v[set] = r2
		return
	}
	w.walk(i+1, depth, set, r2)
	gain := w.choose(depth, i)
	w.walk(i+1, depth+1, set|1<<i, r2+gain)
}

// fold turns v into Shapley values: φ_j = Σ_{S∋j} (w(|S|−1)+w(|S|))·v(S) − Σ_S w(|S|)·v(S) with w(s) = 1/(p·C(p−1,s)). Sums over
// all S that hold j are found for every j together by folding the array in half p times. It destroys v.
func fold(v []float64, p int, phi []float64) {
	w := make([]float64, p+1)
	c := 1.0
	for s := range p {
		w[s] = 1 / (float64(p) * c)
		c *= float64(p-1-s) / float64(s+1)
	}
	both := make([]float64, p+1)
	for s := range both {
		both[s] = w[s]
		if s > 0 {
			both[s] += w[s-1]
		}
	}
	rest := pairwise(v, 0, w)
	for s := range v {
		v[s] *= both[bits.OnesCount(uint(s))]
	}
	for j := p - 1; j >= 0; j-- {
		half := v[1<<j : 2<<j]
		phi[j] = pairwiseSum(half) - rest
		for i, x := range half {
			v[i] += x
		}
	}
}

// pairwise sums w(|S|)·v(S), S = base + index, by halves.
func pairwise(v []float64, base int, w []float64) float64 {
	if n := len(v); n > 64 {
		return pairwise(v[:n/2], base, w) + pairwise(v[n/2:], base+n/2, w)
	}
	t := 0.0
	for i, x := range v {
		t += float64(w[bits.OnesCount(uint(base+i))] * x)
	}
	return t
}

func pairwiseSum(v []float64) float64 {
	if n := len(v); n > 64 {
		return pairwiseSum(v[:n/2]) + pairwiseSum(v[n/2:])
	}
	t := 0.0
	for _, x := range v {
		t += x
	}
	return t
}
