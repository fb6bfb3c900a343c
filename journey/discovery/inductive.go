package discovery

import (
	"slices"
	"strconv"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/journey"
)

// Inductive finds a process tree for variants with the inductive miner (Leemans, Fahland & van der Aalst 2013), with
// noise > 0 in its infrequent variant (2014). The tree is in normal form. Noise outside [0,1), a count below 1 and an
// empty step are errors, all reported at once.
//
// It looks for a cut of the directly-follows graph into choice, sequence, parallel or loop, splits the log, and goes on
// with the parts. Where there is no cut it looks again at the graph without infrequent edges (noise > 0), and then falls
// through to weaker structures, in the end to one that allows everything. With noise 0 every variant fits the tree and
// each step is exactly one leaf. Multiplying all counts changes nothing. The cost is O(k³) per level for k steps, and
// the events of the level.
func Inductive(variants []Variant, noise float64) (journey.Tree, error) {
	var p b2b.Problems
	if !(noise >= 0 && noise < 1) {
		p.Add("noise", "outside [0,1)")
	}
	var all []journey.StepID
	for i, v := range variants {
		if v.Count < 1 {
			p.Add("variants["+strconv.Itoa(i)+"].count", "below 1")
		}
		if slices.Contains(v.Steps, "") {
			p.Add("variants["+strconv.Itoa(i)+"].steps", "empty step")
		}
		all = append(all, v.Steps...)
	}
	if err := p.Err(); err != nil {
		return journey.Tree{}, err
	}
	slices.Sort(all)
	all = slices.Compact(all)
	code := make(map[journey.StepID]uint32, len(all))
	for i, s := range all {
		code[s] = uint32(i)
	}
	m := miner{names: all, noise: noise, local: make([]int32, len(all))}
	b := newSublog()
	var codes []uint32
	for _, v := range variants {
		codes = codes[:0]
		for _, s := range v.Steps {
			codes = append(codes, code[s])
		}
		b.add(codes, v.Count)
	}
	return m.mine(b).Normal(), nil
}

// miner holds what all levels of one run share.
type miner struct {
	names []journey.StepID
	noise float64
	local []int32 // per code: number in the graph at hand
}

func (m *miner) leaf(code uint32) journey.Tree {
	return journey.Tree{Op: journey.Leaf, Step: m.names[code]}
}

var tau = journey.Tree{Op: journey.Silent}

// mine finds the tree of a log.
func (m *miner) mine(l *sublog) journey.Tree {
	if len(l.traces) == 0 {
		return tau
	}
	if l.empty > 0 {
		empty, total := l.empty, l.total
		l.total -= l.empty
		l.empty = 0
		t := m.mine(l)
		if float64(empty) > float64(m.noise*float64(total)) {
			t = journey.Tree{Op: journey.Choice, Children: []journey.Tree{tau, t}}
		}
		return t
	}
	g := m.graph(l)
	if len(g.codes) == 1 && !slices.ContainsFunc(l.traces, func(t trace) bool { return len(t.codes) > 1 }) {
		return m.leaf(g.codes[0])
	}
	c, ok := g.cut()
	if !ok && m.noise > 0 {
		c, ok = g.filtered(m.noise).cut()
	}
	if ok {
		return m.split(l, g, c)
	}
	return m.fallThrough(l, g)
}

// split divides the log along a cut and mines the parts.
func (m *miner) split(l *sublog, g *graph, c cut) journey.Tree {
	part := make([]int32, len(m.names)) // per code
	for i, code := range g.codes {
		part[code] = c.part[i]
	}
	logs := make([]*sublog, c.parts)
	for i := range logs {
		logs[i] = newSublog()
	}
	switch c.op {
	case journey.Choice:
		l.splitChoice(part, logs)
	case journey.Sequence:
		l.splitSequence(part, logs)
	case journey.Parallel:
		l.splitParallel(part, logs)
	case journey.Loop:
		l.splitLoop(part, logs)
	case journey.UnknownOp, journey.Leaf, journey.Silent:
	}
	t := journey.Tree{Op: c.op}
	for i, sub := range logs {
		if sub.total == 0 && (c.op == journey.Choice || c.op == journey.Loop && i > 0) {
			continue // only misplaced events: nothing is left of the part
		}
		t.Children = append(t.Children, m.mine(sub))
	}
	if c.op == journey.Loop {
		redo := journey.Tree{Op: journey.Choice, Children: t.Children[1:]}
		if len(redo.Children) == 0 {
			redo = tau
		}
		t.Children = []journey.Tree{t.Children[0], redo}
	}
	return t
}

// fallThrough gives the structure of a log without a cut.
func (m *miner) fallThrough(l *sublog, g *graph) journey.Tree {
	for i, code := range g.codes {
		if g.onceInEach[i] && len(g.codes) > 1 {
			return m.beside(l, code)
		}
	}
	if len(g.codes) > 1 {
		for _, code := range g.codes {
			if _, ok := m.graphWithout(l, int64(code)).cut(); ok {
				return m.beside(l, code)
			}
		}
	}
	m.graph(l) // numbers the steps again
	if parts, ok := l.cutAt(func(a, b uint32) bool { return g.end[m.local[a]] > 0 && g.start[m.local[b]] > 0 }); ok {
		return journey.Tree{Op: journey.Loop, Children: []journey.Tree{m.mine(parts), tau}}
	}
	if parts, ok := l.cutAt(func(_, b uint32) bool { return g.start[m.local[b]] > 0 }); ok {
		return journey.Tree{Op: journey.Loop, Children: []journey.Tree{m.mine(parts), tau}}
	}
	flower := journey.Tree{Op: journey.Choice}
	for _, code := range g.codes {
		flower.Children = append(flower.Children, m.leaf(code))
	}
	return journey.Tree{Op: journey.Loop, Children: []journey.Tree{tau, flower}}
}

// beside puts one step in parallel with the rest.
func (m *miner) beside(l *sublog, code uint32) journey.Tree {
	one, rest := newSublog(), newSublog()
	l.only(code, one)
	l.without(code, rest)
	return journey.Tree{Op: journey.Parallel, Children: []journey.Tree{m.mine(one), m.mine(rest)}}
}

// graph is the directly-follows graph of a log, with its own small numbers for the steps, in order of name.
type graph struct {
	codes      []uint32
	follows    []int64 // k×k
	start, end []int64
	onceInEach []bool
}

func (g *graph) k() int { return len(g.codes) }

func (g *graph) has(a, b int) bool { return g.follows[a*len(g.codes)+b] > 0 }

func (m *miner) graph(l *sublog) *graph { return m.graphWithout(l, -1) }

// graphWithout returns the graph that l would have without one step; −1 leaves none out.
func (m *miner) graphWithout(l *sublog, skip int64) *graph {
	const absent = -1
	for i := range m.local {
		m.local[i] = absent
	}
	for _, t := range l.traces {
		for _, c := range t.codes {
			m.local[c] = 0
		}
	}
	if skip >= 0 {
		m.local[skip] = absent
	}
	g := &graph{}
	for c := range m.local {
		if m.local[c] != absent {
			m.local[c] = int32(len(g.codes))
			g.codes = append(g.codes, uint32(c))
		}
	}
	k := len(g.codes)
	g.follows = make([]int64, k*k)
	g.start, g.end = make([]int64, k), make([]int64, k)
	g.onceInEach = make([]bool, k)
	for i := range g.onceInEach {
		g.onceInEach[i] = true
	}
	times := make([]int32, k)
	for _, t := range l.traces {
		clear(times)
		last := -1
		for _, c := range t.codes {
			next := int(m.local[c])
			if next < 0 {
				continue
			}
			if last < 0 {
				g.start[next] += t.n
			} else {
				g.follows[last*k+next] += t.n
			}
			times[next]++
			last = next
		}
		if last >= 0 {
			g.end[last] += t.n
		}
		for i, n := range times {
			if n != 1 {
				g.onceInEach[i] = false
			}
		}
	}
	return g
}

// filtered returns the graph without infrequent edges: those of at most noise times the most frequent way on from the
// same step, the end being one; starts and ends likewise.
func (g *graph) filtered(noise float64) *graph {
	k := g.k()
	f := &graph{codes: g.codes, follows: make([]int64, k*k), start: make([]int64, k), end: make([]int64, k)}
	keep := func(dst []int64, src []int64, most int64) {
		for i, n := range src {
			if float64(n) > float64(noise*float64(most)) {
				dst[i] = n
			}
		}
	}
	for a := range k {
		row := g.follows[a*k : (a+1)*k]
		keep(f.follows[a*k:(a+1)*k], row, max(slices.Max(row), g.end[a]))
	}
	keep(f.start, g.start, slices.Max(g.start))
	keep(f.end, g.end, slices.Max(g.end))
	return f
}
