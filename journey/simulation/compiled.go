package simulation

import (
	"math"
	"slices"

	"github.com/buyerjourney/b2b/internal/stream"
	"github.com/buyerjourney/b2b/journey"
)

// maxSteps bounds one journey; a journey that takes more counts as stuck.
const maxSteps = 1_000_000

// compiled is a flow with parameters, ready to run: everything by number, nothing to look up.
type compiled struct {
	s       *Model
	f       *flow
	stay    []sampler // by place
	hash    []uint64  // by place: of the step's name and its occurrence in the flow
	nodes   []uint64  // by node of a tree
	ways    [][]way   // graph, by place; last: the start
	dept    []int     // by place, −1: servers without limit
	hours   []calendar
	servers []int
	stuck   int
}

// way is one way on in a graph, with the cumulated share.
type way struct {
	upTo    float64
	to      int // place, or −1 − outcome
	delay   sampler
	delayed bool
}

func (s *Model) compile(p *params, shared bool) *compiled {
	f := s.flow(p)
	c := &compiled{s: s, f: f, stuck: s.endOf[End{Kind: Stuck}]}
	seen := make(map[int]uint64)
	for _, x := range f.places {
		c.stay = append(c.stay, newSampler(s.steps[x.step].Duration, p.stay[x.step]))
		c.hash = append(c.hash, stream.Hash(string(s.steps[x.step].ID))+seen[x.step])
		seen[x.step]++
		d := s.department[x.step]
		if !shared && d >= 0 && len(s.config.Departments[d].Hours) == 0 {
			d = -1
		}
		c.dept = append(c.dept, d)
	}
	for i := range s.config.Departments {
		d := &s.config.Departments[i]
		c.hours = append(c.hours, newCalendar(d, s.config.Start))
		c.servers = append(c.servers, d.Servers)
		if !shared {
			c.servers[i] = math.MaxInt
		}
	}
	if s.isTree {
		for i := range f.nodes {
			c.nodes = append(c.nodes, stream.Hash("node")+uint64(i))
		}
		return c
	}
	hopeless := s.hopelessPlaces(f)
	for i := range len(f.ways) + 1 {
		list := f.start
		if i < len(f.ways) {
			list = f.ways[i]
		}
		if i < len(f.ways) && hopeless[i] {
			list = []branch{{p: 1, outcome: c.stuck, edge: -1}}
		}
		var ways []way
		sum := 0.0
		for _, b := range list {
			sum += b.p
			w := way{upTo: sum, to: -1 - b.outcome}
			if b.outcome < 0 {
				w.to = b.active[0]
			}
			if b.edge >= 0 && b.delay.Family != journey.Unset {
				w.delay, w.delayed = newSampler(b.delay, p.delay[b.edge]), true
			}
			ways = append(ways, w)
		}
		if len(ways) > 0 {
			ways[len(ways)-1].upTo = math.Inf(1)
		}
		c.ways = append(c.ways, ways)
	}
	return c
}

// hopelessPlaces returns the places of a graph from which no outcome can be reached.
func (s *Model) hopelessPlaces(f *flow) []bool {
	c := chain{states: make([][]token, len(f.ways)), arcs: make([][]arc, len(f.ways))}
	for i, list := range f.ways {
		for _, b := range list {
			to := -1
			if b.outcome < 0 {
				to = b.active[0]
			}
			c.arcs[i] = append(c.arcs[i], arc{to: to, p: b.p})
		}
	}
	if h := c.hopeless(); h != nil {
		return h
	}
	return make([]bool, len(f.ways))
}

// Purposes of the streams of a journey. Every draw has a stream of its own: replicate, journey, place, occurrence and purpose.
const (
	drawStay  = "s"
	drawWay   = "w"
	drawDelay = "d"
)

// runGraph runs journeys of a graph one by one, where nobody waits for anybody. Nothing is allocated per step.
func (c *compiled) runGraph(root stream.Root, replicate uint64, from, to int, arrival []float64, horizon float64, t *tally) {
	occurrence := make([]uint32, len(c.f.places)+1)
	for j := from; j < to; j++ {
		clear(occurrence)
		luck := root.Sub("simulation journey", replicate, uint64(j))
		clock := 0.0
		at, last := len(c.f.places), -1
		limit := math.Inf(1)
		if horizon > 0 {
			limit = horizon - arrival[j]
		}
		for n := 0; ; n++ {
			if at < len(c.f.places) {
				r := luck.SourceN(drawStay, uint64(occurrence[at]), c.hash[at])
				begun := clock
				stay := c.stay[at].draw(&r)
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
			w := c.choose(&luck, at, occurrence[at])
			if w == nil || n > maxSteps {
				t.finish(c.stuck, clock, last, false)
				break
			}
			if w.delayed {
				r := luck.SourceN(drawDelay, uint64(occurrence[at]), c.key(at))
				clock += w.delay.draw(&r)
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

func (c *compiled) key(at int) uint64 {
	if at < len(c.hash) {
		return c.hash[at]
	}
	return 1
}

// choose returns the way on after a place; nil if there is none.
func (c *compiled) choose(luck *stream.Root, at int, occurrence uint32) *way {
	ways := c.ways[at]
	switch len(ways) {
	case 0:
		return nil
	case 1:
		return &ways[0]
	}
	r := luck.SourceN(drawWay, uint64(occurrence), c.key(at))
	u := r.Float64()
	if len(ways) > 8 {
		i, _ := slices.BinarySearchFunc(ways, u, func(w way, u float64) int {
			if w.upTo <= u {
				return -1
			}
			return 1
		})
		return &ways[i]
	}
	for i := range ways {
		if u < ways[i].upTo {
			return &ways[i]
		}
	}
	return &ways[len(ways)-1]
}
