package stitch

// forest is a disjoint-set forest over 0 ≤ i < n: a root has the smallest number of its set, and paths are halved on the
// way (Tarjan and van Leeuwen 1984).
type forest struct {
	parent []uint32
}

// grow adds single sets up to n.
func (f *forest) grow(n int) {
	for i := len(f.parent); i < n; i++ {
		f.parent = append(f.parent, uint32(i))
	}
}

func (f *forest) root(i uint32) uint32 {
	parent := f.parent
	for parent[i] != i {
		p := parent[parent[i]]
		parent[i] = p
		i = p
	}
	return i
}

// unite joins two sets.
func (f *forest) unite(a, b uint32) {
	// Walk both paths at once, always on from the larger number (Rem's algorithm, in Dijkstra 1976): most edges of a large
	// set end after a step or two.
	parent := f.parent
	for parent[a] != parent[b] {
		if parent[a] < parent[b] {
			a, b = b, a
		}
		if parent[a] == a {
			parent[a] = parent[b]
			return
		}
		next := parent[a]
		parent[a] = parent[b]
		a = next
	}
}
