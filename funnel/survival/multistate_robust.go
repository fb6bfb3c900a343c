package survival

import "slices"

// occupancyJackknife holds the influence of every case on the occupancy of every state.
type occupancyJackknife struct {
	m    *product
	u    [][]float64 // per state, by case
	v    []float64   // per state, sum of squares of u
	slot []int32     // case of each stay
	y    [][]float64 // per state, the weight with which a case is at risk in it
	at   []int32     // state in which a case is at risk, −1 for none
	in   int
	out  int
}

func (m *product) newJackknife(p []float64, c MultiStateConfig) *occupancyJackknife {
	j := &occupancyJackknife{m: m, slot: make([]int32, len(m.stays))}
	cases := map[int]int32{}
	for i := range m.stays {
		k, ok := cases[m.stays[i].Case]
		if !ok {
			k = int32(len(cases))
			cases[m.stays[i].Case] = k
		}
		j.slot[i] = k
	}
	j.u, j.y = make([][]float64, m.states), make([][]float64, m.states)
	for h := range j.u {
		j.u[h], j.y[h] = make([]float64, len(cases)), make([]float64, len(cases))
	}
	j.v = make([]float64, m.states)
	j.at = make([]int32, len(cases))
	for i := range j.at {
		j.at[i] = -1
	}
	if c.Start == nil {
		_, total := m.start(c)
		for i := range m.stays {
			s := &m.stays[i]
			if !m.covers(s, c.From) {
				continue
			}
			w := (&Spell{Weight: s.Weight}).weight() / total
			for h := range p {
				j.add(int32(h), j.slot[i], -float64(w*p[h]))
			}
			j.add(int32(s.State), j.slot[i], w)
		}
	}
	return j
}

// step takes the influences through one factor: u ← u·(I+dA) + p_h·(dN_c − Y_c·dA)/Y for each state h that is left.
func (j *occupancyJackknife) step(f *factor, p []float64) {
	j.advance(f)
	k := f.states
	left := make([][]float64, len(f.rows)) // influences before the factor
	for r, h := range f.rows {
		left[r] = j.u[h]
		if len(f.moves) > 1 {
			left[r] = slices.Clone(j.u[h])
		}
	}
	for r, h := range f.rows {
		for to, d := range f.counts[int(h)*k : int(h+1)*k] {
			if d == 0 {
				continue
			}
			a := d / f.atRisk[h]
			noise := p[h] * a / f.atRisk[h]
			x, y, from, into := left[r], j.y[h], j.u[h], j.u[to]
			var sumFrom, sumInto float64
			for c := range x {
				moved := float64(a*x[c]) - float64(noise*y[c])
				u, v := into[c]+moved, from[c]-moved
				into[c], from[c] = u, v
				sumInto += float64(u * u)
				sumFrom += float64(v * v)
			}
			j.v[to], j.v[h] = sumInto, sumFrom
		}
	}
	for _, mv := range f.moves {
		if mv.from != mv.to {
			c := j.slot[mv.stay]
			x := p[mv.from] * mv.weight / f.atRisk[mv.from]
			j.add(mv.to, c, x)
			j.add(mv.from, c, -x)
		}
	}
	j.moved(f)
}

// advance brings the states in which cases are at risk up to the factor, as product.run does for their numbers.
func (j *occupancyJackknife) advance(f *factor) {
	m := j.m
	for {
		entering := j.in < len(m.enters) && m.enters[j.in].time < f.time
		leaving := j.out < len(m.leaves) && m.leaves[j.out].time < f.time
		switch {
		case leaving && (!entering || m.leaves[j.out].time <= m.enters[j.in].time):
			j.set(j.slot[m.leaves[j.out].stay], -1, 0)
			j.out++
		case entering:
			j.enter(&m.enters[j.in])
		default:
			for j.in < len(m.enters) && m.enters[j.in].time == f.time && (f.time == 0 || m.stays[m.enters[j.in].stay].Exit == f.time) {
				j.enter(&m.enters[j.in])
			}
			return
		}
	}
}

func (j *occupancyJackknife) enter(e *enter) {
	j.set(j.slot[e.stay], e.state, e.weight)
	j.in++
}

func (j *occupancyJackknife) set(c, state int32, weight float64) {
	if old := j.at[c]; old >= 0 {
		j.y[old][c] = 0
	}
	j.at[c] = state
	if state >= 0 {
		j.y[state][c] = weight
	}
}

// moved notes where the cases are after the factor.
func (j *occupancyJackknife) moved(f *factor) {
	for _, mv := range f.moves {
		c := j.slot[mv.stay]
		if mv.onward {
			j.set(c, mv.to, mv.weight)
		} else {
			j.set(c, -1, 0)
		}
	}
}

// add changes one influence and keeps the sum of squares of its state.
func (j *occupancyJackknife) add(state, c int32, x float64) {
	old := j.u[state][c]
	j.u[state][c] = old + x
	j.v[state] += float64((old+x)*(old+x)) - float64(old*old)
}

// variances returns the sums of squares of the influences, per state.
func (j *occupancyJackknife) variances() []float64 {
	v := slices.Clone(j.v)
	for h := range v {
		v[h] = max(0, v[h])
	}
	return v
}
