package experience

import (
	"math"
	"strconv"

	"github.com/buyerjourney/b2b"
)

// Shrunk are means drawn towards their common mean, so that a ranking is not led by whoever was asked least. It is an
// immutable value.
type Shrunk struct {
	Items   []ShrunkItem // in the order of the argument
	Mean    float64      // μ, the precision-weighted common mean
	Tau2    float64      // variance between items
	Changed bool         // false for fewer than two items, which stay as they are
}

// ShrunkItem is one of them.
type ShrunkItem struct {
	Mean, Var float64 // after shrinkage: between the item's own mean and μ
	Weight    float64 // B, what μ counts: 1 where items do not differ beyond chance
}

// Shrink draws means towards each other by how uncertain they are (DerSimonian and Laird 1986, empirical Bayes): w = 1/v,
// τ² = max(0, (Q−(k−1))/C), B = v/(v+τ²), mean = B·μ + (1−B)·m. Variances must be above 0.
func Shrink(means, variances []float64) (Shrunk, error) {
	var p b2b.Problems
	if len(means) != len(variances) {
		p.Add("variances", "not one per mean")
		return Shrunk{}, p.Err()
	}
	for i, m := range means {
		if math.IsNaN(m) || math.IsInf(m, 0) {
			p.Add("means["+strconv.Itoa(i)+"]", "not a finite number")
		}
		if v := variances[i]; !(v > 0) || math.IsInf(v, 1) {
			p.Add("variances["+strconv.Itoa(i)+"]", "not a finite number above 0")
		}
	}
	if err := p.Err(); err != nil {
		return Shrunk{}, err
	}
	s := Shrunk{Items: make([]ShrunkItem, len(means))}
	if len(means) < 2 {
		for i, m := range means {
			s.Items[i], s.Mean = ShrunkItem{Mean: m, Var: variances[i]}, m
		}
		return s, nil
	}
	var w, wm, w2 float64
	for i, v := range variances {
		w += 1 / v
		wm += means[i] / v
		w2 += 1 / (v * v)
	}
	mu0, q := wm/w, 0.0
	for i, v := range variances {
		d := means[i] - mu0
		q += float64(d * d / v)
	}
	s.Tau2 = max(0, (q-float64(len(means)-1))/(w-w2/w))
	w, wm = 0, 0
	for i, v := range variances {
		w += 1 / (v + s.Tau2)
		wm += means[i] / (v + s.Tau2)
	}
	s.Mean, s.Changed = wm/w, true
	for i, v := range variances {
		b := v / (v + s.Tau2) // 1 if τ² is 0
		s.Items[i] = ShrunkItem{
			Mean: float64(b*s.Mean) + float64((1-b)*means[i]), Var: float64((1-b)*v) + float64(b*b/w), Weight: b,
		}
	}
	return s, nil
}
