package simulation

import (
	"math"

	"github.com/buyerjourney/b2b/internal/stream"
	"github.com/buyerjourney/b2b/journey"
)

// luck is where the draws of one journey come from. Every draw has a stream of its own: replicate, journey, place, occurrence and purpose.
type luck struct{ stay, way, delay stream.Purpose }

func newLuck(root stream.Root, replicate uint64, journey int) luck {
	r := root.Sub("simulation journey", replicate, uint64(journey))
	return luck{r.Purpose("s"), r.Purpose("w"), r.Purpose("d")}
}

// ways are the ways on from a place of a graph. One is drawn by inversion, which begins where a guide table says (Chen & Asai 1974).
type ways struct {
	list  []way
	upTo  []float64 // cumulated shares, the last infinite
	guide []int32   // for a draw u in [0,1), by ⌊u·n⌋: no way before this one is the answer
}

// way is one way on.
type way struct {
	to      int // place, or −1 − outcome
	delay   sampler
	delayed bool
}

func newWays(branches []branch, p *params) ways {
	var w ways
	sum := 0.0
	for _, b := range branches {
		sum += b.p
		x := way{to: -1 - b.outcome}
		if b.outcome < 0 {
			x.to = b.active[0]
		}
		if b.edge >= 0 && b.delay.Family != journey.Unset {
			x.delay, x.delayed = newSampler(b.delay, p.delay[b.edge]), true
		}
		w.list, w.upTo = append(w.list, x), append(w.upTo, sum)
	}
	n := len(w.list)
	if n == 0 {
		return w
	}
	w.upTo[n-1] = math.Inf(1)
	w.guide = make([]int32, n)
	i := 0
	for k := range w.guide {
		for w.upTo[i]*float64(n) < float64(k) {
			i++
		}
		w.guide[k] = int32(i)
	}
	return w
}

// at returns the number of the way that a draw in [0,1) means: the first whose cumulated share is above it.
func (w *ways) at(u float64) int {
	i := int(w.guide[int(u*float64(len(w.guide)))])
	for u >= w.upTo[i] {
		i++
	}
	return i
}

// choose returns the way on after the visit of a place that has the number occurrence; nil if there is none.
func (c *compiled) choose(luck stream.Purpose, place int, occurrence uint32) *way {
	w := &c.ways[place]
	switch len(w.list) {
	case 0:
		return nil
	case 1:
		return &w.list[0]
	}
	r := luck.SourceN(uint64(occurrence), c.key(place))
	return &w.list[w.at(r.Float64())]
}

func (c *compiled) key(at int) uint64 {
	if at < len(c.hash) {
		return c.hash[at]
	}
	return 1
}

// runGraph runs journeys of a graph one by one, where nobody waits for anybody. Nothing is allocated per step.
func (c *compiled) runGraph(root stream.Root, replicate uint64, from, to int, arrival []float64, horizon float64, t *tally) {
	occurrence := make([]uint32, len(c.f.places)+1)
	for j := from; j < to; j++ {
		clear(occurrence)
		luck := newLuck(root, replicate, j)
		clock := 0.0
		at, last := len(c.f.places), -1
		limit := math.Inf(1)
		if horizon > 0 {
			limit = horizon - arrival[j]
		}
		for n := 0; ; n++ {
			if at < len(c.f.places) {
				begun := clock
				stay := c.stay[at].draw(luck.stay, uint64(occurrence[at]), c.hash[at])
				if d := c.dept[at]; d >= 0 {
					clock = c.hours[d].finish(arrival[j]+clock, stay) - arrival[j]
				} else {
					clock += stay
				}
				if clock > limit {
					t.censor(limit)
					break
				}
				step := c.f.places[at].step
				t.visit(step, 0, clock-begun, 0)
				last = step
			}
			w := c.choose(luck.way, at, occurrence[at])
			if w == nil || n > maxSteps {
				t.finish(c.stuck, clock, last, false)
				break
			}
			if w.delayed {
				clock += w.delay.draw(luck.delay, uint64(occurrence[at]), c.key(at))
			}
			occurrence[at]++
			if clock > limit {
				t.censor(limit)
				break
			}
			if w.to < 0 {
				t.finish(-1-w.to, clock, last, c.s.isGoal[-1-w.to])
				break
			}
			at = w.to
		}
	}
}
