package inference

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu"
	"github.com/buyerjourney/b2b/internal/stat"
)

// Evaluation says how well a configuration does on persons whose seat is known, each judged by a model that was built
// without that person.
type Evaluation struct {
	N, Seats     int     // labelled persons, distinct seats among them
	Accuracy     float64 // share of persons whose best seat is the true one
	MacroF1      float64 // mean over the seats of F1, 0 where no person of the seat was recognised
	LogLoss      float64 // mean −log p(true seat), nats, p clipped at 1e−15
	PriorLogLoss float64 // the same of the prior alone
	Brier        float64 // mean Σ (p − y)²
	ECE          float64 // expected calibration error of the largest probability, 10 equal bins closed on the right
	Majority     float64 // share of the most frequent seat
	Decided      int     // persons with a decided verdict
	// DecidedAccuracy is the share among them whose best seat is the true one; it is known where Decided > 0.
	DecidedAccuracy b2b.Fraction
}

// Evaluate leaves out one labelled person after the other and scores each with the rest. Unlabelled persons add their steps
// to the vocabulary. Fewer than two seats or two persons are [b2b.ErrTooFew]. Cost O(persons × steps × seats).
func Evaluate(persons []dmu.PersonSteps, cfg Config) (Evaluation, error) {
	m, err := fit(persons, cfg)
	if err != nil {
		return Evaluation{}, err
	}
	return m.evaluate(persons)
}

// CapScore is what one cap achieves.
type CapScore struct {
	Cap     float64 // 0 is uncapped
	LogLoss float64
}

// FitCap evaluates each cap of the grid and returns the one with the smallest leave-one-out log loss, ties to the smaller
// cap, with the loss of each in the order of the grid. A cap below 1 shrinks the posterior towards the prior; a cap of 0 is
// none, and the largest.
func FitCap(persons []dmu.PersonSteps, cfg Config, grid []float64) (best CapScore, all []CapScore, err error) {
	var p b2b.Problems
	if len(grid) == 0 {
		p.Add("grid", "empty")
	}
	for i, c := range grid {
		if !(c >= 0) || math.IsInf(c, 1) {
			p.Add("grid["+strconv.Itoa(i)+"]", "not a finite number ≥ 0")
		}
	}
	if err := p.Err(); err != nil {
		return CapScore{}, nil, err
	}
	m, err := fit(persons, cfg)
	if err != nil {
		return CapScore{}, nil, err
	}
	all = make([]CapScore, len(grid))
	for i, c := range grid {
		m.cfg.Cap = c
		if c == 0 {
			m.cfg.Cap = math.Inf(1)
		}
		e, err := m.evaluate(persons)
		if err != nil {
			return CapScore{}, nil, err
		}
		all[i] = CapScore{Cap: c, LogLoss: e.LogLoss}
	}
	size := func(s CapScore) float64 {
		if s.Cap == 0 {
			return math.Inf(1)
		}
		return s.Cap
	}
	return slices.MinFunc(all, func(a, b CapScore) int {
		return cmp.Or(cmp.Compare(a.LogLoss, b.LogLoss), cmp.Compare(size(a), size(b)))
	}), all, nil
}

// fit trains a model on all persons; errors carry paths below "persons".
func fit(persons []dmu.PersonSteps, cfg Config) (*Model, error) {
	var t Trainer
	var p b2b.Problems
	for i, x := range persons {
		p.Join("persons["+strconv.Itoa(i)+"]", t.Add(x))
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	m, err := t.Model(cfg)
	if err != nil {
		return nil, err
	}
	if len(m.seats) < 2 || t.Persons() < 2 {
		return nil, b2b.ErrTooFew
	}
	return m, nil
}

func (m *Model) evaluate(persons []dmu.PersonSteps) (Evaluation, error) {
	seats := len(m.seats)
	e := Evaluation{}
	for _, n := range m.persons {
		if n > 0 {
			e.Seats++
		}
		e.N += int(n)
		e.Majority = max(e.Majority, float64(n))
	}
	var loss, priorLoss, brier stat.Compensated
	sure := make(calibration, 10)
	hit, said := make([]int, seats), make([]int, seats)
	right, rightDecided := 0, 0
	post := make([]float64, seats)
	for i := range persons {
		if persons[i].Seat == "" {
			continue
		}
		w, err := m.Without(persons[i])
		if err != nil {
			return Evaluation{}, err
		}
		v := w.Score(post, persons[i].Steps, persons[i].Title)
		truth := w.left.seat
		best, _ := slices.BinarySearch(m.seats, v.Best)
		loss.Add(-math.Log(max(post[truth], 1e-15)))
		priorLoss.Add(-max(w.logPrior[truth], math.Log(1e-15)))
		for r, p := range post {
			if r == truth {
				p = 1 - p
			}
			brier.Add(float64(p * p))
		}
		sure.add(v.P, best == truth)
		said[best]++
		if best == truth {
			right++
			hit[truth]++
		}
		if v.Decided {
			e.Decided++
			if best == truth {
				rightDecided++
			}
		}
	}
	n := float64(e.N)
	e.Accuracy, e.Majority = float64(right)/n, e.Majority/n
	e.LogLoss, e.PriorLogLoss, e.Brier = loss.Sum()/n, priorLoss.Sum()/n, brier.Sum()/n
	e.ECE = sure.err()
	var f1 stat.Compensated
	for r, k := range hit {
		if m.persons[r] > 0 && k > 0 {
			f1.Add(2 * float64(k) / float64(int64(said[r])+m.persons[r]))
		}
	}
	e.MacroF1 = f1.Sum() / float64(e.Seats)
	if e.Decided > 0 {
		e.DecidedAccuracy = b2b.MustFraction(float64(rightDecided) / float64(e.Decided))
	}
	return e, nil
}
