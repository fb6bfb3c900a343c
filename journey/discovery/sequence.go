package discovery

import (
	"math"
	"slices"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/journey"
)

// Sequences are distinct sequences of states with weights, for the analysis of sequences as in TraMineR (Gabadinho,
// Ritschard, Müller & Studer 2011). It is immutable and safe for concurrent use; use [NewSequences] or [SequencesOf].
type Sequences struct {
	alphabet []string
	codes    [][]uint32 // distinct, in order of first use
	weights  []int64
	of       []int // per given sequence: which of the distinct ones
}

// NewSequences takes the journeys of a log as sequences of their steps. The alphabet is the steps that occur.
func NewSequences(log *journey.Log) *Sequences {
	all := make([][]string, log.Journeys())
	for i := range all {
		j := log.Journey(i)
		all[i] = make([]string, j.Len())
		for k := range all[i] {
			all[i][k] = string(j.Step(k))
		}
	}
	return SequencesOf(all)
}

// SequencesOf takes sequences of states, such as the state of each month. The alphabet is the states that occur, in order
// of name.
func SequencesOf(sequences [][]string) *Sequences {
	s := &Sequences{of: make([]int, len(sequences))}
	code := make(map[string]uint32)
	for _, q := range sequences {
		for _, x := range q {
			if _, ok := code[x]; !ok {
				code[x] = 0
				s.alphabet = append(s.alphabet, x)
			}
		}
	}
	slices.Sort(s.alphabet)
	for i, x := range s.alphabet {
		code[x] = uint32(i)
	}
	distinct := make(map[string]int)
	var key []byte
	for i, q := range sequences {
		codes := make([]uint32, len(q))
		key = key[:0]
		for k, x := range q {
			c := code[x]
			codes[k] = c
			key = append(key, byte(c), byte(c>>8), byte(c>>16), byte(c>>24))
		}
		d, ok := distinct[string(key)]
		if !ok {
			d = len(s.codes)
			distinct[string(key)] = d
			s.codes, s.weights = append(s.codes, codes), append(s.weights, 0)
		}
		s.weights[d]++
		s.of[i] = d
	}
	return s
}

// Len returns the number of sequences given.
func (s *Sequences) Len() int { return len(s.of) }

// Alphabet returns the states in order of name; the slice is the caller's.
func (s *Sequences) Alphabet() []string { return slices.Clone(s.alphabet) }

// Shape describes one sequence by itself. All figures of an empty sequence are 0.
type Shape struct {
	Length      int
	Transitions int // changes of state: spells − 1
	// Entropy of the shares of the states, over the greatest possible one: −Σ p ln p / ln a for a states in the alphabet, 0 if
	// there is one state.
	Entropy float64
	// Turbulence is log₂(φ·(s²max+1)/(s²+1)) with the number φ of distinct subsequences of the states of the spells, the
	// population variance s² of their lengths, and s²max = (spells−1)(1−mean)² (Elzinga & Liefbroer 2007).
	Turbulence float64
	// Complexity is √(transitions/(length−1)·entropy), 0 for a single state (Gabadinho et al. 2010).
	Complexity float64
}

// Shape returns the description of sequence i.
func (s *Sequences) Shape(i int) Shape {
	q := s.codes[s.of[i]]
	out := Shape{Length: len(q)}
	if len(q) == 0 {
		return out
	}
	var spells []uint32
	var lengths []float64
	count := make([]int, len(s.alphabet))
	for k, x := range q {
		count[x]++
		if k == 0 || x != q[k-1] {
			spells, lengths = append(spells, x), append(lengths, 0)
		}
		lengths[len(lengths)-1]++
	}
	out.Transitions = len(spells) - 1
	if len(s.alphabet) > 1 {
		h := 0.0
		for _, n := range count {
			if n > 0 {
				p := float64(n) / float64(len(q))
				h -= float64(p * math.Log(p))
			}
		}
		out.Entropy = max(0, h) / math.Log(float64(len(s.alphabet)))
	}
	if len(q) > 1 {
		out.Complexity = math.Sqrt(float64(out.Transitions) / float64(len(q)-1) * out.Entropy)
	}
	mean := float64(len(q)) / float64(len(spells))
	variance := 0.0
	for _, l := range lengths {
		variance += float64((l - mean) * (l - mean))
	}
	variance /= float64(len(spells))
	most := float64(float64(len(spells)-1) * float64((1-mean)*(1-mean)))
	out.Turbulence = log2Subsequences(spells) + math.Log2((most+1)/(variance+1))
	return out
}

// log2Subsequences returns the binary logarithm of the number of distinct subsequences, the empty one included: with
// N(0) = 1, N(i) = 2·N(i−1) − N(last(x)−1), where last(x) is the place before i at which the state was last seen. While
// the number is below 2^53 it is exact; from there on only logarithms are kept.
func log2Subsequences(q []uint32) float64 {
	logs := make([]float64, len(q)+1)
	exact := make([]float64, len(q)+1)
	exact[0] = 1
	last := make(map[uint32]int)
	for i := 1; i <= len(q); i++ {
		before, seen := last[q[i-1]]
		last[q[i-1]] = i
		if exact[i-1] > 0 && exact[i-1] < 1<<52 {
			exact[i] = 2 * exact[i-1]
			if seen {
				exact[i] -= exact[before-1]
			}
			logs[i] = math.Log2(exact[i])
			continue
		}
		ratio := 2.0
		if seen {
			ratio -= math.Exp2(logs[before-1] - logs[i-1])
		}
		logs[i] = logs[i-1] + math.Log2(ratio)
	}
	return logs[len(q)]
}

// Transitions returns the rates at which states follow each other, in order of the alphabet: of the occurrences of state
// a that are not the last of a sequence, the share that b follows, over all sequences. The rate is 0 where a never has a
// follower.
func (s *Sequences) Transitions() [][]float64 {
	k := len(s.alphabet)
	n := make([]int64, k*k)
	total := make([]int64, k)
	for i, q := range s.codes {
		for j := 1; j < len(q); j++ {
			n[int(q[j-1])*k+int(q[j])] += s.weights[i]
			total[q[j-1]] += s.weights[i]
		}
	}
	out := make([][]float64, k)
	for a := range out {
		out[a] = make([]float64, k)
		for b := range out[a] {
			if total[a] > 0 {
				out[a][b] = float64(n[a*k+b]) / float64(total[a])
			}
		}
	}
	return out
}

// SubstitutionRates returns the costs 2 − p(b|a) − p(a|b) of optimal matching, from the transition rates of the data; 0
// on the diagonal.
func (s *Sequences) SubstitutionRates() [][]float64 {
	p := s.Transitions()
	out := make([][]float64, len(p))
	for a := range out {
		out[a] = make([]float64, len(p))
		for b := range out[a] {
			if a != b {
				out[a][b] = 2 - p[a][b] - p[b][a]
			}
		}
	}
	return out
}

// Distances says how sequences are compared. The zero value is the distance of the longest common subsequence.
type Distances struct {
	Method DistanceMethod
	// Indel is the cost of leaving out or putting in a state; 0 is 1. Substitution is the cost of one state for another, in
	// the order of the alphabet: symmetric, 0 on the diagonal; nil is 2 throughout. Both are for OptimalMatching.
	Indel        float64
	Substitution [][]float64
	ByLength     bool // divide by the length of the longer sequence; two empty ones are at 0
	Workers      int  // goroutines; 0 is 1. The result is the same for any number
}

// DistanceMethod is a way to compare two sequences. It is a closed enumeration; zero is [LCS].
type DistanceMethod uint8

// The methods. LCS: the states outside the longest common subsequence. OptimalMatching: the least cost of turning one
// sequence into the other. Hamming: the places that differ, for sequences of equal length.
const (
	LCS DistanceMethod = iota
	OptimalMatching
	Hamming
)

// Representative is a sequence that stands for its neighbourhood.
type Representative struct {
	Sequence int // the first given one
	Covered  int // given sequences in its neighbourhood
}

// Matrix holds the distances of all pairs of sequences. It is immutable and safe for concurrent use.
type Matrix struct {
	s *Sequences
	n int
	d []float64 // distinct sequences: lower triangle, row by row, without the diagonal
}

// At returns the distance of the given sequences i and k.
func (m *Matrix) At(i, k int) float64 { return m.at(m.s.of[i], m.s.of[k]) }

func (m *Matrix) at(i, k int) float64 {
	switch {
	case i == k:
		return 0
	case i < k:
		i, k = k, i
	}
	return m.d[i*(i-1)/2+k]
}

// Sum returns the sum over all ordered pairs of given sequences.
func (m *Matrix) Sum() float64 {
	sum := 0.0
	for _, x := range m.sums() {
		sum += x
	}
	return sum
}

// sums returns, per distinct sequence, its weight times its summed distance to all given sequences.
func (m *Matrix) sums() []float64 {
	out := m.totals()
	for i := range out {
		out[i] *= float64(m.s.weights[i])
	}
	return out
}

// totals returns, per distinct sequence, its summed distance to all given sequences.
func (m *Matrix) totals() []float64 {
	out := make([]float64, m.n)
	at := 0
	for i := range m.n {
		for k := range i {
			x := m.d[at]
			at++
			out[i] += float64(x * float64(m.s.weights[k]))
			out[k] += float64(x * float64(m.s.weights[i]))
		}
	}
	return out
}

// Medoid returns the given sequence with the least summed distance to all, the first on ties; ok is false without
// sequences.
func (m *Matrix) Medoid() (sequence int, ok bool) {
	if m.n == 0 {
		return 0, false
	}
	best := 0
	totals := m.totals()
	for i, x := range totals {
		if x < totals[best] {
			best = i
		}
	}
	return slices.Index(m.s.of, best), true
}

// Representatives returns the densest sequences: those with the most others closer than radius (a share of the greatest
// distance; 0 is .1), none closer than that to one chosen before, until the share coverage (0 is .25) of all sequences
// lies in the neighbourhoods. Ties go to the first.
func (m *Matrix) Representatives(radius, coverage float64) []Representative {
	if radius <= 0 {
		radius = .1
	}
	if coverage <= 0 {
		coverage = .25
	}
	greatest := 0.0
	for _, x := range m.d {
		greatest = max(greatest, x)
	}
	radius *= greatest
	density := make([]int64, m.n)
	for i := range m.n {
		for k := range m.n {
			if i == k || m.at(i, k) < radius {
				density[i] += m.s.weights[k]
			}
		}
	}
	order := make([]int, m.n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(density[b] - density[a]) })
	var out []Representative
	covered := make([]bool, m.n)
	total, all := int64(0), int64(len(m.s.of))
	for _, i := range order {
		if float64(total) >= float64(coverage*float64(all)) {
			break
		}
		if slices.ContainsFunc(out, func(r Representative) bool { return m.at(m.s.of[r.Sequence], i) < radius }) {
			continue
		}
		r := Representative{Sequence: slices.Index(m.s.of, i), Covered: int(density[i])}
		for k := range m.n {
			if !covered[k] && (i == k || m.at(i, k) < radius) {
				covered[k] = true
				total += m.s.weights[k]
			}
		}
		out = append(out, r)
	}
	return out
}

// ErrUnequalLength says that sequences of different length cannot be compared place by place.
var ErrUnequalLength = unequalLength()

func unequalLength() error {
	return &b2b.InvalidError{Path: "sequences", Reason: "of unequal length: the Hamming distance needs equal lengths"}
}
