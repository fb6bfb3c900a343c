package match

// EMInput lets tests run EM on counts of their own: levels per comparison (0 = missing) and how often.
func EMInput(levels [][]uint8, counts []float64, m, u [][]float64, lambda float64) (outM [][]float64, rounds []Round, share float64) {
	in := emInput{m: m, u: u, lambda: lambda, held: make([]bool, len(m))}
	for i := range levels {
		in.counts = append(in.counts, patternCount{levels: levels[i], n: counts[i]})
	}
	rounds, _, _ = em(&in)
	return in.m, rounds, in.lambda
}
