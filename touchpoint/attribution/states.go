package attribution

import "slices"

// structure is the part of a chain that depends on the paths alone and not on their counts: states, transitions, and the
// walk of each path over them. It is immutable and shared by all replicates.
type structure struct {
	p     *Paths
	order int
	grams [][]uint32 // the names of each state, by code
	begin []int32    // first state of each path
	end   []int32    // last state of each path
	walks []int32    // transitions of all paths, one after the other
	start []int      // of path r: walks[start[r]:start[r+1]]
	from  []int32    // by transition
	to    []int32
	in    csr // transitions by target
	out   csr // transitions by source
}

// csr lists transitions by state: those of state s are edge[at[s]:at[s+1]], whose other ends are in peer.
type csr struct {
	at   []int32
	edge []int32
	peer []int32
}

// compileStates finds the states of order k: sliding windows of k steps; a path shorter than k is one state. Equal states
// that follow one another are one, unless loops are kept. States are numbered as canonical order meets them.
func compileStates(p *Paths, k int, loops bool) *structure {
	s := &structure{p: p, order: k, begin: make([]int32, len(p.conv)), end: make([]int32, len(p.conv)), start: make([]int, 1, len(p.conv)+1)}
	s.walks = make([]int32, 0, len(p.steps))
	states := newGrams(len(p.names), k)
	var edges slots
	for r := range p.conv {
		steps := p.of(r)
		last := int32(-1)
		for i := range max(1, len(steps)-k+1) {
			window := steps[i:min(i+k, len(steps))]
			state := states.intern(window)
			switch {
			case last < 0:
				s.begin[r] = state
			case state == last && !loops:
				continue
			default:
				hash := uint32(mix(uint64(last), uint64(state)))
				e, ok := edges.find(hash, func(e int32) bool { return s.from[e] == last && s.to[e] == state })
				if !ok {
					e = int32(len(s.from))
					edges.put(hash, e)
					s.from = append(s.from, last)
					s.to = append(s.to, state)
				}
				s.walks = append(s.walks, e)
			}
			last = state
		}
		s.end[r] = last
		s.start = append(s.start, len(s.walks))
	}
	s.grams = states.list
	s.in = group(len(s.grams), s.to, s.from)
	s.out = group(len(s.grams), s.from, s.to)
	return s
}

// group sorts transitions by the state in by; peers are the states in other.
func group(states int, by, other []int32) csr {
	c := csr{at: make([]int32, states+1), edge: make([]int32, len(by)), peer: make([]int32, len(by))}
	for _, s := range by {
		c.at[s+1]++
	}
	for s := range states {
		c.at[s+1] += c.at[s]
	}
	next := append([]int32(nil), c.at[:states]...)
	for e, s := range by {
		c.edge[next[s]] = int32(e)
		c.peer[next[s]] = other[e]
		next[s]++
	}
	return c
}

// grams numbers windows of up to k codes out of n names, as they come: by a plain array where (n+1)^k is small, else by hash.
type grams struct {
	list  [][]uint32 // the windows, which belong to the caller
	base  int
	dense []int32 // one more than the number
	index slots
}

// denseGrams is the largest array of numbers.
const denseGrams = 1 << 16

func newGrams(n, k int) *grams {
	g := &grams{base: n + 1}
	size := 1
	for range k {
		if size *= g.base; size > denseGrams {
			return g
		}
	}
	g.dense = make([]int32, size)
	return g
}

func (g *grams) intern(window []uint32) int32 {
	if g.dense != nil {
		word := 0
		for _, c := range window {
			word = word*g.base + int(c) + 1
		}
		state := &g.dense[word]
		if *state == 0 {
			g.list = append(g.list, window)
			*state = int32(len(g.list))
		}
		return *state - 1
	}
	hash := hashPath(0, window, nil)
	state, ok := g.index.find(hash, func(i int32) bool { return slices.Equal(g.list[i], window) })
	if !ok {
		state = int32(len(g.list))
		g.index.put(hash, state)
		g.list = append(g.list, window)
	}
	return state
}
