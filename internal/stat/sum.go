package stat

import "math"

// Compensated is a running sum of float64 with a correction term (Neumaier 1974). The zero value is 0. It depends, in its last
// bits, on the order: where results of parts are merged, use the package exact. Not safe for concurrent use.
type Compensated struct{ sum, c float64 }

// Add adds x.
func (s *Compensated) Add(x float64) {
	x = float64(x) // rounds a product handed in, which could otherwise be fused with the additions where Add is inlined
	t := s.sum + x
	if math.Abs(s.sum) >= math.Abs(x) {
		s.c += (s.sum - t) + x
	} else {
		s.c += (x - t) + s.sum
	}
	s.sum = t
}

// Sum returns the sum so far.
func (s *Compensated) Sum() float64 {
	if math.IsInf(s.sum, 0) {
		return s.sum // the correction is NaN after an overflow
	}
	return s.sum + s.c
}

// Sum returns the compensated sum of x.
func Sum(x []float64) float64 {
	var s Compensated
	for _, v := range x {
		s.Add(v)
	}
	return s.Sum()
}

// Mean returns the arithmetic mean; ok is false for an empty sample.
func Mean(x []float64) (mean float64, ok bool) {
	if len(x) == 0 {
		return 0, false
	}
	return Sum(x) / float64(len(x)), true
}

// Variance returns the unbiased sample variance (divisor n−1), in two passes; ok is false for fewer than two values.
func Variance(x []float64) (v float64, ok bool) {
	if len(x) < 2 {
		return 0, false
	}
	m, _ := Mean(x)
	var s, d Compensated
	for _, v := range x {
		e := v - m
		s.Add(float64(e * e))
		d.Add(e)
	}
	n := float64(len(x))
	// The second term corrects the rounding of the mean (Chan, Golub and LeVeque 1983).
	return max(s.Sum()-float64(d.Sum()*d.Sum()/n), 0) / (n - 1), true
}

// LogSumExp returns log Σ exp(x), without overflow. It is -Inf for an empty sum or one of -Inf alone.
func LogSumExp(x []float64) float64 {
	top := math.Inf(-1)
	for _, v := range x {
		top = max(top, v)
	}
	if math.IsInf(top, 0) || math.IsNaN(top) {
		return top
	}
	var s Compensated
	for _, v := range x {
		s.Add(math.Exp(v - top))
	}
	return top + math.Log(s.Sum())
}
