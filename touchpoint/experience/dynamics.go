package experience

import (
	"math"
	"slices"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stat"
)

// Bayes is a belief about the whole relation that each experience moves (Boulding, Kalra, Staelin and Zeithaml 1993): the mean
// and its variance. Between experiences the variance grows by Drift per day. The zero value is certain of 0 and learns
// nothing; give a prior. It is an immutable value.
type Bayes struct {
	Mean, Var float64
	Drift     float64 // ω², per day
}

// Observe returns the belief after an experience x with variance noise > 0, days ≥ 0 after the last one, and the gain K in
// [0,1): how much the experience counted.
func (b Bayes) Observe(x, noise, days float64) (after Bayes, gain float64, err error) {
	var p b2b.Problems
	finite(&p, "x", x)
	if !(noise > 0) || math.IsInf(noise, 1) {
		p.Add("noise", "not a finite number above 0")
	}
	checkDays(&p, days)
	if !(b.Var >= 0) || math.IsInf(b.Var, 1) || !(b.Drift >= 0) || math.IsInf(b.Drift, 1) {
		p.Add("belief", "variance or drift negative or not finite")
	}
	finite(&p, "belief.mean", b.Mean)
	if err := p.Err(); err != nil {
		return b, 0, err
	}
	v := b.Var + float64(b.Drift*days)
	k := v / (v + noise)
	b.Mean += float64(k * (x - b.Mean))
	b.Var = (1 - k) * v
	return b, k, nil
}

// Estimate returns the mean with its interval m ± z·τ.
func (b Bayes) Estimate(level float64) b2b.Estimate {
	if level == 0 {
		level = b2b.DefaultLevel
	}
	return around(b.Mean, stat.Z(level)*math.Sqrt(b.Var), level, "Bayes")
}

// Asymmetric is a level that moves towards each experience, faster down than up, and falls back to a baseline with a half-life.
// It is an immutable value; the zero value never moves.
type Asymmetric struct {
	Level    float64
	Up, Down float64 // share of the distance covered by an experience above or below the level, in [0,1]
	Baseline float64
	HalfLife float64 // days; 0 is no falling back
}

// Observe returns the level after an experience x, days ≥ 0 after the last one.
func (a Asymmetric) Observe(x, days float64) (Asymmetric, error) {
	var p b2b.Problems
	finite(&p, "x", x)
	checkDays(&p, days)
	if !(a.Up >= 0 && a.Up <= 1 && a.Down >= 0 && a.Down <= 1) {
		p.Add("up", "up or down outside [0,1]")
	}
	if !(a.HalfLife >= 0) {
		p.Add("half_life", "negative")
	}
	finite(&p, "level", a.Level)
	finite(&p, "baseline", a.Baseline)
	if err := p.Err(); err != nil {
		return a, err
	}
	if a.HalfLife > 0 {
		a.Level = a.Baseline + float64((a.Level-a.Baseline)*math.Exp2(-days/a.HalfLife))
	}
	step := a.Down
	if x >= a.Level {
		step = a.Up
	}
	a.Level += float64(step * (x - a.Level))
	return a, nil
}

func finite(p *b2b.Problems, path string, x float64) {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		p.Add(path, "not a finite number")
	}
}

func checkDays(p *b2b.Problems, days float64) {
	if !(days >= 0) || math.IsInf(days, 1) {
		p.Add("days", "not a finite number ≥ 0")
	}
}

// State is what was believed after one moment.
type State struct {
	At    time.Time
	Score float64 // what was experienced
	Mean  b2b.Estimate
}

// Track follows the belief over the moments in the order of (At, ID), each with the same noise variance. As of a time, only
// moments at or before it are known; a zero asOf is no bound.
func (b Bayes) Track(moments []Moment, noise float64, asOf time.Time, level float64) ([]State, error) {
	sorted := slices.SortedStableFunc(slices.Values(moments), compareMoments)
	var out []State
	for i, m := range sorted {
		if !asOf.IsZero() && m.At.After(asOf) {
			break
		}
		days := 0.0
		if i > 0 {
			days = m.At.Sub(sorted[i-1].At).Hours() / 24
		}
		var err error
		if b, _, err = b.Observe(m.Score, noise, days); err != nil {
			return nil, err
		}
		out = append(out, State{At: m.At, Score: m.Score, Mean: b.Estimate(level)})
	}
	return out, nil
}

// Member is the level of one person of an account.
type Member struct {
	Level  float64
	Weight float64 // by role; 0 means 1
}

// AccountLevel is the experience of a group. A quarrel is not an average: the dispersion and the lowest member are part of the
// answer.
type AccountLevel struct {
	Mean       float64 // weighted by role
	Lowest     float64
	Dispersion float64 // weighted standard deviation
	Members    int
}

// AccountOf puts the members of an account together; ok is false without members or if all weights vanish. Levels must be
// finite and weights ≥ 0.
func AccountOf(members []Member) (a AccountLevel, ok bool, err error) {
	var p b2b.Problems
	w, sum := 0.0, 0.0
	a.Lowest = math.Inf(1)
	weight := func(m Member) float64 {
		if m.Weight == 0 {
			return 1
		}
		return m.Weight
	}
	for _, m := range members {
		finite(&p, "members.level", m.Level)
		if !(m.Weight >= 0) || math.IsInf(m.Weight, 1) {
			p.Add("members.weight", "not a finite number ≥ 0")
		}
		w += weight(m)
		sum += float64(weight(m) * m.Level)
		a.Lowest = min(a.Lowest, m.Level)
	}
	if err := p.Err(); err != nil || len(members) == 0 {
		return AccountLevel{}, false, err
	}
	a.Mean, a.Members = sum/w, len(members)
	v := 0.0
	for _, m := range members {
		v += float64(weight(m) * (m.Level - a.Mean) * (m.Level - a.Mean))
	}
	a.Dispersion = math.Sqrt(v / w)
	return a, true, nil
}
