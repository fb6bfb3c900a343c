package attribution

import (
	"fmt"
	"math"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stat"
)

// OrderConfig says how the order of a chain is chosen. The zero value is valid.
type OrderConfig struct {
	Max   int // largest order tried; 0 means 5
	Folds int // of the cross-validation; 0 means 10
}

// OrderChoice is the choice of an order by cross-validated log-loss, per path walked, in nats. It is an immutable value.
type OrderChoice struct {
	Order    int         // the smallest order within one standard error of the least loss
	Losses   []OrderLoss // by order, from 1
	Constant float64     // loss of the base rate, the same for every path
	Beats    bool        // whether any order predicts better than the base rate
}

// OrderLoss is the cross-validated loss of one order.
type OrderLoss struct {
	Order    int
	Loss, SE float64 // SE over folds
}

// ChooseOrder cross-validates the orders 1 … Max: paths fall into folds by a hash of their steps, and a path is predicted to
// convert with (C+p0)/(C+N+1), where C and N are the outcomes of the paths in the other folds that end in the same state
// and p0 is their base rate. Where Beats is false no order helps to predict conversion, and order 1 is as good as any; say so
// to the reader. [ErrNoConversions], and [b2b.ErrTooFew] if there are fewer distinct paths than folds.
func ChooseOrder(p *Paths, cfg OrderConfig) (*OrderChoice, error) {
	var bad b2b.Problems
	if cfg.Max < 0 || cfg.Max > maxOrder {
		bad.Addf("config.max", "outside 0..%d", maxOrder)
	}
	if cfg.Folds < 0 || cfg.Folds == 1 {
		bad.Add("config.folds", "below 2")
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	if cfg.Max == 0 {
		cfg.Max = 5
	}
	if cfg.Folds == 0 {
		cfg.Folds = 10
	}
	switch {
	case sum(p.conv) == 0:
		return nil, ErrNoConversions
	case len(p.conv) < cfg.Folds:
		return nil, fmt.Errorf("%w: %d distinct paths for %d folds", b2b.ErrTooFew, len(p.conv), cfg.Folds)
	}
	v := newFolds(p, cfg.Folds)
	c := &OrderChoice{}
	c.Constant, _ = v.loss(nil, 1)
	best := 0
	for k := 1; k <= cfg.Max; k++ {
		ends, n := endStates(p, k)
		loss, se := v.loss(ends, n)
		c.Losses = append(c.Losses, OrderLoss{Order: k, Loss: loss, SE: se})
		if loss < c.Losses[best].Loss {
			best = k - 1
		}
		c.Beats = c.Beats || loss < c.Constant
	}
	for _, l := range c.Losses {
		if l.Loss <= c.Losses[best].Loss+c.Losses[best].SE {
			c.Order = l.Order
			break
		}
	}
	return c, nil
}

// endStates returns the last state of each path at order k, numbered from 0, and how many states there are.
func endStates(p *Paths, k int) (ends []int32, n int) {
	g := newGrams(len(p.names), k)
	ends = make([]int32, len(p.conv))
	for r := range ends {
		steps := p.of(r)
		ends[r] = g.intern(steps[max(0, len(steps)-k):])
	}
	return ends, len(g.list)
}

// folds is the division of the paths for cross-validation.
type folds struct {
	p    *Paths
	n    int
	of   []int
	c, t []float64 // conversions and all walks, by fold
}

func newFolds(p *Paths, n int) *folds {
	v := &folds{p: p, n: n, of: make([]int, len(p.conv)), c: make([]float64, n), t: make([]float64, n)}
	var buf []byte
	for r := range v.of {
		var key uint64
		key, buf = p.key(r, buf)
		f := int(key % uint64(n))
		v.of[r] = f
		v.c[f] += p.conv[r]
		v.t[f] += p.conv[r] + p.null[r]
	}
	return v
}

// loss returns the log-loss per walk and its standard error over folds; without ends it is that of the base rate.
func (v *folds) loss(ends []int32, states int) (loss, se float64) {
	p := v.p
	conv, walks := sum(v.c), sum(v.t)
	c, t := make([]float64, states), make([]float64, states) // all folds together
	cf, tf := make([]float64, states*v.n), make([]float64, states*v.n)
	for r, s := range ends {
		n := p.conv[r] + p.null[r]
		c[s] += p.conv[r]
		t[s] += n
		cf[int(s)*v.n+v.of[r]] += p.conv[r]
		tf[int(s)*v.n+v.of[r]] += n
	}
	byFold := make([]total, v.n)
	for r := range p.conv {
		f := v.of[r]
		p0 := 0.5
		if rest := walks - v.t[f]; rest > 0 {
			p0 = (conv - v.c[f]) / rest
		}
		q := p0
		if ends != nil {
			s := int(ends[r])
			q = (c[s] - cf[s*v.n+f] + p0) / (t[s] - tf[s*v.n+f] + 1)
		}
		const tiny = 1e-15 // a base rate of 0 or 1 must not make the loss infinite
		q = min(max(q, tiny), 1-tiny)
		byFold[f].Add(-float64(p.conv[r]*math.Log(q)) - float64(p.null[r]*math.Log1p(-q)))
	}
	var all total
	var means []float64
	for f := range byFold {
		x := byFold[f].Sum()
		all.Add(x)
		if v.t[f] > 0 {
			means = append(means, x/v.t[f])
		}
	}
	if variance, ok := stat.Variance(means); ok {
		se = math.Sqrt(variance / float64(len(means)))
	}
	return all.Sum() / walks, se
}
