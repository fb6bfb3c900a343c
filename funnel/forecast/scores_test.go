package forecast_test

import (
	"encoding/json"
	"strconv"
	"testing"

	"github.com/buyerjourney/b2b/funnel/forecast"
	"github.com/buyerjourney/b2b/internal/realdata"
)

type scores struct {
	CRPS struct {
		Ensemble struct {
			X     []float64 `json:"x"`
			Cases []struct {
				Y    float64 `json:"y"`
				CRPS float64 `json:"crps"`
				Fair float64 `json:"crps_fair"`
			} `json:"cases"`
		} `json:"ensemble"`
	} `json:"crps"`
	Pinball struct {
		Y    []float64          `json:"y"`
		Q    []float64          `json:"q"`
		Loss map[string]float64 `json:"loss"`
	} `json:"pinball"`
	Interval struct {
		Lo, Hi  []float64
		Alpha   float64 `json:"alpha"`
		Winkler float64 `json:"winkler"`
	} `json:"interval"`
	Probability struct {
		P       []float64 `json:"p"`
		Y       []int     `json:"y"`
		Brier   float64   `json:"brier"`
		LogLoss float64   `json:"logloss"`
		Murphy  struct {
			Reliability, Resolution, Uncertainty float64
		} `json:"murphy_uniform10"`
		ECE float64 `json:"ece10"`
		HL  struct {
			Stat float64 `json:"stat"`
		} `json:"hosmer_lemeshow_g10"`
		Z        float64            `json:"spiegelhalter_z"`
		Slope    [2]float64         `json:"calibration_slope_intercept"`
		Isotonic map[string]float64 `json:"isotonic_at"`
	} `json:"probability"`
	Conformal struct {
		Residuals []float64          `json:"residuals"`
		Q         map[string]float64 `json:"q"`
	} `json:"split_conformal"`
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// TestScores checks every score against scipy, statsmodels and sklearn (intervals_scoring.json).
func TestScores(t *testing.T) {
	var o scores
	if err := json.Unmarshal(realdata.Oracle(t, "funnel/intervals_scoring.json"), &o); err != nil {
		t.Fatal(err)
	}
	check := func(name string, got, want, tol float64) {
		t.Helper()
		if !near(got, want, tol) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	for _, c := range o.CRPS.Ensemble.Cases {
		crps, fair, _ := forecast.EnsembleCRPS(o.CRPS.Ensemble.X, c.Y)
		check("crps", crps, c.CRPS, 1e-10)
		check("fair crps", fair, c.Fair, 1e-10)
	}
	for name, want := range o.Pinball.Loss {
		p, sum := number(t, name), 0.0
		for i, y := range o.Pinball.Y {
			sum += forecast.Pinball(o.Pinball.Q[i], y, p)
		}
		check("pinball "+name, sum/float64(len(o.Pinball.Y)), want, 1e-10)
	}
	sum := 0.0
	for i, y := range o.Pinball.Y {
		sum += forecast.IntervalScore(o.Interval.Lo[i], o.Interval.Hi[i], y, 1-o.Interval.Alpha)
	}
	check("interval score", sum/float64(len(o.Pinball.Y)), o.Interval.Winkler, 1e-10)

	won := make([]bool, len(o.Probability.Y))
	for i, y := range o.Probability.Y {
		won[i] = y == 1
	}
	r := forecast.Judge(o.Probability.P, won)
	check("brier", r.Brier, o.Probability.Brier, 1e-10)
	check("log loss", r.LogLoss, o.Probability.LogLoss, 1e-10)
	check("reliability", r.Reliability, o.Probability.Murphy.Reliability, 1e-10)
	check("resolution", r.Resolution, o.Probability.Murphy.Resolution, 1e-10)
	check("uncertainty", r.Uncertainty, o.Probability.Murphy.Uncertainty, 1e-10)
	check("ece", r.ECE, o.Probability.ECE, 1e-10)
	check("hosmer-lemeshow", r.HosmerLemeshow, o.Probability.HL.Stat, 1e-10)
	check("spiegelhalter", r.Spiegelhalter, o.Probability.Z, 1e-10)
	check("intercept", r.Intercept, o.Probability.Slope[0], 1e-6)
	check("slope", r.Slope, o.Probability.Slope[1], 1e-6)
	f := forecast.NewIsotonic(o.Probability.P, won)
	for x, want := range o.Probability.Isotonic {
		got, ok := f.At(number(t, x))
		if !ok {
			t.Errorf("isotonic at %s: outside", x)
		}
		check("isotonic at "+x, got, want, 1e-10)
	}
	for a, want := range o.Conformal.Q {
		q, ok := forecast.ConformalQuantile(o.Conformal.Residuals, number(t, a))
		if !ok || q != want {
			t.Errorf("conformal %s: got %v %v, want %v", a, q, ok, want)
		}
	}
}

// TestAdaptiveSign holds the adaptive step the right way round: conformal libraries document it the wrong way.
func TestAdaptiveSign(t *testing.T) {
	a := forecast.NewAdaptive(0.8)
	a.Observe(true, 50)
	if a.Alpha() >= 0.2 {
		t.Errorf("a miss must widen: α = %v", a.Alpha())
	}
	b := forecast.NewAdaptive(0.8)
	b.Observe(false, 50)
	if b.Alpha() <= 0.2 {
		t.Errorf("a hit must narrow: α = %v", b.Alpha())
	}
	for range 1000 {
		a.Observe(true, 9)
		b.Observe(false, 9)
	}
	if a.Alpha() != 0.1 || b.Alpha() != 0.5 {
		t.Errorf("clipped to [1/(n+1), 1/2]: got %v and %v", a.Alpha(), b.Alpha())
	}
}
