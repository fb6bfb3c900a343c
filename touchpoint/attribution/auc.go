package attribution

import (
	"math"

	"github.com/buyerjourney/b2b"
)

// OrderAUC is the in-sample discrimination of one order.
type OrderAUC struct {
	Order     int
	AUC       float64 // area under the ROC curve at 100 thresholds
	Penalised float64 // 1 − (1−AUC)(n−1)/(n−nodes−1); 0 where that leaves [0,1]
	Nodes     float64 // number of multisets of k names
}

// PenalisedAUC does what choose_order of ChannelAttribution does: it scores each path by the conversion share of its last
// state, in the sample, and penalises the area under the curve by the number of possible states. It is here for
// comparison: on its own example it prefers an order that predicts no better than order 1; use [ChooseOrder]. best is the
// order with the largest penalised area, ties to the smaller.
func PenalisedAUC(p *Paths, upTo int) (areas []OrderAUC, best int, err error) {
	if upTo < 1 || upTo > maxOrder {
		var bad b2b.Problems
		bad.Addf("up_to", "outside 1..%d", maxOrder)
		return nil, 0, bad.Err()
	}
	if sum(p.conv) == 0 {
		return nil, 0, ErrNoConversions
	}
	n := sum(p.conv) + sum(p.null)
	for k := 1; k <= upTo; k++ {
		a := OrderAUC{Order: k, AUC: p.auc(k), Nodes: 1}
		for i := 1; i <= k; i++ { // C(K+k−1, k)
			a.Nodes *= float64(len(p.names)+k-i) / float64(i)
		}
		if d := n - a.Nodes - 1; d != 0 {
			a.Penalised = 1 - (1-a.AUC)*(n-1)/d
		}
		if !(a.Penalised >= 0 && a.Penalised <= 1) {
			a.Penalised = 0
		}
		areas = append(areas, a)
		if a.Penalised > areas[max(best, 1)-1].Penalised || best == 0 {
			best = k
		}
	}
	return areas, best, nil
}

// auc is the area under the ROC curve of order k, by trapezoids between 100 equally spaced thresholds.
func (p *Paths) auc(k int) float64 {
	ends, states := endStates(p, k)
	c, n := make([]float64, states), make([]float64, states)
	for r, s := range ends {
		c[s] += p.conv[r]
		n[s] += p.null[r]
	}
	low, high := math.Inf(1), math.Inf(-1)
	for s := range c {
		score := c[s] / (c[s] + n[s])
		low, high = min(low, score), max(high, score)
	}
	allC, allN := sum(c), sum(n)
	const thresholds = 100
	area, tpr0, fpr0 := 0.0, 1.0, 1.0
	for i := range thresholds {
		cut := low + (high-low)*float64(i)/(thresholds-1)
		var hit, miss float64
		for s := range c {
			if c[s]/(c[s]+n[s]) >= cut {
				hit += c[s]
				miss += n[s]
			}
		}
		tpr, fpr := ratio(hit, allC), ratio(miss, allN)
		area += (fpr0 - fpr) * (tpr0 + tpr) / 2
		tpr0, fpr0 = tpr, fpr
	}
	return area + fpr0*tpr0/2
}

func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}
