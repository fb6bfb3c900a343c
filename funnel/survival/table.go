package survival

import "math"

// table counts, at each distinct exit time in ascending order, who is at risk and what happens. Column k of the events
// belongs to cause k+1. Counts are weighted sums; without weights they are whole numbers, exactly.
type table struct {
	time, atRisk, events, censored []float64
	byCause                        [][]float64
}

// tabulate sorts the spells by exit and counts. With causes = 0 all causes are one.
func tabulate(spells []Spell, causes int) *table {
	if t, ok := tabulateWhole(spells, causes); ok {
		return t
	}
	n := len(spells)
	keys := make([]sortKey, n)
	late := 0
	for i := range spells {
		s := &spells[i]
		keys[i] = sortKey{bits: orderedBits(s.Exit), index: uint32(i)}
		if s.Entry != 0 {
			late++
		}
	}
	keys = radixSort(keys)
	distinct := 0
	for i := range keys {
		if i == 0 || keys[i].bits != keys[i-1].bits {
			distinct++
		}
	}
	t := newTable(distinct, causes)
	entered, left := 0.0, 0.0
	var entries []sortKey
	if late > 0 {
		entries = make([]sortKey, n)
		for i := range spells {
			entries[i] = sortKey{bits: orderedBits(spells[i].Entry), index: uint32(i)}
		}
		entries = radixSort(entries)
	} else {
		for i := range spells {
			entered += spells[i].weight()
		}
	}
	next := 0
	for i, row := 0, 0; i < n; row++ {
		key := keys[i].bits
		at := spells[keys[i].index].Exit
		if late > 0 {
			for next < n && (entries[next].bits < key || (at == 0 && entries[next].bits == key)) {
				entered += spells[entries[next].index].weight()
				next++
			}
		}
		var gone, instant float64
		for ; i < n && keys[i].bits == key; i++ {
			s := &spells[keys[i].index]
			w := s.weight()
			gone += w
			if s.Entry == s.Exit && late > 0 && at != 0 {
				instant += w // enters and leaves at once: at risk at this instant only
			}
			t.count(row, s.Cause, w)
		}
		t.time[row] = at
		t.atRisk[row] = max(entered-left+instant, gone) // whoever leaves was at risk, whatever the rounding of weights says
		left += gone                                    // whoever was at risk at this instant only is still ahead in the order of entries, and cancels there
	}
	return t
}

func newTable(rows, causes int) *table {
	cols := max(causes, 1)
	block := make([]float64, rows*(4+cols))
	cut := func() []float64 {
		c := block[:rows:rows]
		block = block[rows:]
		return c
	}
	t := &table{time: cut(), atRisk: cut(), events: cut(), censored: cut(), byCause: make([][]float64, cols)}
	for k := range t.byCause {
		t.byCause[k] = cut()
	}
	if causes == 0 {
		t.byCause[0] = t.events
	}
	return t
}

func (t *table) count(row, cause int, w float64) {
	switch {
	case cause == 0:
		t.censored[row] += w
	case len(t.byCause) == 1:
		t.byCause[0][row] += w
		if &t.byCause[0][row] != &t.events[row] {
			t.events[row] += w
		}
	default:
		t.events[row] += w
		t.byCause[cause-1][row] += w
	}
}

// tabulateWhole counts without sorting where all times are whole numbers of a small range, as days are.
func tabulateWhole(spells []Spell, causes int) (*table, bool) {
	limit := min(4*len(spells)+1024, 1<<20)
	top := 0.0
	for i := range spells {
		s := &spells[i]
		if s.Entry < 0 || !(s.Exit < float64(limit)) || s.Entry != math.Trunc(s.Entry) || s.Exit != math.Trunc(s.Exit) {
			return nil, false
		}
		top = max(top, s.Exit)
	}
	size := int(top) + 2
	full := newTable(size, causes)
	enter := make([]float64, size) // at risk from just after this time
	instant := make([]float64, size)
	seen := make([]bool, size)
	for i := range spells {
		s := &spells[i]
		in, out, w := int(s.Entry), int(s.Exit), s.weight()
		seen[out] = true
		if in == out && in != 0 {
			instant[out] += w
		} else {
			enter[in] += w
			full.time[out] += w // leaves; overwritten by the time itself below
		}
		full.count(out, s.Cause, w)
	}
	rows := 0
	atRisk := 0.0
	for day := range size {
		leaves := full.time[day]
		if day == 0 {
			atRisk += enter[0]
		}
		if seen[day] {
			full.time[rows] = float64(day)
			full.events[rows], full.censored[rows] = full.events[day], full.censored[day]
			full.atRisk[rows] = max(atRisk+instant[day], full.events[rows]+full.censored[rows])
			for k := range full.byCause {
				full.byCause[k][rows] = full.byCause[k][day]
			}
			rows++
		}
		atRisk -= leaves
		if day > 0 {
			atRisk += enter[day]
		}
	}
	full.time, full.atRisk, full.events, full.censored = full.time[:rows:rows], full.atRisk[:rows:rows], full.events[:rows:rows], full.censored[:rows:rows]
	for k := range full.byCause {
		full.byCause[k] = full.byCause[k][:rows:rows]
	}
	return full, true
}
