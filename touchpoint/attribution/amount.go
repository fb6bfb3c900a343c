package attribution

import "github.com/buyerjourney/b2b/internal/exact"

// value is an exact sum of values without a pointer: two float64 that hold nearly all sums, or the number of one in a [vault].
// It belongs to the vault that it was added with.
type value struct {
	pair exact.Pair
	far  int32 // one more than the number in the vault; 0 is the pair
}

// vault keeps the sums that two float64 do not hold.
type vault []exact.Sum

func (v *vault) add(a *value, x float64) {
	if x == 0 {
		return
	}
	if a.far == 0 {
		if a.pair.Add(x) {
			return
		}
		var s exact.Sum
		a.pair.AddTo(&s)
		*a = v.keep(s)
	}
	(*v)[a.far-1].Add(x)
}

// keep returns the sum as a value of the vault.
func (v *vault) keep(s exact.Sum) value {
	*v = append(*v, s)
	return value{far: int32(len(*v))}
}

// take returns the sum as a value, of the vault only where it must.
func (v *vault) take(s exact.Sum) value {
	if p, ok := s.Pair(); ok {
		return value{pair: p}
	}
	return v.keep(s)
}

// merge adds b, which belongs to from, to a.
func (v *vault) merge(a *value, from vault, b value) {
	if b.far == 0 {
		v.add(a, b.pair.Hi)
		v.add(a, b.pair.Lo)
		return
	}
	s := v.sum(*a)
	s.Merge(&from[b.far-1])
	if a.far > 0 {
		(*v)[a.far-1] = s
		return
	}
	*a = v.take(s)
}

// sum returns a copy of the sum.
func (v *vault) sum(a value) (s exact.Sum) {
	if a.far > 0 {
		return (*v)[a.far-1].Clone()
	}
	a.pair.AddTo(&s)
	return s
}

func (v *vault) float64(a value) float64 {
	if a.far > 0 {
		return (*v)[a.far-1].Float64()
	}
	return a.pair.Hi
}
