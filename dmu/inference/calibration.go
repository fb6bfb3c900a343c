package inference

import (
	"math"

	"github.com/buyerjourney/b2b/internal/stat"
)

// calibration compares how sure one was with how often one was right, in equal bins of probability that are closed on the
// right (Naeini, Cooper and Hauskrecht 2015).
type calibration []confidence

type confidence struct {
	said     stat.Compensated // Σ p
	n, right int
}

// add counts an answer that was given with probability p. On the border of two bins but for rounding is in the lower one.
func (c calibration) add(p float64, right bool) {
	b := len(c) - 1
	for b > 0 && p <= float64(b)/float64(len(c))+1e-12 {
		b--
	}
	c[b].said.Add(p)
	c[b].n++
	if right {
		c[b].right++
	}
}

// err is the expected calibration error Σ_b n_b/n · |mean p − share right|.
func (c calibration) err() float64 {
	var gap stat.Compensated
	n := 0
	for _, b := range c {
		gap.Add(math.Abs(b.said.Sum() - float64(b.right)))
		n += b.n
	}
	return gap.Sum() / float64(n)
}
