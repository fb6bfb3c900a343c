package match

import (
	"cmp"
	"math"
	"slices"

	"github.com/buyerjourney/b2b/stitch"
)

// question is the scratch of one reader: two rows of the table for the records that are asked about, and buffers.
type question struct {
	search uint32
	rows   [2]uint32
	memo   *memo // made when first used
	stamp  []uint32
	now    uint32
	found  []uint32
	best   []found // the heaviest first, ties by id
	lists  [][]uint32
	hash   []entry
	side   [2][]trait // of the record that is asked about, and of a candidate
}

// maxReaders is how many questions may be asked at a time; further ones wait.
const maxReaders = 32

// Hit is a record that a search found.
type Hit struct {
	ID          stitch.ProfileID
	Bits        float64 // total weight, prior included
	Probability float64
}

// candidateCap is how many candidates a search scores, those of the smallest blocks first.
const candidateCap = 200

// reserve makes room for questions: codes in every column, and rows behind those of the table. Each question has a word
// of 64 rows to itself, because rows have bits in common words.
func (x *Index) reserve() {
	t := x.t
	from := (t.n + 63) / 64 * 64
	t.grow(from + 64*maxReaders)
	for i, c := range t.cols {
		c.reserve(maxReaders)
		x.s.extend(i)
	}
	x.limits = x.s.newBounds()
	x.idle = make(chan *question, maxReaders)
	for i := range uint32(maxReaders) {
		row := uint32(from) + 64*i
		x.idle <- &question{search: i, rows: [2]uint32{row, row + 1}, side: [2][]trait{make([]trait, len(t.cols)), make([]trait, len(t.cols))}}
	}
}

// ask takes a question that is idle, or waits for one.
func (x *Index) ask() *question {
	q := <-x.idle
	if q.memo == nil {
		q.memo = newMemo(x.s.comps, memoSearch)
	}
	return q
}

// done gives a question back.
func (x *Index) done(q *question) {
	for _, c := range x.t.cols {
		c.forget(q.search)
	}
	q.memo.forget()
	x.idle <- q
}

// enter puts a record into a row of the question.
func (q *question) enter(t *Table, side uint32, r Record) uint32 {
	row := q.rows[side]
	codes := t.row(row)
	for i, c := range t.cols {
		codes[i] = 0
		if i < len(r.Cells) && r.Cells[i] != "" {
			codes[i] = c.ask(r.Cells[i], r.country(i), q.search, side)
		}
	}
	t.deriveRow(row)
	return row
}

// gather collects the rows that share a block with a row; with a cap, those of the smallest blocks first until it is
// reached. It reports whether the cap cut candidates off.
func (x *Index) gather(q *question, row uint32, limit int) (rows []uint32, cut bool) {
	q.lists = q.lists[:0]
	for rule := range x.keys {
		q.hash = x.rowKeys(q.hash, rule, row)
		for _, e := range q.hash {
			if list := x.rows[rule][e.key]; len(list) > 0 && len(list) <= x.blocks.maxSize() {
				q.lists = append(q.lists, list)
			}
		}
	}
	slices.SortStableFunc(q.lists, func(a, b []uint32) int { return cmp.Compare(len(a), len(b)) })
	if len(q.stamp) < x.t.n {
		q.stamp = append(q.stamp, make([]uint32, x.t.n-len(q.stamp))...)
	}
	q.now++
	q.stamp[row] = q.now
	q.found = q.found[:0]
	for _, list := range q.lists {
		for _, r := range list {
			if q.stamp[r] == q.now {
				continue
			}
			if limit > 0 && len(q.found) >= limit {
				return q.found, true
			}
			q.stamp[r] = q.now
			q.found = append(q.found, r)
		}
	}
	return q.found, false
}

// Search returns the records that are most likely the same as r, best first, ties by id, at most max of them (0 = all).
// At most 200 candidates are scored, those of the smallest blocks first; cut says that there were more. A record of the
// same source and id as r is left out.
func (x *Index) Search(r Record, limit int) (hits []Hit, cut bool) {
	q := x.ask()
	defer x.done(q)
	row := q.enter(x.t, 0, r)
	self, known := x.at[stitch.ProfileID{Source: r.Source, ID: r.ID}]
	rows, cut := x.gather(q, row, candidateCap)
	q.best = q.best[:0]
	if x.limits != nil {
		x.limits.asked(q.side[0], x.t.row(row))
	}
	for _, c := range rows {
		if known && c == self {
			continue
		}
		floor := math.Inf(-1)
		if limit > 0 && len(q.best) == limit {
			floor = q.best[limit-1].bits - rounding
		}
		if x.limits != nil && floor > math.Inf(-1) {
			if x.limits.sides(q.side[1], x.t.row(c)); !x.limits.may(q.side[0], q.side[1], floor) {
				continue
			}
		}
		if bits, veto, ok := x.s.pair(row, c, floor, q.memo); ok && !veto {
			x.keep(q, found{bits: bits, row: c}, limit)
		}
	}
	hits = make([]Hit, len(q.best))
	for i, f := range q.best {
		source, id := x.t.ID(int(f.row))
		hits[i] = Hit{ID: stitch.ProfileID{Source: source, ID: id}, Bits: f.bits, Probability: probabilityOf(f.bits)}
	}
	return hits, cut
}

// found is a candidate with its weight.
type found struct {
	bits float64
	row  uint32
}

// keep puts a candidate in its place among the best of a question.
func (x *Index) keep(q *question, f found, limit int) {
	at, _ := slices.BinarySearchFunc(q.best, f, func(a, b found) int {
		return cmp.Or(cmp.Compare(b.bits, a.bits), x.compareID(a.row, b.row))
	})
	if limit > 0 && len(q.best) == limit {
		if at == limit {
			return
		}
		q.best = q.best[:limit-1]
	}
	q.best = slices.Insert(q.best, at, f)
}

func (x *Index) compareID(a, b uint32) int {
	return cmp.Or(cmp.Compare(x.t.names[x.t.source[a]], x.t.names[x.t.source[b]]), cmp.Compare(x.t.ids[a], x.t.ids[b]))
}
