package stitch

// slab hands out small pieces of large arrays: a store consists of very many very small lists, and one allocation per list
// would cost more than what is in it. A piece that is appended to beyond its capacity moves out by itself. The zero value
// gives every piece an array of its own, for lists that come and go.
type slab[T any] struct {
	free []T
	size int // of the arrays
}

const slabSize = 1024

// take returns an empty slice of a capacity.
func (s *slab[T]) take(n int) []T {
	if n > s.size/4 {
		return make([]T, 0, n)
	}
	if len(s.free) < n {
		s.free = make([]T, s.size)
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

// keep returns a copy of a list.
func (s *slab[T]) keep(list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return append(s.take(len(list)), list...)
}

// slabs are where the small parts of a store lie.
type slabs struct {
	holdings slab[holding]
	sights   slab[sight]
	consents slab[consent]
	codes    slab[uint32]
}

func newSlabs() *slabs {
	return &slabs{
		holdings: slab[holding]{size: slabSize},
		sights:   slab[sight]{size: slabSize}, consents: slab[consent]{size: slabSize}, codes: slab[uint32]{size: slabSize},
	}
}

// answers are where the parts of an answer lie, if it is found in one go. The zero value is for answers that are replaced.
type answers struct {
	components slab[component]
	entities   slab[entity]
	lists      slab[*entity]
	links      slab[link]
	rows       slab[belonging]
	codes      slab[uint32]
}

func bulkAnswers() answers {
	return answers{
		components: slab[component]{size: slabSize}, entities: slab[entity]{size: slabSize}, lists: slab[*entity]{size: slabSize},
		links: slab[link]{size: slabSize}, rows: slab[belonging]{size: slabSize}, codes: slab[uint32]{size: slabSize},
	}
}
