package funnel

import (
	"cmp"
	"math"
	"slices"
)

// bound narrows coarse times by the neighbours in the order of Seq, as far as the view knows them, and returns the rows
// that it then sees. An exact time is never changed, and a coarse one never leaves its own bounds.
func (w *walker) bound(all []record) []record {
	rows := w.rows[:0]
	for i := range all {
		r := &all[i]
		if r.recorded != noTime && r.recorded > w.known || !r.coarse() && r.known() > w.known {
			continue
		}
		rows = append(rows, *r)
	}
	w.bySeq = w.bySeq[:0]
	for i := range rows {
		if rows[i].seq != 0 {
			w.bySeq = append(w.bySeq, int32(i))
		}
	}
	slices.SortFunc(w.bySeq, func(x, y int32) int { return cmp.Compare(rows[x].seq, rows[y].seq) })
	low, high := w.low[:0], w.high[:0] // bounds by the rows with a smaller and with a greater Seq
	for range rows {
		low, high = append(low, noTime), append(high, math.MaxInt64)
	}
	w.low, w.high = low, high
	bound := int64(noTime)
	forEachSeq(w.bySeq, rows, false, func(group []int32) {
		for _, i := range group {
			low[i] = bound
		}
		for _, i := range group {
			if rows[i].earliest != noTime {
				bound = max(bound, rows[i].earliest)
			}
		}
	})
	bound = math.MaxInt64
	forEachSeq(w.bySeq, rows, true, func(group []int32) {
		for _, i := range group {
			high[i] = bound
		}
		for _, i := range group {
			if rows[i].latest != noTime {
				bound = min(bound, rows[i].latest)
			}
		}
	})
	kept := rows[:0]
	for i := range rows {
		r := rows[i]
		if r.coarse() {
			first, last := max(r.earliest, low[i]), high[i]
			if r.latest != noTime {
				last = min(last, r.latest)
			} else if last == math.MaxInt64 {
				switch {
				case r.recorded != noTime:
					last = r.recorded
				case w.at >= w.b.last:
					last = w.s.asOf // nothing more is said of it than that it is so at the end
				}
			}
			if r.earliest != noTime {
				last = max(last, r.earliest)
			}
			r.earliest, r.latest = min(first, last), last
		}
		if r.latest <= w.at && (r.recorded != noTime || r.latest <= w.known) {
			kept = append(kept, r)
		}
	}
	slices.SortFunc(kept, func(x, y record) int { return w.b.compare(&x, &y) })
	w.rows = rows
	return kept
}

// forEachSeq calls f for each group of rows with one Seq, ascending or descending.
func forEachSeq(bySeq []int32, rows []record, down bool, f func(group []int32)) {
	if down {
		for end := len(bySeq); end > 0; {
			start := end - 1
			for start > 0 && rows[bySeq[start-1]].seq == rows[bySeq[end-1]].seq {
				start--
			}
			f(bySeq[start:end])
			end = start
		}
		return
	}
	for start := 0; start < len(bySeq); {
		end := start + 1
		for end < len(bySeq) && rows[bySeq[end]].seq == rows[bySeq[start]].seq {
			end++
		}
		f(bySeq[start:end])
		start = end
	}
}

// lateRows marks the rows that became known after a row that follows them.
func (w *walker) lateRows(rows []record) []bool {
	if cap(w.late) < len(rows) {
		w.late = make([]bool, 2*len(rows))
	}
	w.late = w.late[:len(rows)]
	first := int64(math.MaxInt64)
	for i := len(rows) - 1; i >= 0; i-- {
		rec := rows[i].recorded
		w.late[i] = rec != noTime && rec > first
		if rec != noTime {
			first = min(first, rec)
		}
	}
	return w.late
}
