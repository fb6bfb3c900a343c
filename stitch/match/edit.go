package match

import "math/bits"

// Levenshtein returns the edit distance of two folded texts in runes: insertions, deletions and substitutions. With a
// limit ≥ 0 it returns limit+1 for every distance above the limit; a limit below 0 means none. Where one text has at most
// 64 runes, columns of the table are words of bits (Myers 1999, doi 10.1145/316542.316550, in the form of Hyyrö 2003).
func Levenshtein(a, b string, limit int) int { return edit(a, b, limit, false) }

// OSA returns the restricted edit distance: as [Levenshtein], and two neighbours may be swapped, each part of the text
// being edited once. CA and ABC have distance 3.
func OSA(a, b string, limit int) int { return edit(a, b, limit, true) }

// EditSimilarity returns 1 − d/max(|a|, |b|) for a distance d of the two texts; 1 if both are empty.
func EditSimilarity(d int, a, b string) float64 {
	n := max(runeLen(a), runeLen(b))
	if n == 0 {
		return 1
	}
	return 1 - float64(d)/float64(n)
}

func edit(a, b string, limit int, swap bool) int {
	if a == b {
		return 0
	}
	if isASCII(a) && isASCII(b) {
		if len(a) > len(b) {
			a, b = b, a
		}
		if limit >= 0 && len(b)-len(a) > limit {
			return limit + 1
		}
		switch {
		case len(a) == 0:
			return len(b)
		case len(a) <= 64:
			return editWords(a, b, limit, swap)
		}
		return editLong([]byte(a), []byte(b), limit, swap)
	}
	ra, rb := []rune(a), []rune(b)
	if len(ra) > len(rb) {
		ra, rb = rb, ra
	}
	if limit >= 0 && len(rb)-len(ra) > limit {
		return limit + 1
	}
	switch {
	case len(ra) == 0:
		return len(rb)
	case len(ra) <= 64:
		return editRunes(ra, rb, limit, swap)
	}
	return editLong(ra, rb, limit, swap)
}

// editColumn is the state of the bit-parallel edit distance: the differences down a column of the table.
type editColumn struct {
	vp, vn, d0, pm, top uint64
	score               int
}

func newColumn(m int) editColumn { return editColumn{vp: ^uint64(0), top: 1 << (m - 1), score: m} }

// step takes the next character of the text, given the places at which the pattern has it (Hyyrö 2003, figure 3; the
// term for swaps from the same paper).
func (c *editColumn) step(pm uint64, swap bool) {
	var tr uint64
	if swap {
		tr = ((^c.d0 & pm) << 1) & c.pm
	}
	d0 := ((((pm & c.vp) + c.vp) ^ c.vp) | pm | c.vn) | tr
	hp := c.vn | ^(d0 | c.vp)
	hn := d0 & c.vp
	if hp&c.top != 0 {
		c.score++
	}
	if hn&c.top != 0 {
		c.score--
	}
	hp = hp<<1 | 1
	hn <<= 1
	c.vp = hn | ^(d0 | hp)
	c.vn = hp & d0
	c.d0, c.pm = d0, pm
}

// over says whether the distance must end above the limit, with rest characters of the text to come.
func (c *editColumn) over(limit, rest int) bool { return limit >= 0 && c.score-rest > limit }

func editWords(a, b string, limit int, swap bool) int {
	var at [128]uint64
	for i := range len(a) {
		at[a[i]] |= 1 << i
	}
	c := newColumn(len(a))
	for i := range len(b) {
		c.step(at[b[i]], swap)
		if c.over(limit, len(b)-1-i) {
			return limit + 1
		}
	}
	return capped(c.score, limit)
}

func editRunes(a, b []rune, limit int, swap bool) int {
	c := newColumn(len(a))
	for i, r := range b {
		var pm uint64
		for k, s := range a {
			if s == r {
				pm |= 1 << k
			}
		}
		c.step(pm, swap)
		if c.over(limit, len(b)-1-i) {
			return limit + 1
		}
	}
	return capped(c.score, limit)
}

func capped(d, limit int) int {
	if limit >= 0 && d > limit {
		return limit + 1
	}
	return d
}

// editLong is the table of Wagner and Fischer (1974), three rows of it, for patterns over 64 characters.
func editLong[C char](a, b []C, limit int, swap bool) int {
	prev2, prev, cur := make([]int, len(a)+1), make([]int, len(a)+1), make([]int, len(a)+1)
	for i := range prev {
		prev[i] = i
	}
	for j := 1; j <= len(b); j++ {
		cur[0] = j
		low := j
		for i := 1; i <= len(a); i++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(prev[i]+1, cur[i-1]+1, prev[i-1]+cost)
			if swap && i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, prev2[i-2]+1)
			}
			cur[i] = d
			low = min(low, d)
		}
		if limit >= 0 && low > limit+1 {
			return limit + 1
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return capped(prev[len(a)], limit)
}

// DamerauLevenshtein returns the unrestricted distance with swaps of neighbours (Lowrance and Wagner 1975, doi
// 10.1145/321879.321880): what was swapped may be edited again. CA and ABC have distance 2. It is a metric. The limit is
// as in [Levenshtein]. Time and space are O(|a|·|b|).
func DamerauLevenshtein(a, b string, limit int) int {
	if a == b {
		return 0
	}
	ra, rb := []rune(a), []rune(b)
	if limit >= 0 && max(len(ra)-len(rb), len(rb)-len(ra)) > limit {
		return limit + 1
	}
	w := len(rb) + 2
	far := len(ra) + len(rb)
	h := make([]int, (len(ra)+2)*w)
	h[0] = far
	for i := 0; i <= len(ra); i++ {
		h[(i+1)*w], h[(i+1)*w+1] = far, i
	}
	for j := 0; j <= len(rb); j++ {
		h[j+1], h[w+j+1] = far, j
	}
	lastRow := map[rune]int{}
	for i := 1; i <= len(ra); i++ {
		lastCol := 0
		for j := 1; j <= len(rb); j++ {
			i1, j1 := lastRow[rb[j-1]], lastCol
			cost := 1
			if ra[i-1] == rb[j-1] {
				cost, lastCol = 0, j
			}
			h[(i+1)*w+j+1] = min(h[i*w+j]+cost, h[(i+1)*w+j]+1, h[i*w+j+1]+1, h[i1*w+j1]+(i-i1-1)+1+(j-j1-1))
		}
		lastRow[ra[i-1]] = i
	}
	return capped(h[len(h)-1], limit)
}

// LCS returns the length in runes of the longest common subsequence of two texts (Hyyrö 2004 for patterns of at most 64).
func LCS(a, b string) int {
	if isASCII(a) && isASCII(b) {
		if len(a) > len(b) {
			a, b = b, a
		}
		if len(a) <= 64 {
			var at [128]uint64
			for i := range len(a) {
				at[a[i]] |= 1 << i
			}
			v := ^uint64(0)
			for i := range len(b) {
				u := v & at[b[i]]
				v = (v + u) | (v - u)
			}
			return bits.OnesCount64(^v & (1<<len(a) - 1))
		}
		return lcsLong([]byte(a), []byte(b))
	}
	return lcsLong([]rune(a), []rune(b))
}

func lcsLong[C char](a, b []C) int {
	if len(a) > len(b) {
		a, b = b, a
	}
	words := (len(a) + 63) / 64
	v := make([]uint64, words)
	for i := range v {
		v[i] = ^uint64(0)
	}
	at := map[C][]uint64{}
	for i, c := range a {
		if at[c] == nil {
			at[c] = make([]uint64, words)
		}
		at[c][i/64] |= 1 << (i % 64)
	}
	for _, c := range b {
		m := at[c]
		if m == nil {
			continue
		}
		var carry uint64
		for k := range v {
			u := v[k] & m[k]
			sum, c1 := bits.Add64(v[k], u, carry)
			carry = c1
			v[k] = sum | (v[k] - u)
		}
	}
	n := 0
	for i := range a {
		if v[i/64]&(1<<(i%64)) == 0 {
			n++
		}
	}
	return n
}

// Indel returns 2·LCS/(|a|+|b|), the similarity that goes with insertions and deletions only; 1 if both are empty.
func Indel(a, b string) float64 {
	n := runeLen(a) + runeLen(b)
	if n == 0 {
		return 1
	}
	return 2 * float64(LCS(a, b)) / float64(n)
}
