package forecast

import (
	"slices"

	"github.com/buyerjourney/b2b/funnel"
)

// Elasticity says by how many wins the expectation over the horizon rises if one kind of exit of one stage becomes more
// frequent, per unit of the logarithm of its rate: 1 % more gives 0.01 of it.
type Elasticity struct {
	Place   funnel.Place   // stage
	To      funnel.Stage   // "" where the exit is an outcome
	Outcome funnel.Outcome // Open where the exit is another stage
	Wins    float64
}

// Elasticities returns dE/d log(rate) for every stage and exit of the open pipeline, by stage and exit: exact derivatives of
// the point forecast, all of them by one pass that follows the expected entries into every stage (the adjoint of the
// recursion of the fresh-entry tables). Cost: as much as a few point forecasts. Another kernel than
// [SemiMarkov] has none.
func (m *Model) Elasticities() []Elasticity {
	if m.c.Kernel != SemiMarkov {
		return nil
	}
	b := m.e.fine.b
	grad := make([]float64, len(b.cols))
	for from := 0; from < len(m.e.keys); {
		to := from
		a := newAdjoint(m.e, m.e.keys[from].group)
		for ; to < len(m.e.keys) && m.e.keys[to].group == m.e.keys[from].group; to++ {
			k := m.e.keys[to]
			a.follow(int(k.place), a.aged(float64(k.age)/float64(b.step)), m.e.count[to])
		}
		a.drain()
		for i, g := range a.grad {
			grad[i] += g
		}
		from = to
	}
	var out []Elasticity
	for s := range b.k {
		for i, c := range b.exits(s) {
			e := Elasticity{Place: m.e.p.places[s], Wins: grad[b.first[s]+i], Outcome: funnel.Open}
			if int(c.to) < b.k {
				e.To = m.e.p.places[c.to].Stage
			} else {
				e.Outcome = outcomeOf(int(c.to) - b.k)
			}
			out = append(out, e)
		}
	}
	return out
}

func outcomeOf(code int) funnel.Outcome {
	return [outcomeCount]funnel.Outcome{toWon: funnel.Won, toLost: funnel.Lost, toNoDecision: funnel.NoDecision, toDisqualified: funnel.Disqualified, toChurned: funnel.Churned}[code]
}

// adjoint collects the derivatives and the entries that are still to be followed.
type adjoint struct {
	f    *fitted
	sp   span
	t    *table
	rate [][]float64 // [class·columns + column]: rates with season and group
	full [][]bool    // [class·places + place]: cells in which factors asked for more than all exits, so that they share one
	grad []float64   // [column]
	flow []float64   // [place·width + steps that remain]: expected fresh entries
}

// newAdjoint uses a table of its own, so that the model stays as it is.
func newAdjoint(e *engine, g group) *adjoint {
	f := e.fine
	own := f.groups.of(g)
	a := &adjoint{f: f, sp: f.spans[len(f.spans)-1], t: f.ownTable(), grad: make([]float64, len(f.b.cols))}
	if own != nil {
		a.t.fill(f.k, f.season, f.factors(), own, f.k.grid)
	}
	a.t.fresh(a.sp)
	a.flow = make([]float64, f.b.k*a.t.width)
	b := f.b
	for q := range f.classes {
		for i, c := range b.cols {
			row := slices.Clone(f.k.row(i))
			for l := range row {
				if f.season != nil && c.to >= 0 {
					band := int(f.season.band[int(c.to)*b.cells+min(l, b.cells-1)])
					row[l] *= f.season.factor[f.season.at(q, int(c.to), band)]
				}
				if own != nil && c.to >= 0 {
					row[l] *= own[c.to]
				}
			}
			a.rate = append(a.rate, row)
		}
		for s := range b.k {
			full := make([]bool, f.k.grid)
			rows := a.rate[q*len(b.cols)+b.first[s] : q*len(b.cols)+b.first[s+1]-2]
			for l := range full {
				sum := 0.0
				for _, row := range rows {
					sum += row[l]
				}
				if full[l] = sum > 1; full[l] {
					for _, row := range rows {
						row[l] /= sum
					}
				}
			}
			a.full = append(a.full, full)
		}
	}
	return a
}

// pace is one step of a stay: the cells it passes and how long, and the steps that remain after it.
type pace struct {
	cell   [2]int
	weight [2]float64
	left   int
}

// aged lists the steps of a stay that has lasted some steps already, as [table.walk] takes them.
func (a *adjoint) aged(x float64) func(s int) []pace {
	return func(s int) []pace {
		var out []pace
		stale := int(x) >= a.t.last[s]
		at := x
		for r := a.sp.steps - 1; r >= 0; r-- {
			length := 1.0
			if r == a.sp.steps-1 {
				length = a.sp.part
			}
			l := int(at)
			if !stale && l >= a.t.last[s] {
				break
			}
			w2 := max(0, at+length-float64(l+1))
			w1 := length - w2
			at += length
			if !stale && l+1 >= a.t.last[s] {
				w2 = 0
			}
			out = append(out, pace{cell: [2]int{min(l+1, a.t.grid-1), min(l+2, a.t.grid-1)}, weight: [2]float64{w1, w2}, left: r})
		}
		return out
	}
}

// newly lists the steps of a fresh stay with r steps that remain, as [table.freshAt] takes them.
func (a *adjoint) newly(r int) func(s int) []pace {
	return func(s int) []pace {
		var out []pace
		for l := 0; l <= min(r, a.t.last[s]); l++ {
			out = append(out, pace{cell: [2]int{l, l}, weight: [2]float64{1, 0}, left: r - l})
		}
		return out
	}
}

// follow adds the derivatives of a number of stays, and the entries into other places that they lead to. A rate h at a step
// takes stays away from what would have come after: its derivative is stay · h · (value of the exit − value of staying).
// Where the exits of a cell share one, a rate takes from the other exits instead.
func (a *adjoint) follow(s int, steps func(int) []pace, number float64) {
	b := a.f.b
	path := steps(s)
	cols := b.exits(s)
	n := len(cols)
	value := make([]float64, len(path)*n)
	gain, stay := make([]float64, len(path)*2), make([]float64, len(path)+1)
	out := make([]float64, len(path))
	stay[0] = number
	for u, p := range path {
		rows := a.rows(s, p)
		for i, c := range cols {
			value[u*n+i] = a.worth(c, p)
			for part, l := range p.cell {
				h := float64(p.weight[part] * rows[i][l])
				gain[2*u+part] += float64(h * value[u*n+i])
				out[u] += h
			}
		}
		stay[u+1] = stay[u] * max(0, 1-out[u])
	}
	later := 0.0 // value of staying after the step
	for u, p := range slices.Backward(path) {
		rows := a.rows(s, p)
		full := a.full[int(a.sp.class[p.left])*b.k+s]
		for i, c := range cols {
			number := 0.0
			for part, l := range p.cell {
				h := p.weight[part] * rows[i][l]
				if h == 0 {
					continue
				}
				number += float64(stay[u] * h)
				instead := later
				if full[l] {
					instead = gain[2*u+part] / p.weight[part]
				}
				a.grad[b.first[s]+i] += float64(stay[u] * h * (value[u*n+i] - instead))
			}
			if to := int(c.to); to < b.k && number > 0 {
				base := to*a.t.width + p.left
				e := a.early(c, p)
				a.flow[base] += float64(number * (1 - e))
				if e > 0 {
					a.flow[base+1] += float64(number * e)
				}
			}
		}
		later = gain[2*u] + gain[2*u+1] + float64(max(0, 1-out[u])*later)
	}
}

// rows returns the rates of the exits of a place in the season of a step.
func (a *adjoint) rows(s int, p pace) [][]float64 {
	b := a.f.b
	from := int(a.sp.class[p.left]) * len(b.cols)
	return a.rate[from+b.first[s] : from+b.first[s+1]-2]
}

// worth is the chance to win after an exit at a step.
func (a *adjoint) worth(c column, p pace) float64 {
	k := a.f.b.k
	switch to := int(c.to); {
	case to == k+toWon:
		return 1
	case to < k:
		base := to*a.t.width + p.left
		v := a.t.value[base]
		if e := a.early(c, p); e > 0 {
			v += float64(e * (a.t.value[base+1] - v))
		}
		return v
	}
	return 0
}

// early is the part of a step before which a stay is left, as the tables take it.
func (a *adjoint) early(c column, p pace) float64 {
	l := p.cell[0]
	if l == 0 || l >= a.f.b.cells || p.left+1 >= a.t.width {
		return 0
	}
	return a.f.b.share[c.off+l]
}

// drain follows all entries, those with most time left first. Entries that come back within one step are followed until
// next to nothing is left of them.
func (a *adjoint) drain() {
	for r := a.t.width - 1; r >= 0; r-- {
		for range maxRounds {
			rest := 0.0
			for s := range a.f.b.k {
				at := s*a.t.width + r
				n := a.flow[at]
				if n == 0 {
					continue
				}
				a.flow[at] = 0
				rest += n
				a.follow(s, a.newly(r), n)
			}
			if rest < 1e-14 {
				break
			}
		}
	}
}
