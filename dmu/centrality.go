package dmu

import (
	"math"
	"slices"
)

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
					pending[i] += float64(paths[i] / paths[j] * (1 + pending[j]))
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
