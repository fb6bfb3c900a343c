package stream

import (
	"math"
	"math/bits"
)

// Rand is a small generator (splitmix64) that allocates nothing and implements rand.Source of math/rand/v2. The zero Rand is a
// valid stream with a fixed seed; take one from [Root.SourceN]. A copy goes on from the same place. Not safe for concurrent use.
type Rand struct{ state, gamma uint64 }

// NewRand returns a generator with a seed.
func NewRand(seed uint64) Rand { return Rand{state: seed} }

// newRand follows Steele, Lea and Flood: an odd increment whose bits change often enough.
func newRand(state, gamma uint64) Rand {
	gamma |= 1
	if bits.OnesCount64(gamma^gamma>>1) < 24 {
		gamma ^= 0xaaaaaaaaaaaaaaaa
	}
	return Rand{state, gamma}
}

// Uint64 returns 64 random bits.
func (r *Rand) Uint64() uint64 {
	if r.gamma == 0 {
		r.gamma = golden
	}
	r.state += r.gamma
	return mix(r.state)
}

// Float64 returns a multiple of 2^-53 in [0, 1). One draw.
func (r *Rand) Float64() float64 { return float64(r.Uint64()>>11) * 0x1p-53 }

// open returns an odd multiple of 2^-53, in the open interval (0, 1) and symmetric in it.
func (r *Rand) open() float64 { return (float64(r.Uint64()>>12) + 0.5) * 0x1p-52 }

// IntN returns an integer in [0, n), without bias (Lemire 2019); 0 if n < 2, then without a draw.
func (r *Rand) IntN(n int) int {
	if n < 2 {
		return 0
	}
	u := uint64(n)
	hi, lo := bits.Mul64(r.Uint64(), u)
	if lo < u {
		for t := -u % u; lo < t; {
			hi, lo = bits.Mul64(r.Uint64(), u)
		}
	}
	return int(hi)
}

// Bool returns true with probability p. One draw.
func (r *Rand) Bool(p float64) bool { return r.Float64() < p }

// Shuffle permutes n elements (Fisher and Yates).
func (r *Rand) Shuffle(n int, swap func(i, j int)) {
	for i := n - 1; i > 0; i-- {
		swap(i, r.IntN(i+1))
	}
}

// ExpFloat64 returns an exponential variate of mean 1, positive and finite. One draw, by inversion.
func (r *Rand) ExpFloat64() float64 { return -math.Log(r.open()) }

// NormFloat64 returns a standard normal variate, finite. One draw, by inversion, so that it is monotone in the draw.
func (r *Rand) NormFloat64() float64 {
	u := r.open()
	return math.Sqrt2 * math.Erfinv(2*u-1) // 2u−1 is exact
}
