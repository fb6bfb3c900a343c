package forecast_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
	"github.com/buyerjourney/b2b/funnel/forecast"
)

// curedBook is a book of deals that come at an even pace. From each stage a share leaves by a Weibull law of
// shape 1.5; the others stay for ever. Qualify: .6 to Propose, scale 10 days. Propose: .5 won and .2 lost, scale 15 days.
func curedBook(t testing.TB, length, perDay int) *funnel.Book {
	t.Helper()
	rng := rand.New(rand.NewPCG(5, 11))
	wait := func(scale float64) time.Duration {
		return time.Duration(scale * math.Pow(rng.ExpFloat64(), 1/1.5) * float64(days))
	}
	end := day(length)
	var changes []funnel.Change
	put := func(id b2b.DealID, stage funnel.Stage, at time.Time) {
		if !at.After(end) {
			changes = append(changes, funnel.Change{Deal: id, Pipeline: "sales", At: funnel.Exact(at), Stage: stage})
		}
	}
	for i := range perDay * length {
		id := b2b.DealID(fmt.Sprintf("deal %05d", i))
		at := epoch.Add(time.Duration(i) * days / time.Duration(perDay))
		put(id, "Qualify", at)
		if rng.Float64() >= .6 {
			continue
		}
		at = at.Add(wait(10))
		put(id, "Propose", at)
		switch u := rng.Float64(); {
		case u < .5:
			put(id, "Won", at.Add(wait(15)))
		case u < .7:
			put(id, "Lost", at.Add(wait(15)))
		}
	}
	return bookOf(t, changes)
}

// TestCureKernel checks the chance of a deal in its last stage against the law that made the data, which an age beyond all
// exits does not turn into a stale deal.
func TestCureKernel(t *testing.T) {
	b := curedBook(t, 600, 4)
	c := plain(30)
	c.Kernel = forecast.Cure
	m, err := forecast.Fit(context.Background(), b.At(b2b.View{At: day(600), Known: day(600)}), c)
	if err != nil {
		t.Fatal(err)
	}
	f, err := m.Forecast(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	law := func(x float64) float64 { return 1 - math.Exp(-math.Pow(x/15, 1.5)) }
	checked := 0
	for _, d := range f.Deals {
		sum := 0.0
		for _, w := range d.Why {
			sum += w.Value
		}
		if p := d.P.Value; p > 1e-9 && math.Abs(sum-math.Log(p/(1-p))) > 1e-6 {
			t.Errorf("%s: terms add up to %v, log odds of %v wanted", d.Deal, sum, p)
		}
		if d.Flags.Has(funnel.Stale) {
			t.Errorf("%s is stale", d.Deal)
		}
		if d.Stage != "Propose" {
			continue
		}
		checked++
		a := d.Age.Hours() / 24
		want := .5 * (law(a+30) - law(a)) / (1 - .7*law(a))
		if !near(d.P.Value, want, .05) {
			t.Errorf("%s of age %.1f: got %v, want %v", d.Deal, a, d.P.Value, want)
		}
	}
	if checked < 50 {
		t.Errorf("only %d deals", checked)
	}
	if s := m.Settings(); s.Kernel != forecast.Cure || f.Settings.Kernel != forecast.Cure {
		t.Errorf("settings %v", s)
	}
	if f.Unresolved != 0 || len(f.Notes) != 1 { // hindsight; no stage fell back
		t.Errorf("unresolved %v, notes %q", f.Unresolved, f.Notes)
	}
	iv := f.Whole.Open.Wins.Intervals[1]
	if !(iv.Low < f.Whole.Open.Wins.Mean && f.Whole.Open.Wins.Mean < iv.High) {
		t.Errorf("interval %v around %v", iv, f.Whole.Open.Wins.Mean)
	}
	if _, err := m.WhatIf(context.Background(), nil); !errors.Is(err, b2b.ErrInvalid) {
		t.Errorf("what-if: %v", err)
	}
}

// TestCureRefused: after 12 days nobody can tell who never leaves.
func TestCureRefused(t *testing.T) {
	b := curedBook(t, 12, 300)
	c := plain(10)
	c.Kernel = forecast.Cure
	_, err := forecast.Fit(context.Background(), b.At(b2b.View{At: day(12), Known: day(12)}), c)
	refused, ok := errors.AsType[*forecast.RefusedError](err)
	if !ok {
		t.Fatalf("not refused: %v", err)
	}
	if len(refused.Reasons) != 2 || !strings.Contains(refused.Error(), "follow-up ended too soon") && !strings.Contains(refused.Error(), "do not exclude") {
		t.Errorf("want a reason per stage: %q", refused.Reasons)
	}
}

// TestKernelsOfBacktest tests every kernel in turn: the one that is asked for is tuned, calibrated and judged, and gives
// the forecast of a fit with the same kernel.
func TestKernelsOfBacktest(t *testing.T) {
	b := curedBook(t, 400, 4)
	at := day(398).Add(time.Hour) // no deal is created at an origin
	weights := map[funnel.Stage]b2b.Fraction{"Qualify": b2b.MustFraction(.2), "Propose": b2b.MustFraction(.5)}
	for _, k := range forecast.Kernels() {
		c := plain(14)
		c.Kernel, c.Weights = k, weights
		r := backtest(t, b, forecast.BacktestConfig{Forecast: c, AsOf: at, Count: 10, Kernels: []forecast.Kernel{k}})
		s, ok := r.Score(k, forecast.Wins)
		if !ok || r.Kernel != k || s.N != 10 || s.Coverage[0].CalN == 0 || r.Settings[0].Kernel != k {
			t.Fatalf("%v: score %+v", k, s)
		}
		c.Past = &r
		m, err := forecast.Fit(context.Background(), b.At(b2b.View{At: r.Origins[9], Known: r.Origins[9]}), c)
		if err != nil {
			t.Fatal(k, err)
		}
		f, err := m.Forecast(context.Background())
		if err != nil {
			t.Fatal(k, err)
		}
		if got := f.Whole.Open.Wins.Mean; !near(got, r.Rows[9].Forecast, 1e-9) {
			t.Errorf("%v: forecast %v, back-test %v", k, got, r.Rows[9].Forecast)
		}
		if f.Verdict != s.Verdict {
			t.Errorf("%v: verdict %v, of the back-test %v", k, f.Verdict, s.Verdict)
		}
		c.Kernel = (k + 1) % 6
		m, err = forecast.Fit(context.Background(), b.At(b2b.View{At: at, Known: at}), c)
		if err != nil {
			t.Fatal(err)
		}
		if f, err := m.Forecast(context.Background()); err != nil || f.Verdict != funnel.TooLittleHistory {
			t.Errorf("verdict of another kernel: %v, %v", f.Verdict, err)
		}
	}
}

func TestKernelConfig(t *testing.T) {
	c := plain(30)
	c.Kernel = forecast.ClosedOnly
	c.Season.Mode, c.Segments, c.NewBusiness = forecast.On, forecast.On, forecast.On
	c.HalfLife = forecast.HalfLife{Mode: forecast.On, Value: 90 * days}
	c.Periods = []time.Time{day(110)}
	_, err := forecast.Fit(context.Background(), curedBook(t, 100, 4).At(b2b.View{At: day(100), Known: day(100)}), c)
	invalid := func(err error) int {
		n := 0
		var count func(error)
		count = func(err error) {
			if j, ok := err.(interface{ Unwrap() []error }); ok {
				for _, e := range j.Unwrap() {
					count(e)
				}
				return
			}
			n++
		}
		count(err)
		return n
	}
	if !errors.Is(err, b2b.ErrInvalid) || invalid(err) != 5 {
		t.Errorf("want five problems: %v", err)
	}
}
