package forecast

import "github.com/buyerjourney/b2b/internal/stream"

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

// ResampleShares returns, over draws, the share of weight that falls on the cases that are true.
func ResampleShares(yes []bool, draws int, root stream.Root) []float64 {
	b := &bins{group: []int32{0}}
	for i, y := range yes {
		term := int32(0)
		if y {
			term = 1
		}
		b.term, b.weight = append(b.term, term), append(b.weight, 1)
		b.group, b.members = append(b.group, int32(i+1)), append(b.members, 1)
	}
	out := make([]float64, draws)
	mass := make([]float64, 2)
	var weights [maxWeights]float64
	for r := range out {
		rng := root.SourceN("rates", uint64(r), 0)
		b.resample(&rng, mass, &weights)
		out[r] = mass[1] / (mass[0] + mass[1])
	}
	return out
}

// Nearest rounds as amounts are rounded.
func Nearest(x float64) int64 { return nearest(x) }
