package simulation

// event is something that happens to a journey: it begins, comes to a place after a delay, or completes one.
type event struct {
	at      float64
	journey int32
	seq     uint32
	place   int32 // −1: the journey begins
	done    bool  // the place is complete; else the journey arrives at it
	begun   float64
	wait    float64
	queue   int32
}

func (e *event) before(f *event) bool {
	if e.at != f.at {
		return e.at < f.at
	}
	if e.journey != f.journey {
		return e.journey < f.journey
	}
	return e.seq < f.seq
}

// eventHeap is the one priority queue, ordered by (time, journey, sequence): a binary heap of values.
type eventHeap []event

func (h *eventHeap) push(e event) {
	*h = append(*h, e)
	list := *h
	i := len(list) - 1
	for i > 0 {
		up := (i - 1) / 2
		if !e.before(&list[up]) {
			break
		}
		list[i] = list[up]
		i = up
	}
	list[i] = e
}

func (h *eventHeap) pop() event {
	list := *h
	top := list[0]
	n := len(list) - 1
	e := list[n]
	*h = list[:n]
	list = list[:n]
	i := 0
	for {
		c := 2*i + 1
		if c >= n {
			break
		}
		if c+1 < n && list[c+1].before(&list[c]) {
			c++
		}
		if !list[c].before(&e) {
			break
		}
		list[i] = list[c]
		i = c
	}
	if n > 0 {
		list[i] = e
	}
	return top
}

// inside is a journey that has begun and not ended.
type inside struct {
	luck       luck
	arrived    float64
	seq        uint32
	last       int
	steps      int
	occurrence []uint32 // by place (and the start)
	times      []uint32 // by node: occurrences of decisions
	pending    []int32  // by node: parallel branches that are not complete
}

// waiting is a journey in the queue of a department.
type waiting struct {
	journey, place int32
	since          float64
	queue          int32
}

// fifo is a queue whose memory is used again.
type fifo struct {
	list []waiting
	head int
}

func (q *fifo) push(w waiting) { q.list = append(q.list, w) }

func (q *fifo) len() int { return len(q.list) - q.head }

func (q *fifo) pop() waiting {
	w := q.list[q.head]
	q.head++
	if q.head == len(q.list) {
		q.list, q.head = q.list[:0], 0
	} else if q.head > 1024 && 2*q.head > len(q.list) {
		n := copy(q.list, q.list[q.head:])
		q.list, q.head = q.list[:n], 0
	}
	return w
}
