package attribution

import (
	"encoding/binary"
)

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
	edges := make(map[uint64]int32, 256)
	for r := range p.conv {
		steps := p.of(r)
		last := int32(-1)
		for i := range max(1, len(steps)-k+1) {
			window := steps[i:min(i+k, len(steps))]
			state, fresh := states.intern(window)
			if fresh {
				s.grams = append(s.grams, window)
			}
			switch {
			case last < 0:
				s.begin[r] = state
			case state == last && !loops:
				continue
			default:
				key := uint64(last)<<32 | uint64(state)
				e, ok := edges[key]
				if !ok {
					e = int32(len(s.from))
					edges[key] = e
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

// grams numbers windows of up to k codes out of n names. Where (n+1)^k is small it is a plain array, where it fits a word a
// map of words, else a map of strings.
type grams struct {
	base  uint64
	dense []int32
	words map[uint64]int32
	texts map[string]int32
	buf   []byte
	next  int32
}

// denseGrams is the largest array of state numbers.
const denseGrams = 1 << 19

func newGrams(n, k int) *grams {
	g := &grams{base: uint64(n) + 1}
	size := uint64(1)
	for range k {
		if size > (1<<63)/g.base {
			g.texts = make(map[string]int32)
			return g
		}
		size *= g.base
	}
	if size <= denseGrams {
		g.dense = make([]int32, size)
	} else {
		g.words = make(map[uint64]int32)
	}
	return g
}

func (g *grams) intern(window []uint32) (state int32, fresh bool) {
	if g.texts != nil {
		g.buf = g.buf[:0]
		for _, c := range window {
			g.buf = binary.BigEndian.AppendUint32(g.buf, c)
		}
		if state, ok := g.texts[string(g.buf)]; ok {
			return state, false
		}
		g.next++
		g.texts[string(g.buf)] = g.next - 1
		return g.next - 1, true
	}
	word := uint64(0)
	for _, c := range window {
		word = word*g.base + uint64(c) + 1
	}
	if g.dense != nil {
		if state := g.dense[word]; state > 0 {
			return state - 1, false
		}
		g.next++
		g.dense[word] = g.next
		return g.next - 1, true
	}
	if state, ok := g.words[word]; ok {
		return state, false
	}
	g.next++
	g.words[word] = g.next - 1
	return g.next - 1, true
}
