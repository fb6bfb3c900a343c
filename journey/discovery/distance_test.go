package discovery_test

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/journey/discovery"
)

// edit is the distance of optimal matching by its full table.
func edit(a, b []string, indel float64, sub func(x, y string) float64) float64 {
	cost := make([][]float64, len(a)+1)
	for i := range cost {
		cost[i] = make([]float64, len(b)+1)
		for k := range cost[i] {
			switch {
			case i == 0:
				cost[i][k] = float64(k) * indel
			case k == 0:
				cost[i][k] = float64(i) * indel
			default:
				cost[i][k] = min(cost[i-1][k]+indel, cost[i][k-1]+indel, cost[i-1][k-1]+sub(a[i-1], b[k-1]))
			}
		}
	}
	return cost[len(a)][len(b)]
}

// propDistances compares the distances of all pairs with the full table, and one worker with many.
func propDistances(t *rapid.T) {
	states := []string{"a", "b", "c", "d"}
	rows := rapid.SliceOfN(rapid.SliceOfN(rapid.SampledFrom(states), 0, 9), 1, 12).Draw(t, "sequences")
	s := discovery.SequencesOf(rows)
	alphabet := s.Alphabet()
	place := make(map[string]int)
	costs := make([][]float64, len(alphabet))
	for i, x := range alphabet {
		place[x] = i
		costs[i] = make([]float64, len(alphabet))
	}
	for i := range costs {
		for k := range i {
			costs[i][k] = float64(rapid.IntRange(0, 8).Draw(t, "cost")) / 4
			costs[k][i] = costs[i][k]
		}
	}
	d := discovery.Distances{Method: discovery.OptimalMatching, Indel: float64(rapid.IntRange(1, 8).Draw(t, "indel")) / 4, Substitution: costs}
	sub := func(x, y string) float64 { return costs[place[x]][place[y]] }
	switch rapid.IntRange(0, 2).Draw(t, "method") {
	case 1:
		d.Substitution = nil
		sub = func(x, y string) float64 {
			if x == y {
				return 0
			}
			return 2
		}
	case 2:
		d = discovery.Distances{}
		sub = func(x, y string) float64 {
			if x == y {
				return 0
			}
			return math.Inf(1)
		}
	}
	d.ByLength = rapid.Bool().Draw(t, "by length")
	indel := d.Indel
	if indel == 0 {
		indel = 1
	}
	one := compare(t, s, d)
	d.Workers = rapid.IntRange(2, 20).Draw(t, "workers")
	many := compare(t, s, d)
	for i, a := range rows {
		for k, b := range rows {
			want := edit(a, b, indel, sub)
			if l := max(len(a), len(b)); d.ByLength && l > 0 {
				want /= float64(l)
			}
			if got := one.At(i, k); math.Abs(got-want) > 1e-12 || got != many.At(i, k) {
				t.Fatalf("%v and %v: %v, with workers %v, want %v", a, b, got, many.At(i, k), want)
			}
		}
	}
}

func TestDistances(t *testing.T) { rapid.Check(t, propDistances) }
func FuzzDistances(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propDistances)) }

func TestDistancesRefuseWorkers(t *testing.T) {
	if _, err := discovery.SequencesOf([][]string{{"a"}}).Compare(discovery.Distances{Workers: -1}); !errors.Is(err, b2b.ErrInvalid) {
		t.Errorf("error %v, want ErrInvalid", err)
	}
}
