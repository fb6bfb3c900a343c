package attribution

import (
	"math/bits"

	"github.com/buyerjourney/b2b"
)

// maxPlayers bounds games that are solved over all subsets.
const maxPlayers = 20

// ConversionRate is the Shapley value of the game in which a set of names is worth the conversion rate of the paths that
// need no other name; credit = φ·(ΣC+ΣN), which sums to the conversions. Credits may be negative and favour rare names: it is
// here because others use it. At most 20 names.
type ConversionRate struct{}

// ExactSet is the Shapley value of the game in which a set of names is worth the conversion rate of the paths that have
// exactly this set, 0 where there are none; credit = φ·(ΣC+ΣN), which sums to the conversions only if some path has every
// name ([Credits.Additive] is false). Credits may be negative and favour rare names: it is here because others use it. At
// most 20 names.
type ExactSet struct{}

func (ConversionRate) String() string      { return "conversion-rate" }
func (ExactSet) String() string            { return "exact-set" }
func (ConversionRate) check(*b2b.Problems) {}
func (ExactSet) check(*b2b.Problems)       {}

// game is a rate game: v(S) is the outcome rate of the paths in S.
type game struct {
	p      *Paths
	sets   []uint32 // the names of each path
	closed bool     // paths within S, not only those of exactly S
}

func newGame(p *Paths, closed bool) (fitter, error) {
	if n := len(p.names); n > maxPlayers {
		return nil, &b2b.TooLargeError{What: "names in a game over all subsets", Need: int64(n), Limit: maxPlayers}
	}
	g := &game{p: p, sets: make([]uint32, len(p.conv)), closed: closed}
	for r := range p.conv {
		for _, c := range p.of(r) {
			g.sets[r] |= 1 << c
		}
	}
	return g, nil
}

func (g *game) worker() func(*weights, *scores) bool {
	k := len(g.p.names)
	conv, value, walks := make([]float64, 1<<k), make([]float64, 1<<k), make([]float64, 1<<k)
	return func(w *weights, out *scores) bool {
		clear(conv)
		clear(value)
		clear(walks)
		for r, s := range g.sets {
			conv[s] += w.conv[r]
			value[s] += w.value[r]
			walks[s] += w.conv[r] + w.null[r]
		}
		if sum(w.conv) == 0 {
			return false
		}
		all := sum(w.conv) + sum(w.null)
		if g.closed {
			subsetSums(conv, k)
			subsetSums(value, k)
			subsetSums(walks, k)
		}
		for s, n := range walks {
			if n > 0 {
				conv[s] /= n
				value[s] /= n
			}
		}
		conv[0], value[0] = 0, 0
		shapley(conv, k, out.conv)
		shapley(value, k, out.value)
		for i := range out.conv {
			out.conv[i] *= all
			out.value[i] *= all
		}
		return true
	}
}

// subsetSums replaces v(S) by Σ v(T) over T ⊆ S.
func subsetSums(v []float64, k int) {
	for i := range k {
		for s := range v {
			if s>>i&1 == 1 {
				v[s] += v[s^1<<i]
			}
		}
	}
}

// shapley fills phi with the Shapley value of v over k players, v being indexed by sets.
func shapley(v []float64, k int, phi []float64) {
	weight := make([]float64, k)
	for s := range weight { // s!(k−1−s)!/k! = 1/(k·C(k−1,s))
		c := 1.0
		for i := range s {
			c *= float64(k-1-i) / float64(i+1)
		}
		weight[s] = 1 / (float64(k) * c)
	}
	for i := range phi {
		var t total
		for s := range v {
			if s>>i&1 == 0 {
				t.Add(float64(weight[bits.OnesCount(uint(s))] * (v[s|1<<i] - v[s])))
			}
		}
		phi[i] = t.Sum()
	}
}
