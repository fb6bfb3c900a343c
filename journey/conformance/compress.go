package conformance

import (
	"slices"
)

// compress rewrites the net so that it has fewer silent moves and the same runs, as sequences of steps. A silent transition
// whose only effect is a token on a place may as well happen right before that token is taken: it is replaced by its
// compositions with whatever takes it (post-agglomeration; Berthelot 1987). That is done where the net does not grow much:
// searches over silent moves are then shorter, and there are fewer markings. Nets with weights stay as they are.
func (m *Model) compress() {
	for _, f := range m.firings {
		for _, n := range slices.Concat(f.pre, f.post) {
			if n.n > 1 {
				return
			}
		}
	}
	c := &compression{m: m, budget: 4 * len(m.firings), most: 2*len(m.firings) + 16}
	for c.step() {
	}
}

// compression is one run of [Model.compress].
type compression struct {
	m      *Model
	budget int // replacements
	most   int // transitions
}

// maxTakers is the number of transitions up to which a place is passed by.
const maxTakers = 3

// step makes the first replacement that fits.
func (c *compression) step() bool {
	if c.budget == 0 || len(c.m.firings) > c.most {
		return false
	}
	c.budget--
	givers, takers := make([]int, c.m.places), make([][]int, c.m.places)
	for i, f := range c.m.firings {
		for _, n := range f.post {
			givers[n.place]++
		}
		for _, n := range f.pre {
			takers[n.place] = append(takers[n.place], i)
		}
	}
	for i, f := range c.m.firings {
		if f.label != silent || len(f.post) != 1 || len(f.pre) == 0 {
			continue
		}
		q := f.post[0].place
		if c.m.final[q] > 0 || len(takers[q]) > maxTakers || slices.Contains(takers[q], i) {
			continue
		}
		fits := true
		for _, u := range takers[q] {
			pre := c.m.firings[u].pre
			if len(pre) > 1 && givers[q] > 1 {
				fits = false // a join would be needed once per way to get there
			}
			for _, n := range pre {
				if n.place != q && slices.ContainsFunc(f.pre, func(x need) bool { return x.place == n.place }) {
					fits = false // two tokens of one place at once
				}
			}
		}
		if fits {
			c.replace(i, q, takers[q])
			return true
		}
	}
	return false
}

// replace takes out transition t, which puts a token on q only, and puts in its compositions with the takers of q.
func (c *compression) replace(t int, q int32, takers []int) {
	first := c.m.firings[t]
	var added []firing
	for _, u := range takers {
		second := c.m.firings[u]
		pre := slices.Clone(first.pre)
		for _, n := range second.pre {
			if n.place != q {
				pre = append(pre, n)
			}
		}
		byPlace(pre)
		post := slices.Clone(second.post)
		byPlace(post)
		if second.label != silent || !slices.Equal(pre, post) { // a silent move to where one is
			added = append(added, firing{second.label, pre, post})
		}
	}
	rest := slices.Delete(slices.Clone(c.m.firings), t, t+1)
	for _, x := range added {
		if !slices.ContainsFunc(rest, func(f firing) bool {
			return f.label == x.label && slices.Equal(f.pre, x.pre) && slices.Equal(f.post, x.post)
		}) {
			rest = append(rest, x)
		}
	}
	if c.m.initial[q] == 0 && !slices.ContainsFunc(rest, func(f firing) bool {
		return slices.ContainsFunc(f.post, func(n need) bool { return n.place == q })
	}) {
		rest = slices.DeleteFunc(rest, func(f firing) bool { // nothing puts a token there any more
			return slices.ContainsFunc(f.pre, func(n need) bool { return n.place == q })
		})
	}
	c.m.firings = rest
}

func byPlace(list []need) {
	slices.SortFunc(list, func(a, b need) int { return int(a.place) - int(b.place) })
}
