package forecast

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
)

// Law is the exact law of a sum of independent parts, each of which comes in whole or not at all: the number of wins, or
// revenue in minor units. It is immutable and safe for concurrent use; the zero value is the sum of nothing.
type Law struct {
	low, unit int64 // the support is low + i·unit
	p         []float64
	mean, sd2 float64
	rounding  int64
}

// CountLaw returns the law of the number of successes of independent trials (Poisson-binomial). A probability outside
// [0,1] is an error.
func CountLaw(p []float64) (*Law, error) {
	amounts := make([]int64, len(p))
	for i := range amounts {
		amounts[i] = 1
	}
	return RevenueLaw(amounts, p)
}

// maxSupport is the greatest support that is computed exactly, in units of the greatest common divisor of the amounts.
const maxSupport = 1 << 20

// RevenueLaw returns the law of Σ amounts[i]·Bernoulli(p[i]). It is exact, up to 1e-15 in every probability, while the sum
// of the amounts is at most 2²⁰ times their greatest common divisor; beyond that amounts are rounded to a grid, and
// [Law.Rounding] bounds the error of every quantile. Probabilities outside [0,1], lengths that differ and sums beyond 2⁶²
// are errors.
//
// The laws of halves are convolved, small ones directly, large ones by fast Fourier transform: O(S log S log n) for a
// support of S units. Tails below 1e-20 are cut.
func RevenueLaw(amounts []int64, p []float64) (*Law, error) {
	var problems b2b.Problems
	if len(amounts) != len(p) {
		problems.Add("p", "another length than amounts")
		return nil, problems.Err()
	}
	var total uint64
	for i, x := range p {
		if !(x >= 0 && x <= 1) {
			problems.Add("p["+strconv.Itoa(i)+"]", "outside [0,1]")
		}
		total += magnitude(amounts[i])
		if total > 1<<62 || magnitude(amounts[i]) > 1<<62 {
			problems.Add("amounts["+strconv.Itoa(i)+"]", b2b.ErrOverflow.Error())
			break
		}
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	l := &Law{unit: 1}
	parts := make([]bernoulli, 0, len(p))
	var g uint64
	for i, a := range amounts {
		q := p[i]
		l.mean += float64(float64(a) * q)
		l.sd2 += float64(float64(float64(a)*float64(a)) * float64(q*(1-q)))
		if a < 0 { // a·B(q) = a + |a|·B(1−q)
			l.low += a
			a, q = -a, 1-q
		}
		switch {
		case a == 0 || q == 0:
		case q == 1:
			l.low += a
		default:
			parts = append(parts, bernoulli{n: a, p: q})
			g = gcd(g, uint64(a))
		}
	}
	if len(parts) == 0 {
		l.p = []float64{1}
		return l, nil
	}
	var span int64
	for _, b := range parts {
		span += b.n
	}
	l.unit = int64(g)
	if span/l.unit > maxSupport {
		l.unit = (span + maxSupport - 1) / maxSupport
	}
	var carried int64 // error diffusion keeps the sum of all amounts on the grid
	for i := range parts {
		n := (parts[i].n + carried + l.unit/2) / l.unit
		n = max(n, 0)
		diff := parts[i].n - n*l.unit
		carried += diff
		l.rounding += max(diff, -diff)
		parts[i].n = n
	}
	slices.SortFunc(parts, func(a, b bernoulli) int { return cmp.Or(cmp.Compare(a.n, b.n), cmp.Compare(a.p, b.p)) })
	var c convolver
	off, mass := c.product(parts)
	l.low += off * l.unit
	l.p = mass
	return l, nil
}

type bernoulli struct {
	n int64
	p float64
}

func magnitude(x int64) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// convolver multiplies laws, keeping what its transforms need.
type convolver struct {
	roots roots
}

const (
	tailMass = 1e-20
	direct   = 1 << 14 // products of lengths up to this are convolved directly
	leafWork = 1 << 20 // parts × support up to which parts are added one by one
)

// product returns the law of the sum of parts as an offset and masses.
func (c *convolver) product(parts []bernoulli) (off int64, mass []float64) {
	var size int64
	for _, b := range parts {
		size += b.n
	}
	if len(parts) > 1 && int64(len(parts))*size > leafWork {
		m := len(parts) / 2
		lowA, a := c.product(parts[:m])
		lowB, b := c.product(parts[m:])
		low, mass := trim(0, c.convolve(a, b))
		return low + lowA + lowB, mass
	}
	mass = make([]float64, size+1)
	mass[0] = 1
	n := 1
	for _, b := range parts {
		at := mass[b.n : int(b.n)+n]
		for i := n - 1; i >= 0; i-- { // from above, so that what is moved up is not moved again
			x := mass[i]
			y := float64(x * b.p)
			mass[i] = x - y
			at[i] += y
		}
		n += int(b.n)
	}
	return trim(0, mass)
}

// trim cuts tails of next to no mass.
func trim(low int64, mass []float64) (int64, []float64) {
	i, j := 0, len(mass)
	for s := 0.0; i < j-1; i++ {
		if s += max(mass[i], 0); s > tailMass {
			break
		}
	}
	for s := 0.0; j > i+1; j-- {
		if s += max(mass[j-1], 0); s > tailMass {
			break
		}
	}
	return low + int64(i), mass[i:j]
}

func (c *convolver) convolve(a, b []float64) []float64 {
	if len(a) < len(b) {
		a, b = b, a
	}
	n := len(a) + len(b) - 1
	if len(b) <= 48 || len(a)*len(b) <= direct {
		out := make([]float64, n)
		for i, x := range b {
			if x == 0 {
				continue
			}
			for j, y := range a {
				out[i+j] += float64(x * y)
			}
		}
		return out
	}
	out, grown := c.roots.convolve(a, b)
	c.roots = grown
	for i, x := range out {
		out[i] = max(0, x) // rounding may leave less than nothing
	}
	return out
}

// Mean returns the expected sum.
func (l *Law) Mean() float64 { return l.mean }

// Variance returns the variance of the sum.
func (l *Law) Variance() float64 { return l.sd2 }

// Rounding bounds the error of every quantile in the unit of the amounts; 0 is exact.
func (l *Law) Rounding() int64 { return l.rounding }

// Quantile returns the least x with P(sum ≤ x) ≥ q; q ≤ 0 is the least value, q ≥ 1 the greatest.
func (l *Law) Quantile(q float64) int64 {
	sum := 0.0
	for i, m := range l.p {
		sum += m
		if sum >= q-1e-15 && sum > 0 {
			return l.low + int64(i)*l.unit
		}
	}
	return l.low + int64(max(0, len(l.p)-1))*max(l.unit, 1)
}

// CDF returns P(sum ≤ x).
func (l *Law) CDF(x int64) float64 {
	if len(l.p) == 0 {
		return step(x >= 0)
	}
	sum := 0.0
	for i, m := range l.p {
		if l.low+int64(i)*l.unit > x {
			break
		}
		sum += m
	}
	return min(1, sum)
}

// AtLeast returns P(sum ≥ x): the chance to reach a target.
func (l *Law) AtLeast(x int64) float64 {
	if len(l.p) == 0 {
		return step(x <= 0)
	}
	sum := 0.0
	for i := len(l.p) - 1; i >= 0 && l.low+int64(i)*l.unit >= x; i-- {
		sum += l.p[i]
	}
	return min(1, sum)
}

// Masses returns the probabilities of low, low+unit, low+2·unit, ….
func (l *Law) Masses() (low, unit int64, p []float64) {
	if len(l.p) == 0 {
		return 0, 1, []float64{1}
	}
	return l.low, l.unit, slices.Clone(l.p)
}

// CRPS returns the continuous ranked probability score ∫(F(x)−1[x≥y])²dx of the law for an outcome, in the unit of the
// amounts (Gneiting and Raftery 2007, JASA 102:359).
func (l *Law) CRPS(y float64) float64 {
	low, unit := float64(l.low), float64(max(l.unit, 1))
	p := l.p
	if len(p) == 0 {
		p = []float64{1}
	}
	score, sum := 0.0, 0.0
	if y < low {
		score = low - y
	}
	for i, m := range p {
		sum = min(1, sum+m)
		a := low + float64(float64(i)*unit)
		b := a + unit
		if i == len(p)-1 {
			if y > a {
				score += y - a
			}
			break
		}
		switch {
		case y <= a:
			score += float64(unit * (1 - sum) * (1 - sum))
		case y >= b:
			score += float64(unit * sum * sum)
		default:
			score += float64((y-a)*sum*sum) + float64((b-y)*(1-sum)*(1-sum))
		}
	}
	return score
}

func step(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// mixtureQuantile returns the inverse of the empirical law: the least value with at least a share q at or below it.
func mixtureQuantile[T cmp.Ordered](sorted []T, q float64) T {
	i := int(math.Ceil(float64(q*float64(len(sorted)))-1e-9)) - 1
	return sorted[min(max(i, 0), len(sorted)-1)]
}
