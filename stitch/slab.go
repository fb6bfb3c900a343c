package stitch

import "slices"

// slab hands out small pieces of large arrays: a store consists of very many very small lists, and one allocation per list
// would cost more than what is in it. A piece that is appended to beyond its capacity moves out by itself.
type slab[T any] struct {
	free []T
}

const slabSize = 1024

// take returns an empty slice of a capacity.
func (s *slab[T]) take(n int) []T {
	if n > slabSize/4 {
		return make([]T, 0, n)
	}
	if len(s.free) < n {
		s.free = make([]T, slabSize)
	}
	piece := s.free[0:0:n]
	s.free = s.free[n:]
	return piece
}

// one returns a pointer to x in the slab.
func (s *slab[T]) one(x T) *T {
	piece := append(s.take(1), x)
	return &piece[0]
}

// keep returns a copy of a list in the slab; a nil slab gives the list an array of its own.
func (s *slab[T]) keep(list []T) []T {
	switch {
	case len(list) == 0:
		return nil
	case s == nil:
		return slices.Clone(list)
	}
	return append(s.take(len(list)), list...)
}
