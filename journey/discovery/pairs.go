package discovery

import (
	"slices"

	"github.com/buyerjourney/b2b/internal/bin"
)

// denseLimit is the number of steps up to which pairs are counted in a full table.
const denseLimit = 1024

// pairs counts ordered pairs of numbers: in a square table while there are few numbers, else in a map.
type pairs struct {
	stride int
	dense  []int64
	sparse map[uint64]int64
}

// room makes place for numbers below k.
func (p *pairs) room(k int) {
	switch {
	case p.sparse != nil || k <= p.stride:
	case k > denseLimit:
		p.sparse = make(map[uint64]int64)
		for i, n := range p.dense {
			if n != 0 {
				p.sparse[uint64(i/p.stride)<<32|uint64(i%p.stride)] = n
			}
		}
		p.dense, p.stride = nil, 0
	default:
		stride := min(denseLimit, max(8, 2*p.stride, k))
		dense := make([]int64, stride*stride)
		for a := range p.stride {
			copy(dense[a*stride:], p.dense[a*p.stride:(a+1)*p.stride])
		}
		p.dense, p.stride = dense, stride
	}
}

// add adds n to the count of (a, b), for which there must be room.
func (p *pairs) add(a, b uint32, n int64) {
	if p.sparse != nil {
		p.sparse[uint64(a)<<32|uint64(b)] += n
		return
	}
	p.dense[int(a)*p.stride+int(b)] += n
}

// at returns the count of (a, b).
func (p *pairs) at(a, b uint32) int64 {
	if p.sparse != nil {
		return p.sparse[uint64(a)<<32|uint64(b)]
	}
	if int(a) >= p.stride || int(b) >= p.stride {
		return 0
	}
	return p.dense[int(a)*p.stride+int(b)]
}

// pair is one entry that is not 0.
type pair struct {
	a, b uint32
	n    int64
}

// all returns the entries that are not 0, in the order of rank of a, then of b.
func (p *pairs) all(order, rank []uint32) []pair {
	var list []pair
	if p.sparse == nil {
		for _, a := range order {
			for _, b := range order {
				if n := p.at(a, b); n != 0 {
					list = append(list, pair{a, b, n})
				}
			}
		}
		return list
	}
	for key, n := range p.sparse {
		if n != 0 {
			list = append(list, pair{uint32(key >> 32), uint32(key), n})
		}
	}
	slices.SortFunc(list, func(x, y pair) int {
		if x.a != y.a {
			return int(rank[x.a]) - int(rank[y.a])
		}
		return int(rank[x.b]) - int(rank[y.b])
	})
	return list
}

// append writes the entries.
func (p *pairs) append(dst []byte, order, rank []uint32) []byte {
	all := p.all(order, rank)
	dst = bin.AppendUvarint(dst, uint64(len(all)))
	for _, e := range all {
		dst = bin.AppendUvarint(dst, uint64(rank[e.a]))
		dst = bin.AppendUvarint(dst, uint64(rank[e.b]))
		dst = bin.AppendUvarint(dst, uint64(e.n))
	}
	return dst
}

// readPairs reads what append wrote, for k names.
func readPairs(r *bin.Reader, k int) pairs {
	var p pairs
	p.room(k)
	last := int64(-1)
	for range r.Count(3) {
		a, b, n := r.Uvarint(), r.Uvarint(), r.Uvarint()
		if r.Err() != nil {
			break
		}
		if a >= uint64(k) || b >= uint64(k) || n == 0 || n > 1<<62 || int64(a*uint64(k)+b) <= last {
			r.Fail(bin.ErrCorrupt)
			break
		}
		last = int64(a*uint64(k) + b)
		p.add(uint32(a), uint32(b), int64(n))
	}
	return p
}
