package choice

import (
	"math"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stat"
)

// pool returns Σ_d w_d P_d(a); nil weights are equal.
func pool(p [][]float64, w []float64) []float64 {
	out := make([]float64, len(p[0]))
	for a := range out {
		var sum stat.Compensated
		for d, row := range p {
			if w == nil {
				sum.Add(row[a] / float64(len(p)))
			} else {
				sum.Add(float64(w[d] * row[a]))
			}
		}
		out[a] = sum.Sum()
	}
	return out
}

// endorsed returns Pr[at least q votes for a]. With q above half of the members no two alternatives can both have them.
func endorsed(p [][]float64, q int) Outcome {
	out := make([]float64, len(p[0]))
	votes := make([]float64, len(p))
	for a := range out {
		for d, row := range p {
			votes[d] = min(1, row[a])
		}
		out[a] = stat.Sum(stat.PoissonBinomial(votes)[q:])
	}
	return partial(out)
}

// unanimous returns Π_d P_d(a).
func unanimous(p [][]float64) Outcome {
	out := make([]float64, len(p[0]))
	for a := range out {
		out[a] = 1
		for _, row := range p {
			out[a] *= row[a]
		}
	}
	return partial(out)
}

// acceptable restricts the weighted probability to the alternatives that everybody accepts. A preference that is below the
// threshold by rounding alone, as after influence, is not below it.
func (d *decision) acceptable(p Preferences) Outcome {
	out := pool(p.p, d.w)
	for a := range out {
		if slices.ContainsFunc(p.p, func(row []float64) bool { return row[a] < d.opt.Tau-1e-12 }) {
			out[a] = 0
		}
	}
	if !(stat.Sum(out) > 0) {
		return nothing(len(out))
	}
	return whole(out)
}

// logPool returns ∝ Π_d P_d(a)^w_d.
func logPool(p [][]float64, w []float64) Outcome {
	logs := make([]float64, len(p[0]))
	for a := range logs {
		var sum stat.Compensated
		for d, row := range p {
			switch {
			case w[d] == 0:
			case row[a] == 0:
				logs[a] = math.Inf(-1)
			default:
				sum.Add(float64(w[d] * math.Log(row[a])))
			}
		}
		logs[a] += sum.Sum()
	}
	return proportional(logs)
}

// proportional returns exp(logs) scaled to sum 1, or no decision where all are −Inf.
func proportional(logs []float64) Outcome {
	if math.IsInf(slices.Max(logs), -1) {
		return nothing(len(logs))
	}
	return Outcome{P: softmax(logs)}
}

// maxTopAlternatives bounds J for Acquiescence, whose cost is 2^J per member.
const maxTopAlternatives = 20

// acquiescent returns ∝ Π_d Pr[d ranks a among the first k].
func acquiescent(p [][]float64, k int) (Outcome, error) {
	alternatives := len(p[0])
	if k > 1 && alternatives > maxTopAlternatives {
		return Outcome{}, &b2b.TooLargeError{What: "alternatives of acquiescence", Need: int64(alternatives), Limit: maxTopAlternatives}
	}
	logs := make([]float64, alternatives)
	for _, row := range p {
		for a, q := range amongFirst(row, k) {
			logs[a] += math.Log(q)
		}
	}
	return proportional(logs), nil
}

// amongFirst returns Pr[a is among the first k] of a Plackett-Luce ranking, by the sets that can come first.
func amongFirst(row []float64, k int) []float64 {
	n := len(row)
	if k >= n {
		return slices.Repeat([]float64{1}, n)
	}
	if k == 1 {
		return row
	}
	out := make([]float64, n)
	first := make([]float64, 1<<n) // first[S]: the probability that the set S comes first, in any order
	first[0] = 1
	for s := range 1 << n {
		if first[s] == 0 {
			continue
		}
		size := 0
		for a := range n {
			size += s >> a & 1
		}
		if size == k {
			for a := range n {
				if s>>a&1 == 1 {
					out[a] += first[s]
				}
			}
			continue
		}
		for a := range n {
			if s>>a&1 == 0 {
				first[s|1<<a] += float64(first[s] * nextRank(row, s, a))
			}
		}
	}
	return out
}

// nextRank returns the probability that a follows the alternatives in the set s: P(a) over what is left, or equal shares
// where nothing is left, so that alternatives of probability zero rank last (Plackett 1975, Luce 1959).
func nextRank(row []float64, s, a int) float64 {
	rest, left := 0.0, 0
	for b, x := range row {
		if s>>b&1 == 0 {
			rest += x
			left++
		}
	}
	if rest <= 0 {
		return 1 / float64(left)
	}
	return row[a] / rest
}
