package conformance

import (
	"math/bits"
)

// space is the set of markings of a model that were met so far, numbered in the order of meeting. A marking is a run of words: one bit per place for a safe model, else one byte per place. It is for one goroutine.
type space struct {
	m     *Model
	words int
	arena []uint64 // words of all markings
	table []int32  // open addressing: marking number + 1
	n     int
	pre   []uint64
	post  []uint64
	work  []uint64
}

func newSpace(m *Model) *space {
	s := &space{m: m, table: make([]int32, 1<<8)}
	s.words = (m.places + 7) / 8
	if m.safe {
		s.words = (m.places + 63) / 64
		for _, f := range m.firings {
			s.pre = append(s.pre, mask(f.pre, s.words)...)
			s.post = append(s.post, mask(f.post, s.words)...)
		}
	}
	s.words = max(s.words, 1)
	s.work = make([]uint64, s.words)
	return s
}

func mask(needs []need, words int) []uint64 {
	w := make([]uint64, max(words, 1))
	for _, n := range needs {
		w[n.place/64] |= 1 << (n.place % 64)
	}
	return w
}

// pack returns the number of a marking that is given as counts.
func (s *space) pack(counts []uint8) int32 {
	clear(s.work)
	for p, n := range counts {
		if s.m.safe {
			if n > 0 {
				s.work[p/64] |= 1 << (p % 64)
			}
		} else {
			s.work[p/8] |= uint64(n) << (p % 8 * 8)
		}
	}
	return s.intern(s.work)
}

// Mixing constants of splitmix64.
const (
	mix1 = 0xbf58476d1ce4e5b9
	mix2 = 0x94d049bb133111eb
)

func hashWords(w []uint64) uint64 {
	h := uint64(0x9e3779b97f4a7c15)
	for _, x := range w {
		h = (h ^ x) * mix1
		h ^= h >> 31
	}
	h *= mix2
	return h ^ h>>29
}

func (s *space) at(id int32) []uint64 {
	return s.arena[int(id)*s.words : (int(id)+1)*s.words]
}

// intern returns the number of a marking.
func (s *space) intern(w []uint64) int32 {
	if 2*s.n >= len(s.table) {
		s.grow()
	}
	h := hashWords(w) & uint64(len(s.table)-1)
	for {
		id := s.table[h] - 1
		if id < 0 {
			break
		}
		if equalWords(s.at(id), w) {
			return id
		}
		h = (h + 1) & uint64(len(s.table)-1)
	}
	id := int32(s.n)
	s.table[h] = id + 1
	s.arena = append(s.arena, w...)
	s.n++
	return id
}

func equalWords(a, b []uint64) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func (s *space) grow() {
	s.table = make([]int32, 2*len(s.table))
	for id := range int32(s.n) {
		h := hashWords(s.at(id)) & uint64(len(s.table)-1)
		for s.table[h] != 0 {
			h = (h + 1) & uint64(len(s.table)-1)
		}
		s.table[h] = id + 1
	}
}

// fire puts the marking after transition t into work, if t can happen at marking id and no place overflows.
func (s *space) fire(id, t int32) bool {
	from := s.at(id)
	if s.m.safe {
		k := int(t) * s.words
		pre, post := s.pre[k:k+s.words], s.post[k:k+s.words]
		for i, w := range from {
			if w&pre[i] != pre[i] {
				return false
			}
		}
		for i, w := range from {
			s.work[i] = w&^pre[i] | post[i]
		}
		return true
	}
	f := &s.m.firings[t]
	for _, n := range f.pre {
		if tokens(from, n.place) < n.n {
			return false
		}
	}
	copy(s.work, from)
	for _, n := range f.pre {
		s.work[n.place/8] -= uint64(n.n) << (n.place % 8 * 8)
	}
	for _, n := range f.post {
		if int(tokens(s.work, n.place))+int(n.n) > maxTokens {
			return false
		}
		s.work[n.place/8] += uint64(n.n) << (n.place % 8 * 8)
	}
	return true
}

func tokens(w []uint64, place int32) uint8 { return uint8(w[place/8] >> (place % 8 * 8)) }

// lacking returns a place on which transition t finds too few tokens at a marking, -1 if there is none.
func (s *space) lacking(id, t int32) int32 {
	from := s.at(id)
	if s.m.safe {
		k := int(t) * s.words
		for i, w := range from {
			if miss := s.pre[k+i] &^ w; miss != 0 {
				return int32(i*64 + bits.TrailingZeros64(miss))
			}
		}
		return -1
	}
	for _, n := range s.m.firings[t].pre {
		if tokens(from, n.place) < n.n {
			return n.place
		}
	}
	return -1
}

// differing returns a place that has more tokens at marking b than at a, or else one that has fewer. The markings must
// differ.
func (s *space) differing(a, b int32) (place int32, more bool) {
	x, y := s.at(a), s.at(b)
	if s.m.safe {
		fewer := int32(-1)
		for i, w := range x {
			if d := y[i] &^ w; d != 0 {
				return int32(i*64 + bits.TrailingZeros64(d)), true
			}
			if d := w &^ y[i]; d != 0 && fewer < 0 {
				fewer = int32(i*64 + bits.TrailingZeros64(d))
			}
		}
		return fewer, false
	}
	fewer := int32(-1)
	for p := range int32(s.m.places) {
		switch u, v := tokens(x, p), tokens(y, p); {
		case v > u:
			return p, true
		case v < u && fewer < 0:
			fewer = p
		}
	}
	return fewer, false
}
