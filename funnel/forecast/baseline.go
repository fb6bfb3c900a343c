package forecast

import (
	"gonum.org/v1/gonum/mat"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
)

// baseline returns for each working place the chance to win that a kernel without age gives within a horizon,
// in days; missing marks places for which it says nothing.
func baseline(p *panel, kernel Kernel, horizon float64, weights map[funnel.Stage]b2b.Fraction) (chance []float64, missing []bool) {
	switch kernel {
	case Exponential:
		return exponential(p, horizon)
	case WonPerEntered, ClosedOnly:
		return shares(p, kernel == ClosedOnly)
	case StageWeights:
		return stageWeights(p, weights)
	case SemiMarkov, Cure:
	}
	return make([]float64, len(p.places)), make([]bool, len(p.places))
}

// exponential is the memoryless chain: q = exits / exposure, P = exp(Q·horizon).
func exponential(p *panel, horizon float64) ([]float64, []bool) {
	k := len(p.places)
	n := k + 2 // won, any other end
	exposure := make([]float64, k)
	q := mat.NewDense(n, n, nil)
	for j, s := range p.at {
		if p.out[j] < p.rise[j] {
			continue
		}
		exposure[s] += float64(p.out[j]-p.rise[j]) / float64(dayMicros)
		switch to := int(p.to[j]); {
		case to < 0:
		case to < k:
			q.Set(int(s), to, q.At(int(s), to)+1)
		case to == k+toWon:
			q.Set(int(s), k, q.At(int(s), k)+1)
		default:
			q.Set(int(s), k+1, q.At(int(s), k+1)+1)
		}
	}
	missing := make([]bool, k)
	for s := range k {
		missing[s] = exposure[s] <= 0
		sum := 0.0
		for c := range n {
			if c == s || missing[s] {
				q.Set(s, c, 0)
				continue
			}
			r := q.At(s, c) / exposure[s]
			q.Set(s, c, r)
			sum += r
		}
		q.Set(s, s, -sum)
	}
	q.Scale(horizon, q)
	var e mat.Dense
	e.Exp(q)
	out := make([]float64, k)
	for s := range k {
		out[s] = min(1, max(0, e.At(s, k)))
	}
	return out, missing
}

// shares is the share of deals won, of those that entered a place by now, or of those of them that are closed by now.
func shares(p *panel, closed bool) ([]float64, []bool) {
	k := len(p.places)
	entered, won := make([]float64, k), make([]float64, k)
	isWon := make([]bool, p.deals)
	for _, w := range p.wins {
		isWon[w.deal] = true
	}
	seen := make([]int32, k)
	for i := range p.deals {
		if closed && p.open[i] >= 0 {
			continue
		}
		for j := p.from[i]; j < p.from[i+1]; j++ {
			s := p.at[j]
			if seen[s] == int32(i)+1 || p.in[j] >= p.asOf {
				continue
			}
			seen[s] = int32(i) + 1
			entered[s]++
			if isWon[i] {
				won[s]++
			}
		}
	}
	missing := make([]bool, k)
	for s := range k {
		if missing[s] = entered[s] == 0; !missing[s] {
			won[s] /= entered[s]
		}
	}
	return won, missing
}

// stageWeights are the hand-set weights: those given, else those of the pipeline.
func stageWeights(p *panel, weights map[funnel.Stage]b2b.Fraction) ([]float64, []bool) {
	out, missing := make([]float64, len(p.places)), make([]bool, len(p.places))
	for s, pl := range p.places {
		f := weights[pl.Stage]
		if !f.IsKnown() {
			f = pl.Def.Probability
		}
		out[s], missing[s] = f.Or(0), !f.IsKnown()
	}
	return out, missing
}
