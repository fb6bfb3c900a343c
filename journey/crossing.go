package journey

import (
	"cmp"
	"math"
	"slices"
)

// AllenCount is how many pairs of journeys of one account stand in a relation: A of kind A to B of kind B. For a running journey
// the relation is a set, all that some end allows.
type AllenCount struct {
	A, B      Kind
	Relations Relations
	N         int
}

// Crossings of journeys are asked of a log under one idea of when a journey is open. Make one with [NewCrossings]; it is immutable
// and safe for concurrent use. The zero value is not usable.
type Crossings struct {
	log   *Log
	spans *spans
}

// NewCrossings prepares the questions about the journeys of a log; the error is that of [SpanConfig.Check]. A log without times
// has no crossings.
func NewCrossings(l *Log, c SpanConfig) (*Crossings, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	return &Crossings{l, newSpans(l, c)}, nil
}

// Allen counts the relations of all pairs of journeys of one account. A pair of different kinds is oriented by the names of the
// kinds, a pair of one kind by key. The result is ordered by (A, B, relations). Cost: O(pairs).
func (c *Crossings) Allen() []AllenCount {
	l := c.log
	type key struct {
		a, b uint32
		set  Relations
	}
	counts := make(map[key]int)
	for _, acc := range l.accounts {
		if !l.timed || name(&l.rows.Account, acc.account) == "" {
			continue
		}
		list := make([]int, 0, acc.to-acc.from)
		spanOf := make([]span, 0, acc.to-acc.from)
		for j := acc.from; j < acc.to; j++ {
			list = append(list, j)
		}
		slices.SortStableFunc(list, func(a, b int) int {
			return cmp.Or(cmp.Compare(l.head(a).kind, l.head(b).kind), cmp.Compare(l.keys[a], l.keys[b]))
		})
		list = slices.DeleteFunc(list, func(j int) bool {
			s, ok := c.spans.whole(j)
			if ok {
				spanOf = append(spanOf, s)
			}
			return !ok
		})
		for x, a := range list {
			for y := x + 1; y < len(list); y++ {
				sa, sb := spanOf[x], spanOf[y]
				var set Relations
				if sa.running || sb.running {
					set = possible(sa, sb)
				} else {
					set = 1 << Allen(sa.from, sa.to, sb.from, sb.to)
				}
				counts[key{l.head(a).kind, l.head(list[y]).kind, set}]++
			}
		}
	}
	out := make([]AllenCount, 0, len(counts))
	for k, n := range counts {
		out = append(out, AllenCount{Kind(name(&l.rows.Kind, k.a)), Kind(name(&l.rows.Kind, k.b)), k.set, n})
	}
	slices.SortFunc(out, func(x, y AllenCount) int {
		return cmp.Or(cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B), cmp.Compare(x.Relations, y.Relations))
	})
	return out
}

// DuringCount is how often a step of a journey of kind A lay strictly inside an open journey of another kind B of the account.
type DuringCount struct {
	A    Kind
	Step StepID
	B    Kind
	N    int
}

// During counts each pair of a row and an open journey of another kind with start < t < end, by (A, step, B). A running journey is
// open to this day. Cost: O(rows × kinds of the account × log journeys).
func (c *Crossings) During() []DuringCount {
	l := c.log
	kinds := max(1, len(l.rows.Kind.Names))
	steps := len(l.rows.Step.Names)
	counts := make(map[int]int)
	type ends struct{ from, to []int64 }
	byKind := make([]ends, kinds)
	for _, acc := range l.accounts {
		if !l.timed || name(&l.rows.Account, acc.account) == "" || acc.to-acc.from < 2 {
			continue
		}
		for k := range byKind {
			byKind[k].from, byKind[k].to = byKind[k].from[:0], byKind[k].to[:0]
		}
		for j := acc.from; j < acc.to; j++ {
			e := &byKind[l.head(j).kind]
			for _, s := range c.spans.of(j, l.rows.Offsets[j]) {
				if s.running {
					s.to = math.MaxInt64
				}
				if s.from < s.to { // a point has no inside
					e.from, e.to = append(e.from, s.from), append(e.to, s.to)
				}
			}
		}
		for k := range byKind {
			slices.Sort(byKind[k].from)
			slices.Sort(byKind[k].to)
		}
		for j := acc.from; j < acc.to; j++ {
			own := int(l.head(j).kind)
			for i := l.rows.Offsets[j]; i < l.rows.Offsets[j+1]; i++ {
				t := l.rows.At[i]
				for k := range byKind {
					if k == own || len(byKind[k].from) == 0 {
						continue
					}
					begun, _ := slices.BinarySearch(byKind[k].from, t)
					ended, _ := slices.BinarySearch(byKind[k].to, t+1)
					if n := begun - ended; n > 0 {
						counts[(own*steps+int(l.rows.Code(i)))*kinds+k] += n
					}
				}
			}
		}
	}
	cells := make([]int, 0, len(counts))
	for cell := range counts {
		cells = append(cells, cell)
	}
	slices.Sort(cells)
	out := make([]DuringCount, len(cells))
	for i, cell := range cells {
		own, step, other := cell/kinds/steps, cell/kinds%steps, cell%kinds
		out[i] = DuringCount{
			Kind(name(&l.rows.Kind, uint32(own))), StepID(l.rows.Step.Names[step]), Kind(name(&l.rows.Kind, uint32(other))), counts[cell],
		}
	}
	return out
}

// Interleaving is one crossing of two linked journeys: row I of the left one, row J of the right one.
type Interleaving struct {
	I, J int
}

// Interleave returns the pairs of rows a of the left and b of the right journey with t(a) < t(b) < t(next a) < t(next b), where
// the next of the last row is never: the right journey answers the left one before that goes on, and waits while it does. With
// closed both must have a next row. The journeys may be of different logs. Cost: O(n + m).
func Interleave(left, right Journey, closed bool) []Interleaving {
	var out []Interleaving
	if !left.log.timed || !right.log.timed {
		return nil
	}
	a := left.log.rows.At[left.from:left.to]
	b := right.log.rows.At[right.from:right.to]
	j := 0 // the first row of b that is not before t(next a)
	for i := 0; i+1 < len(a); i++ {
		for j < len(b) && b[j] < a[i+1] {
			j++
		}
		// b[j−1] is the last before t(next a)
		if j == 0 || b[j-1] <= a[i] {
			continue
		}
		if j < len(b) && b[j] <= a[i+1] {
			continue // the next of b comes with the next of a
		}
		if j == len(b) && closed {
			continue
		}
		out = append(out, Interleaving{i, j - 1})
	}
	return out
}

// InterleavingCount is how often a step of a journey of kind A was answered by a step of one of kind B.
type InterleavingCount struct {
	A, B Kind
	From StepID
	To   StepID
	N    int
}

// Interleavings counts [Interleave] over all pairs of journeys of one account, left of kind a, right of kind b, by (from, to).
func (c *Crossings) Interleavings(a, b Kind, closed bool) []InterleavingCount {
	l := c.log
	counts := make(map[[2]uint32]int)
	for _, acc := range l.accounts {
		if name(&l.rows.Account, acc.account) == "" {
			continue
		}
		for x := acc.from; x < acc.to; x++ {
			if Kind(name(&l.rows.Kind, l.head(x).kind)) != a {
				continue
			}
			for y := acc.from; y < acc.to; y++ {
				if x == y || Kind(name(&l.rows.Kind, l.head(y).kind)) != b {
					continue
				}
				left, right := l.Journey(x), l.Journey(y)
				for _, p := range Interleave(left, right, closed) {
					counts[[2]uint32{left.Code(p.I), right.Code(p.J)}]++
				}
			}
		}
	}
	out := make([]InterleavingCount, 0, len(counts))
	for k, n := range counts {
		out = append(out, InterleavingCount{a, b, StepID(l.rows.Step.Names[k[0]]), StepID(l.rows.Step.Names[k[1]]), n})
	}
	slices.SortFunc(out, func(x, y InterleavingCount) int { return cmp.Or(cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To)) })
	return out
}
