package match

// memo remembers levels of pairs of values: blocks bring the same pairs again and again. It belongs to one goroutine; what
// it holds never changes a result.
type memo struct{ tables [][]memoEntry }

type memoEntry struct {
	x, y  uint32
	level uint8
}

// Sizes of memos: of a run over many blocks, and of one search.
const (
	memoSize   = 1 << 14
	memoSearch = 1 << 9
)

func newMemo(comps []comparison, size int) *memo {
	m := &memo{}
	for i := range comps {
		if comps[i].memo >= 0 {
			m.tables = append(m.tables, make([]memoEntry, size))
		}
	}
	return m
}

// forget empties the memo: a search gives the codes of its scratch other values each time.
func (m *memo) forget() {
	for _, t := range m.tables {
		clear(t)
	}
}
