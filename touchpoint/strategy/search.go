package strategy

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// selection is a set of items with its value and cost.
type selection struct {
	items       []int // ascending
	value, cost float64
}

// near is the difference of values that counts as none.
const near = 1e-12

// better reports whether s is to be preferred to t.
func (s selection) better(t selection, scale float64) bool {
	switch d := s.value - t.value; {
	case d > near*scale:
		return true
	case d < -near*scale:
		return false
	case math.Abs(s.cost-t.cost) > near*max(1, s.cost):
		return s.cost < t.cost
	}
	return slices.Compare(s.items, t.items) < 0
}

// density is gain per cost; what is free and adds comes first.
func density(gain, cost float64) float64 {
	if cost == 0 {
		if gain > 0 {
			return math.Inf(1)
		}
		return 0
	}
	return gain / cost
}

// fractional is the most that gains can add within the budget if parts of items could be had: an upper bound, since each
// adds at most its gain to any set.
func fractional(gains, costs []float64, order []int, budget float64) float64 {
	total := 0.0
	for _, i := range order {
		if gains[i] <= 0 {
			continue
		}
		if costs[i] <= budget {
			total += gains[i]
			budget -= costs[i]
			continue
		}
		return total + gains[i]*budget/costs[i]
	}
	return total
}

// search is branch and bound over all sets.
type search struct {
	ctx    context.Context
	m      *coverModel
	budget float64
	scale  float64
	best   selection
	nodes  int
}

func (s *search) run() error {
	for _, w := range s.m.weight {
		s.scale += w
	}
	s.scale = max(s.scale, 1)
	s.best, _ = s.m.greedy(s.budget) // a good start prunes more
	open := make([]int, len(s.m.items))
	for i := range open {
		open[i] = i
	}
	return s.branch(open, selection{}, s.m.uncovered())
}

// branch decides the most promising open item, first in, then out.
func (s *search) branch(open []int, now selection, left []float64) error {
	if s.nodes++; s.nodes&0xfff == 0 {
		if err := s.ctx.Err(); err != nil {
			return err
		}
	}
	n := len(s.m.items)
	gains, costs := make([]float64, n), make([]float64, n)
	var live []int
	for _, i := range open {
		gains[i], costs[i] = s.m.gain(i, left), s.m.items[i].cost
		if gains[i] > 0 && now.cost+costs[i] <= s.budget {
			live = append(live, i)
		}
	}
	if now.better(s.best, s.scale) {
		s.best = selection{slices.Clone(now.items), now.value, now.cost}
	}
	if len(live) == 0 {
		return nil
	}
	slices.SortStableFunc(live, func(a, b int) int {
		return -cmp.Compare(density(gains[a], costs[a]), density(gains[b], costs[b]))
	})
	if now.value+fractional(gains, costs, live, s.budget-now.cost) < s.best.value-float64(near*s.scale) {
		return nil
	}
	pick := live[0]
	in := selection{value: now.value + gains[pick], cost: now.cost + costs[pick]}
	at, _ := slices.BinarySearch(now.items, pick)
	in.items = slices.Insert(slices.Clone(now.items), at, pick)
	covered := slices.Clone(left)
	s.m.take(pick, covered)
	if err := s.branch(live[1:], in, covered); err != nil {
		return err
	}
	if costs[pick] == 0 {
		return nil // free and adding: always taken
	}
	return s.branch(live[1:], now, left)
}

// greedy returns the better of the lazy greedy set and the best single item, and an upper bound on any set.
func (m *coverModel) greedy(budget float64) (best selection, upper float64) {
	n := len(m.items)
	gains, costs := make([]float64, n), make([]float64, n)
	left := m.uncovered()
	var open []int
	single := selection{}
	for i := range m.items {
		gains[i], costs[i] = m.gain(i, left), m.items[i].cost
		if costs[i] > budget || gains[i] <= 0 {
			continue
		}
		open = append(open, i)
		if x := (selection{[]int{i}, gains[i], costs[i]}); x.better(single, 1) {
			single = x
		}
	}
	now := selection{}
	upper = math.Inf(1)
	for {
		// Gains only fall: a sorted list with stale gains is refreshed from the top until the top is fresh.
		slices.SortStableFunc(open, func(a, b int) int {
			return -cmp.Compare(density(gains[a], costs[a]), density(gains[b], costs[b]))
		})
		for i := 0; i < len(open); i++ {
			k := open[i]
			gains[k] = m.gain(k, left)
			if i+1 < len(open) && density(gains[k], costs[k]) >= density(gains[open[i+1]], costs[open[i+1]]) {
				break
			}
		}
		slices.SortStableFunc(open, func(a, b int) int {
			return -cmp.Compare(density(gains[a], costs[a]), density(gains[b], costs[b]))
		})
		upper = min(upper, now.value+fractional(gains, costs, open, budget)) // stale gains are larger: still a bound
		k := slices.IndexFunc(open, func(i int) bool { return now.cost+costs[i] <= budget && m.gain(i, left) > 0 })
		if k < 0 {
			break
		}
		pick := open[k]
		open = slices.Delete(open, k, k+1)
		now.value += m.gain(pick, left)
		now.cost += costs[pick]
		now.items = append(now.items, pick)
		m.take(pick, left)
		if len(open) == 0 {
			upper = min(upper, now.value)
			break
		}
	}
	slices.Sort(now.items)
	if single.value > 0 && single.better(now, 1) {
		return single, upper
	}
	return now, upper
}
