package linear

import "math"

// Relative are relative weights with what they are made of.
type Relative struct {
	Root    []float64 // R^½
	CAR     []float64 // (R^−½·r)²
	Johnson []float64
	R2      float64
	inverse []float64
	s       Spectrum
}

// Fit finds Johnson's weights and CAR from correlations: R = V·D·V', Λ = V·D^½·V', b = Λ⁻¹·r, ε_j = Σ_k Λ_jk²·b_k² (Johnson
// 2000, equal to Genizi 1993) and CAR_j = b_j² (Zuber and Strimmer 2011). Λ⁻¹ is the pseudo-inverse. Both sum to R² = Σb².
func (w *Relative) Fit(r, rxy []float64, p int) {
	w.Root, w.inverse = grow(w.Root, p*p), grow(w.inverse, p*p)
	w.CAR, w.Johnson = grow(w.CAR, p), grow(w.Johnson, p)
	w.s.Decompose(r, p)
	w.s.Power(0.5, w.Root)
	w.s.Power(-0.5, w.inverse)
	w.R2 = 0
	for i := range p {
		b := 0.0
		for j := range p {
			b += float64(w.inverse[i*p+j] * rxy[j])
		}
		w.CAR[i] = b * b
		w.R2 += w.CAR[i]
	}
	for i := range p {
		for k := range p {
			l := w.Root[i*p+k]
			w.Johnson[i] += float64(l * l * w.CAR[k])
		}
	}
}

// Correlations fills r (p×p) and rxy from the columns and the outcome; ok is false if one of them does not vary.
func Correlations(columns [][]float64, y []float64, weight []float64, r, rxy []float64) (ok bool) {
	p := len(columns)
	all := make([][]float64, p+1)
	copy(all, columns)
	all[p] = y
	w := 0.0
	for _, x := range weight {
		w += x
	}
	mean, sd := make([]float64, p+1), make([]float64, p+1)
	for j, c := range all {
		for i, x := range c {
			mean[j] += float64(weight[i] * x)
		}
		mean[j] /= w
	}
	cov := func(j, k int) float64 {
		t := 0.0
		for i, x := range weight {
			t += float64(x * (all[j][i] - mean[j]) * (all[k][i] - mean[k]))
		}
		return t
	}
	for j := range all {
		sd[j] = math.Sqrt(cov(j, j))
		if !(sd[j] > 0) {
			return false
		}
	}
	for j := range p {
		for k := range j {
			c := cov(j, k) / (sd[j] * sd[k])
			r[j*p+k], r[k*p+j] = c, c
		}
		r[j*p+j] = 1
		rxy[j] = cov(j, p) / (sd[j] * sd[p])
	}
	return true
}
