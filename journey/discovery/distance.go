package discovery

import (
	"math"
	"math/bits"
	"sync"

	"github.com/buyerjourney/b2b"
)

// Compare computes the distances of all pairs of distinct sequences. Every problem of d is reported at once;
// [ErrUnequalLength] refuses Hamming for sequences of different length. The cost is the product of the lengths per
// pair; divided by 64 for LCS. Workers share the rows.
func (s *Sequences) Compare(d Distances) (*Matrix, error) {
	if d.Workers < 0 {
		return nil, &b2b.InvalidError{Path: "distances.workers", Reason: "below 0"}
	}
	n := len(s.codes)
	m := &Matrix{s: s, n: n, d: make([]float64, n*(n-1)/2)}
	var rows func() rowFunc
	switch d.Method {
	case LCS:
		rows = func() rowFunc { return s.lcsRow }
	case Hamming:
		for _, q := range s.codes {
			if len(q) != len(s.codes[0]) {
				return nil, ErrUnequalLength
			}
		}
		rows = func() rowFunc { return s.hammingRow }
	case OptimalMatching:
		if d.Substitution == nil && (d.Indel == 0 || d.Indel == 1) {
			rows = func() rowFunc { return s.lcsRow } // the same distance
			break
		}
		c, err := s.costs(d)
		if err != nil {
			return nil, err
		}
		rows = func() rowFunc { own := *c; return own.row }
	default:
		return nil, &b2b.InvalidError{Path: "distances.method", Reason: "no such method"}
	}
	workers := max(1, min(d.Workers, n-1))
	work := func(w int) {
		row := rows()
		for i := 1 + w; i < n; i += workers {
			out := m.d[i*(i-1)/2 : i*(i+1)/2]
			row(i, out)
			if d.ByLength {
				s.perLength(i, out)
			}
		}
	}
	if workers == 1 {
		work(0)
		return m, nil
	}
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() { work(w) })
	}
	wg.Wait()
	return m, nil
}

// rowFunc computes the distances of sequence i to all before it. Each worker has its own, since it may keep scratch.
type rowFunc func(i int, out []float64)

// perLength divides the distances of sequence i by the length of the longer one.
func (s *Sequences) perLength(i int, out []float64) {
	for k := range out {
		if l := max(len(s.codes[i]), len(s.codes[k])); l > 0 {
			out[k] /= float64(l)
		}
	}
}

func (s *Sequences) hammingRow(i int, out []float64) {
	a := s.codes[i]
	for k := range out {
		n := 0
		for p, x := range s.codes[k] {
			if x != a[p] {
				n++
			}
		}
		out[k] = float64(n)
	}
}

// lcsRow computes n+m−2·LCS of sequence i with all before it. The length of the longest common subsequence comes from
// one bit per place of sequence i (Hyyrö 2004): each state of the other sequence moves all of them at once.
func (s *Sequences) lcsRow(i int, out []float64) {
	a := s.codes[i]
	words := (len(a) + 63) / 64
	match := make([]uint64, len(s.alphabet)*words)
	for p, x := range a {
		match[int(x)*words+p/64] |= 1 << (p % 64)
	}
	v := make([]uint64, words)
	for k := range out {
		b := s.codes[k]
		for w := range v {
			v[w] = ^uint64(0)
		}
		for _, x := range b {
			row := match[int(x)*words : (int(x)+1)*words]
			carry := uint64(0)
			for w, mask := range row {
				u := v[w] & mask
				sum, c := bits.Add64(v[w], u, carry)
				v[w] = sum | v[w]&^mask
				carry = c
			}
		}
		common := 0
		for w := range v {
			zero := ^v[w]
			if w == words-1 && len(a)%64 != 0 {
				zero &= 1<<(len(a)%64) - 1
			}
			common += bits.OnesCount64(zero)
		}
		out[k] = float64(len(a) + len(b) - 2*common)
	}
}

// matching computes edit distances with costs as whole multiples of 2^−40: sums are then exact, equal on every machine,
// and closer to the real costs than 1e-10 for any sequence that fits.
type matching struct {
	s     *Sequences
	indel int64
	sub   []int64 // k×k
	prof  []int64 // per state and place of the sequence at hand: cost of the state there
	line  []int64
}

const costBits = 40

// costs checks and converts the costs.
func (s *Sequences) costs(d Distances) (*matching, error) {
	k := len(s.alphabet)
	var p b2b.Problems
	longest := 0
	for _, q := range s.codes {
		longest = max(longest, len(q))
	}
	most := float64(1<<(62-costBits)) / float64(2*longest+1)
	usable := func(x float64) bool { return x >= 0 && x <= most } // not NaN
	c := &matching{s: s, indel: 1 << costBits, sub: make([]int64, k*k)}
	if d.Indel != 0 {
		if !usable(d.Indel) {
			p.Addf("distances.indel", "outside 0..%g", most)
		}
		c.indel = int64(math.Round(math.Ldexp(d.Indel, costBits)))
	}
	if d.Substitution != nil && len(d.Substitution) != k {
		p.Addf("distances.substitution", "%d rows for %d states", len(d.Substitution), k)
		return nil, p.Err()
	}
	for a := range k {
		if d.Substitution != nil && len(d.Substitution[a]) != k {
			p.Addf("distances.substitution", "a row has %d costs for %d states", len(d.Substitution[a]), k)
			return nil, p.Err()
		}
		for b := range k {
			x := 2.0
			if d.Substitution != nil {
				x = d.Substitution[a][b]
			} else if a == b {
				x = 0
			}
			if !usable(x) || a == b && x != 0 || d.Substitution != nil && x != d.Substitution[b][a] {
				p.Addf("distances.substitution", "not symmetric, not 0 on the diagonal, or a cost outside 0..%g", most)
				return nil, p.Err()
			}
			c.sub[a*k+b] = int64(math.Round(math.Ldexp(x, costBits)))
		}
	}
	return c, p.Err()
}

// row computes the distances of sequence i to all before it.
func (c *matching) row(i int, out []float64) {
	a := c.s.codes[i]
	k := len(c.s.alphabet)
	c.prof = c.prof[:0]
	for x := range k {
		for _, y := range a {
			c.prof = append(c.prof, c.sub[x*k+int(y)])
		}
	}
	if need := len(a) + 1; cap(c.line) < need {
		c.line = make([]int64, need)
	}
	for j := range out {
		out[j] = math.Ldexp(float64(c.distance(a, c.s.codes[j])), -costBits)
	}
}

// distance is the edit distance in one line of costs (Needleman & Wunsch 1970). A common beginning or end never costs
// anything, since equal states match at no cost, so it is cut off first.
func (c *matching) distance(a, b []uint32) int64 {
	from, n, m := 0, len(a), len(b)
	for from < n && from < m && a[from] == b[from] {
		from++
	}
	for n > from && m > from && a[n-1] == b[m-1] {
		n, m = n-1, m-1
	}
	width := n - from
	if width == 0 {
		return int64(m-from) * c.indel
	}
	line := c.line[:width+1]
	for p := range line {
		line[p] = int64(p) * c.indel
	}
	indel := c.indel
	cells := line[1:][:width]
	costs := func(x uint32) []int64 { return c.prof[int(x)*len(a)+from:][:width] }
	i := from
	if (m-from)%2 != 0 {
		diagonal, left := line[0], line[0]+indel
		line[0] = left
		for p, cost := range costs(b[i]) {
			up := cells[p]
			left = min(diagonal+cost, up+indel, left+indel)
			diagonal = up
			cells[p] = left
		}
		i++
	}
	// Two lines at a time, the second one place behind, so that two cells are worked on at once.
	for ; i < m; i += 2 {
		one, two := costs(b[i]), costs(b[i+1])
		up := cells[0]
		edge := line[0] + indel
		last := min(line[0]+one[0], up+indel, edge+indel) // of the first line
		diagonal, behind := up, edge                      // of the first, of the second line
		left := edge + indel                              // of the second line
		line[0] = left
		for p := 1; p < width; p++ {
			up := cells[p]
			left = min(behind+two[p-1], last+indel, left+indel)
			behind = last
			last = min(diagonal+one[p], up+indel, last+indel)
			diagonal = up
			cells[p-1] = left
		}
		cells[width-1] = min(behind+two[width-1], last+indel, left+indel)
	}
	return line[width]
}
