package simulation

import (
	"github.com/buyerjourney/b2b/internal/stream"
	"github.com/buyerjourney/b2b/journey"
)

// engine runs journeys by events.
type engine struct {
	c       *compiled
	root    stream.Root
	rep     uint64
	t       *tally
	heap    eventHeap
	who     []*inside // by journey, nil before and after
	free    []*inside
	idle    []int // by department
	queues  []fifo
	horizon float64
	span    float64 // arrivals of the run, for its thirds
	now     float64
	depth   int
}

func newEngine(c *compiled, root stream.Root, replicate uint64, journeys int, horizon, span float64, t *tally) *engine {
	e := &engine{c: c, root: root, rep: replicate, t: t, who: make([]*inside, journeys), horizon: horizon, span: span}
	e.idle = append(e.idle, c.servers...)
	e.queues = make([]fifo, len(c.servers))
	return e
}

// run plays the journeys [from, to) until nothing happens any more, or until the horizon.
func (e *engine) run(arrival []float64, from, to int) {
	next := from
	for next < to || len(e.heap) > 0 {
		if next < to && (len(e.heap) == 0 || arrival[next] <= e.heap[0].at) {
			if e.horizon > 0 && arrival[next] > e.horizon {
				next = to
				continue
			}
			e.now = arrival[next]
			e.begin(next)
			next++
			continue
		}
		x := e.heap.pop()
		if e.horizon > 0 && x.at > e.horizon {
			break
		}
		e.now = x.at
		if x.done {
			e.complete(x)
		} else {
			e.arrive(x.journey, x.place)
		}
	}
	for j := from; j < to; j++ {
		if w := e.who[j]; w != nil {
			e.t.censor(e.horizon - w.arrived)
			e.leave(j)
		}
	}
	e.heap = e.heap[:0]
	e.t.length = max(e.t.length, e.now)
}

func (e *engine) begin(j int) {
	var w *inside
	if n := len(e.free); n > 0 {
		w = e.free[n-1]
		e.free = e.free[:n-1]
		clear(w.occurrence)
		clear(w.times)
		clear(w.pending)
		*w = inside{occurrence: w.occurrence, times: w.times, pending: w.pending}
	} else {
		w = &inside{
			occurrence: make([]uint32, len(e.c.f.places)+1), times: make([]uint32, len(e.c.f.nodes)), pending: make([]int32, len(e.c.f.nodes)),
		}
	}
	w.luck, w.arrived, w.last = newLuck(e.root, e.rep, j), e.now, -1
	e.who[j] = w
	if e.c.f.nodes != nil {
		e.enter(int32(j), 0)
		return
	}
	e.goOn(int32(j), len(e.c.f.places))
}

func (e *engine) leave(j int) {
	e.free = append(e.free, e.who[j])
	e.who[j] = nil
}

func (e *engine) end(j int32, outcome int) {
	w := e.who[j]
	e.t.finish(outcome, e.now-w.arrived, w.last, e.c.s.isGoal[outcome])
	e.leave(int(j))
}

// arrive brings a journey to a place: into service, or into the queue of the department.
func (e *engine) arrive(j, place int32) {
	if e.who[j] == nil {
		return
	}
	d := e.c.dept[place]
	if d < 0 || e.idle[d] > 0 {
		e.serve(j, place, e.now, 0)
		return
	}
	q := &e.queues[d]
	q.push(waiting{j, place, e.now, int32(q.len() + 1)})
}

func (e *engine) serve(j, place int32, since float64, queue int32) {
	w := e.who[j]
	stay := e.c.stay[place].draw(w.luck.stay, uint64(w.occurrence[place]), e.c.hash[place])
	done := e.now + stay
	if d := e.c.dept[place]; d >= 0 {
		e.idle[d]--
		done = e.c.hours[d].finish(e.now, stay)
		e.t.busy[d] += stay
		third := 0
		if e.span > 0 {
			third = int(min(2, max(0, 3*since/e.span)))
		}
		e.t.waits[third].n[d]++
		e.t.waits[third].wait[d] += e.now - since
	}
	w.seq++
	e.heap.push(event{at: done, journey: j, seq: w.seq, place: place, done: true, begun: e.now, wait: e.now - since, queue: queue})
}

// complete ends a step: the server is free for the next in the queue, and the journey goes on.
func (e *engine) complete(x event) {
	w := e.who[x.journey]
	if w != nil {
		e.t.visit(e.c.f.places[x.place].step, x.wait, x.at-x.begun, int(x.queue))
		w.last = e.c.f.places[x.place].step
		w.steps++
	}
	if d := e.c.dept[x.place]; d >= 0 {
		e.idle[d]++
		for e.queues[d].len() > 0 && e.idle[d] > 0 {
			if n := e.queues[d].pop(); e.who[n.journey] != nil {
				e.serve(n.journey, n.place, n.since, n.queue)
			}
		}
	}
	if w == nil {
		return // it ended elsewhere in the meantime
	}
	if w.steps > maxSteps {
		e.end(x.journey, e.c.stuck)
		return
	}
	if o := e.c.f.places[x.place].next; o >= 0 {
		e.end(x.journey, o)
		return
	}
	if e.c.f.nodes != nil {
		w.occurrence[x.place]++
		e.depth = 0
		e.completed(x.journey, e.c.f.leaf[x.place])
		return
	}
	e.goOn(x.journey, int(x.place))
}

// goOn takes the way on after a place of a graph.
func (e *engine) goOn(j int32, at int) {
	w := e.who[j]
	way := e.c.choose(w.luck.way, at, w.occurrence[at])
	if way == nil {
		e.end(j, e.c.stuck)
		return
	}
	delay := 0.0
	if way.delayed {
		delay = way.delay.draw(w.luck.delay, uint64(w.occurrence[at]), e.c.key(at))
	}
	w.occurrence[at]++
	switch {
	case way.to < 0 && delay == 0:
		e.end(j, -1-way.to)
	case way.to < 0:
		now := e.now
		if e.horizon > 0 && now+delay > e.horizon {
			e.t.censor(e.horizon - w.arrived)
			e.leave(int(j))
			return
		}
		e.now += delay
		e.end(j, -1-way.to)
		e.now = now
	case delay == 0:
		e.arrive(j, int32(way.to))
	default:
		w.seq++
		e.heap.push(event{at: e.now + delay, journey: j, seq: w.seq, place: int32(way.to)})
	}
}

// maxSilent bounds the silent rounds of a loop at one moment.
const maxSilent = 100_000

// enter begins a node of a tree for a journey.
func (e *engine) enter(j int32, n int) {
	w := e.who[j]
	if w == nil {
		return
	}
	e.depth++
	if e.depth > maxSilent {
		e.end(j, e.c.stuck)
		return
	}
	x := &e.c.f.nodes[n]
	switch x.op {
	case journey.Leaf:
		e.arrive(j, int32(x.place))
	case journey.Sequence, journey.Loop:
		e.enter(j, x.children[0])
	case journey.Choice:
		e.enter(j, x.children[e.pick(w, n, x.weights)])
	case journey.Parallel:
		w.pending[n] = int32(len(x.children))
		for _, c := range x.children {
			if e.who[j] != w {
				return
			}
			e.enter(j, c)
		}
	case journey.Silent, journey.UnknownOp:
		e.completed(j, n)
	}
}

// pick draws one of the shares of a node.
func (e *engine) pick(w *inside, n int, weights []float64) int {
	r := w.luck.way.SourceN(uint64(w.times[n]), e.c.nodes[n])
	w.times[n]++
	u := r.Float64()
	for i, x := range weights {
		if u -= x; u < 0 {
			return i
		}
	}
	for i := len(weights) - 1; i > 0; i-- { // rounding: the last possible one
		if weights[i] > 0 {
			return i
		}
	}
	return 0
}

// completed goes on after a node of a tree.
func (e *engine) completed(j int32, n int) {
	for {
		w := e.who[j]
		if w == nil {
			return
		}
		x := &e.c.f.nodes[n]
		if x.parent < 0 {
			e.end(j, e.c.f.ended())
			return
		}
		up := &e.c.f.nodes[x.parent]
		switch up.op {
		case journey.Sequence:
			if x.position+1 < len(up.children) {
				e.enter(j, up.children[x.position+1])
				return
			}
		case journey.Loop:
			if x.position == 1 {
				e.enter(j, up.children[0])
				return
			}
			if e.pick(w, x.parent, up.weights) == 1 {
				e.enter(j, up.children[1])
				return
			}
		case journey.Parallel:
			w.pending[x.parent]--
			if w.pending[x.parent] > 0 {
				return
			}
		case journey.Choice, journey.Leaf, journey.Silent, journey.UnknownOp:
		}
		n = x.parent
	}
}
