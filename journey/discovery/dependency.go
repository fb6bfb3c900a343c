package discovery

import (
	"cmp"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/bin"
	"github.com/buyerjourney/b2b/journey"
)

// Dependency is one edge of the dependency graph: To depends on From by the measure Value, in (−1,1).
type Dependency struct {
	From, To string
	Value    float64
}

// Dependencies returns the dependency graph (Weijters & Ribeiro 2011): with n(a,b) the directly-follows counts, a ⇒ b is
// (n(a,b)−n(b,a))/(n(a,b)+n(b,a)+1) and a ⇒ a is n/(n+1). Edges from the threshold on are in it, and for each step the
// best edge into it and out of it from another step, ties by name, so that every step is connected. It is a graph to look
// at, no net: joins and splits are not decided. A threshold outside [0,1) is an error.
func (d *DFG) Dependencies(threshold float64) ([]Dependency, error) {
	if !(threshold >= 0 && threshold < 1) {
		return nil, &b2b.InvalidError{Path: "threshold", Reason: "outside [0,1)"}
	}
	order, rank := d.used()
	type best struct {
		value float64
		step  uint32
		found bool
	}
	in, out := make([]best, len(d.list)), make([]best, len(d.list))
	kept := make(map[[2]uint32]float64)
	for _, e := range d.edges.all(order, rank) {
		v := dependency(e.n, d.edges.at(e.b, e.a), e.a == e.b)
		if v >= threshold {
			kept[[2]uint32{e.a, e.b}] = v
		}
		if e.a == e.b || v <= 0 {
			continue
		}
		if o := &out[e.a]; !o.found || v > o.value {
			*o = best{v, e.b, true}
		}
		if i := &in[e.b]; !i.found || v > i.value {
			*i = best{v, e.a, true}
		}
	}
	for _, a := range order {
		if out[a].found {
			kept[[2]uint32{a, out[a].step}] = out[a].value
		}
		if in[a].found {
			kept[[2]uint32{in[a].step, a}] = in[a].value
		}
	}
	list := make([]Dependency, 0, len(kept))
	for key, v := range kept {
		list = append(list, Dependency{d.list[key[0]], d.list[key[1]], v})
	}
	slices.SortFunc(list, func(x, y Dependency) int { return cmp.Or(cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To)) })
	return list, nil
}

func dependency(ab, ba int64, same bool) float64 {
	if same {
		return float64(ab) / float64(ab+1)
	}
	return float64(ab-ba) / float64(ab+ba+1)
}

// Loops counts loops of length two: how often a step, another one and the first again follow each other directly. It is
// an accumulator: the zero value is empty. Not safe for concurrent use while it is changed.
type Loops struct {
	names
	count pairs // (a,b): a b a
	buf   []uint32
}

// NewLoops counts all journeys of a log.
func NewLoops(log *journey.Log) *Loops {
	l := &Loops{}
	for j := range log.Journeys() {
		_ = l.Add(log.Journey(j)) // a journey of a log is no zero value
	}
	return l
}

// Add counts a journey. The zero Journey is an error.
func (l *Loops) Add(j journey.Journey) error { return l.change(j, 1) }

// Sub takes a journey out again. Where that would make a count negative, l is unchanged and the error is a
// [*b2b.InvalidError].
func (l *Loops) Sub(j journey.Journey) error {
	if err := l.change(j, -1); err != nil {
		return err
	}
	for i := 2; i < len(l.buf); i++ {
		if l.count.at(l.buf[i-2], l.buf[i-1]) < 0 {
			_ = l.change(j, 1)
			return negative()
		}
	}
	return nil
}

func (l *Loops) change(j journey.Journey, by int64) error {
	codes, err := l.of(l.buf[:0], j)
	if err != nil {
		return err
	}
	l.buf = codes
	l.count.room(len(l.list))
	for i := 2; i < len(codes); i++ {
		if codes[i] == codes[i-2] && codes[i] != codes[i-1] {
			l.count.add(codes[i-2], codes[i-1], by)
		}
	}
	return nil
}

// Merge adds the counts of other, which is unchanged. The error is always nil.
func (l *Loops) Merge(other *Loops) error {
	all := other.count.all(other.used())
	to := l.translate(&other.names)
	l.count.room(len(l.list))
	for _, e := range all {
		l.count.add(to[e.a], to[e.b], e.n)
	}
	return nil
}

func (l *Loops) used() (order, rank []uint32) {
	used := make([]bool, len(l.list))
	for _, e := range l.count.all(l.sorted(func(uint32) bool { return true })) {
		used[e.a], used[e.b] = true, true
	}
	return l.sorted(func(i uint32) bool { return used[i] })
}

// Counts returns how often From To From follow each other directly.
func (l *Loops) Counts() []Edge { return edgeList(&l.names, l.count.all(l.used())) }

// Dependencies returns the measure of loops of length two: with n = (a b a) + (b a b), n/(n+1), for each pair once,
// the smaller name first.
func (l *Loops) Dependencies() []Dependency {
	var list []Dependency
	order, _ := l.used()
	for i, a := range order {
		for _, b := range order[i+1:] {
			if n := l.count.at(a, b) + l.count.at(b, a); n > 0 {
				list = append(list, Dependency{l.list[a], l.list[b], float64(n) / float64(n+1)})
			}
		}
	}
	return list
}

// AppendBinary appends the canonical binary form, with names.
func (l *Loops) AppendBinary(dst []byte) ([]byte, error) {
	order, rank := l.used()
	dst = l.appendNames(append(dst, version), order)
	return l.count.append(dst, order, rank), nil
}

// UnmarshalBinary reads what AppendBinary wrote; on an error l is unchanged.
func (l *Loops) UnmarshalBinary(data []byte) error {
	r := bin.NewReader(data)
	r.Version(version)
	n := Loops{names: *readNames(r)}
	if r.Err() == nil {
		n.count = readPairs(r, len(n.list))
	}
	if order, _ := n.used(); r.Err() == nil && len(order) != len(n.list) {
		r.Fail(bin.ErrCorrupt)
	}
	if err := r.Done(); err != nil {
		return err
	}
	*l = n
	return nil
}
