package forecast

import (
	"math"
	"time"
)

const (
	maxCohorts   = 13 // months of entry that are told apart; what is older is one cohort
	leastCohorts = 3
	leastTheta   = 1e-3 // cohorts that differ by less than 3 % are alike
	leastKappa   = 1.0  // cohorts are not taken to differ by more than their mean
)

const cohortNote = "deals of different months of entry leave at different rates: each month has its own factors"

// tellCohorts notes in which month, local time, every deal began. A campaign that brought bad leads, or a change of what
// counts as a deal, shows in all deals of some months.
func (p *panel) tellCohorts() {
	month := make([]int, p.deals)
	last := math.MinInt
	for i, t := range p.created {
		if t == math.MaxInt64 {
			month[i] = math.MinInt
			continue
		}
		y, m, _ := time.UnixMicro(t).In(p.zone).Date()
		month[i] = 12*y + int(m)
		last = max(last, month[i])
	}
	p.cohort = make([]int32, p.deals)
	first := math.MaxInt
	for _, m := range month {
		if m > math.MinInt {
			first = min(first, m)
		}
	}
	first = max(first, last-maxCohorts+1)
	for i, m := range month {
		p.cohort[i] = int32(max(0, m-first))
		p.cohorts = max(p.cohorts, int(p.cohort[i])+1)
	}
}

// frail computes the factors of cohorts as shared frailties (Clayton 1978): the exits of a cohort towards a destination are
// Poisson with mean Z·E, Z ~ Gamma with mean 1 and variance θ, so that the posterior mean is (d+1/θ)/(E+1/θ). θ is found by
// moments, Σ(d−E)² = Σ(E+θE²), and is 0 where the excess lies within one standard error of what chance alone gives. It
// reports whether any destination has a θ above 0.
func (s *shared) frail() bool {
	differ := false
	s.shrink(func(c int) float64 {
		var events, excess, square, chance float64
		seen := 0
		for g := range s.expect {
			events += s.shape[g][c]
		}
		if events == 0 {
			return math.Inf(1)
		}
		each := s.square[c] / events // mean weight of an exit
		for g := range s.expect {
			d, e := s.shape[g][c], s.expect[g][c]
			if e > 0 {
				seen++
			}
			excess += float64((d-e)*(d-e)) - float64(each*e)
			square += float64(e * e)
			chance += 2 * float64(float64(each*e)*float64(each*e))
		}
		if seen < leastCohorts || excess <= math.Sqrt(chance) {
			return math.Inf(1)
		}
		if excess < leastTheta*square {
			return math.Inf(1)
		}
		differ = true
		return max(leastKappa, square/excess)
	})
	return differ
}
