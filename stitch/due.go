package stitch

// due is something that must be looked at again when the clock reaches a time.
type due struct {
	t         int64
	component *component // to resolve again, unless it was replaced
	code      uint32     // a profile (auxiliary), a value (to recount) or a fact (to activate)
	what      dueKind
}

type dueKind uint8

const (
	dueComponent dueKind = iota
	dueProfile
	dueValue
	dueFact
)

// dueQueue is a binary heap, the earliest first.
type dueQueue []due

func (q *dueQueue) push(d due) {
	*q = append(*q, d)
	h := *q
	i := len(h) - 1
	for i > 0 && d.t < h[(i-1)/2].t {
		h[i] = h[(i-1)/2]
		i = (i - 1) / 2
	}
	h[i] = d
}

func (q *dueQueue) pop() due {
	h := *q
	first, n := h[0], len(h)-1
	h[0], h[n] = h[n], due{}
	*q = h[:n]
	q.sink(0)
	return first
}

// sink moves an entry down to its place.
func (q *dueQueue) sink(i int) {
	h := *q
	for {
		child := 2*i + 1
		if child+1 < len(h) && h[child+1].t < h[child].t {
			child++
		}
		if child >= len(h) || h[i].t <= h[child].t {
			return
		}
		h[i], h[child] = h[child], h[i]
		i = child
	}
}

// restore brings entries in any order into that of a heap.
func (q *dueQueue) restore() {
	for i := len(*q)/2 - 1; i >= 0; i-- {
		q.sink(i)
	}
}
