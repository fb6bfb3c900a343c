package discovery_test

import (
	"encoding/csv"
	"errors"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b/internal/realdata"
	"github.com/buyerjourney/b2b/journey/discovery"
)

// traminer is the oracle of TraMineR 2.2-12.
type traminer struct {
	Alphabet, States                []string
	Complexity, Entropy, Turbulence []float64
	Transitions                     []int
	Medoid, N                       int
	LCS                             float64     `json:"lcs_sum"`
	OM                              float64     `json:"om_sum"`
	Norm                            float64     `json:"om_norm_maxlength_sum"`
	OM20                            [][]float64 `json:"om_20x20"`
	Const                           float64     `json:"om_const_sum"`
	Trate                           float64     `json:"om_trate_sum"`
	Trate10                         [][]float64 `json:"om_trate_10x10"`
	Ham                             float64     `json:"ham_sum"`
	Subm                            [][]float64 `json:"subm_trate"`
	Rates                           [][]float64 `json:"trate"`
	Rep                             []int
}

func mvad(tb testing.TB) *discovery.Sequences {
	tb.Helper()
	rows, err := csv.NewReader(realdata.Open(tb, "journey/traminer_mvad.csv.gz")).ReadAll()
	if err != nil {
		tb.Fatal(err)
	}
	var all [][]string
	for _, r := range rows[1:] {
		all = append(all, r[3:])
	}
	return discovery.SequencesOf(all)
}

// inFileOrder returns the sequences of a log in the order in which the file first names the cases, as the oracle has them.
func inFileOrder(tb testing.TB, name string) *discovery.Sequences {
	tb.Helper()
	log := realLog(tb, name)
	order := make([]int, log.Journeys())
	for i := range order {
		order[i] = i
	}
	seq := log.Rows().Seq
	slices.SortFunc(order, func(a, b int) int {
		x, _ := log.Journey(a).Rows()
		y, _ := log.Journey(b).Rows()
		return int(seq[x] - seq[y])
	})
	all := make([][]string, len(order))
	for i, o := range order {
		j := log.Journey(o)
		for k := range j.Len() {
			all[i] = append(all[i], string(j.Step(k)))
		}
	}
	return discovery.SequencesOf(all)
}

func relative(got, want float64) bool { return math.Abs(got-want) <= 1e-9*math.Max(1, math.Abs(want)) }

func checkShapes(t *testing.T, s *discovery.Sequences, o *traminer) {
	t.Helper()
	for i, want := range o.Entropy {
		got := s.Shape(i)
		if !relative(got.Entropy, want) || !relative(got.Turbulence, o.Turbulence[i]) || !relative(got.Complexity, o.Complexity[i]) || got.Transitions != o.Transitions[i] {
			t.Fatalf("sequence %d: %+v, want entropy %v, turbulence %v, complexity %v, %d transitions", i, got, want, o.Turbulence[i], o.Complexity[i], o.Transitions[i])
		}
	}
}

func compare(tb rapid.TB, s *discovery.Sequences, d discovery.Distances) *discovery.Matrix {
	tb.Helper()
	m, err := s.Compare(d)
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

func TestOracleSequences(t *testing.T) {
	var all map[string]*traminer
	oracleFields(t, "traminer.json", &all, "mvad", "receipt", "roadtraffic100", "running-example", "bpic2020_domestic")
	for _, name := range []string{"running-example", "roadtraffic100", "receipt", "bpic2020_domestic"} {
		t.Run(name, func(t *testing.T) {
			o := all[name]
			s := inFileOrder(t, name)
			checkShapes(t, s, o)
			if o.OM == 0 {
				return
			}
			lcs := compare(t, s, discovery.Distances{})
			if got := lcs.Sum(); got != o.LCS {
				t.Errorf("LCS sum %v, want %v", got, o.LCS)
			}
			two := make([][]float64, len(s.Alphabet())) // the same costs, through the general way
			for a := range two {
				two[a] = make([]float64, len(two))
				for b := range two[a] {
					if a != b {
						two[a][b] = 2
					}
				}
			}
			om := compare(t, s, discovery.Distances{Method: discovery.OptimalMatching, Substitution: two})
			if got := om.Sum(); got != o.OM {
				t.Errorf("OM sum %v, want %v", got, o.OM)
			}
			if got := compare(t, s, discovery.Distances{ByLength: true}).Sum(); !relative(got, o.Norm) {
				t.Errorf("normalised sum %v, want %v", got, o.Norm)
			}
			for i, row := range o.OM20 {
				for k, want := range row {
					if got := om.At(i, k); got != want {
						t.Errorf("OM(%d,%d) %v, want %v", i, k, got, want)
					}
				}
			}
			if got, ok := om.Medoid(); !ok || got != o.Medoid-1 {
				t.Errorf("medoid %d, want %d", got, o.Medoid-1)
			}
		})
	}
	t.Run("mvad", func(t *testing.T) {
		o, s := all["mvad"], mvad(t)
		checkShapes(t, s, o)
		order := make([]int, len(o.States)) // position in our alphabet
		for i, name := range o.States {
			order[i] = slices.Index(s.Alphabet(), name)
		}
		rates, subs := s.Transitions(), s.SubstitutionRates()
		for a := range order {
			for b := range order {
				if !relative(rates[order[a]][order[b]], o.Rates[a][b]) || !relative(subs[order[a]][order[b]], o.Subm[a][b]) {
					t.Errorf("%s, %s: rate %v, cost %v", o.States[a], o.States[b], rates[order[a]][order[b]], subs[order[a]][order[b]])
				}
			}
		}
		lcs := compare(t, s, discovery.Distances{Method: discovery.OptimalMatching})
		if got, ok := lcs.Medoid(); lcs.Sum() != o.Const || !ok || got != o.Medoid-1 {
			t.Errorf("OM sum %v, want %v; medoid %d, want %d", lcs.Sum(), o.Const, got, o.Medoid-1)
		}
		if got := compare(t, s, discovery.Distances{Method: discovery.Hamming}).Sum(); got != o.Ham {
			t.Errorf("Hamming sum %v, want %v", got, o.Ham)
		}
		trate := compare(t, s, discovery.Distances{Method: discovery.OptimalMatching, Substitution: subs})
		if got := trate.Sum(); !relative(got, o.Trate) {
			t.Errorf("OM TRATE sum %v, want %v", got, o.Trate)
		}
		for i, row := range o.Trate10 {
			for k, want := range row {
				if got := trate.At(i, k); !relative(got, want) {
					t.Errorf("OM TRATE(%d,%d) %v, want %v", i, k, got, want)
				}
			}
		}
		var rep []int
		for _, r := range lcs.Representatives(0, 0) {
			rep = append(rep, r.Sequence+1)
		}
		if !slices.Equal(rep, o.Rep) {
			t.Errorf("representatives %v, want %v", rep, o.Rep)
		}
	})
}

func TestHammingNeedsEqualLengths(t *testing.T) {
	s := discovery.SequencesOf([][]string{{"a"}, {"a", "b"}})
	if _, err := s.Compare(discovery.Distances{Method: discovery.Hamming}); !errors.Is(err, discovery.ErrUnequalLength) {
		t.Errorf("error %v, want ErrUnequalLength", err)
	}
}
