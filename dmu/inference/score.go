package inference

import (
	"cmp"
	"math"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
)

// Verdict is what a model says of one person. The zero value decides nothing.
type Verdict struct {
	Best, RunnerUp b2b.SeatID // the two most probable seats, ties to the smaller id; RunnerUp "" where there is one seat
	P, PRunnerUp   float64
	KL             float64 // divergence of the posterior from the prior, nats: how much was learned
	Margin         float64 // P − PRunnerUp; 0 where there is one seat
	EffectiveN     float64 // events that count after the cap
	Decided        bool    // false is "insufficient"
	UnseenSteps    int64   // events of steps outside the vocabulary
}

// evidence is what the posterior of one person was made from.
type evidence struct {
	n      float64 // events that count, before the cap
	kappa  float64 // weight of each
	unseen int64
	any    bool // anything at all was said of the person
}

// pair is a step by index and how often it was taken.
type pair struct {
	step int32
	n    int64
}

// onStack is the number of distinct steps of a person up to which a score allocates nothing.
const onStack = 48

// Score writes the posterior over [Model.Seats] to dst and returns the verdict. A dst shorter than the number of seats is not
// written. Counts ≤ 0 are ignored. The order of the steps and their division over rows change nothing. Without a title, and
// with dst of full length and at most 48 distinct steps or steps in strictly ascending order, nothing is allocated.
func (m *Model) Score(dst []float64, steps []dmu.StepCount, title string) Verdict {
	return m.score(dst, steps, title, nil)
}

// ScoreWith is [Model.Score] with a log likelihood per seat from another source in place of the title, such as a title
// model of the caller's own. It must have one finite number per seat.
func (m *Model) ScoreWith(dst []float64, steps []dmu.StepCount, logLikelihood []float64) (Verdict, error) {
	if err := m.checkExternal(logLikelihood); err != nil {
		return Verdict{}, err
	}
	return m.score(dst, steps, "", logLikelihood), nil
}

func (m *Model) checkExternal(logLikelihood []float64) error {
	if len(logLikelihood) != len(m.seats) {
		return &b2b.InvalidError{Path: "log_likelihood", Reason: "not one number per seat"}
	}
	for _, x := range logLikelihood {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return &b2b.InvalidError{Path: "log_likelihood", Reason: "not a finite number"}
		}
	}
	return nil
}

func (m *Model) score(dst []float64, steps []dmu.StepCount, title string, external []float64) Verdict {
	if len(m.seats) == 0 {
		return Verdict{}
	}
	if len(dst) < len(m.seats) {
		dst = make([]float64, len(m.seats))
	}
	dst = dst[:len(m.seats)]
	ev := m.logPosterior(dst, steps, title, external)
	return m.verdict(dst, ev)
}

// logPosterior writes log π + log L, which is not normalised, to dst.
func (m *Model) logPosterior(dst []float64, steps []dmu.StepCount, title string, external []float64) evidence {
	var stack [onStack]pair
	pairs, ev := m.gather(stack[:0], steps)
	clear(dst)
	switch m.cfg.Predictive {
	case PlugIn:
		m.plugIn(dst, pairs, ev.unseen)
	case DirichletMultinomial:
		m.integrated(dst, pairs, ev.unseen)
	}
	for r := range dst {
		dst[r] = m.logPrior[r] + float64(ev.kappa*dst[r])
	}
	if title != "" {
		ev.any = m.addTitle(dst, title) || ev.any
	}
	for r, x := range external {
		dst[r] += x
	}
	ev.any = ev.any || external != nil
	return ev
}

// gather returns the steps of the vocabulary in its order, each once, and the weight of each event.
func (m *Model) gather(pairs []pair, steps []dmu.StepCount) ([]pair, evidence) {
	ev := evidence{kappa: 1}
	sorted := true
	for _, sc := range steps {
		if sc.N <= 0 {
			continue
		}
		s, known := m.steps.index[sc.Step]
		if !known {
			ev.unseen = plus(ev.unseen, sc.N)
			continue
		}
		ev.n += float64(sc.N)
		sorted = sorted && (len(pairs) == 0 || pairs[len(pairs)-1].step < int32(s))
		pairs = append(pairs, pair{int32(s), sc.N})
	}
	if !sorted {
		slices.SortFunc(pairs, func(a, b pair) int { return cmp.Compare(a.step, b.step) })
		w := 0
		for _, p := range pairs[1:] {
			if p.step == pairs[w].step {
				pairs[w].n = plus(pairs[w].n, p.n)
				continue
			}
			w++
			pairs[w] = p
		}
		pairs = pairs[:w+1]
	}
	ev.any = len(pairs) > 0
	if m.cfg.UnseenCell {
		ev.n += float64(ev.unseen)
		ev.any = ev.any || ev.unseen > 0
	}
	if ev.n > m.cfg.Cap {
		ev.kappa = m.cfg.Cap / ev.n
	}
	return pairs, ev
}

// plus adds counts, and stops at the largest there is.
func plus(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// plugIn adds Σ n log θ (Maron 1961, with Laplace's smoothing).
func (m *Model) plugIn(dst []float64, pairs []pair, unseen int64) {
	seats := len(dst)
	for _, p := range pairs {
		row := m.steps.log[int(p.step)*seats:][:seats]
		n := float64(p.n)
		for r, x := range row {
			dst[r] += float64(n * x)
		}
	}
	if l := m.left; l != nil { // the person's own seat has other parameters
		sum := 0.0
		for _, p := range pairs {
			sum += float64(float64(p.n) * m.theta(int(p.step), l.seat))
		}
		dst[l.seat] = sum
	}
	if unseen > 0 && m.cfg.UnseenCell {
		for r := range dst {
			dst[r] += float64(float64(unseen) * m.thetaNew(r))
		}
	}
}

// integrated adds log Γ(A) − log Γ(A+n) + Σ [log Γ(a+n) − log Γ(a)].
func (m *Model) integrated(dst []float64, pairs []pair, unseen int64) {
	for r := range dst {
		total := int64(0)
		for _, p := range pairs {
			total = plus(total, p.n)
			dst[r] += m.rising(m.mass(int(p.step), r), p.n)
		}
		if unseen > 0 && m.cfg.UnseenCell {
			total = plus(total, unseen)
			dst[r] += m.rising(m.steps.alpha, unseen)
		}
		dst[r] -= m.rising(m.size(r), total)
	}
}

// rising returns log Γ(a+n) − log Γ(a).
func (m *Model) rising(a float64, n int64) float64 {
	if n == 0 {
		return 0
	}
	hi, _ := math.Lgamma(a + float64(n))
	lo, _ := math.Lgamma(a)
	return hi - lo
}

// mass is N_rs + α without the person left out, size its sum over all cells.
func (m *Model) mass(i, r int) float64 {
	n := m.steps.counts[i*len(m.seats)+r]
	if l := m.left; l != nil && l.seat == r {
		n -= l.steps.of(i)
	}
	return float64(n) + m.steps.alpha
}

func (m *Model) size(r int) float64 {
	n := m.steps.totals[r]
	if l := m.left; l != nil && l.seat == r {
		n -= l.steps.total
	}
	return m.steps.size(n, m.steps.cells)
}

// addTitle adds κ Σ log τ; it reports whether the title has a token.
func (m *Model) addTitle(dst []float64, title string) bool {
	tokens := m.titleTokens(title)
	if len(tokens) == 0 {
		return false
	}
	kappa := m.titleKappa(len(tokens))
	for r := range dst {
		sum := 0.0
		for _, tok := range tokens {
			sum += m.tau(tok.index, r)
		}
		dst[r] += float64(kappa * sum)
	}
	return true
}

func (m *Model) titleKappa(tokens int) float64 { return min(1, m.cfg.TitleCap/float64(tokens)) }

type titleToken struct {
	text  string
	index int // −1 unknown
}

// titleTokens returns the tokens in the order of their names, so that the sum does not hang on word order.
func (m *Model) titleTokens(title string) []titleToken {
	var list []titleToken
	for text := range Tokens(title) {
		i, ok := m.tokens.index[text]
		if !ok {
			i = -1
		}
		list = append(list, titleToken{text, i})
	}
	slices.SortFunc(list, func(a, b titleToken) int { return cmp.Compare(a.text, b.text) })
	return list
}

// verdict turns log π + log L into the posterior, in place, and judges it.
func (m *Model) verdict(dst []float64, ev evidence) Verdict {
	v := Verdict{EffectiveN: float64(ev.kappa * ev.n), UnseenSteps: ev.unseen}
	best, second := top(dst)
	peak := dst[best]
	sum := 0.0
	for r := range dst {
		sum += math.Exp(dst[r] - peak)
	}
	norm := peak + math.Log(sum)
	for r, x := range dst {
		logP := x - norm
		p := math.Exp(logP)
		if p > 0 {
			v.KL += float64(p * (logP - m.logPrior[r]))
		}
		dst[r] = max(p, math.SmallestNonzeroFloat64) // no seat is impossible
	}
	if v.KL = max(0, v.KL); !ev.any {
		v.KL = 0 // the posterior is the prior
	}
	v.Best, v.P = m.seats[best], dst[best]
	if second < 0 {
		return v
	}
	v.RunnerUp, v.PRunnerUp = m.seats[second], dst[second]
	v.Margin = v.P - v.PRunnerUp
	v.Decided = ev.any && v.KL >= m.cfg.MinKL && v.Margin >= m.cfg.MinMargin
	return v
}

// top returns the indices of the two largest logarithms, ties to the smaller index; second is −1 where there is none. What
// differs from them by rounding alone is made equal to them, so that rounding decides no verdict.
func top(logs []float64) (best, second int) {
	best = leader(logs, -1)
	return best, leader(logs, best)
}

// leader is the first of the largest logarithms, the one at except apart.
func leader(logs []float64, except int) int {
	peak := math.Inf(-1)
	for i, x := range logs {
		if i != except {
			peak = max(peak, x)
		}
	}
	first, near := -1, 1e-12+float64(1e-14*math.Abs(peak))
	for i, x := range logs {
		if i != except && x >= peak-near {
			logs[i] = peak
			if first < 0 {
				first = i
			}
		}
	}
	return first
}
