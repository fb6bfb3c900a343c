package conformance

import (
	"slices"
)

// safetyLimit bounds the markings that are looked at for a second token on a place.
const safetyLimit = 100_000

// isSafe reports whether no reachable marking of m has more than one token on a place; false also where the search was
// given up. The net is first made smaller by rules that keep this property (Murata 1989, section IV): fusion of series
// places, series transitions, parallel places and parallel transitions, and removal of loops at one place. A
// block-structured net is reduced to a single place. What is left is searched.
func isSafe(m *Model) bool {
	r, ok := newReduction(m)
	if !ok {
		return false
	}
	for r.step() {
	}
	if r.unsafe {
		return false
	}
	return r.search()
}

// reduction is an ordinary net that is being made smaller. Sets of nodes are sorted.
type reduction struct {
	tokens    []uint8
	place     []bool    // still there
	trans     []bool    // still there
	pre, post [][]int32 // per transition: places
	unsafe    bool
}

// newReduction returns false for a net that a glance shows to be unsafe.
func newReduction(m *Model) (*reduction, bool) {
	r := &reduction{tokens: slices.Clone(m.initial), place: make([]bool, m.places), trans: make([]bool, len(m.firings))}
	for p, n := range r.tokens {
		r.place[p] = true
		if n > 1 || m.final[p] > 1 {
			return nil, false
		}
	}
	for t, f := range m.firings {
		r.trans[t] = true
		var pre, post []int32
		for _, n := range f.pre {
			pre = append(pre, n.place)
			if n.n > 1 {
				return nil, false
			}
		}
		for _, n := range f.post {
			post = append(post, n.place)
			if n.n > 1 {
				return nil, false
			}
		}
		slices.Sort(pre)
		slices.Sort(post)
		r.pre, r.post = append(r.pre, pre), append(r.post, post)
	}
	return r, true
}

// around returns the transitions that put tokens on each place and those that take some.
func (r *reduction) around() (in, out [][]int32) {
	in, out = make([][]int32, len(r.place)), make([][]int32, len(r.place))
	for t, there := range r.trans {
		if there {
			for _, p := range r.pre[t] {
				out[p] = append(out[p], int32(t))
			}
			for _, p := range r.post[t] {
				in[p] = append(in[p], int32(t))
			}
		}
	}
	return in, out
}

// step applies the first rule that fits and reports whether there was one.
func (r *reduction) step() bool {
	if r.unsafe {
		return false
	}
	for t := range r.trans { // transitions: loop at one place, parallel
		if !r.trans[t] {
			continue
		}
		if len(r.pre[t]) > 0 && slices.Equal(r.pre[t], r.post[t]) {
			r.trans[t] = false
			return true
		}
		for u := range t {
			if r.trans[u] && slices.Equal(r.pre[t], r.pre[u]) && slices.Equal(r.post[t], r.post[u]) {
				r.trans[t] = false
				return true
			}
		}
	}
	in, out := r.around()
	for p := range r.place {
		if !r.place[p] {
			continue
		}
		if len(in[p]) > 0 && r.tokens[p] == 0 && len(in[p]) == 1 && len(out[p]) == 1 && in[p][0] != out[p][0] && len(r.pre[out[p][0]]) == 1 &&
			len(r.post[out[p][0]]) > 0 { // tokens that could gather here will gather behind; without a behind nobody would see it
			r.seriesTransitions(in[p][0], out[p][0], int32(p))
			return true
		}
		if len(out[p]) == 1 {
			t := out[p][0]
			if len(r.pre[t]) == 1 && len(r.post[t]) == 1 && r.post[t][0] != int32(p) {
				r.seriesPlaces(int32(p), t)
				return true
			}
		}
		for q := range p {
			if r.place[q] && r.tokens[p] == r.tokens[q] && len(in[p])+len(out[p]) > 0 && slices.Equal(in[p], in[q]) && slices.Equal(out[p], out[q]) {
				r.dropPlace(int32(p))
				return true
			}
		}
	}
	return false
}

// seriesTransitions makes second a part of first: p lies between them and nowhere else.
func (r *reduction) seriesTransitions(first, second, p int32) {
	rest := slices.DeleteFunc(slices.Clone(r.post[first]), func(q int32) bool { return q == p })
	for _, q := range r.post[second] {
		if slices.Contains(rest, q) {
			r.unsafe = true // two tokens at once, as soon as first happens
		}
		rest = append(rest, q)
	}
	slices.Sort(rest)
	r.post[first] = slices.Compact(rest)
	r.trans[second] = false
	r.place[p] = false
}

// seriesPlaces makes p a part of the only place to which t, the only way out of p, leads.
func (r *reduction) seriesPlaces(p, t int32) {
	q := r.post[t][0]
	r.trans[t] = false
	r.place[p] = false
	if r.tokens[q] += r.tokens[p]; r.tokens[q] > 1 {
		r.unsafe = true
	}
	for u, there := range r.trans {
		if !there || !slices.Contains(r.post[u], p) {
			continue
		}
		if slices.Contains(r.post[u], q) {
			r.unsafe = true // if u can happen at all; the search would tell, but such a net is no journey
		}
		post := slices.DeleteFunc(slices.Clone(r.post[u]), func(x int32) bool { return x == p })
		post = append(post, q)
		slices.Sort(post)
		r.post[u] = slices.Compact(post)
	}
}

func (r *reduction) dropPlace(p int32) {
	without := func(list []int32) []int32 {
		return slices.DeleteFunc(slices.Clone(list), func(x int32) bool { return x == p })
	}
	for t := range r.trans {
		r.pre[t], r.post[t] = without(r.pre[t]), without(r.post[t])
	}
	r.place[p] = false
}

// search visits the markings of what is left.
func (r *reduction) search() bool {
	m := newModel(len(r.place))
	for t, there := range r.trans {
		if there {
			m.add("", r.pre[t], r.post[t])
		}
	}
	m.initial = r.tokens
	s := newSpace(m)
	s.pack(m.initial)
	for id := int32(0); int(id) < s.n; id++ {
		for _, w := range s.at(id) {
			if w&^0x0101010101010101 != 0 {
				return false
			}
		}
		if s.n > safetyLimit {
			return false
		}
		for t := range int32(len(m.firings)) {
			if s.fire(id, t) {
				s.intern(s.work)
			}
		}
	}
	return true
}
