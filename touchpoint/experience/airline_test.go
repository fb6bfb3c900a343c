package experience_test

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/buyerjourney/b2b/internal/realdata"
	"github.com/buyerjourney/b2b/touchpoint/experience"
)

// TestFitAggregatorAirline compares correlations, AUC and the regression with the oracle: the ratings of a flight, in the order
// of the journey, against satisfaction. Peak-end loses clearly there.
func TestFitAggregatorAirline(t *testing.T) {
	if testing.Short() {
		t.Skip("short: 119,567 journeys")
	}
	o := oracle[struct {
		A struct {
			Order  []string
			N      int
			Models map[string]struct {
				R, AUC   float64
				Coef, SE []float64
				R2       float64
			}
		} `json:"airline_temporal_aggregation"`
	}](t, "airline_cx2.json").A
	c := csv.NewReader(realdata.Open(t, "touchpoint/airline_passenger_satisfaction_129880.csv"))
	c.ReuseRecord = true
	header, err := c.Read()
	if err != nil {
		t.Fatal(err)
	}
	var at []int
	for _, name := range o.Order {
		at = append(at, slices.Index(header, name))
	}
	outcome := slices.Index(header, "Satisfaction")
	var journeys []experience.Judged
	for {
		rec, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		j := experience.Judged{Key: strings.Clone(rec[0]), Moments: make([]experience.Moment, len(at))}
		complete := true
		for i, k := range at {
			x, _ := strconv.ParseFloat(rec[k], 64)
			complete = complete && x != 0
			j.Moments[i] = experience.Moment{At: day(float64(i)), Score: x}
		}
		if strings.EqualFold(strings.TrimSpace(rec[outcome]), "satisfied") {
			j.Overall = 1
		}
		if complete {
			journeys = append(journeys, j)
		}
	}
	fit, err := experience.FitAggregator(journeys, experience.AggregatorConfig{Neutral: 3})
	if err != nil {
		t.Fatal(err)
	}
	if fit.N != o.N || !fit.Binary {
		t.Fatalf("%d journeys, want %d", fit.N, o.N)
	}
	names := map[experience.Aggregator]string{
		experience.Mean: "mean", experience.Min: "min", experience.Max: "max", experience.First: "first", experience.Last: "last",
		experience.Peak: "peak_abs", experience.PeakEnd: "peak_end", experience.MaxEnd: "max_end", experience.MinEnd: "min_end",
		experience.Recency: "recency_0p9", experience.Primacy: "primacy_0p9", experience.Trend: "trend", experience.SD: "sd",
		experience.LossAverse: "loss_averse_mean",
	}
	const tol = 1e-9
	rank := map[experience.Aggregator]int{}
	for i, it := range fit.Ranked {
		rank[it.Aggregator] = i
		if name, ok := names[it.Aggregator]; ok {
			near(t, name+" r", it.R, o.Models[name].R, tol)
			if it.Aggregator == experience.Trend || it.Aggregator == experience.SD {
				// Equal trends and deviations tie in exact arithmetic (.586220 and .475302); the oracle's floats break some ties.
				near(t, name+" auc", it.AUC, o.Models[name].AUC, 1e-4)
				continue
			}
			near(t, name+" auc", it.AUC, o.Models[name].AUC, tol)
			near(t, name+" cross-validated", it.Score, o.Models[name].AUC, .01)
		}
	}
	if rank[experience.PeakEnd] < rank[experience.Mean] || rank[experience.Recency] != 0 {
		t.Errorf("ranks %v", rank)
	}
	want := o.Models["verhoef_type_regression"]
	for i := range want.Coef {
		near(t, fmt.Sprint("coefficient ", i), fit.Regression.Coef[i], want.Coef[i], tol)
		near(t, fmt.Sprint("standard error ", i), fit.Regression.SE[i], want.SE[i], tol)
	}
	near(t, "R2", fit.Regression.R2, want.R2, tol)
}
