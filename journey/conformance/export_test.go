package conformance

// CheapestRun returns the number of visible steps of the shortest run, as the search over stubborn sets of all moves finds it.
func CheapestRun(m *Model) int {
	a := newAutomaton(m)
	return int(a.cheapestRun(a.marking[a.start], unitCosts(m)))
}
