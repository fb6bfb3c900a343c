package survival

import (
	"math"
	"strconv"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/mathext"

	"github.com/buyerjourney/b2b"
)

// RankTest is the result of [LogRank]. Observed and Expected are in the order of the groups.
type RankTest struct {
	Observed, Expected []float64
	ChiSquare          float64
	Freedom            int     // degrees of freedom: the rank of the covariance
	P                  float64 // probability of a ChiSquare as large, if the groups do not differ
	Dropped            []int   // groups without exposure at any event
}

// LogRank tests whether groups of spells end at the same rate (Mantel 1966): observed less expected events of each group
// against their hypergeometric covariance. Any cause is an event. ok is false where nothing can be tested: fewer than two
// groups with exposure, or no event. Malformed spells are reported as "groups[1].spells[3].exit".
func LogRank(groups ...[]Spell) (test RankTest, ok bool, err error) {
	var p b2b.Problems
	var pooled []Spell
	for g, spells := range groups {
		var q b2b.Problems
		checkSpells(&q, spells, 0)
		p.Join("groups["+strconv.Itoa(g)+"]", q.Err())
		pooled = append(pooled, spells...)
	}
	if err := p.Err(); err != nil {
		return RankTest{}, false, err
	}
	k := len(groups)
	test.Observed, test.Expected = make([]float64, k), make([]float64, k)
	if len(pooled) == 0 {
		return test, false, nil
	}
	all := tabulate(pooled, 0)
	atRisk := make([][]float64, k) // per group, at the pooled times
	for g, spells := range groups {
		atRisk[g] = make([]float64, len(all.time))
		if len(spells) == 0 {
			continue
		}
		t := tabulate(spells, 0)
		for i := range t.events {
			test.Observed[g] += t.events[i]
		}
		exposure(spells, all.time, atRisk[g])
	}
	cov := mat.NewSymDense(max(k, 1), nil)
	for i := range all.time {
		d, n := all.events[i], all.atRisk[i]
		if d == 0 {
			continue
		}
		factor := 0.0
		if n > 1 {
			factor = d * (n - d) / (n * n * (n - 1))
		}
		for g := range groups {
			ng := atRisk[g][i]
			test.Expected[g] += d * ng / n
			for h := g; h < k; h++ {
				v := -float64(ng * atRisk[h][i] * factor)
				if h == g {
					v += float64(ng * n * factor)
				}
				cov.SetSym(g, h, cov.At(g, h)+v)
			}
		}
	}
	var kept []int
	for g := range groups {
		if test.Expected[g] > 0 {
			kept = append(kept, g)
		} else {
			test.Dropped = append(test.Dropped, g)
		}
	}
	if len(kept) < 2 {
		return test, false, nil
	}
	sub := mat.NewSymDense(len(kept), nil)
	u := make([]float64, len(kept))
	for i, g := range kept {
		u[i] = test.Observed[g] - test.Expected[g]
		for j := i; j < len(kept); j++ {
			sub.SetSym(i, j, cov.At(g, kept[j]))
		}
	}
	test.ChiSquare, test.Freedom = pseudoForm(sub, u)
	if test.Freedom == 0 {
		return test, false, nil
	}
	test.P = mathext.GammaIncRegComp(float64(test.Freedom)/2, test.ChiSquare/2)
	return test, true, nil
}

// exposure fills, for each time, the weight at risk at it.
func exposure(spells []Spell, times, out []float64) {
	change := make([]float64, len(times)+1)
	for i := range spells {
		s := &spells[i]
		first := searchAfter(times, s.Entry)
		if s.Entry == 0 && len(times) > 0 && times[0] == 0 {
			first = 0
		}
		last := searchAfter(times, s.Exit)
		if first == last && s.Entry == s.Exit && first > 0 {
			first-- // an event without length, at risk at its instant
		}
		change[first] += s.weight()
		change[last] -= s.weight()
	}
	sum := 0.0
	for i := range out {
		sum += change[i]
		out[i] = sum
	}
}

// searchAfter returns the index of the first time after t.
func searchAfter(times []float64, t float64) int {
	lo, hi := 0, len(times)
	for lo < hi {
		mid := (lo + hi) / 2
		if times[mid] > t {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}

// pseudoForm returns uᵀV⁻u with the generalised inverse, and the rank of V.
func pseudoForm(v *mat.SymDense, u []float64) (form float64, rank int) {
	var e mat.EigenSym
	if !e.Factorize(v, true) {
		return 0, 0
	}
	values := e.Values(nil)
	var vectors mat.Dense
	e.VectorsTo(&vectors)
	top := 0.0
	for _, x := range values {
		top = math.Max(top, math.Abs(x))
	}
	for j, x := range values {
		if x <= top*1e-10 {
			continue
		}
		rank++
		dot := 0.0
		for i := range u {
			dot += float64(vectors.At(i, j) * u[i])
		}
		form += dot * dot / x
	}
	return form, rank
}
