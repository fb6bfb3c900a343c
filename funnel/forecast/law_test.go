package forecast_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/buyerjourney/b2b/funnel/forecast"
	"github.com/buyerjourney/b2b/internal/realdata"
)

type scoring struct {
	Pipeline struct {
		P         []float64          `json:"p"`
		Amount    []float64          `json:"amount"`
		Count     []float64          `json:"count_pmf"`
		Mean      float64            `json:"mean"`
		Var       float64            `json:"var"`
		Quantiles map[string]float64 `json:"quantiles_exact"`
		Target    map[string]float64 `json:"prob_ge_target"`
	} `json:"pipeline_distribution"`
}

func near(got, want, tol float64) bool { return math.Abs(got-want) <= tol*max(1, math.Abs(want)) }

// TestRevenueLaw checks the law of 30 deals of intervals_scoring.json: convolution in Python, integers.
func TestRevenueLaw(t *testing.T) {
	var o scoring
	if err := json.Unmarshal(realdata.Oracle(t, "funnel/intervals_scoring.json"), &o); err != nil {
		t.Fatal(err)
	}
	amounts := make([]int64, len(o.Pipeline.Amount))
	for i, a := range o.Pipeline.Amount {
		amounts[i] = int64(a)
	}
	l, err := forecast.RevenueLaw(amounts, o.Pipeline.P)
	if err != nil {
		t.Fatal(err)
	}
	if !near(l.Mean(), o.Pipeline.Mean, 1e-12) || !near(l.Variance(), o.Pipeline.Var, 1e-12) || l.Rounding() != 0 {
		t.Errorf("mean %v variance %v rounding %v", l.Mean(), l.Variance(), l.Rounding())
	}
	for q, want := range o.Pipeline.Quantiles {
		var p float64
		if err := json.Unmarshal([]byte(q), &p); err != nil {
			t.Fatal(err)
		}
		if got := l.Quantile(p); float64(got) != want {
			t.Errorf("quantile %v: got %v, want %v", q, got, want)
		}
	}
	for x, want := range o.Pipeline.Target {
		var y int64
		if err := json.Unmarshal([]byte(x), &y); err != nil {
			t.Fatal(err)
		}
		if got := l.AtLeast(y); !near(got, want, 1e-10) {
			t.Errorf("P(≥ %v): got %v, want %v", x, got, want)
		}
	}
	c, err := forecast.CountLaw(o.Pipeline.P)
	if err != nil {
		t.Fatal(err)
	}
	low, unit, p := c.Masses()
	if unit != 1 {
		t.Fatal(unit)
	}
	for i, m := range p {
		if !near(m, o.Pipeline.Count[int(low)+i], 1e-12) {
			t.Errorf("P(%d): got %v, want %v", i, m, o.Pipeline.Count[int(low)+i])
		}
	}
}
