package dmu

import (
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/stat"
)

// coverModel is what the probabilities are computed from.
type coverModel struct {
	ids      []b2b.PersonID
	rho      []float64
	pi       [][]float64 // by member and seat
	together []bool      // by member: plays all seats with pi = 1 at once (assigned), or exactly one (posterior)
	seats    []Seat
	costs    []float64
}

func newCoverModel(u Unit, cfg CoverageConfig) coverModel {
	m := coverModel{seats: u.Template().seats, costs: cfg.Costs}
	for _, member := range u.members {
		row := make([]float64, len(m.seats))
		assigned := false
		held, _ := member.held()
		for _, h := range held {
			if h.source < Imported {
				continue // an inferred assignment says less than the posterior that it came from
			}
			assigned = true
			if r := u.Template().index(h.seat); r >= 0 {
				row[r] = 1
			}
		}
		if !assigned {
			for _, sp := range member.Posterior {
				if r := u.Template().index(sp.Seat); r >= 0 && !member.dismissed(sp.Seat) {
					row[r] = sp.P // who was dismissed by hand does not play the seat, whatever the steps say
				}
			}
		}
		m.ids = append(m.ids, member.ID)
		m.rho = append(m.rho, cfg.Rho[member.Reach])
		m.pi = append(m.pi, row)
		m.together = append(m.together, assigned)
	}
	return m
}

// seat returns Pr[at least the needed number play seat r and are reached]: a Poisson-binomial tail, counts stopping there.
func (m *coverModel) seat(r int, rho []float64) float64 {
	need := m.seats[r].Needed()
	if need == 1 {
		none := 1.0
		for i, q := range rho {
			none *= 1 - float64(q*m.pi[i][r])
		}
		return 1 - none
	}
	if need > len(rho) {
		return 0
	}
	p := make([]float64, need+1)
	p[0] = 1
	for i := range rho {
		q := float64(rho[i] * m.pi[i][r])
		p[need] += float64(p[need-1] * q)
		for k := need - 1; k > 0; k-- {
			p[k] = float64(p[k]*(1-q)) + float64(p[k-1]*q)
		}
		p[0] *= 1 - q
	}
	return min(1, p[need])
}

// weighted returns Σ ι cov / Σ ι.
func (m *coverModel) weighted(rho []float64) float64 {
	var sum, importance stat.Compensated
	for r, s := range m.seats {
		if s.Importance > 0 {
			sum.Add(float64(s.Importance * m.seat(r, rho)))
			importance.Add(s.Importance)
		}
	}
	return sum.Sum() / importance.Sum()
}

// gain returns what reaching member i fully adds.
func (m *coverModel) gain(rho []float64, i int) ContactGain {
	then := slices.Clone(rho)
	then[i] = 1
	g := ContactGain{Person: m.ids[i]}
	if rho[i] < 1 {
		g.Gain = max(0, m.weighted(then)-m.weighted(rho))
	}
	g.PerCost = g.Gain / m.costs[i]
	return g
}

// all returns Pr[every required seat is covered] by dynamic programming over counts, each stopping at what is needed.
func (m *coverModel) all(maxWork int) (float64, error) {
	var seats, strides []int
	states := int64(1)
	for r, s := range m.seats {
		if !s.Required {
			continue
		}
		seats, strides = append(seats, r), append(strides, int(states))
		states *= int64(s.Needed() + 1)
		if work := states * int64(max(1, len(m.ids))) * int64(len(m.seats)); work > int64(maxWork) {
			return 0, &b2b.TooLargeError{What: "coverage of all required seats", Need: work, Limit: int64(maxWork)}
		}
	}
	step := func(s, k int) int {
		need := m.seats[seats[k]].Needed()
		if s/strides[k]%(need+1) < need {
			return s + strides[k]
		}
		return s
	}
	now, next := make([]float64, states), make([]float64, states)
	now[0] = 1
	for i, rho := range m.rho {
		clear(next)
		for s, p := range now {
			if p == 0 {
				continue
			}
			if m.together[i] {
				to := s
				for k, r := range seats {
					if m.pi[i][r] > 0 {
						to = step(to, k)
					}
				}
				next[to] += float64(p * rho)
				next[s] += float64(p * (1 - rho))
				continue
			}
			stay := 1.0
			for k, r := range seats {
				q := float64(rho * m.pi[i][r])
				stay -= q
				next[step(s, k)] += float64(p * q)
			}
			next[s] += float64(p * max(0, stay))
		}
		now, next = next, now
	}
	return now[states-1], nil
}
