package dmu

import (
	"github.com/buyerjourney/b2b"
)

// SingleThreaded is the effective number of contacts below which a deal hangs on one person.
const SingleThreaded = 1.5

// Threading returns the effective number of contacts 1/Σ share² over the engagement of each person, such as counts of
// meetings: 1 where one person does it all (the inverse of Herfindahl's index). ok is false where nobody is engaged or a
// number is negative. The deal is single-threaded below [SingleThreaded].
func Threading(engagement []int64) (effective float64, ok bool) {
	total := 0.0
	for _, n := range engagement {
		if n < 0 {
			return 0, false
		}
		total += float64(n)
	}
	if total == 0 {
		return 0, false
	}
	squares := 0.0
	for _, n := range engagement {
		s := float64(n) / total
		squares += float64(s * s)
	}
	return 1 / squares, true
}

// Mean sizes of buying groups for [UnseenSeats]. They are judgements to be replaced by the caller's own experience.
const (
	NewTaskSize       = 7.0
	ServicesSize      = 5.0
	ModifiedRebuySize = 3.0
	StraightRebuySize = 1.5
)

// GroupSize returns the mean size for a buy class; an unknown class is taken for services.
func GroupSize(class BuyClass) float64 {
	switch class {
	case NewTask:
		return NewTaskSize
	case ModifiedRebuy:
		return ModifiedRebuySize
	case StraightRebuy:
		return StraightRebuySize
	case UnknownBuyClass:
	}
	return ServicesSize
}

// UnseenSeats returns how many persons of the group have probably not been seen, with a central 90 % interval, where n have
// been: E[N | N ≥ n] − n with N − 1 ~ Poisson(mean − 1). The mean is between 1 and 500, n at least 0.
func UnseenSeats(n int, mean float64) (b2b.Estimate, error) {
	var p b2b.Problems
	if !(mean >= 1 && mean <= 500) {
		p.Add("mean", "not between 1 and 500")
	}
	if n < 0 {
		p.Add("n", "negative")
	}
	if err := p.Err(); err != nil {
		return b2b.Estimate{}, err
	}
	const level = 0.9
	mu := mean - 1
	first := max(n, 1) // nobody at all is no group
	// Terms relative to the one of N = first; what is left beyond the last is below 1e−15 of the sum.
	terms := []float64{1}
	sum, moment := 1.0, float64(first-n)
	for k, term := first, 1.0; ; k++ {
		term = float64(term * (mu / float64(k)))
		terms = append(terms, term)
		sum += term
		moment += float64(term * float64(k+1-n))
		if float64(k) > mu && term < 1e-15*sum {
			break
		}
	}
	e := b2b.Estimate{
		Value: moment / sum, Level: level, Method: "N−1 ~ Poisson, given that those seen exist; central interval",
	}
	quantile := func(q float64) float64 {
		below := 0.0
		for j, t := range terms {
			if below += t; below >= q*sum {
				return float64(first - n + j)
			}
		}
		return float64(first - n + len(terms) - 1)
	}
	e.Low, e.High = quantile((1-level)/2), quantile((1+level)/2)
	return e, nil
}
