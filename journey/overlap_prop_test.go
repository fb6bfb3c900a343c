package journey_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/journey"
)

// genTable draws a table of steps by seats without empty rows or columns.
func genTable(t *rapid.T) [][]int64 {
	steps, seats := rapid.IntRange(1, 4).Draw(t, "steps"), rapid.IntRange(1, 4).Draw(t, "seats")
	m := make([][]int64, steps)
	for s := range m {
		m[s] = make([]int64, seats)
		for r := range m[s] {
			m[s][r] = rapid.Int64Range(0, 6).Draw(t, "n")
		}
	}
	for s := range m {
		m[s][s%seats]++
	}
	for r := range seats {
		m[r%steps][r]++
	}
	return m
}

func overlapOf(t *rapid.T, m [][]int64, seat func(r int) string, step func(s int) string) *journey.Overlap {
	var table journey.OverlapTable
	for s, row := range m {
		for r, n := range row {
			if n == 0 {
				continue
			}
			if err := table.Add(journey.OverlapRow{Person: b2b.PersonID(seat(r)), Seat: b2b.SeatID(seat(r)), Step: journey.StepID(step(s)), N: n}); err != nil {
				t.Fatal(err)
			}
		}
	}
	return table.Overlap(journey.Events)
}

func letter(from rune) func(int) string { return func(i int) string { return string(from + rune(i)) } }

// propOverlap: the invariants of the statistics, and Fisher's test against the sum of exact fractions.
func propOverlap(t *rapid.T) {
	m := genTable(t)
	o := overlapOf(t, m, letter('A'), letter('a'))
	transposed := make([][]int64, len(m[0]))
	for r := range transposed {
		for s := range m {
			transposed[r] = append(transposed[r], m[s][r])
		}
	}
	turned := overlapOf(t, transposed, letter('a'), letter('A'))
	same := func(what string, x, y float64) {
		if math.Abs(x-y) > 1e-9 {
			t.Fatalf("%s: %v and %v", what, x, y)
		}
	}
	d := o.Dependence()
	same("mutual information of the transposed table", d.MutualInformation, turned.Dependence().MutualInformation)
	n := len(m[0])
	reversed := overlapOf(t, m, func(r int) string { return string('A' + rune(n-1-r)) }, letter('a'))
	same("V under other names of the seats", d.V, reversed.Dependence().V)
	cells := o.Cells()
	for s := range m {
		expected, share := 0.0, 0.0
		for _, c := range cells[s*n : (s+1)*n] {
			expected += c.Expected - float64(c.N)
			share += c.Share
		}
		same("observed less expected in a row", 0, expected)
		same("shares of a step", 1, share)
	}
	for _, p := range o.Pairs() {
		if js := p.Divergence.Or(-1); js < 0 || js > 1 {
			t.Fatalf("%+v", p)
		}
	}
	for _, seat := range o.Seats() {
		p, _ := o.Pair(seat, seat)
		same("Jaccard of a seat with itself", 1, p.Jaccard.Or(-1))
		same("divergence of a seat from itself", 0, p.Divergence.Or(-1))
	}
	for _, c := range cells {
		p, _ := o.Fisher(c.Step, c.Seat)
		if want := naiveFisher(m, int(c.Step[0]-'a'), int(c.Seat[0]-'A')); math.Abs(p-want) > 1e-9*want {
			t.Fatalf("%v: p %v, want %v", c, p, want)
		}
	}
	double := make([][]int64, len(m))
	for s, row := range m {
		double[s] = slices.Concat(row[:1], row[:1])
		if row[0] == 0 {
			double[s] = []int64{1, 1}
		}
	}
	same("mutual information of equal seats", 0, overlapOf(t, double, letter('A'), letter('a')).Dependence().MutualInformation)
}

// naiveFisher adds up exact probabilities.
func naiveFisher(m [][]int64, s, r int) float64 {
	var row, col, n int64
	for i := range m {
		for k := range m[i] {
			n += m[i][k]
			if i == s {
				row += m[i][k]
			}
			if k == r {
				col += m[i][k]
			}
		}
	}
	ways := func(x int64) *big.Int {
		a := new(big.Int).Binomial(col, x)
		return a.Mul(a, new(big.Int).Binomial(n-col, row-x))
	}
	observed, sum := ways(m[s][r]), new(big.Int)
	for x := max(0, row+col-n); x <= min(row, col); x++ {
		if w := ways(x); w.Cmp(observed) <= 0 {
			sum.Add(sum, w)
		}
	}
	p, _ := new(big.Rat).SetFrac(sum, new(big.Int).Binomial(n, row)).Float64()
	return p
}

func TestOverlapProperties(t *testing.T) { rapid.Check(t, propOverlap) }
func FuzzOverlap(f *testing.F)           { f.Fuzz(rapid.MakeFuzz(propOverlap)) }

// TestPermutationsExact: the seats of six persons of one account can be handed out in 20 ways, which are enumerated; four more persons, in
// accounts of their own, keep theirs. The permutation p approaches the exact share.
func TestPermutationsExact(t *testing.T) {
	steps := []string{"ab", "ac", "b", "c", "d", "abd"}
	var table journey.OverlapTable
	add := func(person int, seat b2b.SeatID) {
		for _, s := range steps[person] {
			if err := table.Add(journey.OverlapRow{Account: "a", Person: b2b.PersonID(rune('0' + person)), Seat: seat, Step: journey.StepID(s), N: 1}); err != nil {
				t.Fatal(err)
			}
		}
	}
	const drawn = 0b000111
	for p := range steps {
		seat := b2b.SeatID("buyer")
		if drawn>>p&1 == 1 {
			seat = "legal"
		}
		add(p, seat)
	}
	for k, seat := range []b2b.SeatID{"buyer", "buyer", "legal", "legal"} { // accounts of their own: their seats cannot move
		id := rune('A' + k)
		if err := table.Add(journey.OverlapRow{Account: b2b.AccountID(id), Person: b2b.PersonID(id), Seat: seat, Step: "a", N: 1}); err != nil {
			t.Fatal(err)
		}
	}
	exact, ways := 0, 0
	for mask := range 64 {
		ones := 0
		for p := range 6 {
			ones += mask >> p & 1
		}
		if ones != 3 {
			continue
		}
		ways++
		if withA(steps, mask) >= withA(steps, drawn)-1e-12 {
			exact++
		}
	}
	s, err := table.Overlap(journey.Persons).Significance(t.Context(), journey.SignificanceConfig{Permutations: 4000, Replicates: 1, Source: rand.NewPCG(3, 0)})
	if err != nil {
		t.Fatal(err)
	}
	if want := float64(exact) / float64(ways); math.Abs(s.Pairs[0].PShared-want) > .03 {
		t.Errorf("p %v, exact %v of %d ways", s.Pairs[0].PShared, want, ways)
	}
}

// withA is the Jaccard index of the two seats when both also do "a".
func withA(steps []string, mask int) float64 {
	var sets [2]map[rune]bool
	for i := range sets {
		sets[i] = map[rune]bool{'a': true}
	}
	for p, s := range steps {
		for _, r := range s {
			sets[mask>>p&1][r] = true
		}
	}
	both, either := 0, len(sets[0])
	for r := range sets[1] {
		if sets[0][r] {
			both++
		} else {
			either++
		}
	}
	return float64(both) / float64(either)
}
