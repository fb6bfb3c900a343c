package forecast

import "math"

// span is a stretch of time in steps, counted back from its end: the first step may be a part of one, all others are
// whole. class[r] is the season of the step after which r steps remain.
type span struct {
	steps int
	part  float64 // length of the first step, in (0, 1]
	class []uint8
}

// newSpan returns the steps of (from, to], in microseconds.
func newSpan(from, to, step int64, c *calendar) span {
	n := int((to - from + step - 1) / step)
	sp := span{steps: n, part: 1, class: make([]uint8, n+1)}
	if n > 0 {
		sp.part = float64(to-from-int64(n-1)*step) / float64(step)
	}
	if c != nil {
		for r := range sp.class {
			sp.class[r] = c.class(to - int64(r)*step)
		}
	}
	return sp
}

// table is a kernel made ready for walking: the chances per step and season class.
type table struct {
	k, grid, classes int
	win              []float64 // [(class·K + place)·grid + cell]; beyond the last exit of a place: its tail
	all              []float64 // of any exit
	moves            [][]move  // [place]
	last             []int

	value  []float64 // [place·(steps+1) + steps that remain]: chance to win of a fresh entry
	width  int
	stays  []stay    // scratch of fresh
	scaled []float64 // scratch of fill
}

// move is a passage to another working place.
type move struct {
	to    int
	early []float64 // [cell]: how much of the cell was left on average
	rate  []float64 // [class·grid + cell]
}

// newTable returns an empty table of the shape of a kernel.
func newTable(k *kernel, classes int) *table {
	b := k.b
	t := &table{k: b.k, grid: k.grid, classes: classes, win: make([]float64, classes*b.k*k.grid), all: make([]float64, classes*b.k*k.grid), moves: make([][]move, b.k), last: k.last}
	for s := range b.k {
		for _, c := range b.exits(s) {
			if int(c.to) < b.k {
				early := make([]float64, k.grid)
				copy(early, b.share[c.off:c.off+b.cells])
				t.moves[s] = append(t.moves[s], move{to: int(c.to), early: early, rate: make([]float64, classes*k.grid)})
			}
		}
	}
	return t
}

// fill computes the chances per class: rates times the factors of the season and of a group, per destination; nil is none.
// Only the first cells are filled, at most all.
func (t *table) fill(k *kernel, season *seasonal, factor, group []float64, cells int) {
	b := k.b
	cells = min(cells, k.grid)
	t.scaled = zeros(t.scaled, cells)
	scaled := t.scaled
	for q := range t.classes {
		for s := range b.k {
			base := (q*t.k + s) * t.grid
			win, all := t.win[base:base+cells], t.all[base:base+cells]
			clear(win)
			clear(all)
			m := 0
			for i, c := range b.exits(s) {
				row := k.row(b.first[s] + i)[:cells]
				if season != nil {
					for l, h := range row {
						band := int(season.band[int(c.to)*b.cells+min(l, b.cells-1)])
						scaled[l] = float64(h * factor[season.at(q, int(c.to), band)])
					}
					row = scaled
				}
				if group != nil {
					for l, h := range row {
						scaled[l] = float64(h * group[c.to])
					}
					row = scaled
				}
				switch {
				case int(c.to) < b.k:
					rate := t.moves[s][m].rate[q*t.grid:]
					m++
					for l, h := range row {
						rate[l] = h
						all[l] += h
					}
				case int(c.to) == b.k+toWon:
					for l, h := range row {
						win[l] += h
						all[l] += h
					}
				default:
					for l, h := range row {
						all[l] += h
					}
				}
			}
			for l, h := range all {
				if h > 1 { // factors and pooling may ask for more than there is
					win[l] /= h
					for i := range t.moves[s] {
						t.moves[s][i].rate[q*t.grid+l] /= h
					}
					all[l] = 1
				}
			}
		}
	}
}

// fresh computes for every place and number of whole steps that remain the chance to win of a deal that enters now. Within
// one step a deal may pass several places: each such step is one system (I − Q₀) v = b, solved by Gauss and Seidel's
// iteration, which ends after as many rounds as there are places where the places form no loop.
func (t *table) fresh(sp span) {
	t.width = sp.steps + 1
	t.value = zeros(t.value, t.k*t.width)
	if t.stays == nil {
		t.stays = make([]stay, t.k)
	}
	for r := range t.width {
		for s := range t.k {
			st := &t.stays[s]
			switch {
			case t.classes > 1: // every day has its own rates
				t.unroll(s, r, sp)
			case r == 0:
				t.unroll(s, sp.steps, sp)
			}
			t.value[s*t.width+r] = st.within(t, s, r)
			st.known = t.value[s*t.width+r]
		}
		for range maxRounds {
			change := 0.0
			for s := t.k - 1; s >= 0; s-- {
				v := t.stays[s].known
				for i := range t.moves[s] {
					if c := t.stays[s].pass[i]; len(c) > 0 && c[0] > 0 {
						v += float64(c[0] * t.value[t.moves[s][i].to*t.width+r])
					}
				}
				at := s*t.width + r
				change = max(change, math.Abs(v-t.value[at]))
				t.value[at] = v
			}
			if change < 1e-15 {
				break
			}
		}
	}
}

const maxRounds = 200

// zeros returns n zeros, in the memory of x where they fit.
func zeros(x []float64, n int) []float64 {
	if cap(x) < n {
		return make([]float64, n)
	}
	x = x[:n]
	clear(x)
	return x
}

// stay is what becomes of a fresh stay in a place, by the steps that have passed.
type stay struct {
	win   []float64   // chance to have won out of it
	pass  [][]float64 // [move]: chance to have moved on just then
	late  [][]float64 // [move]: the part of pass that happens in the step after, and counts only if that is not beyond the end
	known float64     // chance to win of a stay with the steps at hand, without passages within its first step
}

// unroll follows a fresh stay in place s through the last r steps of a span.
func (t *table) unroll(s, r int, sp span) {
	st := &t.stays[s]
	moves := t.moves[s]
	n := min(r, t.last[s]) + 1 // what stays longer is unresolved
	st.win = zeros(st.win, n)
	if st.pass == nil {
		st.pass, st.late = make([][]float64, len(moves)), make([][]float64, len(moves))
	}
	for i := range moves {
		st.pass[i], st.late[i] = zeros(st.pass[i], n), zeros(st.late[i], n)
	}
	left, won := 1.0, 0.0
	for l := range n {
		q := int(sp.class[r-l])
		base := (q*t.k + s) * t.grid
		if left > 0 {
			won += float64(left * t.win[base+l])
			for i := range moves {
				m := &moves[i]
				h := float64(left * m.rate[q*t.grid+l])
				if h == 0 {
					continue
				}
				// Who left with a part e of the cell to go has that much more time in the next place.
				e := 0.0
				if l > 0 {
					e = float64(h * m.early[l])
					st.pass[i][l-1] += e
					st.late[i][l-1] = e
				}
				st.pass[i][l] += h - e
			}
			left *= 1 - t.all[base+l]
		}
		st.win[l] = won
	}
}

// within returns the chance to win of a stay with r steps to go, without passages within its first step.
func (st *stay) within(t *table, s, r int) float64 {
	n := len(st.win)
	p := st.win[min(r, n-1)]
	for i := range t.moves[s] {
		v := t.value[t.moves[s][i].to*t.width:]
		c := st.pass[i]
		sum := 0.0
		for l := 1; l <= min(r, n-1); l++ {
			sum += float64(c[l] * v[r-l])
		}
		if r < n {
			sum -= float64(st.late[i][r] * v[0])
		}
		p += sum
	}
	return p
}

// walk returns the chance to win within the span of a deal that has been in a place for an age, in steps, and the mass
// that stays in the place beyond its last observed exit: nothing is known of it, so it neither wins nor loses. A deal that
// is older than that already goes on with the tail of its place.
func (t *table) walk(s int, age float64, sp span) (p, beyond float64) {
	if sp.steps == 0 {
		return 0, 0
	}
	stay := 1.0
	moves := t.moves[s]
	stale := int(age) >= t.last[s]
	// A step takes w1 of its length in cell l+1 and w2 in the one after; from the second step on they stay what they are.
	l, length := int(age), sp.part
	w2 := max(0, age+length-float64(l+1))
	w1 := length - w2
	for r := sp.steps - 1; r >= 0; r-- {
		if !stale && l >= t.last[s] {
			return min(p, 1), stay
		}
		v2 := w2
		if !stale && l+1 >= t.last[s] {
			v2 = 0
		}
		l1, l2 := min(l+1, t.grid-1), min(l+2, t.grid-1)
		row := int(sp.class[r]) * t.grid
		base := row*t.k + s*t.grid
		gain, lose := float64(w1*t.win[base+l1]), float64(w1*t.all[base+l1])
		if v2 > 0 {
			gain += float64(v2 * t.win[base+l2])
			lose += float64(v2 * t.all[base+l2])
		}
		for i := range moves {
			m := &moves[i]
			h := float64(w1 * m.rate[row+l1])
			if v2 > 0 {
				h += float64(v2 * m.rate[row+l2])
			}
			if h > 0 {
				v := t.value[m.to*t.width+r:]
				if e := m.early[l1]; e > 0 && r+1 < t.width {
					gain += float64(h * (v[0] + float64(e*(v[1]-v[0]))))
				} else {
					gain += float64(h * v[0])
				}
			}
		}
		p += float64(stay * gain)
		stay *= 1 - lose
		if stay <= 0 {
			return min(p, 1), 0
		}
		if r == sp.steps-1 {
			x := age + length
			l = int(x)
			w2 = x - float64(l)
			w1 = 1 - w2
		} else {
			l++
		}
	}
	if l >= t.last[s] {
		beyond = stay
	}
	return min(p, 1), beyond
}
