package attribution

import "github.com/buyerjourney/b2b/internal/exact"

// value is an exact sum of values. Most paths have one value, which then is the sum; only more make an accumulator.
type value struct {
	one float64
	sum *exact.Sum
}

func (v *value) add(x float64) {
	switch {
	case x == 0:
	case v.sum != nil:
		v.sum.Add(x)
	case v.one == 0:
		v.one = x
	default:
		v.sum = new(exact.Sum)
		v.sum.Add(v.one)
		v.sum.Add(x)
	}
}

func (v *value) addTo(s *exact.Sum) {
	if v.sum != nil {
		s.Merge(v.sum)
		return
	}
	s.Add(v.one)
}

func (v *value) merge(w *value) {
	if w.sum == nil {
		v.add(w.one)
		return
	}
	if v.sum == nil {
		v.sum = new(exact.Sum)
		v.sum.Add(v.one)
	}
	v.sum.Merge(w.sum)
}

// less returns the sum without x.
func (v *value) less(x float64) exact.Sum {
	var s exact.Sum
	v.addTo(&s)
	s.Sub(x)
	return s
}

func (v *value) isZero() bool {
	if v.sum != nil {
		return v.sum.IsZero()
	}
	return v.one == 0
}

func (v *value) float64() float64 {
	if v.sum != nil {
		return v.sum.Float64()
	}
	return v.one
}

func (v *value) append(dst []byte) []byte {
	var s exact.Sum
	v.addTo(&s)
	return s.AppendBinary(dst)
}
