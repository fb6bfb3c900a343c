package exact

import (
	"math"
	"math/big"

	"github.com/buyerjourney/b2b/internal/bin"
)

// Big returns the sum as a big integer.
func (w *Wide) Big() *big.Int {
	if n, ok := w.Int64(); ok {
		return big.NewInt(n)
	}
	r := bin.NewReader(w.AppendBinary(nil))
	n, neg := readHead(r, 24)
	x := new(big.Int).SetBytes(r.Bytes(n))
	if neg {
		x.Neg(x)
	}
	return x
}

// Moments returns sum, mean and sample deviation of n values, of which the sums of the values and of their squares are given,
// in units of 1/scale: three float64 nearest to the true ones, but for the last square root. The deviation of fewer than two
// values is 0; without values all are 0.
func Moments(n, scale int64, sum, squares *Wide) (total, mean, sd float64) {
	if n <= 0 {
		return 0, 0, 0
	}
	s, k, unit := sum.Big(), big.NewInt(n), big.NewInt(scale)
	total = ratio(s, unit)
	mean = ratio(s, new(big.Int).Mul(k, unit))
	if n > 1 {
		// (n·Σx² − (Σx)²) / (n·(n−1))
		num := new(big.Int).Mul(k, squares.Big())
		num.Sub(num, new(big.Int).Mul(s, s))
		den := new(big.Int).Mul(k, big.NewInt(n-1))
		den.Mul(den, unit).Mul(den, unit)
		sd = math.Sqrt(ratio(num, den))
	}
	return total, mean, sd
}

func ratio(num, den *big.Int) float64 {
	f, _ := new(big.Rat).SetFrac(num, den).Float64()
	return f
}
