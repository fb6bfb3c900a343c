package choice

import "slices"

// maxRankings bounds the rankings of all members together in the exact rules of perturbation.
const maxRankings = 1_000_000

// ranking is an order of the alternatives as ranks less one (0 is first), and its probability.
type ranking struct {
	rank []int64
	p    float64
}

// rankings lists the Plackett-Luce rankings of positive probability. The order is that of the alternatives.
func rankings(row []float64) []ranking {
	n := len(row)
	var list []ranking
	rank := make([]int64, n)
	var place func(k, s int, p float64)
	place = func(k, s int, p float64) {
		if k == n {
			list = append(list, ranking{rank: append([]int64(nil), rank...), p: p})
			return
		}
		for a := range n {
			if s>>a&1 == 1 {
				continue
			}
			if q := nextRank(row, s, a); q > 0 {
				rank[a] = int64(k)
				place(k+1, s|1<<a, p*q)
			}
		}
	}
	place(0, 0, 1)
	return list
}

// rankingStates returns the number of Q vectors that D rankings of J alternatives can reach at most: the lattice points of
// the D-fold permutohedron, Σ_k F(J,k) D^k with F(J,k) the number of forests with k edges on J labelled vertices (Stanley
// 1980; Postnikov 2009). It is exact from D = 2 on. Numbers above the limit are returned as limit + 1.
func rankingStates(members, alternatives, limit int) int {
	// f[j][k]: forests with k edges on j vertices, by the size s of the tree that holds the first vertex (s^(s−2) trees).
	most := float64(limit) + 1
	f := make([][]float64, alternatives+1)
	f[0] = []float64{1}
	for j := 1; j <= alternatives; j++ {
		f[j] = make([]float64, j)
		choose := 1.0 // C(j−1, s−1)
		for s := 1; s <= j; s++ {
			trees := 1.0
			for range s - 2 {
				trees *= float64(s)
			}
			for k, n := range f[j-s] {
				f[j][k+s-1] += float64(choose * trees * n)
			}
			choose = choose * float64(j-s) / float64(s)
		}
	}
	sum, power := 0.0, 1.0
	for _, n := range f[alternatives] {
		sum += float64(n * power)
		power *= float64(members)
	}
	return int(min(sum, most))
}

// perturbation is exact over the vectors Q = Σ_d (rank_d − 1), never over the (J!)^D profiles. Σ_a Q_a is constant, so that
// one coordinate is dropped.
func (d *decision) perturbation(p Preferences) (Outcome, error) {
	members, alternatives := p.size()
	list, profiles := countRankings(p)
	states := min(profiles, float64(rankingStates(members, alternatives, d.opt.MaxStates)))
	if list > maxRankings || states > float64(d.opt.MaxStates) {
		return Outcome{}, errStates
	}
	lists := allRankings(p)
	total := int64(members * alternatives * (alternatives - 1) / 2)
	grid, ok := newGrid(members*(alternatives-1)+1, alternatives-1)
	if !ok {
		return d.sparsePerturbation(lists, alternatives, nil, total)
	}
	var offsets []int
	var q []float64
	for _, list := range lists {
		offsets, q = offsets[:0], q[:0]
		for _, r := range list {
			offsets, q = append(offsets, grid.offset(r.rank[:alternatives-1])), append(q, r.p)
		}
		grid.add(offsets, q)
	}
	out := newTally(alternatives)
	cost := make([]int64, alternatives)
	grid.each(total, cost, func(mass float64) { out.byCost(mass, cost) })
	return whole(out.p()), nil
}

// countRankings returns how many rankings of positive probability there are, summed over the members, and how many profiles:
// z alternatives of probability zero rank last, in any order, so that a member has (J−z)!·z! of them.
func countRankings(p Preferences) (sum, profiles float64) {
	profiles = 1
	for _, row := range p.p {
		n, above, zero := 1.0, 0, 0
		for _, x := range row {
			if x > 0 {
				above++
				n *= float64(above)
			} else {
				zero++
				n *= float64(zero)
			}
		}
		sum += n
		profiles *= n
	}
	return sum, profiles
}

func allRankings(p Preferences) [][]ranking {
	lists := make([][]ranking, len(p.p))
	for i, row := range p.p {
		lists[i] = rankings(row)
	}
	return lists
}

// byCost gives mass to the alternatives in proportion to 1/Q, or to those with Q = 0 alone.
func (t *tally) byCost(mass float64, cost []int64) {
	zeros := 0
	for _, c := range cost {
		if c == 0 {
			zeros++
		}
	}
	if zeros > 0 {
		for a, c := range cost {
			if c == 0 {
				t.shares[a].Add(mass / float64(zeros))
			}
		}
		return
	}
	inverse := 0.0
	for _, c := range cost {
		inverse += 1 / float64(c)
	}
	for a, c := range cost {
		t.shares[a].Add(mass / float64(c) / inverse)
	}
}

// weightedPerturbation is the same over Q = Σ_d w_d (rank_d − 1).
func (d *decision) weightedPerturbation(p Preferences) (Outcome, error) {
	w, _ := d.quantised()
	if slices.Max(w) == slices.Min(w) {
		return d.perturbation(p) // the rule is scale-free
	}
	if list, _ := countRankings(p); list > maxRankings {
		return Outcome{}, errStates
	}
	lists := allRankings(p)
	_, alternatives := p.size()
	total := int64(0)
	for _, x := range w {
		total += x * int64(alternatives*(alternatives-1)/2)
	}
	return d.sparsePerturbation(lists, alternatives, w, total)
}

// sparsePerturbation keeps only the vectors that occur; nil weights are 1.
func (d *decision) sparsePerturbation(lists [][]ranking, alternatives int, w []int64, total int64) (Outcome, error) {
	c := newConvolver(alternatives-1, d.opt.MaxStates)
	for i, list := range lists {
		weight := int64(1)
		if w != nil {
			weight = w[i]
		}
		if weight == 0 {
			continue
		}
		moves, q := make([][]int64, len(list)), make([]float64, len(list))
		for k, r := range list {
			moves[k], q[k] = r.rank[:alternatives-1], r.p
			for a := range moves[k] {
				moves[k][a] *= weight
			}
		}
		if err := c.add(moves, q); err != nil {
			return Outcome{}, err
		}
	}
	out := newTally(alternatives)
	cost := make([]int64, alternatives)
	for s, mass := range c.now.p {
		complete(cost, c.now.state(s), total)
		out.byCost(mass, cost)
	}
	return whole(out.p()), nil
}
