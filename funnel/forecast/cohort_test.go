package forecast_test

import (
	"context"
	"math"
	"strconv"
	"testing"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
	"github.com/buyerjourney/b2b/funnel/forecast"
)

// cohorts is the book of one stage in which 100 deals enter on the first day of each of the months from January 2026 on, of
// which some are won after five days and the others stay open; a last deal, "new", enters on day 89, 31 March.
func cohorts(t *testing.T, won ...int) *funnel.State {
	t.Helper()
	var changes []funnel.Change
	add := func(id string, at time.Time, won bool) {
		changes = append(changes, funnel.Change{Deal: b2b.DealID(id), Stage: "Open", At: funnel.Exact(at)})
		if won {
			changes = append(changes, funnel.Change{Deal: b2b.DealID(id), Stage: "Won", At: funnel.Exact(at.AddDate(0, 0, 5))})
		}
	}
	for m, n := range won {
		for i := range 100 {
			add(strconv.Itoa(m)+"/"+strconv.Itoa(i), time.Date(2026, time.Month(1+m), 1, 0, 0, 0, 0, time.UTC), i < n)
		}
	}
	add("new", time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC), false)
	at := time.Date(2026, 4, 2, 0, 0, 0, 0, time.UTC)
	return newBook(t, "", oneStage(.4), changes).At(b2b.View{At: at, Known: at})
}

func chanceOf(t *testing.T, s *funnel.State, c forecast.Config, deal b2b.DealID) (forecast.DealForecast, *forecast.Model) {
	t.Helper()
	m, err := forecast.Fit(context.Background(), s, c)
	if err != nil {
		t.Fatal(err)
	}
	f, err := m.Forecast(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range f.Deals {
		if d.Deal == deal {
			return d, m
		}
	}
	t.Fatalf("no deal %s", deal)
	return forecast.DealForecast{}, nil
}

// TestCohorts computes the factors by hand. The rate on day five is 90/300, so that 30 of each month are expected and 50, 30
// and 10 are seen: θ = (20²+0²+20²−90)/(3·30²) = 710/2700.
func TestCohorts(t *testing.T) {
	kappa := 2700.0 / 710
	c := settings(10, forecast.Off, forecast.Off, forecast.Off)
	d, m := chanceOf(t, cohorts(t, 50, 30, 10), c, "new")
	if want := .3 * (10 + kappa) / (30 + kappa); math.Abs(d.P.Value-want) > 1e-12 {
		t.Errorf("chance of a deal of March: got %v, want %v", d.P.Value, want)
	}
	sum, last := 0.0, ""
	for _, term := range d.Why {
		sum += term.Value
		last = term.Name
	}
	if p := d.P.Value; last != "cohort" || math.Abs(sum-math.Log(p/(1-p))) > 1e-9 {
		t.Errorf("the terms %v do not explain %v", d.Why, p)
	}
	if want := math.Log(d.P.Value/(1-d.P.Value)) - math.Log(.3/.7); math.Abs(d.Why[len(d.Why)-1].Value-want) > 1e-9 {
		t.Errorf("term of the cohort: got %v, want %v", d.Why[len(d.Why)-1].Value, want)
	}
	if notes := m.Notes(); len(notes) == 0 || notes[len(notes)-1] != forecast.CohortNote {
		t.Errorf("notes: %q", notes)
	}

	// Months that differ by no more than chance, and months that are not to be told apart.
	for name, s := range map[string]*funnel.State{"alike": cohorts(t, 32, 31, 27), "off": cohorts(t, 0, 30, 60)} {
		own := c
		if name == "off" {
			own.Cohorts = forecast.Off
		}
		if d, m := chanceOf(t, s, own, "new"); math.Abs(d.P.Value-.3) > 1e-12 || len(m.Notes()) > 0 {
			t.Errorf("%s: chance %v, want .3; notes %q", name, d.P.Value, m.Notes())
		}
	}
	c.Kernel, c.Cohorts = forecast.Exponential, forecast.On
	if _, err := forecast.Fit(context.Background(), cohorts(t, 50, 30, 10), c); err == nil {
		t.Error("a kernel without cohorts was given some")
	}
}
