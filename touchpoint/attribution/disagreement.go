package attribution

import (
	"slices"

	"github.com/buyerjourney/b2b"
)

// Spread is the range of the share of one name over several models. The wider it is, the more the answer is the choice of
// the model and not the data.
type Spread struct {
	Name                string
	Low, High           float64
	LowModel, HighModel string // the first model, in the order given, with that share
}

// Disagreement compares the shares that models give to each name, in the order of the names. A name that a model does not
// have counts as 0 there. Fewer than two models are an error.
func Disagreement(credits ...*Credits) ([]Spread, error) {
	if len(credits) < 2 {
		return nil, &b2b.InvalidError{Path: "credits", Reason: "fewer than two models"}
	}
	var names []string
	for _, c := range credits {
		for _, x := range c.Names {
			names = append(names, x.Name)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	out := make([]Spread, len(names))
	for i, n := range names {
		for k, c := range credits {
			x, _ := c.Of(n)
			share := x.Share.Value
			if k == 0 || share < out[i].Low {
				out[i].Low, out[i].LowModel = share, c.Model
			}
			if k == 0 || share > out[i].High {
				out[i].High, out[i].HighModel = share, c.Model
			}
		}
		out[i].Name = n
	}
	return out, nil
}
