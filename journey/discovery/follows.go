package discovery

import (
	"github.com/buyerjourney/b2b/internal/bin"
	"github.com/buyerjourney/b2b/journey"
)

// Follows is the eventually-follows table: how many pairs of rows i < j of one journey have the one step and then the
// other. It is an accumulator: the zero value is empty. Adding a journey costs its length times its distinct steps. Not
// safe for concurrent use while it is changed.
type Follows struct {
	names
	count pairs
	buf   []uint32
	met   []uint32 // distinct steps of the journey at hand
	times []int64  // per step: how often it was met so far
}

// NewFollows counts all journeys of a log.
func NewFollows(log *journey.Log) *Follows {
	f := &Follows{}
	f.adopt(log.Steps())
	f.grow()
	for j := range log.Journeys() {
		_ = f.Add(log.Journey(j)) // a journey of a log is no zero value
	}
	return f
}

func (f *Follows) grow() {
	f.count.room(len(f.list))
	for len(f.times) < len(f.list) {
		f.times = append(f.times, 0)
	}
}

// Add counts a journey. The zero Journey is an error.
func (f *Follows) Add(j journey.Journey) error { return f.change(j, 1) }

// Sub takes a journey out again. Where that would make a count negative, f is unchanged and the error is a
// [*b2b.InvalidError].
func (f *Follows) Sub(j journey.Journey) error {
	if err := f.change(j, -1); err != nil {
		return err
	}
	for _, a := range f.met {
		for _, b := range f.met {
			if f.count.at(a, b) < 0 {
				_ = f.change(j, 1)
				return negative()
			}
		}
	}
	return nil
}

func (f *Follows) change(j journey.Journey, by int64) error {
	codes, err := f.of(f.buf[:0], j)
	if err != nil {
		return err
	}
	f.buf = codes
	f.grow()
	for _, a := range f.met {
		f.times[a] = 0
	}
	f.met = f.met[:0]
	for _, b := range codes {
		for _, a := range f.met {
			f.count.add(a, b, by*f.times[a])
		}
		if f.times[b] == 0 {
			f.met = append(f.met, b)
		}
		f.times[b]++
	}
	return nil
}

// Merge adds the counts of other, which is unchanged. The error is always nil.
func (f *Follows) Merge(other *Follows) error {
	all := other.count.all(other.used())
	to := f.translate(&other.names)
	f.grow()
	for _, e := range all {
		f.count.add(to[e.a], to[e.b], e.n)
	}
	return nil
}

// used returns the steps that are in some pair.
func (f *Follows) used() (order, rank []uint32) {
	used := make([]bool, len(f.list))
	everyone, ranks := f.sorted(func(uint32) bool { return true })
	for _, e := range f.count.all(everyone, ranks) {
		used[e.a], used[e.b] = true, true
	}
	return f.sorted(func(i uint32) bool { return used[i] })
}

// Pairs returns the pairs of steps with their counts.
func (f *Follows) Pairs() []Edge { return edgeList(&f.names, f.count.all(f.used())) }

// AppendBinary appends the canonical binary form, with names.
func (f *Follows) AppendBinary(dst []byte) ([]byte, error) {
	order, rank := f.used()
	dst = f.appendNames(append(dst, version), order)
	return f.count.append(dst, order, rank), nil
}

// UnmarshalBinary reads what AppendBinary wrote; on an error f is unchanged.
func (f *Follows) UnmarshalBinary(data []byte) error {
	r := bin.NewReader(data)
	r.Version(version)
	n := Follows{names: *readNames(r)}
	n.grow()
	if r.Err() == nil {
		n.count = readPairs(r, len(n.list))
	}
	if order, _ := n.used(); r.Err() == nil && len(order) != len(n.list) {
		r.Fail(bin.ErrCorrupt)
	}
	if err := r.Done(); err != nil {
		return err
	}
	*f = n
	return nil
}

// Footprint is the relation of steps that follow each other directly (van der Aalst, Weijters & Maruster 2004). The zero
// value relates nothing. It is a plain value.
type Footprint struct {
	Sequence [][2]string // the second follows the first, never the other way round
	Parallel [][2]string // both follow each other; a step that follows itself is one of them
}

// Footprint returns the relation that d shows, in the order of the names.
func (d *DFG) Footprint() Footprint {
	var f Footprint
	for _, e := range d.edges.all(d.used()) {
		p := [2]string{d.list[e.a], d.list[e.b]}
		if d.edges.at(e.b, e.a) > 0 {
			f.Parallel = append(f.Parallel, p)
		} else {
			f.Sequence = append(f.Sequence, p)
		}
	}
	return f
}
