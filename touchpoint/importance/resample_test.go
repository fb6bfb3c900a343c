package importance_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/buyerjourney/b2b/touchpoint/importance"
)

// TestReplicateWithoutVariance: a driver that differs in one row only does not vary in the replicates that leave the row out,
// 1/e of them. These give no answer, rather than one made of rounding errors.
func TestReplicateWithoutVariance(t *testing.T) {
	s := fresh(t, importance.SurveyConfig{Outcome: "y", Drivers: []string{"rare", "usual"}})
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 60 {
		rare, usual := .3, float64(rng.IntN(5))
		if i == 17 {
			rare = .1
		}
		row := importance.Row{
			Drivers: []importance.Answer{importance.Answered(rare), importance.Answered(usual)},
			Outcome: importance.Answered(usual + rng.NormFloat64()),
		}
		if err := s.Add(row); err != nil {
			t.Fatal(err)
		}
	}
	const n = 2000
	a := analyse(t, s, importance.Config{Method: importance.Johnson, Replicates: n, Source: rand.NewPCG(1, 0)})
	p := 1 - math.Exp(-1)
	if d := math.Abs(float64(a.Replicates)/n - p); d > 5*math.Sqrt(p*(1-p)/n) {
		t.Errorf("%d of %d replicates used, want about %.0f", a.Replicates, n, p*n)
	}
}

// TestConstantDriver: a driver without variance is named, whatever its value rounds to in a mean.
func TestConstantDriver(t *testing.T) {
	for _, x := range []float64{0, 3, .1, 1.7, 3.3, -1e9 / 7} {
		for n := 5; n < 60; n++ {
			s := fresh(t, importance.SurveyConfig{Outcome: "y", Drivers: []string{"usual", "constant"}})
			for i := range n {
				usual := math.Sqrt(float64(i))
				row := importance.Row{
					Drivers: []importance.Answer{importance.Answered(usual), importance.Answered(x)},
					Outcome: importance.Answered(usual + float64(i%3)),
				}
				if err := s.Add(row); err != nil {
					t.Fatal(err)
				}
			}
			_, err := importance.Analyse(t.Context(), s.Result(), importance.Config{})
			if !errors.Is(err, importance.ErrSingular) || !strings.Contains(err.Error(), "constant") {
				t.Fatalf("%d rows of %v: %v", n, x, err)
			}
		}
	}
}
