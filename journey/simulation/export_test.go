package simulation

// At returns which of some shares a draw means, as the play-out of a graph finds it.
func At(shares []float64, u float64) int {
	list := make([]branch, len(shares))
	for i, p := range shares {
		list[i] = branch{p: p, edge: -1}
	}
	w := newWays(list, nil)
	return w.at(u)
}
