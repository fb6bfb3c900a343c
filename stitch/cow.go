package stitch

import (
	"hash/maphash"
	"maps"
	"net/netip"
	"slices"
)

// A snapshot shares its tables with the resolver that goes on. The containers below, and [index], make that cheap: a snapshot
// copies the outer slice, and the first change of a part after a snapshot copies that part.

const (
	chunkBits = 6
	chunkSize = 1 << chunkBits
	mapShards = 1 << 10
)

// cowSlice is an append-only slice that can be shared. Pointers into it stay good.
type cowSlice[T any] struct {
	chunks []*[chunkSize]T
	owned  []bool
	n      int
}

// at returns an element for reading.
func (s *cowSlice[T]) at(i uint32) *T { return &s.chunks[i>>chunkBits][i&(chunkSize-1)] }

// own returns an element for changing.
func (s *cowSlice[T]) own(i uint32) *T {
	c := i >> chunkBits
	if !s.owned[c] {
		fresh := *s.chunks[c]
		s.chunks[c], s.owned[c] = &fresh, true
	}
	return &s.chunks[c][i&(chunkSize-1)]
}

func (s *cowSlice[T]) len() int { return s.n }

func (s *cowSlice[T]) append(x T) uint32 {
	i := uint32(s.n)
	if s.n == len(s.chunks)*chunkSize {
		s.chunks, s.owned = append(s.chunks, new([chunkSize]T)), append(s.owned, true)
	}
	s.n++
	*s.own(i) = x
	return i
}

// branch returns a copy that copies a chunk before it changes it.
func (s *cowSlice[T]) branch() cowSlice[T] {
	return cowSlice[T]{chunks: slices.Clone(s.chunks), owned: make([]bool, len(s.owned)), n: s.n}
}

// release makes the slice itself copy a chunk before it changes it, because a branch holds it too.
func (s *cowSlice[T]) release() { clear(s.owned) }

// cowMap is a hash map that can be shared.
type cowMap[K comparable, V any] struct {
	hash   func(K) uint32 // says which shard; a rough one will do
	shards []map[K]V
	owned  []bool
	n      int
}

func newCowMap[K comparable, V any](hash func(K) uint32) cowMap[K, V] {
	return cowMap[K, V]{hash: hash, shards: make([]map[K]V, mapShards), owned: make([]bool, mapShards)}
}

func hashCombo(k [4]uint32) uint32 {
	h := (k[0]*31+k[1])*0x9e3779b1 ^ k[2]*0x85ebca6b
	return h ^ h>>15
}

func hashPrefix(p netip.Prefix) uint32 {
	a := p.Addr().As16()
	return uint32(maphash.Bytes(hashSeed, a[:]))
}

func (m *cowMap[K, V]) shard(k K) int { return int(m.hash(k) % mapShards) }

func (m *cowMap[K, V]) get(k K) (v V, ok bool) {
	if m.shards == nil {
		return v, false
	}
	v, ok = m.shards[m.shard(k)][k]
	return v, ok
}

func (m *cowMap[K, V]) own(k K) map[K]V {
	i := m.shard(k)
	switch {
	case m.shards[i] == nil:
		m.shards[i] = map[K]V{}
	case !m.owned[i]:
		m.shards[i] = maps.Clone(m.shards[i])
	}
	m.owned[i] = true
	return m.shards[i]
}

func (m *cowMap[K, V]) set(k K, v V) {
	shard := m.own(k)
	before := len(shard)
	shard[k] = v
	m.n += len(shard) - before
}

func (m *cowMap[K, V]) branch() cowMap[K, V] {
	return cowMap[K, V]{hash: m.hash, shards: slices.Clone(m.shards), owned: make([]bool, len(m.owned)), n: m.n}
}

func (m *cowMap[K, V]) release() { clear(m.owned) }
