package survival

import "math"

// sortKey is a time as an integer of the same order, and the row that it belongs to.
type sortKey struct {
	bits  uint64
	index uint32
}

// orderedBits maps a float to an integer so that the order is the same; −0 and 0 are one.
func orderedBits(x float64) uint64 {
	b := math.Float64bits(x + 0)
	if b>>63 != 0 {
		return ^b
	}
	return b | 1<<63
}

// radixSort sorts by bits, stable, 11 bits at a time, least significant first; passes whose digit is the same for all
// are skipped, so that times with few significant bits cost little.
func radixSort(keys []sortKey) []sortKey {
	const width, digits, mask = 11, 6, 1<<11 - 1
	if len(keys) < 2 {
		return keys
	}
	var counts [digits][mask + 1]uint32
	for _, k := range keys {
		for d := range digits {
			counts[d][k.bits>>(width*d)&mask]++
		}
	}
	from, to := keys, make([]sortKey, len(keys))
	for d := range digits {
		c := &counts[d]
		if c[from[0].bits>>(width*d)&mask] == uint32(len(keys)) {
			continue
		}
		sum := uint32(0)
		for i, n := range c {
			c[i] = sum
			sum += n
		}
		for _, k := range from {
			digit := k.bits >> (width * d) & mask
			to[c[digit]] = k
			c[digit]++
		}
		from, to = to, from
	}
	return from
}
