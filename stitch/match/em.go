package match

import (
	"math"
	"slices"
)

// pattern is the outcome of all comparisons of a pair: four bits each, 0 = missing.
type pattern [2]uint64

func (p *pattern) set(i int, level uint8) { p[i/16] |= uint64(level) << (i % 16 * 4) }

func (p *pattern) get(i int) uint8 { return uint8(p[i/16] >> (i % 16 * 4) & 15) }

// patternCount is how many pairs have an outcome, as levels of the units: comparisons and joint groups.
type patternCount struct {
	levels []uint8
	n      float64
}

// Round is the state of EM after one round.
type Round struct {
	LogLikelihood float64 // natural logarithm, up to a constant of the data
	Lambda        float64 // share of matches among the pairs
	Change        float64 // largest change of an m
}

// emInput is one run of EM: pattern counts with m and u per unit and level (index level−1). held units take
// no part. free says for which levels u is learned as well; their sum is kept within the comparison.
type emInput struct {
	counts []patternCount
	m, u   [][]float64
	fixed  [][]bool // asserted weights: m and u are left alone
	held   []bool
	freeU  [][]bool
	blockU bool    // u gives way to what the rest of these pairs shows; see em
	prior  float64 // how many matches the given m is worth
	lambda float64
}

// EM limits.
const (
	emRounds = 50
	emChange = 1e-4
)

// em runs expectation and maximisation over pattern counts (Winkler 1988) until no m changes by 1e-4 or for 50 rounds. It
// changes in.m (and in.u where free) and returns the rounds and the expected number of matches.
//
// The given m counts as much as prior matches (a Dirichlet prior): few pairs teach little, and a level that none of them shows
// does not become impossible.
//
// With blockU, u follows the pairs that do not match here, as far as they outnumber those that do: the given u counts as much
// as the expected matches. Pairs of one block agree more often by chance than random pairs do (two articles of one author
// have like titles), and what u does not explain would be taken for signs of a match.
func em(in *emInput) (rounds []Round, matches float64, converged bool) {
	k := len(in.m)
	var chance, start [][]float64
	for i := range in.u {
		start = append(start, slices.Clone(in.m[i]))
		chance = append(chance, slices.Clone(in.u[i]))
	}
	sumM, sumU := like(in.m), like(in.m)
	for range emRounds {
		for i := range sumM {
			clear(sumM[i])
			clear(sumU[i])
		}
		matches = 0
		total, ll := 0.0, 0.0
		for _, c := range in.counts {
			a, b := math.Log(in.lambda), math.Log1p(-in.lambda)
			for i := range k {
				if l := c.levels[i]; l != missing && !in.held[i] {
					a += math.Log(in.m[i][l-1])
					b += math.Log(in.u[i][l-1])
				}
			}
			g := 1 / (1 + math.Exp(b-a))
			ll += float64(c.n * (max(a, b) + math.Log1p(math.Exp(-math.Abs(a-b)))))
			matches += float64(c.n * g)
			total += c.n
			for i := range k {
				if l := c.levels[i]; l != missing && !in.held[i] {
					sumM[i][l-1] += float64(c.n * g)
					sumU[i][l-1] += float64(c.n * (1 - g))
				}
			}
		}
		if total == 0 {
			return rounds, 0, true
		}
		change := 0.0
		for i := range k {
			if in.held[i] {
				continue
			}
			var fixed []bool
			if in.fixed != nil {
				fixed = in.fixed[i]
			}
			for l := range sumM[i] {
				sumM[i][l] += float64(in.prior * start[i][l])
			}
			change = max(change, step(in.m[i], sumM[i], fixed, nil))
			if in.blockU {
				for l := range sumU[i] {
					sumU[i][l] += float64(matches * chance[i][l])
				}
				step(in.u[i], sumU[i], fixed, nil)
			}
			if in.freeU != nil && in.freeU[i] != nil {
				step(in.u[i], sumU[i], fixed, in.freeU[i])
			}
		}
		in.lambda = min(max(matches/total, minProb), maxProb)
		rounds = append(rounds, Round{LogLikelihood: ll, Lambda: in.lambda, Change: change})
		if change < emChange {
			return rounds, matches, true
		}
	}
	return rounds, matches, false
}

func like(m [][]float64) [][]float64 {
	out := make([][]float64, len(m))
	for i := range m {
		out[i] = make([]float64, len(m[i]))
	}
	return out
}

// step sets the probabilities of the levels to their shares, within bounds and renormalised; it returns the largest
// change. Levels that are not free keep their probability.
func step(p, sum []float64, fixed, free []bool) float64 {
	total, keep, all := 0.0, 0.0, 0.0
	for l := range p {
		all += sum[l]
		if (fixed != nil && fixed[l]) || (free != nil && !free[l]) {
			keep += p[l]
		} else {
			total += sum[l]
		}
	}
	if total <= 0 || all <= 0 {
		return 0
	}
	change, norm := 0.0, 0.0
	next := make([]float64, len(p))
	for l := range p {
		if (fixed != nil && fixed[l]) || (free != nil && !free[l]) {
			next[l] = p[l]
			continue
		}
		next[l] = sum[l] / total * (1 - keep)
		if free != nil { // an absolute share: the others are not rescaled
			next[l] = sum[l] / all
		}
		next[l] = min(max(next[l], minProb), maxProb)
		norm += next[l]
	}
	for l := range p {
		if free == nil && !(fixed != nil && fixed[l]) && norm > 0 {
			next[l] *= (1 - keep) / norm
		}
		change = max(change, math.Abs(next[l]-p[l]))
		p[l] = min(max(next[l], minProb), maxProb)
	}
	return change
}
