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

// TestLogisticWeights: the weights sum to R² whatever the rows weigh, and a constant weight changes nothing.
func TestLogisticWeights(t *testing.T) {
	survey := func(weight func(i int) float64) *importance.Analysis {
		s := fresh(t, importance.SurveyConfig{Outcome: "y", Drivers: []string{"a", "b", "c"}})
		rng := rand.New(rand.NewPCG(1, 2))
		for i := range 80 {
			row := importance.Row{Drivers: make([]importance.Answer, 3), Weight: importance.Answered(weight(i))}
			y := rng.NormFloat64()
			for j := range row.Drivers {
				x := rng.NormFloat64()
				row.Drivers[j] = importance.Answered(x)
				y += x * float64(j)
			}
			row.Outcome = importance.Answered(boolean(y > 0))
			if err := s.Add(row); err != nil {
				t.Fatal(err)
			}
		}
		return analyse(t, s, importance.Config{Method: importance.Logistic})
	}
	one := survey(func(int) float64 { return 1 })
	for name, a := range map[string]*importance.Analysis{
		"one":    one,
		"small":  survey(func(int) float64 { return .001 }),
		"varied": survey(func(i int) float64 { return .002 * float64(1+i%5) }),
	} {
		sum := 0.0
		for j, d := range a.Drivers {
			sum += d.Importance
			if name == "small" && math.Abs(d.Importance-one.Drivers[j].Importance) > 1e-9 {
				t.Errorf("%s: a constant weight makes %v of %v", d.Name, d.Importance, one.Drivers[j].Importance)
			}
		}
		if !(math.Abs(sum-a.Logit.R2) <= 1e-12) {
			t.Errorf("%s: weights sum to %v, R² is %v", name, sum, a.Logit.R2)
		}
	}
}

// TestLogisticWithoutSlope: a balanced design in which no driver predicts anything has weights of 0.
func TestLogisticWithoutSlope(t *testing.T) {
	s := fresh(t, importance.SurveyConfig{Outcome: "y", Drivers: []string{"a"}})
	for i := range 8 {
		row := importance.Row{Drivers: []importance.Answer{importance.Answered(float64(i & 1))}, Outcome: importance.Answered(float64(i >> 1 & 1))}
		if err := s.Add(row); err != nil {
			t.Fatal(err)
		}
	}
	if a := analyse(t, s, importance.Config{Method: importance.Logistic}); a.Drivers[0].Importance != 0 || a.Logit.R2 != 0 {
		t.Errorf("importance %v, R² %v", a.Drivers[0].Importance, a.Logit.R2)
	}
}
