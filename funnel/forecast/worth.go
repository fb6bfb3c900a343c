package forecast

import (
	"math/bits"
	"slices"

	"github.com/buyerjourney/b2b/internal/stat"
)

// amount draws what a deal is worth if it is won; u is 64 random bits.
func (e *engine) amount(d *openDeal, u uint64) int64 {
	pick := func(n int) int {
		i, _ := bits.Mul64(u, uint64(n))
		return int(i)
	}
	switch d.valued {
	case quoted:
		switch {
		case len(e.ratios) == 0:
			return d.amount
		case e.skip&Amounts != 0:
			return nearest(float64(d.amount) * e.ratio)
		}
		return nearest(float64(d.amount) * e.ratios[pick(len(e.ratios))])
	case notQuoted:
		if len(e.wonSizes) > 0 && e.skip&Amounts == 0 {
			return e.wonSizes[pick(len(e.wonSizes))]
		}
		return nearest(e.size)
	}
	return 0
}

// nearest rounds as [math.Round] does, half away from zero, without a branch: it is called for every win of every draw.
func nearest(x float64) int64 {
	whole := int64(x)
	return whole + int64(2*(x-float64(whole)))
}

// setAmounts takes over the ratios of won to quoted amounts, and the amounts of won deals.
func (e *engine) setAmounts(ratios []float64, sizes []int64) {
	slices.Sort(ratios)
	slices.Sort(sizes)
	e.ratios, e.wonSizes = ratios, sizes
	e.ratio, e.size = 1, 0
	if m, ok := stat.Mean(ratios); ok {
		e.ratio = m
	}
	if len(sizes) > 0 {
		var s stat.Compensated
		for _, x := range sizes {
			s.Add(float64(x))
		}
		e.size = s.Sum() / float64(len(sizes))
	}
}

// worth is the expected amount of a deal if it is won.
func (e *engine) worth(d *openDeal) float64 {
	switch d.valued {
	case quoted:
		return float64(d.amount) * e.ratio
	case notQuoted:
		return e.size
	}
	return 0
}
