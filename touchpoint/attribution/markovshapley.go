package attribution

import (
	"math"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stream"
)

// MarkovShapley is the Shapley value of the game in which a set of names is worth the probability of conversion of the
// order-1 chain that sends every other name to null. φ ≥ 0 and Σφ = P, so that φ·(ΣC+ΣN) sums to the conversions without
// rescaling; value alike. It is this library's own model. Up to 20 names it is exact, in O(2^K·K); above, permutations are
// sampled in antithetic pairs, and estimates carry the interval of that sampling unless there are replicates.
type MarkovShapley struct {
	Permutations int // for more than 20 names: how many; 0 means 2,000
}

// String returns "markov-shapley".
func (MarkovShapley) String() string { return "markov-shapley" }

func (m MarkovShapley) check(p *b2b.Problems) {
	if m.Permutations < 0 {
		p.Add("model.permutations", "negative")
	}
}

func (m MarkovShapley) compile(p *Paths, cfg Config) (fitter, error) {
	s := compileStates(p, 1, true)
	f := &shapleyFitter{structure: s, code: make([]int, len(s.grams))}
	for state, gram := range s.grams {
		f.code[state] = int(gram[0])
	}
	if k := len(p.names); k > maxPlayers {
		root, err := cfg.root()
		if err != nil {
			return nil, err
		}
		f.pairs = (m.Permutations + 1) / 2
		if f.pairs == 0 {
			f.pairs = 1000
		}
		f.root = root.Sub("markov-shapley", 0, 0)
		f.se, f.seV = make([]float64, k), make([]float64, k)
	}
	return f, nil
}

type shapleyFitter struct {
	*structure
	code    []int // of each state
	pairs   int   // of permutations; 0 is exact
	root    stream.Root
	se, seV []float64 // standard errors of the credits by the sampling of permutations; nil where the value is exact
	fitted  bool
}

func (f *shapleyFitter) worker() func(*weights, *scores) bool {
	v, sol := newSolver(f.structure), new(solution)
	k := len(f.p.names)
	g := newAbsorber(k)
	return func(w *weights, out *scores) bool {
		if v.transitions(sol, w) == 0 {
			return false
		}
		f.load(sol, g)
		walks := sum(w.conv) + sum(w.null)
		if f.pairs > 0 {
			f.sample(g, walks, out)
			return true
		}
		worth, worthV := g.subsets()
		shapley(worth, k, out.conv)
		shapley(worthV, k, out.value)
		for i := range out.conv {
			out.conv[i] = max(0, out.conv[i]) * walks
			out.value[i] *= walks
		}
		return true
	}
}

// load puts the chain into the matrix of the absorber, by code.
func (f *shapleyFitter) load(sol *solution, g *absorber) {
	top := &g.levels[0]
	clear(top.q)
	for s, c := range f.code {
		top.start[c], top.r[c], top.rv[c] = sol.start[s], sol.r[s], sol.rv[s]
	}
	for e, from := range f.from {
		top.q[f.code[from]*g.k+f.code[f.to[e]]] = sol.q[e]
	}
}

// sample estimates φ by permutations, each with its reverse.
func (f *shapleyFitter) sample(g *absorber, walks float64, out *scores) {
	k := g.k
	order := make([]int, k)
	phi, phiV := make([][2]total, k), make([][2]total, k) // sums, and sums of squares, of the means of pairs
	gain, gainV := make([]float64, 2*k), make([]float64, 2*k)
	for pair := range f.pairs {
		rng := f.root.SourceN("permutation", 0, uint64(pair))
		for i := range order {
			order[i] = i
		}
		rng.Shuffle(k, func(i, j int) { order[i], order[j] = order[j], order[i] })
		g.along(order, gain[:k], gainV[:k])
		for i := range k / 2 {
			order[i], order[k-1-i] = order[k-1-i], order[i]
		}
		g.along(order, gain[k:], gainV[k:])
		for i := range k {
			x, y := (gain[i]+gain[k+i])/2, (gainV[i]+gainV[k+i])/2
			phi[i][0].Add(x)
			phi[i][1].Add(float64(x * x))
			phiV[i][0].Add(y)
			phiV[i][1].Add(float64(y * y))
		}
	}
	n := float64(f.pairs)
	se := func(t [2]total) float64 {
		if n < 2 {
			return 0
		}
		m := t[0].Sum() / n
		return math.Sqrt(max(0, t[1].Sum()/n-float64(m*m))/(n-1)) * walks
	}
	for i := range k {
		out.conv[i], out.value[i] = phi[i][0].Sum()/n*walks, phiV[i][0].Sum()/n*walks
		if !f.fitted { // the first fit is that of the counts themselves
			f.se[i], f.seV[i] = se(phi[i]), se(phiV[i])
		}
	}
	if !f.fitted {
		f.fitted = true
	}
}

// absorber evaluates v(S) = s0_S·(I−Q_SS)⁻¹·r_S for many sets. Taking a state into S eliminates it: walks through it become
// moves between the states that are still open. Every operation adds or multiplies non-negative numbers.
type absorber struct {
	k      int
	levels []level
}

// level is the chain after some states are eliminated.
type level struct {
	q, start, r, rv []float64
}

func newAbsorber(k int) *absorber {
	g := &absorber{k: k, levels: make([]level, k+1)}
	for i := range g.levels {
		g.levels[i] = level{make([]float64, k*k), make([]float64, k), make([]float64, k), make([]float64, k)}
	}
	return g
}

// take writes the chain of a without state j to b, for the states in open, and returns what j adds to v.
func (g *absorber) take(a, b *level, j int, open []int) (gain, gainV float64) {
	k := g.k
	d := 1 / (1 - a.q[j*k+j])
	s, r, rv := a.start[j]*d, a.r[j], a.rv[j]
	row := a.q[j*k : j*k+k]
	for _, x := range open {
		in := a.q[x*k+j] * d
		b.start[x] = a.start[x] + float64(s*row[x])
		b.r[x] = a.r[x] + float64(in*r)
		b.rv[x] = a.rv[x] + float64(in*rv)
		from, to := a.q[x*k:x*k+k], b.q[x*k:x*k+k]
		for _, y := range open {
			to[y] = from[y] + float64(in*row[y])
		}
	}
	return s * r, s * rv
}

// subsets returns v(S) for conversion and value, indexed by sets of codes.
func (g *absorber) subsets() (v, vv []float64) {
	v, vv = make([]float64, 1<<g.k), make([]float64, 1<<g.k)
	open := make([]int, g.k)
	for i := range open {
		open[i] = i
	}
	// Depth first: state i is left out (its bit stays 0) or eliminated.
	var walk func(i, depth int, set uint32, w, wv float64)
	walk = func(i, depth int, set uint32, w, wv float64) {
		if i == g.k {
			v[set], vv[set] = w, wv
			return
		}
		walk(i+1, depth, set, w, wv)
		gain, gainV := g.take(&g.levels[depth], &g.levels[depth+1], i, open[i+1:])
		walk(i+1, depth+1, set|1<<i, w+gain, wv+gainV)
	}
	walk(0, 0, 0, 0, 0)
	return v, vv
}

// along fills gain with what each state adds when states enter in the given order.
func (g *absorber) along(order []int, gain, gainV []float64) {
	for n, j := range order {
		gain[j], gainV[j] = g.take(&g.levels[n], &g.levels[n+1], j, order[n+1:])
	}
}
