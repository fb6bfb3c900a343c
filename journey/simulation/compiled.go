package simulation

import (
	"math"

	"github.com/buyerjourney/b2b/internal/stream"
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
	ways    []ways    // graph, by place; last: the start
	dept    []int     // by place, −1: servers without limit
	hours   []calendar
	servers []int
	stuck   int
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
		c.ways = append(c.ways, newWays(list, p))
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
