package importance

import "slices"

// rows are complete rows in blocks, so that they stay where they are when more come. The zero value has no columns.
type rows struct {
	q      int // cells per row: drivers, outcome, stated
	n      int
	blocks []block // all full but the last
}

// block is up to blockRows rows, cells row by row.
type block struct {
	cells []float64
	tags  []tag
}

// tag is what a row has beside its cells.
type tag struct {
	key    uint64 // hash of the row's key; 0 is none
	weight float64
	group  uint32
}

const (
	blockBits = 10
	blockRows = 1 << blockBits
)

func (r *rows) row(i int) []float64 {
	at := i % blockRows * r.q
	return r.blocks[i>>blockBits].cells[at : at+r.q]
}

func (r *rows) tag(i int) *tag { return &r.blocks[i>>blockBits].tags[i%blockRows] }

// next returns memory for the cells of one more row, which push makes a row.
func (r *rows) next() []float64 {
	k := r.n >> blockBits
	if k == len(r.blocks) {
		r.blocks = append(r.blocks, block{})
		if k > 0 {
			r.blocks[k] = block{make([]float64, 0, blockRows*r.q), make([]tag, 0, blockRows)}
		}
	}
	b := &r.blocks[k]
	n := len(b.cells)
	if n+r.q > cap(b.cells) { // the first block grows
		b.cells = slices.Grow(b.cells, max(n, r.q))
	}
	return b.cells[n : n+r.q]
}

// push adds the row that next gave memory for.
func (r *rows) push(t tag) {
	b := &r.blocks[r.n>>blockBits]
	b.cells = b.cells[:len(b.cells)+r.q]
	b.tags = append(b.tags, t)
	r.n++
}

// view returns the rows as they are now; they share memory with r, which only ever adds.
func (r *rows) view() rows { return rows{r.q, r.n, slices.Clone(r.blocks)} }
