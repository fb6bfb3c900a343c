package match

import (
	"math"
	"slices"
)

// average is agglomerative clustering by mean weight (unweighted pair groups, UPGMA) inside a component.
func (c *clusterer) average(rows []uint32, links []Pair, of []uint32, m *memo) []Refusal {
	a := newAgglomeration(c, rows, links, m)
	for a.merge(c) {
	}
	for i, r := range rows {
		of[r] = rows[a.first[a.cluster[i]]]
	}
	var refused []Refusal
	for _, l := range links {
		if of[l.A] != of[l.B] {
			cause := c.between(l)
			refused = append(refused, Refusal{Pair: l, Cause: cause})
		}
	}
	return refused
}

// between says why a link did not unite its rows.
func (c *clusterer) between(l Pair) string {
	if cause := c.apart(l.A, l.B); cause != "" {
		return cause
	}
	if _, veto, _ := c.s.pair(l.A, l.B, math.Inf(-1), nil); veto {
		return "veto"
	}
	return c.cfg.cause()
}

// agglomeration holds the sums of weights between the live clusters of a component.
type agglomeration struct {
	k       int
	sum     []float64 // k×k
	num     []float64 // k×k cross pairs that count
	barred  []bool    // k×k
	first   []int     // smallest member of a cluster, −1 if merged away
	best    []int     // best partner, −1 none
	cluster []int
}

func newAgglomeration(c *clusterer, rows []uint32, links []Pair, m *memo) *agglomeration {
	k := len(rows)
	a := &agglomeration{
		k: k, sum: make([]float64, k*k), num: make([]float64, k*k), barred: make([]bool, k*k), first: make([]int, k),
		best: make([]int, k), cluster: make([]int, k),
	}
	known := make([]bool, k*k)
	for _, l := range links {
		i, _ := slices.BinarySearch(rows, l.A)
		j, _ := slices.BinarySearch(rows, l.B)
		a.put(i, j, l.Bits, 1)
		known[i*k+j] = true
	}
	for i := range k {
		a.first[i], a.cluster[i] = i, i
		for j := i + 1; j < k; j++ {
			x, y := rows[i], rows[j]
			if c.guarded {
				bar := c.apart(x, y) != ""
				if !bar {
					_, bar, _ = c.s.pair(x, y, math.Inf(-1), m)
				}
				a.barred[i*k+j], a.barred[j*k+i] = bar, bar
			}
			switch {
			case known[i*k+j]:
			case c.cfg.Cross && c.s.t.sameSource(x, y):
			default:
				w, _, _ := c.s.pair(x, y, math.Inf(-1), m)
				a.put(i, j, w, 1)
			}
		}
	}
	for i := range k {
		a.find(i)
	}
	if len(c.always) > 0 {
		for _, l := range links {
			if !c.always[[2]uint32{l.A, l.B}] {
				continue
			}
			i, _ := slices.BinarySearch(rows, l.A)
			j, _ := slices.BinarySearch(rows, l.B)
			i, j = a.cluster[i], a.cluster[j]
			if i != j && !a.barred[i*k+j] {
				a.unite(min(i, j), max(i, j))
			}
		}
	}
	return a
}

func (a *agglomeration) put(i, j int, w, n float64) {
	a.sum[i*a.k+j], a.sum[j*a.k+i] = w, w
	a.num[i*a.k+j], a.num[j*a.k+i] = n, n
}

// mean is the mean weight between two clusters; −Inf where they may not unite.
func (a *agglomeration) mean(i, j int) float64 {
	at := i*a.k + j
	if a.barred[at] || a.num[at] == 0 {
		return math.Inf(-1)
	}
	return a.sum[at] / a.num[at]
}

// find sets the best partner of cluster i among the later ones: every pair is looked at from its smaller side.
func (a *agglomeration) find(i int) {
	a.best[i] = -1
	if a.first[i] < 0 {
		return
	}
	top := math.Inf(-1)
	for j := i + 1; j < a.k; j++ {
		if a.first[j] < 0 {
			continue
		}
		if m := a.mean(i, j); m > top {
			top, a.best[i] = m, j
		}
	}
}

// merge unites the best pair of clusters if its mean reaches the threshold.
func (a *agglomeration) merge(c *clusterer) bool {
	at, top := -1, math.Inf(-1)
	for i := range a.k {
		if a.first[i] < 0 || a.best[i] < 0 {
			continue
		}
		if m := a.mean(i, a.best[i]); m > top {
			at, top = i, m
		}
	}
	if at < 0 || top < c.mean {
		return false
	}
	a.unite(at, a.best[at])
	return true
}

// unite puts cluster j into i < j, which keeps the smaller first member.
func (a *agglomeration) unite(i, j int) {
	for k := range a.k {
		if a.first[k] < 0 || k == i || k == j {
			continue
		}
		a.put(i, k, a.sum[i*a.k+k]+a.sum[j*a.k+k], a.num[i*a.k+k]+a.num[j*a.k+k])
		bar := a.barred[i*a.k+k] || a.barred[j*a.k+k]
		a.barred[i*a.k+k], a.barred[k*a.k+i] = bar, bar
	}
	a.first[j] = -1
	for k, cl := range a.cluster {
		if cl == j {
			a.cluster[k] = i
		}
	}
	for k := range a.k {
		if a.first[k] < 0 {
			continue
		}
		switch {
		case k == i || a.best[k] == j || a.best[k] == i:
			a.find(k)
		case k < i && a.best[k] >= 0:
			if m, best := a.mean(k, i), a.mean(k, a.best[k]); m > best || (m == best && i < a.best[k]) {
				a.best[k] = i
			}
		case k < i:
			a.find(k)
		}
	}
}
