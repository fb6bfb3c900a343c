package journey

import "github.com/buyerjourney/b2b"

// A full block has 2^blockShift rows: enough to make its overhead vanish, few enough to waste little room in the last one.
const (
	blockShift = 11
	blockRows  = 1 << blockShift
	firstRoom  = 16
)

// block is a run of rows in columns: room for some rows, of which n are used. A column is made when some row needs it, and a
// row that has no value there holds the fill.
type block struct {
	n, room                      int
	codes                        [numNames][]uint32
	at, started, recordedAt, seq []int64
	zone                         []int16
	precision                    []b2b.Precision
	phase                        []b2b.Phase
	outcome                      []Outcome
	id                           []string
}

// blocks is a growing list of rows. Rows never move once a block is full, so that growing neither copies them nor leaves
// garbage behind; only the first block grows by doubling.
type blocks struct {
	list []*block
	n    int
}

// locate returns the block of a row and the place in it.
func (s *blocks) locate(row uint32) (*block, int) {
	return s.list[row>>blockShift], int(row & (blockRows - 1))
}

// open returns a block with room for at least one more row.
func (s *blocks) open() *block {
	if len(s.list) == 0 {
		s.list = append(s.list, &block{room: firstRoom})
	}
	b := s.list[len(s.list)-1]
	if b.n < b.room {
		return b
	}
	if b.room < blockRows {
		b.grow()
		return b
	}
	b = &block{room: blockRows}
	s.list = append(s.list, b)
	return b
}

// grow doubles the room.
func (b *block) grow() {
	b.room *= 2
	for i := range b.codes {
		b.codes[i] = widened(b.codes[i], b.room, 0)
	}
	b.at = widened(b.at, b.room, NoTime)
	b.started = widened(b.started, b.room, NoTime)
	b.recordedAt = widened(b.recordedAt, b.room, NoTime)
	b.seq = widened(b.seq, b.room, 0)
	b.zone = widened(b.zone, b.room, 0)
	b.precision = widened(b.precision, b.room, 0)
	b.phase = widened(b.phase, b.room, 0)
	b.outcome = widened(b.outcome, b.room, 0)
	b.id = widened(b.id, b.room, "")
}

func widened[T comparable](col []T, room int, fill T) []T {
	if col == nil {
		return nil
	}
	out := filled(room, fill)
	copy(out, col)
	return out
}

// filled returns a column of n values.
func filled[T comparable](n int, fill T) []T {
	col := make([]T, n)
	var zero T
	if fill != zero {
		for i := range col {
			col[i] = fill
		}
	}
	return col
}

// put sets the value of a row, in a column that is made if there is none.
func put[T comparable](col *[]T, b *block, row int, v, fill T) {
	if *col == nil {
		*col = filled(b.room, fill)
	}
	(*col)[row] = v
}

// load puts k values of a column into the block, after its rows. A column of no values is absent.
func load[T comparable](col *[]T, b *block, from []T, rows rowList, start, k int, fill T) {
	if len(from) == 0 {
		return
	}
	for i := range k {
		if v := from[rows.at(start+i)]; v != fill {
			put(col, b, b.n+i, v, fill)
		}
	}
}

// rowList is a list of rows; nil is all of them in their order.
type rowList []uint32

func (l rowList) at(i int) uint32 {
	if l == nil {
		return uint32(i)
	}
	return l[i]
}

// gathered returns the values of a column at the rows of a list, nil being all rows; an absent column is nil.
func gathered[T comparable](s *blocks, rows rowList, fill T, of func(*block) []T) []T {
	cols := make([][]T, len(s.list))
	missing := 0
	for i, b := range s.list {
		if cols[i] = of(b); cols[i] == nil {
			missing++
		}
	}
	if missing == len(cols) {
		return nil
	}
	if missing > 0 {
		empty := filled(blockRows, fill)
		for i := range cols {
			if cols[i] == nil {
				cols[i] = empty
			}
		}
	}
	if rows == nil {
		out := make([]T, 0, s.n)
		for i, b := range s.list {
			out = append(out, cols[i][:b.n]...)
		}
		return out
	}
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = cols[r>>blockShift][r&(blockRows-1)]
	}
	return out
}

// codesOf returns the codes of one of the coded columns at the rows of a list, as [gathered] does.
func (s *blocks) codesOf(i int, rows rowList) []uint32 {
	return gathered(s, rows, 0, func(b *block) []uint32 { return b.codes[i] })
}

// gather fills the columns of values, all but the names, with the rows of a list.
func (s *blocks) gather(c *Columns, rows rowList) {
	c.Started = gathered(s, rows, NoTime, func(b *block) []int64 { return b.started })
	c.RecordedAt = gathered(s, rows, NoTime, func(b *block) []int64 { return b.recordedAt })
	c.Seq = gathered(s, rows, 0, func(b *block) []int64 { return b.seq })
	c.Zone = gathered(s, rows, 0, func(b *block) []int16 { return b.zone })
	c.Precision = gathered(s, rows, 0, func(b *block) []b2b.Precision { return b.precision })
	c.Phase = gathered(s, rows, 0, func(b *block) []b2b.Phase { return b.phase })
	c.Outcome = gathered(s, rows, 0, func(b *block) []Outcome { return b.outcome })
	c.ID = gathered(s, rows, "", func(b *block) []string { return b.id })
}

// times returns when the rows of a list were complete.
func (s *blocks) times(rows rowList) []int64 {
	return gathered(s, rows, NoTime, func(b *block) []int64 { return b.at })
}

// columns returns the rows of the block as columns that share its memory, with the names of the dictionaries. Without a time in
// any row At is absent.
func (b *block) columns(dicts *[numNames]dict) Columns {
	used := func(col []int64) []int64 { return col[:min(len(col), b.n)] }
	c := Columns{
		At: used(b.at), Started: used(b.started), RecordedAt: used(b.recordedAt), Seq: used(b.seq),
		Zone:      b.zone[:min(len(b.zone), b.n)],
		Precision: b.precision[:min(len(b.precision), b.n)],
		Phase:     b.phase[:min(len(b.phase), b.n)],
		Outcome:   b.outcome[:min(len(b.outcome), b.n)],
		ID:        b.id[:min(len(b.id), b.n)],
	}
	for i, col := range c.names() {
		col.Names, col.Codes = dicts[i].names, b.codes[i][:min(len(b.codes[i]), b.n)]
	}
	return c
}

// adopt appends rows of columns whose lengths and codes were checked; nil is all. to says the code of each name here.
func (s *blocks) adopt(c *Columns, rows rowList, to *[numNames][]uint32) {
	total := len(c.Step.Codes)
	if rows != nil {
		total = len(rows)
	}
	names := c.names()
	for start := 0; start < total; {
		b := s.open()
		k := min(b.room-b.n, total-start)
		for i, col := range names {
			if len(col.Codes) == 0 {
				continue
			}
			for j := range k {
				if code := to[i][col.Codes[rows.at(start+j)]]; code != 0 {
					put(&b.codes[i], b, b.n+j, code, 0)
				}
			}
		}
		load(&b.at, b, c.At, rows, start, k, NoTime)
		load(&b.started, b, c.Started, rows, start, k, NoTime)
		load(&b.recordedAt, b, c.RecordedAt, rows, start, k, NoTime)
		load(&b.seq, b, c.Seq, rows, start, k, 0)
		load(&b.zone, b, c.Zone, rows, start, k, 0)
		load(&b.precision, b, c.Precision, rows, start, k, 0)
		load(&b.phase, b, c.Phase, rows, start, k, 0)
		load(&b.outcome, b, c.Outcome, rows, start, k, 0)
		load(&b.id, b, c.ID, rows, start, k, "")
		b.n += k
		s.n += k
		start += k
	}
}
