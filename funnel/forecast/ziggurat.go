package forecast

import (
	"math"

	"github.com/buyerjourney/b2b/internal/stream"
)

// ziggurat holds the layers for exponential variates (Marsaglia and Tsang 2000, J. Stat. Softw. 5:8): 256 layers of equal
// area under exp(−x), drawn by one multiplication in most cases. A bootstrap draws one variate per case.
type ziggurat struct {
	x [257]float64 // right ends, descending; x[0] is wider than x[1] by the area of the tail
	f [257]float64 // exp(−x)
}

const (
	zigTail = 7.69711747013104972      // where the tail begins
	zigArea = 0.0039496598225815571993 // of a layer
)

var exponentials = newZiggurat()

func newZiggurat() *ziggurat {
	z := &ziggurat{}
	z.x[0] = zigArea / math.Exp(-zigTail)
	z.x[1] = zigTail
	for i := 2; i < 256; i++ {
		z.x[i] = -math.Log(zigArea/z.x[i-1] + math.Exp(-z.x[i-1]))
	}
	for i := range z.f {
		z.f[i] = math.Exp(-z.x[i])
	}
	return z
}

// draw returns an exponential variate of mean 1.
func (z *ziggurat) draw(rng *stream.Rand) float64 {
	for {
		u := rng.Uint64()
		i := u & 255
		x := float64(u>>11) * 0x1p-53 * z.x[i]
		if x < z.x[i+1] {
			return x
		}
		if i == 0 {
			return zigTail + rng.ExpFloat64()
		}
		if z.f[i]+float64(rng.Float64()*(z.f[i+1]-z.f[i])) < math.Exp(-x) {
			return x
		}
	}
}
