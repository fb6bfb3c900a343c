package experience

import (
	"errors"
	"math"

	"github.com/buyerjourney/b2b"
)

// ErrScaleMismatch says that two numbers lie on different scales and cannot be compared.
var ErrScaleMismatch = errors.New("scales differ")

// Scale is a scale of scores. The zero value is invalid, since Max must be above Min. It is a comparable value.
type Scale struct {
	Min, Max, Neutral float64
	LowIsGood         bool // effort: the lower the better
}

// Check reports a scale that is not finite, does not rise, or whose neutral point lies outside it.
func (s Scale) Check() error {
	var p b2b.Problems
	for _, x := range [...]float64{s.Min, s.Max, s.Neutral} {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			p.Add("scale", "not finite")
			return p.Err()
		}
	}
	if !(s.Min < s.Max) {
		p.Add("scale.max", "not above min")
	} else if s.Neutral < s.Min || s.Neutral > s.Max {
		p.Add("scale.neutral", "outside the scale")
	}
	return p.Err()
}

// Unit maps a score to [0,1], 1 being the best. A score outside the scale is an error.
func (s Scale) Unit(x float64) (float64, error) {
	if err := s.Check(); err != nil {
		return 0, err
	}
	if !(x >= s.Min && x <= s.Max) {
		return 0, &b2b.InvalidError{Path: "score", Reason: "outside the scale"}
	}
	u := (x - s.Min) / (s.Max - s.Min)
	if s.LowIsGood {
		u = 1 - u
	}
	return u, nil
}

// Convert maps a score to the place on another scale that is as good. A score outside the scale is an error.
func (s Scale) Convert(x float64, to Scale) (float64, error) {
	u, err := s.Unit(x)
	if err != nil {
		return 0, err
	}
	if err := to.Check(); err != nil {
		return 0, err
	}
	if to.LowIsGood {
		u = 1 - u
	}
	return to.Min + float64(u*(to.Max-to.Min)), nil
}

// good maps a score to the same scale with the good end high.
func (s Scale) good(x float64) float64 {
	if s.LowIsGood {
		return s.Min + s.Max - x
	}
	return x
}
