package attribution

import (
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
)

// Markov credits names by the removal effect in a chain of the given order: credit = total · effect / Σ effects. It is exact:
// nothing is simulated. See [FitChain] for the chain itself and [ChooseOrder] for the order.
type Markov struct {
	Order int // 0 means 1
}

// String returns "markov(order)".
func (m Markov) String() string { return "markov(" + strconv.Itoa(max(1, m.Order)) + ")" }

func (m Markov) check(p *b2b.Problems) { ChainConfig{Order: m.Order}.check(p, "model") }

func (m Markov) compile(p *Paths) fitter {
	s := compileStates(p, max(1, m.Order), false)
	c := &markovFitter{structure: s, with: make([][]int32, len(p.names))}
	for state, gram := range s.grams {
		for i, code := range gram {
			if !slices.Contains(gram[:i], code) {
				c.with[code] = append(c.with[code], int32(state))
			}
		}
	}
	return c
}

type markovFitter struct {
	*structure
	with [][]int32 // the states that contain each name
}

func (c *markovFitter) worker() func(*weights, *scores) bool {
	v, f := newSolver(c.structure), new(solution)
	return func(w *weights, out *scores) bool {
		if v.solve(f, w) == nil {
			return false
		}
		var effects, effectsV total
		v.losses(f, c.with, func(code int, p, value float64) {
			out.removal[code] = clamp(p / f.p)
			effects.Add(out.removal[code])
			if f.v != 0 {
				out.removalValue[code] = value / f.v
			}
			effectsV.Add(out.removalValue[code])
		})
		var value total
		for _, x := range w.value {
			value.Add(x)
		}
		conversions := sum(w.conv)
		for code := range c.with {
			out.conv[code] = conversions * out.removal[code] / effects.Sum()
			if t := effectsV.Sum(); t != 0 {
				out.value[code] = value.Sum() * out.removalValue[code] / t
			}
		}
		return true
	}
}
