package attribution

import (
	"math"
	"time"

	"github.com/buyerjourney/b2b"
)

// HalfLife gives a step the weight 2^(−Δ/h), normalised. Δ is the time from the step to the conversion and h is Time where
// the path has times; else Δ is the number of steps to the end and h is Steps. h = 0 means no decay.
type HalfLife struct {
	Time  time.Duration
	Steps float64
}

// StepDecay gives step i of n the weight Q^⌊(n−i)·Step/Every⌋, normalised: the steps are taken to lie Step apart, and the
// weight falls by the factor Q once in every Every. It never reads times.
type StepDecay struct {
	Q     float64       // in (0,1]
	Every time.Duration // > 0
	Step  time.Duration // ≥ 0
}

// String returns "half-life(time,steps)" with what is given.
func (r HalfLife) String() string {
	switch {
	case r.Time == 0:
		return "half-life(" + number(r.Steps) + " steps)"
	case r.Steps == 0:
		return "half-life(" + r.Time.String() + ")"
	}
	return "half-life(" + r.Time.String() + "," + number(r.Steps) + " steps)"
}

// String returns "step-decay(q,every,step)".
func (r StepDecay) String() string {
	return "step-decay(" + number(r.Q) + "," + r.Every.String() + "," + r.Step.String() + ")"
}

func (r HalfLife) check(p *b2b.Problems) {
	if r.Time < 0 {
		p.Add("model.time", "negative")
	}
	if !(r.Steps >= 0) || math.IsInf(r.Steps, 1) {
		p.Add("model.steps", "not a finite number ≥ 0")
	}
}

func (r StepDecay) check(p *b2b.Problems) {
	if !(r.Q > 0 && r.Q <= 1) {
		p.Add("model.q", "outside (0,1]")
	}
	if r.Every <= 0 {
		p.Add("model.every", "not above 0")
	}
	if r.Step < 0 {
		p.Add("model.step", "negative")
	}
}

func (r HalfLife) weigh(s *walk, w []float64) {
	n := len(w)
	for i := range w {
		w[i] = 1
		switch {
		case s.ages != nil && r.Time > 0:
			// Relative to the youngest step, so that an old path does not underflow to nothing.
			w[i] = math.Exp2(-float64(s.ages[i]-s.ages[n-1]) / float64(r.Time))
		case s.ages == nil && r.Steps > 0:
			w[i] = math.Exp2(-float64(n-1-i) / r.Steps)
		}
	}
	normalise(w)
}

func (r StepDecay) weigh(_ *walk, w []float64) {
	n := len(w)
	for i := range w {
		falls := math.Floor(float64(n-1-i) * float64(r.Step) / float64(r.Every))
		w[i] = math.Pow(r.Q, falls)
	}
	normalise(w)
}
