package dmu

import (
	"math"
	"slices"

	"github.com/buyerjourney/b2b"
)

// Centrality is the position of one member in the network of who turns to whom.
type Centrality struct {
	Person b2b.PersonID
	// In counts the distinct members who turn to this one. It is the default proxy of power: among the managers of Krackhardt
	// (1987) it finds the executives with an AUC of .956, betweenness with .75, friendship with .506.
	In  int
	Out int // distinct members that this one turns to
	// Central is (In + Out)/n, the centrality of Johnston and Bonoma (1981); Bounded is (In + Out)/(2(n−1)), unknown for n = 1.
	Central float64
	Bounded b2b.Fraction
	// Betweenness is the number of shortest paths of others that pass, shared among equals (Freeman 1977; Brandes 2001), not
	// normalised. Undirected is the same without directions, each pair counted once.
	Betweenness, Undirected float64
	HarmonicIn, HarmonicOut float64 // Σ 1/distance from and to the others; out of reach adds 0
	PageRank                float64 // damping .85; members who turn to nobody spread evenly; sums to 1
	Constraint              float64 // Burt (1992), on a_ij + a_ji: near 1 all contacts know one another
	Constrained             bool    // Constraint is known: the member has a contact
	Articulation            bool    // without this member the network falls apart, directions aside (Tarjan 1972)
}

// Network is the shape of a unit's communication (Johnston and Bonoma 1981).
type Network struct {
	Vertical, Lateral int // distinct levels and distinct organisational units among the members; unknown ones do not count
	Extensivity       int // members
	Edges             int // distinct ties
	SelfTies, Repeats int // dropped
	Connectedness     b2b.Fraction
	Reciprocity       b2b.Fraction // share of ties that are returned; unknown without ties
	Members           []Centrality // in the order of the members
}

// NewNetwork analyses the ties of a unit in O(n·ties).
func NewNetwork(u Unit) Network {
	n := len(u.members)
	g := digraph{out: make([][]int, n), in: make([][]int, n)}
	net := Network{Extensivity: n, Members: make([]Centrality, n)}
	levels, units := map[string]bool{}, map[string]bool{}
	index := make(map[b2b.PersonID]int, n)
	for i, m := range u.members {
		index[m.ID] = i
		if m.Level != "" {
			levels[m.Level] = true
		}
		if m.OrgUnit != "" {
			units[m.OrgUnit] = true
		}
	}
	net.Vertical, net.Lateral = len(levels), len(units)
	seen := make(map[[2]int]bool, len(u.ties))
	for _, t := range u.ties {
		e := [2]int{index[t.From], index[t.To]}
		switch {
		case e[0] == e[1]:
			net.SelfTies++
		case seen[e]:
			net.Repeats++
		default:
			seen[e] = true
			net.Edges++
			g.out[e[0]] = append(g.out[e[0]], e[1])
			g.in[e[1]] = append(g.in[e[1]], e[0])
		}
	}
	for i := range n { // the order of ties must not decide the order of sums
		slices.Sort(g.out[i])
		slices.Sort(g.in[i])
	}
	if n > 1 {
		net.Connectedness = share(float64(net.Edges) / (float64(n) * float64(n-1)))
	}
	if net.Edges > 0 {
		returned := 0
		for e := range seen {
			if seen[[2]int{e[1], e[0]}] {
				returned++
			}
		}
		net.Reciprocity = share(float64(returned) / float64(net.Edges))
	}
	both := g.undirected()
	between, harmonicOut := g.shortest(g.out)
	_, harmonicIn := g.shortest(g.in)
	undirected, _ := g.shortest(both)
	rank := g.pageRank(0.85)
	cut := articulation(both)
	for i, m := range u.members {
		c := Centrality{
			Person: m.ID, In: len(g.in[i]), Out: len(g.out[i]), Betweenness: between[i], Undirected: undirected[i] / 2,
			HarmonicIn: harmonicIn[i], HarmonicOut: harmonicOut[i], PageRank: rank[i], Articulation: cut[i],
		}
		c.Central = float64(c.In+c.Out) / float64(n)
		if n > 1 {
			c.Bounded = share(float64(c.In+c.Out) / float64(2*(n-1)))
		}
		c.Constraint, c.Constrained = g.constraint(both, seen, i)
		net.Members[i] = c
	}
	return net
}

// digraph holds ascending neighbours, each once and without loops.
type digraph struct {
	out, in [][]int
}

func (g digraph) undirected() [][]int {
	both := make([][]int, len(g.out))
	for i := range both {
		both[i] = slices.Concat(g.out[i], g.in[i])
		slices.Sort(both[i])
		both[i] = slices.Compact(both[i])
	}
	return both
}

// shortest returns betweenness over ordered pairs and Σ 1/distance to the others (Brandes 2001).
func (g digraph) shortest(next [][]int) (between, harmonic []float64) {
	n := len(next)
	between, harmonic = make([]float64, n), make([]float64, n)
	distance, paths, pending := make([]int, n), make([]float64, n), make([]float64, n)
	queue := make([]int, 0, n)
	for s := range n {
		for i := range n {
			distance[i], paths[i], pending[i] = -1, 0, 0
		}
		distance[s], paths[s] = 0, 1
		queue = append(queue[:0], s)
		for at := 0; at < len(queue); at++ {
			i := queue[at]
			if i != s {
				harmonic[s] += 1 / float64(distance[i])
			}
			for _, j := range next[i] {
				if distance[j] < 0 {
					distance[j] = distance[i] + 1
					queue = append(queue, j)
				}
				if distance[j] == distance[i]+1 {
					paths[j] += paths[i]
				}
			}
		}
		for at := len(queue) - 1; at > 0; at-- {
			i := queue[at]
			for _, j := range next[i] {
				if distance[j] == distance[i]+1 {
					pending[i] += paths[i] / paths[j] * (1 + pending[j])
				}
			}
			between[i] += pending[i]
		}
	}
	return between, harmonic
}

// pageRank iterates until nothing moves; members who turn to nobody spread their mass evenly.
func (g digraph) pageRank(damping float64) []float64 {
	n := len(g.out)
	now, next := make([]float64, n), make([]float64, n)
	for i := range now {
		now[i] = 1 / float64(n)
	}
	for range 1000 {
		idle := 0.0
		for i, p := range now {
			if len(g.out[i]) == 0 {
				idle += p
			}
		}
		moved := 0.0
		for i := range next {
			sum := 0.0
			for _, j := range g.in[i] {
				sum += now[j] / float64(len(g.out[j]))
			}
			next[i] = (1-damping)/float64(n) + float64(damping*(sum+idle/float64(n)))
			moved += math.Abs(next[i] - now[i])
		}
		now, next = next, now
		if moved < 1e-15 {
			break
		}
	}
	return now
}

// constraint is Σ_j (p_ij + Σ_q p_iq p_qj)² over the contacts j of i, p being shares of ties (Burt 1992).
func (g digraph) constraint(both [][]int, seen map[[2]int]bool, i int) (c float64, ok bool) {
	tie := func(a, b int) float64 {
		w := 0.0
		if seen[[2]int{a, b}] {
			w++
		}
		if seen[[2]int{b, a}] {
			w++
		}
		return w
	}
	strength := func(a int) float64 { return float64(len(g.out[a]) + len(g.in[a])) }
	if len(both[i]) == 0 {
		return 0, false
	}
	for _, j := range both[i] {
		p := tie(i, j) / strength(i)
		for _, q := range both[i] {
			if q != j {
				p += float64(tie(i, q) / strength(i) * (tie(q, j) / strength(q)))
			}
		}
		c += float64(p * p)
	}
	return c, true
}

// articulation returns the cut vertices of an undirected graph (Tarjan 1972), without recursion.
func articulation(next [][]int) []bool {
	n := len(next)
	cut := make([]bool, n)
	number, low, parent, at := make([]int, n), make([]int, n), make([]int, n), make([]int, n)
	count := 0
	for root := range n {
		if number[root] > 0 {
			continue
		}
		children := 0
		parent[root] = -1
		stack := []int{root}
		count++
		number[root], low[root] = count, count
		for len(stack) > 0 {
			i := stack[len(stack)-1]
			if at[i] < len(next[i]) {
				j := next[i][at[i]]
				at[i]++
				switch {
				case number[j] == 0:
					parent[j] = i
					count++
					number[j], low[j] = count, count
					stack = append(stack, j)
				case j != parent[i]:
					low[i] = min(low[i], number[j])
				}
				continue
			}
			stack = stack[:len(stack)-1]
			p := parent[i]
			switch {
			case p < 0:
			case p == root:
				children++
			default:
				low[p] = min(low[p], low[i])
				cut[p] = cut[p] || low[i] >= number[p]
			}
		}
		cut[root] = children > 1
	}
	return cut
}
