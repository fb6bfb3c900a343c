package match

import (
	"math"
)

// rarity is −log2 of the share of rows that hold each value.
func (s *Scorer) rarity(c *column, floor float64) []float32 {
	out := make([]float32, len(c.text))
	for code := range out {
		f := float64(c.count[code]) / float64(max(c.held, 1))
		out[code] = float32(-math.Log2(max(f, floor)))
	}
	return out
}

func localRarity(c *column, floor float64) []float32 {
	sum := map[string]uint32{}
	for code := 1; code < len(c.text); code++ {
		sum[c.aux[code]] += c.count[code]
	}
	out := make([]float32, len(c.text))
	for code := 1; code < len(c.text); code++ {
		f := float64(sum[c.aux[code]]) / float64(max(c.held, 1))
		out[code] = float32(-math.Log2(max(f, floor)))
	}
	return out
}

// Recount takes the frequencies of values from entities instead of rows: a value that ten rows of one entity hold is held
// once. It needs a first clustering and changes the scorer, so it must not run beside scoring.
func (s *Scorer) Recount(of []uint32) {
	floor := max(s.model.TFFloor, 1e-9)
	for i := range s.comps {
		if s.rare[i] == nil {
			continue
		}
		c := s.comps[i].col
		count, held := entityCounts(s.t, s.comps[i].field, of)
		for code := range s.rare[i] {
			s.rare[i][code] = float32(-math.Log2(max(float64(max(count[code], 1))/held, floor)))
		}
		if s.local[i] == nil {
			continue
		}
		sum := map[string]uint32{}
		for code := 1; code < len(c.text); code++ {
			sum[c.aux[code]] += count[code]
		}
		for code := 1; code < len(c.text); code++ {
			s.local[i][code] = float32(-math.Log2(max(float64(max(sum[c.aux[code]], 1))/held, floor)))
		}
	}
}

// entityCounts counts the clusters that hold each class of values of a field, and all clusters that hold any value, each
// as often as it has different values.
func entityCounts(t *Table, field int, of []uint32) (count []uint32, held float64) {
	c := t.cols[field]
	count = make([]uint32, len(c.text))
	last := make([]uint32, len(c.text)) // 1 + the cluster that held the value last, while clusters come in a row
	next, head := make([]uint32, t.n), make([]uint32, t.n)
	for r := t.n - 1; r >= 0; r-- { // lists of members: next is 1 + the following row of the cluster
		first := of[r]
		if int(first) != r {
			next[r] = head[first]
			head[first] = uint32(r) + 1
		}
	}
	for r := range t.n {
		if int(of[r]) != r {
			continue
		}
		for at := uint32(r) + 1; at != 0; {
			code := t.row(at - 1)[field]
			if code != 0 {
				k := c.class(code)
				if last[k] != uint32(r)+1 {
					last[k] = uint32(r) + 1
					count[k]++
					held++
				}
			}
			if at == uint32(r)+1 {
				at = head[r]
			} else {
				at = next[at-1]
			}
		}
	}
	return count, max(held, 1)
}

// extend gives values that came later the frequency floor.
func (s *Scorer) extend(i int) {
	c := s.comps[i].col
	rarest := float32(-math.Log2(max(s.model.TFFloor, 1e-9)))
	for s.rare[i] != nil && len(s.rare[i]) < len(c.text) {
		s.rare[i] = append(s.rare[i], rarest)
	}
	for s.local[i] != nil && len(s.local[i]) < len(c.text) {
		s.local[i] = append(s.local[i], rarest)
	}
}

// tfBits is the adjustment of comparison i at a level for the frequency of the values.
func (s *Scorer) tfBits(i int, level uint8, x, y uint32) float64 {
	if level == missing || !s.comps[i].levels[level-1].TF || s.rare[i] == nil {
		return 0
	}
	c := s.comps[i].col
	rare := s.rare[i]
	var r float32
	if s.comps[i].levels[level-1].Test == Local && s.local[i] != nil {
		r = min(s.local[i][x], s.local[i][y])
	} else {
		r = min(rare[c.class(x)], rare[c.class(y)])
	}
	return s.model.TFStrength * (s.logU[i][level] + float64(r))
}
