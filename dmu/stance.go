package dmu

import (
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stat"
)

// StanceConfig says how signals become a stance. The zero value needs alternatives, a moment, and has no decay.
type StanceConfig struct {
	Alternatives []Alternative
	AsOf         time.Time
	HalfLife     time.Duration // a signal that old weighs half; 0 is no decay
	Prior        float64       // pseudo-observations of each alternative before any signal; 0 is 1
}

// Stance is what a person wants, from the signals: the mean of a Dirichlet distribution over the alternatives (own design).
// Without a signal that counts, the stance is unknown: P is the prior, and there is no score.
type Stance struct {
	Person    b2b.PersonID
	P         []float64 // by alternative; sums to 1
	Precision float64   // Σα: pseudo-observations in all, the prior's included
	Attitude  Attitude  // the label of the score; UnknownAttitude where there is none

	Used     int // signals that count
	Later    int // signals after AsOf, ignored
	Unlisted int // signals for something that is no alternative now, ignored
	Repeated int // signals with the ID of an earlier one, ignored

	score float64
	known bool
}

// Score returns P(ours) − the largest P of the others, in [−1,1]; ok is false where no signal counts, no alternative is ours
// or there is no other.
func (s Stance) Score() (score float64, ok bool) { return s.score, s.known }

// Rating returns the score on the scale −5 … +5.
func (s Stance) Rating() (rating float64, ok bool) { return 5 * s.score, s.known }

// AttitudeOf returns the label of a score: opponent up to −.6, sceptic up to −.2, neutral below .2, supporter below .6,
// champion from there. A number outside [−1,1] is unknown.
func AttitudeOf(score float64) Attitude {
	switch {
	case !(score >= -1 && score <= 1):
		return UnknownAttitude
	case score <= -0.6:
		return Opponent
	case score <= -0.2:
		return Sceptic
	case score < 0.2:
		return Neutral
	case score < 0.6:
		return Supporter
	}
	return Champion
}

// Stances returns the stance of each person in the order given. Each signal up to AsOf adds
// weight · reliability · 2^(−(AsOf−At)/HalfLife) to its alternative; sums are compensated, in the order of (At, ID).
func (s *Signals) Stances(persons []b2b.PersonID, cfg StanceConfig) ([]Stance, error) {
	var p b2b.Problems
	p.Join("config", CheckAlternatives(cfg.Alternatives))
	if len(cfg.Alternatives) == 0 {
		p.Add("config.alternatives", "empty")
	}
	if cfg.AsOf.IsZero() {
		p.Add("config.as_of", "missing")
	}
	if cfg.HalfLife < 0 {
		p.Add("config.half_life", "negative")
	}
	if cfg.Prior == 0 {
		cfg.Prior = 1
	}
	if !(cfg.Prior > 0) || math.IsInf(cfg.Prior, 1) {
		p.Add("config.prior", "not a positive finite number")
	}
	for i, id := range persons {
		if id == "" {
			p.Add("persons["+strconv.Itoa(i)+"]", "empty")
		}
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	out := make([]Stance, len(persons))
	for i, id := range persons {
		out[i] = stance(id, s.persons[id], cfg)
	}
	return out, nil
}

func stance(id b2b.PersonID, signals []Signal, cfg StanceConfig) Stance {
	st := Stance{Person: id, P: make([]float64, len(cfg.Alternatives))}
	alpha := make([]stat.Compensated, len(st.P))
	for a := range alpha {
		alpha[a].Add(cfg.Prior)
	}
	seen := make(map[string]bool, len(signals))
	for _, x := range signals {
		if x.At.After(cfg.AsOf) {
			st.Later++
			continue
		}
		if seen[x.ID] {
			st.Repeated++
			continue
		}
		seen[x.ID] = true
		a := slices.IndexFunc(cfg.Alternatives, func(alt Alternative) bool { return alt.ID == x.Alternative })
		if a < 0 {
			st.Unlisted++
			continue
		}
		w := x.Weight * x.Reliability
		if cfg.HalfLife > 0 {
			w *= math.Exp2(-float64(cfg.AsOf.Sub(x.At)) / float64(cfg.HalfLife))
		}
		if w > 0 {
			st.Used++
			alpha[a].Add(w)
		}
	}
	var total stat.Compensated
	for a := range alpha {
		st.P[a] = min(alpha[a].Sum(), math.MaxFloat64/float64(2*len(alpha)))
		total.Add(st.P[a])
	}
	st.Precision = total.Sum()
	ours, best := -1, -1.0
	for a := range st.P {
		if cfg.Alternatives[a].Ours {
			ours = a
		} else {
			best = max(best, st.P[a])
		}
	}
	if ours >= 0 && best >= 0 && st.Used > 0 {
		// Divided last, so that (3−2)/5 is the .2 at which a supporter begins.
		st.score, st.known = (st.P[ours]-best)/st.Precision, true
		st.Attitude = AttitudeOf(st.score)
	}
	for a := range st.P {
		st.P[a] /= st.Precision
	}
	return st
}
