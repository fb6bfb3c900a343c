package journey

import (
	"cmp"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stat"
)

// EffectConfig asks whether journeys that were crossed reach the goal less often.
type EffectConfig struct {
	Kind  Kind // of the journeys that are compared
	Goals []StepID
	Level float64 // 0 is .95
}

// Share is k of n with its Wilson (1927) interval.
type Share struct {
	K, N int
	Rate b2b.Estimate // of the zero value: no interval
}

// Stratum compares the journeys of one tercile of length.
type Stratum struct {
	Length        [2]int // least and greatest number of rows
	With, Without Share
	Difference    b2b.Estimate
}

// Effect compares journeys with and without a crossing: the shares that reach the goal and their difference with the interval of
// Newcombe (1998). Strata has the same for each tercile of length, since a longer journey has more chances of being crossed and of
// reaching the goal. It is an association, not a cause.
type Effect struct {
	With, Without Share
	Difference    b2b.Estimate // with minus without
	Strata        []Stratum
}

// Effect compares the journeys of a kind that some crossing touched, as the held row's journey, with the others.
func (l *Log) Effect(crossings []Crossing, c EffectConfig) (Effect, error) {
	if c.Level == 0 {
		c.Level = b2b.DefaultLevel
	}
	if !(c.Level > 0 && c.Level < 1) {
		return Effect{}, &b2b.InvalidError{Path: "config.level", Reason: "outside (0,1)"}
	}
	crossed := make(map[int]bool)
	for _, x := range crossings {
		crossed[x.Journey] = true
	}
	goal := wantedNames(l.rows.Step.Names, c.Goals)
	type unit struct {
		j, n          int
		with, reached bool
	}
	var all []unit
	for j := range l.keys {
		if Kind(name(&l.rows.Kind, l.head(j).kind)) != c.Kind {
			continue
		}
		u := unit{j: j, n: l.rows.Offsets[j+1] - l.rows.Offsets[j], with: crossed[j]}
		for i := l.rows.Offsets[j]; i < l.rows.Offsets[j+1] && goal != nil; i++ {
			u.reached = u.reached || goal[l.rows.Code(i)]
		}
		all = append(all, u)
	}
	slices.SortFunc(all, func(a, b unit) int { return cmp.Or(cmp.Compare(a.n, b.n), cmp.Compare(a.j, b.j)) })
	compare := func(units []unit) (with, without Share, difference b2b.Estimate) {
		for _, u := range units {
			s := &without
			if u.with {
				s = &with
			}
			s.N++
			if u.reached {
				s.K++
			}
		}
		with.rate(c.Level)
		without.rate(c.Level)
		if with.N == 0 || without.N == 0 {
			return with, without, b2b.Point(0, "no journeys on one side")
		}
		lo, hi := stat.Newcombe(float64(with.K), float64(with.N), float64(without.K), float64(without.N), c.Level)
		return with, without, b2b.Estimate{Value: with.Rate.Value - without.Rate.Value, Low: lo, High: hi, Level: c.Level, Method: "Newcombe (1998)"}
	}
	var e Effect
	e.With, e.Without, e.Difference = compare(all)
	for from, t := 0, 1; t <= 3 && from < len(all); t++ {
		to := len(all) * t / 3
		for to < len(all) && to > from && all[to].n == all[to-1].n { // equal lengths stay together
			to++
		}
		if to <= from {
			continue
		}
		s := Stratum{Length: [2]int{all[from].n, all[to-1].n}}
		s.With, s.Without, s.Difference = compare(all[from:to])
		e.Strata = append(e.Strata, s)
		from = to
	}
	return e, nil
}

func (s *Share) rate(level float64) {
	if s.N == 0 {
		s.Rate = b2b.Point(0, "no journeys")
		return
	}
	lo, hi := stat.Wilson(float64(s.K), float64(s.N), level)
	s.Rate = b2b.Estimate{Value: float64(s.K) / float64(s.N), Low: lo, High: hi, Level: level, Method: "Wilson (1927)"}
}
