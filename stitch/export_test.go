package stitch

// Coarse cuts an address to the prefix under which a resolver stores it.
func Coarse(i Identifier, bits, bits6 int) Identifier {
	c, err := i.coarse(bits, bits6)
	if err != nil {
		panic(err)
	}
	return c
}

// ComponentsOf returns the root of every node under edges, by the forest that Components works with.
func ComponentsOf(nodes int, edges [][2]uint32) []uint32 {
	f := forest{parent: make([]uint32, 0, nodes)}
	f.grow(nodes)
	for _, e := range edges {
		f.unite(e[0], e[1])
	}
	for i := range f.parent { // parents have smaller numbers: one pass flattens
		f.parent[i] = f.parent[f.parent[i]]
	}
	return f.parent
}

// Index is the hash index of a store, whose codes are looked for by themselves.
type Index struct{ index }

// NewIndex returns an empty index.
func NewIndex() *Index { return &Index{newIndex()} }

// Insert adds a code under a hash.
func (x *Index) Insert(hash uint64, code uint32) { x.insert(hash, code) }

// Remove drops a code.
func (x *Index) Remove(hash uint64, code uint32) { x.remove(hash, code) }

// Has reports whether a code is there.
func (x *Index) Has(hash uint64, code uint32) bool {
	_, ok := x.find(hash, func(c uint32) bool { return c == code })
	return ok
}

// Share returns what the index holds now; both go on apart.
func (x *Index) Share() *Index {
	frozen := &Index{x.branch()}
	x.release()
	return frozen
}
