package discovery

import (
	"slices"

	"github.com/buyerjourney/b2b/internal/bin"
	"github.com/buyerjourney/b2b/journey"
)

// EdgeTimes is how long it took from one step to the one directly after it.
type EdgeTimes struct {
	From, To string
	Times
}

// Performance measures the time between neighbouring steps of a journey, from completion to completion, in one pass with
// exact medians. Edges are in the order of the names. ok is false for a log without times.
func Performance(log *journey.Log) (edges []EdgeTimes, ok bool) {
	if !log.Timed() {
		return nil, false
	}
	d := NewDFG(log)
	all := d.edges.all(d.used())
	r := log.Rows()
	from := make([]int, len(all)+1)
	var place pairs // of each edge
	place.room(len(d.list))
	for i, e := range all {
		from[i+1] = from[i] + int(e.n)
		place.add(e.a, e.b, int64(from[i]))
	}
	us := make([]int64, from[len(all)])
	if place.sparse == nil && r.Narrow != nil {
		deal(us, place.dense, place.stride, r.Narrow, r.At, r.Offsets)
	} else {
		for j := range log.Journeys() {
			for i := r.Offsets[j] + 1; i < r.Offsets[j+1]; i++ {
				a, b := r.Code(i-1), r.Code(i)
				us[place.at(a, b)] = r.At[i] - r.At[i-1]
				place.add(a, b, 1)
			}
		}
	}
	edges = make([]EdgeTimes, len(all))
	for i, e := range all {
		edges[i] = EdgeTimes{d.list[e.a], d.list[e.b], exactTimes(us[from[i]:from[i+1]])}
	}
	return edges, true
}

// deal puts each duration at the next place of its edge.
func deal(us, place []int64, stride int, codes []uint16, at []int64, offsets []int) {
	for j := 1; j < len(offsets); j++ {
		for i := offsets[j-1] + 1; i < offsets[j]; i++ {
			p := &place[int(codes[i-1])*stride+int(codes[i])]
			us[*p] = at[i] - at[i-1]
			*p++
		}
	}
}

// EdgeSums is [Performance] as an accumulator: mean and deviation are exact, medians are bounds. The zero value is
// empty. It has no Sub, since a least value cannot be taken back. Not safe for concurrent use while it is changed.
type EdgeSums struct {
	names
	edges map[uint64]*spread
	buf   []uint32
}

// Add measures a journey. A journey of a log without times is counted as nothing. The zero Journey is an error.
func (p *EdgeSums) Add(j journey.Journey) error {
	codes, err := p.of(p.buf[:0], j)
	if err != nil {
		return err
	}
	p.buf = codes
	if !j.Log().Timed() {
		return nil
	}
	from, _ := j.Rows()
	at := j.Log().Rows().At[from:]
	for i := 1; i < len(codes); i++ {
		p.edge(codes[i-1], codes[i]).add(at[i] - at[i-1])
	}
	return nil
}

func (p *EdgeSums) edge(a, b uint32) *spread {
	if p.edges == nil {
		p.edges = make(map[uint64]*spread)
	}
	key := uint64(a)<<32 | uint64(b)
	s := p.edges[key]
	if s == nil {
		s = new(spread)
		p.edges[key] = s
	}
	return s
}

// Merge adds the times of other, which is unchanged. The error is always nil.
func (p *EdgeSums) Merge(other *EdgeSums) error {
	to := p.translate(&other.names)
	for key, s := range other.edges {
		p.edge(to[key>>32], to[uint32(key)]).merge(s)
	}
	return nil
}

// ordered returns the keys of the edges in the order of the names.
func (p *EdgeSums) ordered() (keys []uint64, order, rank []uint32) {
	used := make([]bool, len(p.list))
	for key := range p.edges {
		used[key>>32], used[uint32(key)] = true, true
		keys = append(keys, key)
	}
	order, rank = p.sorted(func(i uint32) bool { return used[i] })
	slices.SortFunc(keys, func(x, y uint64) int {
		if c := int(rank[x>>32]) - int(rank[y>>32]); c != 0 {
			return c
		}
		return int(rank[uint32(x)]) - int(rank[uint32(y)])
	})
	return keys, order, rank
}

// Edges returns the times of each edge.
func (p *EdgeSums) Edges() []EdgeTimes {
	keys, _, _ := p.ordered()
	list := make([]EdgeTimes, len(keys))
	for i, key := range keys {
		list[i] = EdgeTimes{p.list[key>>32], p.list[uint32(key)], p.edges[key].times()}
	}
	return list
}

// AppendBinary appends the canonical binary form, with names.
func (p *EdgeSums) AppendBinary(dst []byte) ([]byte, error) {
	keys, order, rank := p.ordered()
	dst = append(dst, version)
	dst = p.appendNames(dst, order)
	dst = bin.AppendUvarint(dst, uint64(len(keys)))
	for _, key := range keys {
		dst = bin.AppendUvarint(dst, uint64(rank[key>>32]))
		dst = bin.AppendUvarint(dst, uint64(rank[uint32(key)]))
		dst = p.edges[key].append(dst)
	}
	return dst, nil
}

// UnmarshalBinary reads what AppendBinary wrote; on an error p is unchanged.
func (p *EdgeSums) UnmarshalBinary(data []byte) error {
	r := bin.NewReader(data)
	r.Version(version)
	n := EdgeSums{names: *readNames(r)}
	k := uint64(len(n.list))
	used := make([]bool, k)
	last := int64(-1)
	for range r.Count(8) {
		a, b := r.Uvarint(), r.Uvarint()
		s := readSpread(r)
		if r.Err() != nil {
			break
		}
		if a >= k || b >= k || s.n == 0 || int64(a*k+b) <= last {
			r.Fail(bin.ErrCorrupt)
			break
		}
		last = int64(a*k + b)
		used[a], used[b] = true, true
		*n.edge(uint32(a), uint32(b)) = s
	}
	if r.Err() == nil && slices.Contains(used, false) {
		r.Fail(bin.ErrCorrupt)
	}
	if err := r.Done(); err != nil {
		return err
	}
	*p = n
	return nil
}
