package match

import (
	"math"
)

// rarity is −log2 of the frequency of each value.
func (s *Scorer) rarity(c *column, floor float64) []float32 {
	out := make([]float32, len(c.text))
	for code := range out {
		out[code] = rarityOf(c.count[code], float64(c.held), 1, floor)
	}
	return out
}

// localRarity is the same of the local part of each mail address, from counts by value.
func (c *column) localRarity(count []uint32, held, floor float64) []float32 {
	sum := c.localCounts(count)
	out := make([]float32, len(c.text))
	for code := 1; code < len(c.text); code++ {
		var n uint32
		if part := int(c.auxID[code]); part < len(sum) {
			n = sum[part]
		}
		out[code] = rarityOf(n, held, 1, floor)
	}
	return out
}

// localCounts sums counts of mail addresses by the number of their local part. Values that came after the table was made
// count nothing; their numbers may lie behind the end.
func (c *column) localCounts(count []uint32) []uint32 {
	sum := make([]uint32, len(c.text)+1)
	for code, n := range count {
		if n > 0 {
			sum[c.auxID[code]] += n
		}
	}
	return sum
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
		once := onceMore(count)
		for code := range s.rare[i] {
			s.rare[i][code] = rarityOf(count[code], held, once, floor)
		}
		if s.local[i] != nil {
			s.local[i] = c.localRarity(count, held, floor)
		}
	}
}

// rarityOf is −log2 of the frequency of a value of which count are seen among held. The pair at hand is left out: if it is no
// match, one of the two holds the value by chance, and how likely that was is told by the others that do. Once says how many
// others are to be expected where only one is seen.
func rarityOf(count uint32, held, once, floor float64) float32 {
	others := once
	if count > 2 {
		others = float64(count - 1)
	}
	return float32(-math.Log2(max(others/max(held, 1), floor)))
}

// onceMore is in how many entities a value that one holds is to be expected besides: 2·N₂/N₁ by Good-Turing (Good 1953, doi
// 10.1093/biomet/40.3-4.237), with N_k the values that k entities hold, and at most once. Where hardly a value is shared, to
// hold the same one is worth more than a share of 1/N says.
func onceMore(count []uint32) float64 {
	one, two := 0, 1
	for _, n := range count {
		switch n {
		case 1:
			one++
		case 2:
			two++
		}
	}
	return min(2*float64(two)/float64(max(one, 1)), 1)
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
