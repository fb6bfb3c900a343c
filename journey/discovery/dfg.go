package discovery

import (
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/bin"
	"github.com/buyerjourney/b2b/journey"
)

// Edge counts how often one thing came before another. Edges are in the order of the names, From before To.
type Edge struct {
	From, To string
	Count    int64
}

// Count is the number of something that has a name. Lists of counts are in the order of the names.
type Count struct {
	Name  string
	Count int64
}

// DFG is the directly-follows graph: how often each step came directly after each other step of the same journey, how
// often each step began and ended a journey. It is an accumulator: the zero value is empty, and the result does not hang
// on the order, nor on how journeys were split over several graphs. Not safe for concurrent use while it is changed.
//
// The edges of a step plus its ends are its occurrences, so Σ edges = rows − non-empty journeys.
type DFG struct {
	names
	edges        pairs
	starts, ends []int64
	journeys     int64 // empty ones too
	tied         int64
	buf          []uint32
}

// NewDFG counts all journeys of a log, in one pass over the codes.
func NewDFG(log *journey.Log) *DFG {
	d := &DFG{}
	d.adopt(log.Steps())
	d.grow()
	d.journeys = int64(log.Journeys())
	d.tied = tiedJourneys(log)
	r := log.Rows()
	switch {
	case d.edges.sparse == nil && r.Narrow != nil:
		countPairs(d, r.Narrow, r.Offsets)
	case d.edges.sparse == nil:
		countPairs(d, r.Wide, r.Offsets)
	default:
		for j := range log.Journeys() {
			d.buf = d.buf[:0]
			for i := r.Offsets[j]; i < r.Offsets[j+1]; i++ {
				d.buf = append(d.buf, r.Code(i))
			}
			d.count(d.buf, 1)
		}
	}
	return d
}

// countPairs is the inner loop of [NewDFG]. Four neighbouring pairs of different journeys could share a counter, so there
// is nothing to gain from more than one table.
func countPairs[C uint16 | uint32](d *DFG, codes []C, offsets []int) {
	table, stride := d.edges.dense, d.edges.stride
	for j := 1; j < len(offsets); j++ {
		run := codes[offsets[j-1]:offsets[j]]
		if len(run) == 0 {
			continue
		}
		last := int(run[0])
		d.starts[last]++
		for _, c := range run[1:] {
			table[last*stride+int(c)]++
			last = int(c)
		}
		d.ends[last]++
	}
}

func tiedJourneys(log *journey.Log) int64 {
	n := int64(0)
	for j := range log.Journeys() {
		if log.Journey(j).TieSensitive() {
			n++
		}
	}
	return n
}

func (d *DFG) grow() {
	k := len(d.list)
	d.edges.room(k)
	for len(d.starts) < k {
		d.starts, d.ends = append(d.starts, 0), append(d.ends, 0)
	}
}

// Add counts a journey. The zero Journey is an error.
func (d *DFG) Add(j journey.Journey) error { return d.change(j, 1) }

// Sub takes a journey out again. Where that would make a count negative, d is unchanged and the error is a
// [*b2b.InvalidError].
func (d *DFG) Sub(j journey.Journey) error {
	if err := d.change(j, -1); err != nil {
		return err
	}
	if d.journeys < 0 || d.tied < 0 || d.isNegative(d.buf) {
		_ = d.change(j, 1)
		return negative()
	}
	return nil
}

func negative() error {
	return &b2b.InvalidError{Path: "journey", Reason: "was not added before: a count would be negative"}
}

func (d *DFG) change(j journey.Journey, by int64) error {
	codes, err := d.of(d.buf[:0], j)
	if err != nil {
		return err
	}
	d.buf = codes
	d.grow()
	d.journeys += by
	if j.TieSensitive() {
		d.tied += by
	}
	d.count(codes, by)
	return nil
}

func (d *DFG) count(codes []uint32, by int64) {
	if len(codes) == 0 {
		return
	}
	d.starts[codes[0]] += by
	for i := 1; i < len(codes); i++ {
		d.edges.add(codes[i-1], codes[i], by)
	}
	d.ends[codes[len(codes)-1]] += by
}

func (d *DFG) isNegative(codes []uint32) bool {
	for i, c := range codes {
		if d.starts[c] < 0 || d.ends[c] < 0 || i > 0 && d.edges.at(codes[i-1], c) < 0 {
			return true
		}
	}
	return false
}

// Merge adds the counts of other, which is unchanged. The error is always nil.
func (d *DFG) Merge(other *DFG) error {
	order, rank := other.used()
	all := other.edges.all(order, rank)
	starts, ends := slices.Clone(other.starts), slices.Clone(other.ends)
	journeys, tied := other.journeys, other.tied
	to := d.translate(&other.names)
	d.grow()
	for i, k := range to {
		d.starts[k] += starts[i]
		d.ends[k] += ends[i]
	}
	for _, e := range all {
		d.edges.add(to[e.a], to[e.b], e.n)
	}
	d.journeys += journeys
	d.tied += tied
	return nil
}

// occurrences returns how often a step occurred.
func (d *DFG) occurrences() []int64 {
	n := slices.Clone(d.ends)
	if d.edges.sparse != nil {
		for key, c := range d.edges.sparse {
			n[key>>32] += c
		}
		return n
	}
	for a := range n {
		for _, c := range d.edges.dense[a*d.edges.stride : (a+1)*d.edges.stride] {
			n[a] += c
		}
	}
	return n
}

// used returns the numbers of the steps that occurred, in order of name, and their ranks.
func (d *DFG) used() (order, rank []uint32) {
	n := d.occurrences()
	return d.sorted(func(i uint32) bool { return n[i] != 0 })
}

// AppendBinary appends the canonical binary form, with names.
func (d *DFG) AppendBinary(dst []byte) ([]byte, error) {
	order, rank := d.used()
	dst = append(dst, version)
	dst = bin.AppendUvarint(dst, uint64(d.journeys))
	dst = bin.AppendUvarint(dst, uint64(d.tied))
	dst = d.appendNames(dst, order)
	for _, i := range order {
		dst = bin.AppendUvarint(dst, uint64(d.starts[i]))
		dst = bin.AppendUvarint(dst, uint64(d.ends[i]))
	}
	return d.edges.append(dst, order, rank), nil
}

// UnmarshalBinary reads what AppendBinary wrote; on an error d is unchanged.
func (d *DFG) UnmarshalBinary(data []byte) error {
	r := bin.NewReader(data)
	r.Version(version)
	n := DFG{journeys: readCount(r), tied: readCount(r)}
	n.names = *readNames(r)
	n.grow()
	for i := range n.list {
		n.starts[i], n.ends[i] = readCount(r), readCount(r)
	}
	if r.Err() == nil {
		n.edges = readPairs(r, len(n.list))
	}
	if r.Err() == nil {
		for _, c := range n.occurrences() {
			if c == 0 {
				r.Fail(bin.ErrCorrupt)
			}
		}
	}
	if err := r.Done(); err != nil {
		return err
	}
	*d = n
	return nil
}

// readCount reads a count that is not negative.
func readCount(r *bin.Reader) int64 {
	n := r.Uvarint()
	if n > 1<<62 {
		r.Fail(bin.ErrCorrupt)
		return 0
	}
	return int64(n)
}

// Journeys returns the number of journeys counted, empty ones too.
func (d *DFG) Journeys() int64 { return d.journeys }

// TieJourneys returns how many of the journeys have an order that hangs on how equal times were put in order.
func (d *DFG) TieJourneys() int64 { return d.tied }

// Edges returns the edges with their counts.
func (d *DFG) Edges() []Edge { return edgeList(&d.names, d.edges.all(d.used())) }

func edgeList(n *names, all []pair) []Edge {
	list := make([]Edge, len(all))
	for i, e := range all {
		list[i] = Edge{n.list[e.a], n.list[e.b], e.n}
	}
	return list
}

// Count returns how often to came directly after from.
func (d *DFG) Count(from, to journey.StepID) int64 {
	a, ok := d.find(from)
	b, ok2 := d.find(to)
	if !ok || !ok2 {
		return 0
	}
	return d.edges.at(a, b)
}

// Starts returns how often each step began a journey.
func (d *DFG) Starts() []Count { return d.counts(d.starts) }

// Ends returns how often each step ended a journey.
func (d *DFG) Ends() []Count { return d.counts(d.ends) }

// Steps returns how often each step occurred.
func (d *DFG) Steps() []Count { return d.counts(d.occurrences()) }

func (d *DFG) counts(of []int64) []Count {
	order, _ := d.used()
	list := make([]Count, 0, len(order))
	for _, i := range order {
		if of[i] != 0 {
			list = append(list, Count{d.list[i], of[i]})
		}
	}
	return list
}

// JourneysWith returns the journeys of a log in which to comes directly after from, ascending.
func JourneysWith(log *journey.Log, from, to journey.StepID) []int {
	a, ok := slices.BinarySearch(log.Steps(), string(from))
	b, ok2 := slices.BinarySearch(log.Steps(), string(to))
	if !ok || !ok2 {
		return nil
	}
	var list []int
	r := log.Rows()
	for j := range log.Journeys() {
		for i := r.Offsets[j] + 1; i < r.Offsets[j+1]; i++ {
			if r.Code(i-1) == uint32(a) && r.Code(i) == uint32(b) {
				list = append(list, j)
				break
			}
		}
	}
	return list
}
