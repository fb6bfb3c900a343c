package exact

// Pair is an exact sum of finite float64 values in two of them, where that is enough: Hi is the float64 nearest to the sum and
// Lo what is left. Prices and seconds need no more; a [Sum] takes what does. The zero value is 0. It is a plain comparable
// value without memory of its own: equal sums are ==.
type Pair struct{ Hi, Lo float64 }

// Add adds x. It reports false, and p stays as it is, if two float64 do not hold the sum, or x is not finite.
func (p *Pair) Add(x float64) (ok bool) {
	s, e := twoSum(p.Hi, x)
	t, rest := twoSum(p.Lo, e)
	hi, lo := twoSum(s, t)
	if rest != 0 || hi-hi != 0 || lo-lo != 0 {
		return false
	}
	p.Hi, p.Lo = hi, lo
	return true
}

// AddTo adds the pair to s.
func (p *Pair) AddTo(s *Sum) {
	s.Add(p.Hi)
	s.Add(p.Lo)
}

// Pair returns the sum as two float64; ok is false if they do not hold it.
func (s *Sum) Pair() (p Pair, ok bool) {
	p.Hi = s.Float64()
	rest := s.Clone()
	rest.Sub(p.Hi)
	p.Lo = rest.Float64()
	rest.Sub(p.Lo)
	return p, p.Hi-p.Hi == 0 && rest.IsZero()
}

// twoSum returns the float64 nearest to a+b and the exact remainder (Møller 1965, Knuth 1969).
func twoSum(a, b float64) (sum, rest float64) {
	sum = a + b
	c := sum - a
	return sum, (a - (sum - c)) + (b - c)
}
