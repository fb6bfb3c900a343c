package forecast_test

import (
	"context"
	"encoding"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel"
	"github.com/buyerjourney/b2b/funnel/forecast"
)

func nested(t rapid.TB, b *funnel.Book, asOf time.Time, origins []time.Time) forecast.BacktestReport {
	c := plain(10)
	c.HalfLife, c.Drift, c.Draws = forecast.HalfLife{}, forecast.Drift{}, 15
	r, err := forecast.Backtest(context.Background(), b, forecast.BacktestConfig{Forecast: c, AsOf: asOf, Origins: origins, Kernels: []forecast.Kernel{forecast.SemiMarkov, forecast.ClosedOnly}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// propNested: what a back-test says of an origin hangs on nothing that became known later: neither forecasts nor settings
// nor calibration change if the book ends sooner.
func propNested(t *rapid.T) {
	b := bookOf(t, story(t))
	var origins []time.Time
	for i := 30; i <= 90; i += 6 {
		origins = append(origins, day(i))
	}
	long := nested(t, b, day(100), origins)
	short := nested(t, b, day(80), origins[:7])          // up to day 70, resolved by day 80
	counts := func(rows []forecast.BacktestRow) string { // what a sale brought in may be corrected later, that it happened is not
		return text(t, slices.DeleteFunc(slices.Clone(rows), func(r forecast.BacktestRow) bool { return r.Measure == forecast.Revenue }))
	}
	n := len(short.Rows)
	if n == 0 {
		t.Fatal("no rows")
	}
	if counts(long.Rows[:n]) != counts(short.Rows) || text(t, long.Settings[:len(short.Settings)]) != text(t, short.Settings) {
		t.Fatal("the later past changes the earlier one")
	}
	for _, r := range long.Rows {
		for _, iv := range r.Intervals {
			if c := iv.Calibrated; c.Level > 0 && !c.Contains(r.Forecast) {
				t.Fatalf("calibrated interval %v leaves out the forecast %v", c, r.Forecast)
			}
			if (iv.Calibrated.Level > 0) == (iv.Why != "") && r.Kernel == forecast.SemiMarkov {
				t.Fatal("an interval that is not calibrated must say why, and one that is must not")
			}
		}
		if r.PIT < 0 || r.PIT > 1 || r.CRPS < -1e-9 {
			t.Fatalf("PIT %v, CRPS %v", r.PIT, r.CRPS)
		}
	}
}

func TestNested(t *testing.T) { rapid.Check(t, propNested) }

func FuzzNested(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propNested)) }

// TestVerdicts: with a back-test of its own settings the forecast carries intervals and a verdict; without, it says so.
func TestVerdicts(t *testing.T) {
	b := history(200)
	at := time.Date(2026, 6, 10, 0, 0, 0, 0, time.UTC)
	s := b.At(b2b.View{At: at, Known: at})
	run := func(past *forecast.BacktestReport, horizon int) forecast.Forecast {
		c := plain(horizon)
		c.Past = past
		m, err := forecast.Fit(context.Background(), s, c)
		if err != nil {
			t.Fatal(err)
		}
		f, err := m.Forecast(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	report := backtest(t, b, forecast.BacktestConfig{Forecast: plain(14), AsOf: at, Count: 12, Kernels: ours})
	f := run(&report, 14)
	if f.Verdict != funnel.Trusted && f.Verdict != funnel.CalibratedOnly || f.Whole.Open.Wins.Intervals[1].Calibrated.Level != .8 {
		t.Errorf("with a past: %v %v %+v", f.Verdict, f.Reasons, f.Whole.Open.Wins.Intervals)
	}
	if g := run(nil, 14); g.Verdict != funnel.TooLittleHistory || g.Whole.Open.Wins.Intervals[1].Why == "" {
		t.Errorf("without: %v", g.Verdict)
	}
	if g := run(&report, 20); g.Verdict != funnel.TooLittleHistory || !strings.Contains(g.Reasons[0], "another horizon") {
		t.Errorf("another horizon: %v %v", g.Verdict, g.Reasons)
	}
	few := backtest(t, b, forecast.BacktestConfig{Forecast: plain(14), AsOf: at, Count: 3, Kernels: ours})
	if g := run(&few, 14); g.Verdict != funnel.TooLittleHistory {
		t.Errorf("three origins: %v", g.Verdict)
	}
	if !strings.Contains(f.VegaLite(), `"low":`) || !strings.Contains(report.Scores[0].Reliability.VegaLite(), `"won":`) {
		t.Error("charts without data")
	}
}

func TestBacktestConfig(t *testing.T) {
	_, err := forecast.Backtest(context.Background(), history(50), forecast.BacktestConfig{Every: time.Minute, Count: -1, Warmup: -1, Kernels: []forecast.Kernel{9}})
	for _, path := range []string{"forecast.config.source", "every", "count", "warmup", "kernels[0]"} {
		if err == nil || !errors.Is(err, b2b.ErrInvalid) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s is missing: %v", path, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := forecast.Backtest(ctx, history(50), forecast.BacktestConfig{Forecast: plain(10)}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestJudgements reads hand-set values as they were at the origin, not as they are now.
func TestJudgements(t *testing.T) {
	fraction := b2b.MustFraction
	b := bookOf(t, []funnel.Change{
		{Deal: "a", Stage: "Qualify", At: funnel.Exact(day(0)), Probability: fraction(.3)},
		{Deal: "a", Stage: "Propose", At: funnel.Exact(day(10)), Probability: fraction(.9)},
		{Deal: "a", Stage: "Won", At: funnel.Exact(day(20))},
		{Deal: "b", Stage: "Qualify", At: funnel.Exact(day(0)), Probability: fraction(.4)},
		{Deal: "b", Stage: "Lost", At: funnel.Exact(day(30))},
		{Deal: "open", Stage: "Qualify", At: funnel.Exact(day(0)), Probability: fraction(.5)},
	})
	c := forecast.BacktestConfig{Forecast: plain(10), Origins: []time.Time{day(5)}}
	c.Forecast.Weights = map[funnel.Stage]b2b.Fraction{"Qualify": fraction(.2)}
	sellers, stages, err := forecast.Judgements(b, c)
	if err != nil {
		t.Fatal(err)
	}
	want := []forecast.Judgement{{Stage: "Qualify", P: .3, Won: true}, {Stage: "Qualify", P: .4}}
	if !slices.Equal(sellers, want) || len(stages) != 2 || stages[0].P != .2 {
		t.Errorf("got %v and %v, want %v", sellers, stages, want)
	}
}

func TestMonths(t *testing.T) {
	zone := time.FixedZone("", 3600)
	got := forecast.Months(time.Date(2026, 1, 31, 12, 0, 0, 0, zone), 50*days, zone)
	want := []time.Time{time.Date(2026, 1, 31, 23, 0, 0, 0, time.UTC), time.Date(2026, 2, 28, 23, 0, 0, 0, time.UTC)}
	if len(got) != 2 || !got[0].Equal(want[0]) || !got[1].Equal(want[1]) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestCodecs: every enumeration reads what it writes.
func TestCodecs(t *testing.T) {
	round := func(v interface {
		encoding.TextMarshaler
		String() string
	}, into encoding.TextUnmarshaler, back func() bool,
	) {
		t.Helper()
		b, err := v.MarshalText()
		if err != nil || string(b) != v.String() {
			t.Fatal(err, string(b))
		}
		if err := into.UnmarshalText(b); err != nil || !back() {
			t.Errorf("%s does not come back: %v", b, err)
		}
		if err := into.UnmarshalText([]byte("no such name")); err == nil {
			t.Error("nonsense was read")
		}
	}
	for _, k := range forecast.Kernels() {
		var x forecast.Kernel
		round(k, &x, func() bool { return x == k })
		if y, err := forecast.ParseKernel(strings.ToUpper(k.String())); err != nil || y != k {
			t.Error(err)
		}
	}
	for m := forecast.Auto; m.IsValid(); m++ {
		var x forecast.Mode
		round(m, &x, func() bool { return x == m })
	}
	for m := forecast.Wins; m.IsValid(); m++ {
		var x forecast.Measure
		round(m, &x, func() bool { return x == m })
	}
	for l := forecast.UnknownLever; l.IsValid(); l++ {
		var x forecast.Lever
		round(l, &x, func() bool { return x == l })
	}
	for c := forecast.UnknownCause; c.IsValid(); c++ {
		var x forecast.Cause
		round(c, &x, func() bool { return x == c })
	}
}

// TestParts: parts of the law that are left out leave the rest.
func TestParts(t *testing.T) {
	b := history(200)
	at := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	width := func(without forecast.Part, drift float64) (float64, []forecast.PartShare) {
		c := plain(60)
		c.Without, c.Drift, c.Draws = without, forecast.Drift{Mode: forecast.On, SD: drift}, 400
		c.Source = rand.NewPCG(2, 2)
		m, err := forecast.Fit(context.Background(), b.At(b2b.View{At: at, Known: at}), c)
		if err != nil {
			t.Fatal(err)
		}
		f, err := m.Forecast(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		iv := f.Whole.Open.Wins.Intervals[1]
		return iv.High - iv.Low, f.Parts
	}
	all, parts := width(0, .5)
	if none, _ := width(forecast.Parameters|forecast.Process|forecast.Drifting|forecast.Amounts, .5); none != 0 || all <= 0 {
		t.Errorf("width %v, without any part %v", all, none)
	}
	if rates, _ := width(forecast.Process|forecast.Drifting, .5); rates >= all {
		t.Errorf("the rates alone are as wide as all: %v and %v", rates, all)
	}
	sum := 0.0
	for _, p := range parts {
		sum += p.Share
	}
	if !near(sum, 1, 1e-12) || len(parts) != 3 {
		t.Errorf("shares %v", parts)
	}
}
