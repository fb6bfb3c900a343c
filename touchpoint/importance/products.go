package importance

// products are sums of products of the columns of integer rows: the upper triangle of q×q. Rows of small numbers, as ratings
// are, are summed four columns to a word.
type products struct {
	q     int
	sums  []int64
	words []uint64 // a row, four columns to a word
	lanes []uint64 // by column: its sums with all columns, packed as words is
	n     int      // rows in lanes
}

// packable bounds the numbers that addPacked takes, and packed the rows: a lane holds packed·(packable−1)² < 2^16.
const (
	packable = 16
	packed   = 256
)

func newProducts(q int) *products {
	words := (q + 3) / 4
	return &products{q: q, sums: make([]int64, q*q), words: make([]uint64, words), lanes: make([]uint64, q*words)}
}

// add adds a row of q numbers below 2^20 in magnitude.
func (c *products) add(row []int64) {
	for j, x := range row {
		out := c.sums[j*c.q+j : (j+1)*c.q]
		for k, y := range row[j:] {
			out[k] += x * y
		}
	}
}

// addPacked adds a row of q numbers from 0 to packable − 1.
func (c *products) addPacked(row []int64) {
	clear(c.words)
	for j, x := range row {
		c.words[j/4] |= uint64(x) << (j % 4 * 16)
	}
	m := len(c.words)
	for j, x := range row {
		out := c.lanes[j*m+j/4 : (j+1)*m]
		for k, y := range c.words[j/4:] {
			out[k] += uint64(x) * y
		}
	}
	if c.n++; c.n == packed {
		c.flush()
	}
}

// flush moves the lanes to the sums.
func (c *products) flush() {
	m := len(c.words)
	for j := range c.q {
		for k := j; k < c.q; k++ {
			c.sums[j*c.q+k] += int64(c.lanes[j*m+k/4] >> (k % 4 * 16) & 0xffff)
		}
	}
	clear(c.lanes)
	c.n = 0
}

// result returns the sums.
func (c *products) result() []int64 {
	c.flush()
	return c.sums
}
