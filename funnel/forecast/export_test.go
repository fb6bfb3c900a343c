package forecast

// Expected returns the expected wins of the open deals with the rate of one exit of one stage multiplied, and the number of
// exits that there are. It is what [Model.Elasticities] differentiates.
func (m *Model) Expected(exit int, factor float64) (wins float64, exits int) {
	var columns []int
	b := m.e.fine.b
	for s := range b.k {
		for i := range b.exits(s) {
			columns = append(columns, b.first[s]+i)
		}
	}
	f := m.e.fine.bent(func(k *kernel) {
		row := k.row(columns[exit])
		for l := range row {
			row[l] *= factor
		}
	})
	n := len(m.e.ends)
	chance := make([]float64, len(m.e.chance))
	f.point(m.e.keys, chance, nil)
	for _, d := range m.e.open {
		wins += chance[int(d.key)*n+n-1]
	}
	return wins, len(columns)
}

// Notes are those of the fit.
func (m *Model) Notes() []string { return m.notes }

// CohortNote is said where cohorts differ.
const CohortNote = cohortNote
