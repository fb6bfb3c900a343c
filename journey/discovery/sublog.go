package discovery

// sublog is a part of a log: distinct traces of step codes with counts, in the order in which they were met. Empty
// traces are only counted.
type sublog struct {
	traces []trace
	index  map[string]int32
	empty  int64
	total  int64 // empty ones too
	key    []byte
}

type trace struct {
	codes []uint32
	n     int64
}

func newSublog() *sublog { return &sublog{index: make(map[string]int32)} }

// add adds n traces; codes is copied.
func (l *sublog) add(codes []uint32, n int64) {
	l.total += n
	if len(codes) == 0 {
		l.empty += n
		return
	}
	l.key = l.key[:0]
	for _, c := range codes {
		l.key = append(l.key, byte(c), byte(c>>8), byte(c>>16), byte(c>>24))
	}
	if i, ok := l.index[string(l.key)]; ok {
		l.traces[i].n += n
		return
	}
	l.index[string(l.key)] = int32(len(l.traces))
	l.traces = append(l.traces, trace{append([]uint32(nil), codes...), n})
}

// splitChoice gives each trace to the part with most of its events, the first on ties; its other events are dropped.
func (l *sublog) splitChoice(part []int32, to []*sublog) {
	count := make([]int, len(to))
	var buf []uint32
	for _, t := range l.traces {
		clear(count)
		for _, c := range t.codes {
			count[part[c]]++
		}
		best := 0
		for p, n := range count {
			if n > count[best] {
				best = p
			}
		}
		buf = buf[:0]
		for _, c := range t.codes {
			if int(part[c]) == best {
				buf = append(buf, c)
			}
		}
		to[best].add(buf, t.n)
	}
}

// splitSequence cuts each trace into one run per part, in order, so that the fewest events are outside their part; of
// equal cuts the earliest. Misplaced events are dropped.
func (l *sublog) splitSequence(part []int32, to []*sublog) {
	k := len(to)
	var cost []int32 // per position and part: misplaced events from there on
	var buf []uint32
	for _, t := range l.traces {
		n := len(t.codes)
		if need := (n + 1) * k; cap(cost) < need {
			cost = make([]int32, need)
		}
		cost = cost[:(n+1)*k]
		clear(cost[n*k:])
		for i := n - 1; i >= 0; i-- {
			here := part[t.codes[i]]
			for p := k - 1; p >= 0; p-- {
				c := cost[(i+1)*k+p]
				if int(here) != p {
					c++
				}
				if p+1 < k {
					c = min(c, cost[i*k+p+1])
				}
				cost[i*k+p] = c
			}
		}
		p := 0
		buf = buf[:0]
		for i, c := range t.codes {
			for p+1 < k && cost[i*k+p+1] == cost[i*k+p] {
				to[p].add(buf, t.n)
				buf = buf[:0]
				p++
			}
			if int(part[c]) == p {
				buf = append(buf, c)
			}
		}
		for ; p < k; p++ {
			to[p].add(buf, t.n)
			buf = buf[:0]
		}
	}
}

// splitParallel projects each trace on each part.
func (l *sublog) splitParallel(part []int32, to []*sublog) {
	var buf []uint32
	for _, t := range l.traces {
		for p := range to {
			buf = buf[:0]
			for _, c := range t.codes {
				if int(part[c]) == p {
					buf = append(buf, c)
				}
			}
			to[p].add(buf, t.n)
		}
	}
}

// splitLoop cuts each trace into maximal runs of one part. The body comes first, last and between any two other runs;
// where it has no events there, it has an empty run.
func (l *sublog) splitLoop(part []int32, to []*sublog) {
	for _, t := range l.traces {
		last := int32(-1)
		for i := 0; i < len(t.codes); {
			p := part[t.codes[i]]
			end := i + 1
			for end < len(t.codes) && part[t.codes[end]] == p {
				end++
			}
			if p > 0 && last != 0 {
				to[0].add(nil, t.n)
			}
			to[p].add(t.codes[i:end], t.n)
			last, i = p, end
		}
		if last > 0 {
			to[0].add(nil, t.n)
		}
	}
}

// without drops one step from each trace.
func (l *sublog) without(code uint32, to *sublog) {
	l.pick(to, func(c uint32) bool { return c != code })
}

// only keeps one step of each trace.
func (l *sublog) only(code uint32, to *sublog) {
	l.pick(to, func(c uint32) bool { return c == code })
}

func (l *sublog) pick(to *sublog, keep func(uint32) bool) {
	var buf []uint32
	for _, t := range l.traces {
		buf = buf[:0]
		for _, c := range t.codes {
			if keep(c) {
				buf = append(buf, c)
			}
		}
		to.add(buf, t.n)
	}
}

// cutAt cuts each trace between neighbours of which between holds; ok is false if there is no such place.
func (l *sublog) cutAt(between func(a, b uint32) bool) (parts *sublog, ok bool) {
	parts = newSublog()
	for _, t := range l.traces {
		from := 0
		for i := 1; i < len(t.codes); i++ {
			if between(t.codes[i-1], t.codes[i]) {
				parts.add(t.codes[from:i], t.n)
				from, ok = i, true
			}
		}
		parts.add(t.codes[from:], t.n)
	}
	return parts, ok
}
