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
