package discovery

import (
	"cmp"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/internal/bin"
	"github.com/buyerjourney/b2b/journey"
)

// version is the first byte of every binary form of this package.
const version = 1

// names numbers step names in the order in which they were met. It remembers the codes of the log that it saw last, so
// that no name is looked up per row.
type names struct {
	list  []string
	index map[string]uint32
	log   *journey.Log
	codes []uint32 // per code of log: number + 1
}

// number returns the number of a name.
func (n *names) number(name string) uint32 {
	if i, ok := n.index[name]; ok {
		return i
	}
	if n.index == nil {
		n.index = make(map[string]uint32)
	}
	i := uint32(len(n.list))
	n.list = append(n.list, name)
	n.index[name] = i
	return i
}

// find returns the number of a name that was met.
func (n *names) find(name journey.StepID) (uint32, bool) {
	i, ok := n.index[string(name)]
	return i, ok
}

// adopt takes over the names of a log, in the order of its codes; n must be empty.
func (n *names) adopt(steps []string) {
	n.list = slices.Clone(steps)
	n.index = make(map[string]uint32, len(steps))
	for i, s := range steps {
		n.index[s] = uint32(i)
	}
}

// of appends the numbers of the steps of a journey.
func (n *names) of(dst []uint32, j journey.Journey) ([]uint32, error) {
	log := j.Log()
	if log == nil {
		return dst, noJourney()
	}
	if n.log != log {
		n.log, n.codes = log, make([]uint32, len(log.Steps()))
	}
	r := log.Rows()
	from, to := j.Rows()
	for i := from; i < to; i++ {
		c := r.Code(i)
		k := n.codes[c]
		if k == 0 {
			k = n.number(log.Steps()[c]) + 1
			n.codes[c] = k
		}
		dst = append(dst, k-1)
	}
	return dst, nil
}

func noJourney() error {
	return &b2b.InvalidError{Path: "journey", Reason: "the zero value is no journey"}
}

// translate returns, per number of other, the number in n.
func (n *names) translate(other *names) []uint32 {
	to := make([]uint32, len(other.list))
	for i, name := range other.list {
		to[i] = n.number(name)
	}
	return to
}

// sorted returns the numbers that are used, in order of name, and per number its rank among them.
func (n *names) sorted(used func(uint32) bool) (order []uint32, rank []uint32) {
	for i := range uint32(len(n.list)) {
		if used(i) {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b uint32) int { return cmp.Compare(n.list[a], n.list[b]) })
	rank = make([]uint32, len(n.list))
	for r, i := range order {
		rank[i] = uint32(r)
	}
	return order, rank
}

// appendNames writes names in the given order.
func (n *names) appendNames(dst []byte, order []uint32) []byte {
	dst = bin.AppendUvarint(dst, uint64(len(order)))
	for _, i := range order {
		dst = bin.AppendString(dst, n.list[i])
	}
	return dst
}

// readNames reads what appendNames wrote: names in ascending order, each once.
func readNames(r *bin.Reader) *names {
	n := &names{}
	for i := range r.Count(1) {
		name := r.String()
		if r.Err() == nil && (name == "" || i > 0 && name <= n.list[i-1]) {
			r.Fail(bin.ErrCorrupt)
		}
		if r.Err() != nil {
			break
		}
		n.number(name)
	}
	return n
}
