package attribution

import (
	"slices"
	"strings"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/touchpoint"
)

// Credits is what a model gives to each name. It is immutable: do not change its slices. Safe for concurrent use.
type Credits struct {
	Model        string   // the model with its parameters
	Evidence     string   // always Association
	Names        []Credit // sorted by name, bytewise
	Unattributed Amount   // conversions without a path, or whose path lost all its steps
	Total        Amount   // all conversions: Σ Names + Unattributed, unless Additive is false
	Additive     bool     // false for Participation, whose credits overlap, and for ExactSet
	HasRemoval   bool     // whether Removal and RemovalValue are given: for Markov chains only
	PConversion  float64  // share of the walked paths that converted: ΣC/(ΣC+ΣN)
	Replicates   int      // replicates behind the intervals, 0 without intervals
}

// Credit is what one name gets. Intervals are given where the configuration asks for replicates. The zero value is nothing.
type Credit struct {
	Name         string
	Conversions  b2b.Estimate
	Value        b2b.Estimate
	Share        b2b.Estimate // of all credited conversions, in [0,1] for every model but the games that may be negative
	Removal      b2b.Estimate // share of conversions that would be lost without the name: 1 − P(conv without)/P(conv)
	RemovalValue b2b.Estimate // the same of value
	Rank         touchpoint.Rank
}

// Of returns the credit of a name.
func (c *Credits) Of(name string) (Credit, bool) {
	i, ok := slices.BinarySearchFunc(c.Names, name, func(x Credit, n string) int { return strings.Compare(x.Name, n) })
	if !ok {
		return Credit{}, false
	}
	return c.Names[i], true
}

// Apportion divides an amount of money exactly in proportion to the credited values, or to the credited conversions where
// there is no value: one part per name, in the order of Names, and the part of what is unattributed. Minor units that
// remain go to the largest remainders, ties to the smaller name; all parts together are the total. A negative credit
// (refunds, or a game that allows it) is an error.
func (c *Credits) Apportion(total b2b.Money) (parts []b2b.Money, unattributed b2b.Money, err error) {
	byValue := c.Unattributed.Value != 0
	for _, x := range c.Names {
		byValue = byValue || x.Value.Value != 0
	}
	weights := make([]float64, 0, len(c.Names)+1)
	for _, x := range c.Names {
		w := x.Conversions.Value
		if byValue {
			w = x.Value.Value
		}
		weights = append(weights, w)
	}
	rest := c.Unattributed.Conversions
	if byValue {
		rest = c.Unattributed.Value
	}
	parts, err = total.Split(append(weights, rest))
	if err != nil {
		return nil, b2b.Money{}, err
	}
	return parts[:len(c.Names)], parts[len(c.Names)], nil
}
