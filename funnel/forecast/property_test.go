package forecast_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
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

var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func day(n int) time.Time { return epoch.AddDate(0, 0, n) }

var twoStages = []funnel.StageDef{
	{ID: "Qualify", Order: 1, Category: funnel.PipelineCategory},
	{ID: "Propose", Order: 2, Category: funnel.Commit},
	{ID: "Won", Order: 3, Outcome: funnel.Won},
	{ID: "Lost", Order: 4, Outcome: funnel.Lost},
	{ID: "Shelved", Order: 5, Outcome: funnel.NoDecision},
}

// story draws the changes of a book of two stages: at least 60 deals, of which the first 30 have ended by day 100 and some
// are won, so that a forecast is not refused.
func story(t *rapid.T) []funnel.Change {
	n := rapid.IntRange(60, 90).Draw(t, "deals")
	hours := rapid.Bool().Draw(t, "hours")
	var out []funnel.Change
	for i := range n {
		id := b2b.DealID(fmt.Sprintf("d%03d", i))
		at := rapid.IntRange(0, 60).Draw(t, "start") * 24
		if i >= 30 {
			at = rapid.IntRange(0, 99).Draw(t, "start") * 24
		}
		change := func(stage funnel.Stage) {
			c := funnel.Change{Deal: id, Stage: stage, At: funnel.Exact(epoch.Add(time.Duration(at) * time.Hour))}
			if stage == "Qualify" {
				c.Segment = []string{"", "key account", "other"}[i%3]
				c.Amount = b2b.MustMoney(rapid.Int64Range(1, 5000).Draw(t, "amount"), "EUR")
			}
			out = append(out, c)
		}
		wait := func(most int) {
			at += rapid.IntRange(0, most).Draw(t, "wait") * 24
			if hours {
				at += rapid.IntRange(0, 20).Draw(t, "hour")
			}
		}
		change("Qualify")
		if rapid.IntRange(0, 3).Draw(t, "proposed") > 0 {
			wait(15)
			change("Propose")
			if rapid.IntRange(0, 5).Draw(t, "back") == 0 {
				wait(5)
				change("Qualify")
			}
		}
		wait(20)
		switch end := rapid.IntRange(0, 3).Draw(t, "end"); {
		case i < 5 || end == 0:
			change("Won")
		case end == 1:
			change("Lost")
		case end == 2 || i < 30:
			change("Shelved")
		}
	}
	return out
}

func bookOf(t rapid.TB, changes []funnel.Change) *funnel.Book {
	p, err := funnel.NewPipeline(funnel.PipelineConfig{ID: "sales", Stages: twoStages})
	if err != nil {
		t.Fatal(err)
	}
	b, err := funnel.NewBook(funnel.BookConfig{Pipelines: []*funnel.Pipeline{p}})
	if err != nil {
		t.Fatal(err)
	}
	b.Add(changes...)
	return b
}

func plain(horizon int) forecast.Config {
	return forecast.Config{
		Horizon: time.Duration(horizon) * days, Levels: []float64{.5, .8}, Draws: 40, Source: rand.NewPCG(7, 7),
		HalfLife: forecast.HalfLife{Mode: forecast.Off}, Season: forecast.Season{Mode: forecast.Off}, Drift: forecast.Drift{Mode: forecast.Off},
	}
}

// fit fits and forecasts as of day 100. A book without an open deal is refused, which ends the check.
func fit(t rapid.TB, b *funnel.Book, c forecast.Config) (*forecast.Model, forecast.Forecast, bool) {
	m, err := forecast.Fit(context.Background(), b.At(b2b.View{At: day(100), Known: day(100)}), c)
	if _, refused := errors.AsType[*forecast.RefusedError](err); refused {
		return nil, forecast.Forecast{}, false
	}
	if err != nil {
		t.Fatal(err)
	}
	f, err := m.Forecast(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return m, f, true
}

func text(t rapid.TB, v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// propForecast holds the invariants of a forecast.
func propForecast(t *rapid.T) {
	changes := story(t)
	b := bookOf(t, changes)
	c := plain(30)
	c.NewBusiness = forecast.On
	if rapid.Bool().Draw(t, "season") {
		c.Season.Mode = forecast.On
	}
	if rapid.Bool().Draw(t, "recency") {
		c.HalfLife = forecast.HalfLife{Mode: forecast.On, Value: 20 * days}
	}
	if rapid.Bool().Draw(t, "segments") {
		c.Segments = forecast.On
	}
	_, f, ok := fit(t, b, c)
	if !ok {
		return
	}
	sum := 0.0
	for _, d := range f.Deals {
		p := d.P.Value
		if !(p >= 0 && p <= 1) {
			t.Fatalf("p = %v", p)
		}
		if d.P.Level > 0 && !d.P.Contains(p) {
			t.Fatalf("interval %v leaves out the chance", d.P)
		}
		sum += p
		if p > 1e-9 && p < 1-1e-9 {
			odds := 0.0
			for _, w := range d.Why {
				odds += w.Value
			}
			if !near(odds, math.Log(p/(1-p)), 1e-9) {
				t.Fatalf("terms add up to %v, log odds are %v", odds, math.Log(p/(1-p)))
			}
		}
	}
	w := f.Whole
	if !near(sum, w.Open.Wins.Mean, 1e-9) {
		t.Fatalf("Σ p = %v, mean %v", sum, w.Open.Wins.Mean)
	}
	if !near(w.Total.Wins.Mean, w.Open.Wins.Mean+w.New.Wins.Mean+float64(w.BookedWins), 1e-9) {
		t.Fatal("total is not booked + open + new")
	}
	for _, iv := range w.Open.Wins.Intervals {
		if iv.Low > iv.High || iv.Low < 0 || iv.High > float64(len(f.Deals)) || iv.Low != math.Trunc(iv.Low) {
			t.Fatalf("interval %v", iv)
		}
	}

	// Order of input, workers and the split of the book do not matter.
	shuffled := rapid.Permutation(changes).Draw(t, "order")
	other := bookOf(t, shuffled[:len(shuffled)/2])
	other.Add(shuffled[len(shuffled)/2:]...)
	c.Workers, c.Source = 3, rand.NewPCG(7, 7)
	if _, g, _ := fit(t, other, c); text(t, f) != text(t, g) {
		t.Fatal("the forecast hangs on the order of input or on the workers")
	}
	// Periods split the horizon and nothing else.
	c.Periods, c.Source = []time.Time{day(110), day(117)}, rand.NewPCG(7, 7)
	_, g, _ := fit(t, b, c)
	if !near(g.Whole.Open.Wins.Mean, w.Open.Wins.Mean, 1e-9) || text(t, g.Whole.Open.Wins.Quantiles) != text(t, w.Open.Wins.Quantiles) {
		t.Fatalf("periods change the whole: %v and %v", g.Whole.Open.Wins, w.Open.Wins)
	}
	parts := 0.0
	for _, p := range g.Periods {
		if p.Open.Wins.Mean < -1e-12 {
			t.Fatal("a period takes wins away")
		}
		parts += p.Open.Wins.Mean
	}
	if !near(parts, w.Open.Wins.Mean, 1e-9) {
		t.Fatal("the periods do not add up")
	}
	// What happens later, and is known later, changes nothing.
	b.Add(funnel.Change{Deal: "later", Stage: "Qualify", At: funnel.Exact(day(101))}, funnel.Change{Deal: "later", Stage: "Lost", At: funnel.Exact(day(102))})
	c.Periods, c.Source = nil, rand.NewPCG(7, 7)
	if _, g, _ := fit(t, b, c); text(t, f) != text(t, g) {
		t.Fatal("the future changes the past")
	}
}

func TestForecastProperties(t *testing.T) { rapid.Check(t, propForecast) }

func FuzzForecast(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propForecast)) }

// propHorizon: a longer horizon never lowers a chance, and amounts scale.
func propHorizon(t *rapid.T) {
	changes := story(t)
	_, a, ok := fit(t, bookOf(t, changes), plain(20))
	if !ok {
		return
	}
	_, b, _ := fit(t, bookOf(t, changes), plain(33))
	for i := range a.Deals {
		if a.Deals[i].P.Value > b.Deals[i].P.Value+1e-12 {
			t.Fatalf("%v within 20 days, %v within 33", a.Deals[i].P.Value, b.Deals[i].P.Value)
		}
	}
	for i := range changes {
		if m, err := changes[i].Amount.Mul(7); err == nil {
			changes[i].Amount = m
		}
	}
	_, c, _ := fit(t, bookOf(t, changes), plain(20))
	for i, q := range a.Whole.Open.Revenue.Quantiles {
		if c.Whole.Open.Revenue.Quantiles[i].Value != 7*q.Value {
			t.Fatalf("quantile %v of seven times the amounts: %v, not 7·%v", q.P, c.Whole.Open.Revenue.Quantiles[i].Value, q.Value)
		}
	}
}

func TestHorizonProperties(t *testing.T) { rapid.Check(t, propHorizon) }

func FuzzHorizon(f *testing.F) { f.Fuzz(rapid.MakeFuzz(propHorizon)) }

// propElasticity: the adjoint pass gives the derivatives that small changes of single rates give.
func propElasticity(t *rapid.T) {
	c := plain(25)
	if rapid.Bool().Draw(t, "season") {
		c.Season.Mode = forecast.On
	}
	if rapid.Bool().Draw(t, "segments") {
		c.Segments = forecast.On
	}
	m, _, ok := fit(t, bookOf(t, story(t)), c)
	if !ok {
		return
	}
	list := m.Elasticities()
	base, n := m.Expected(0, 1)
	if n != len(list) {
		t.Fatalf("%d elasticities of %d exits", len(list), n)
	}
	const eps = 1e-6
	for range 4 {
		i := rapid.IntRange(0, n-1).Draw(t, "exit")
		e := list[i]
		// Downwards only: a rate of 1 cannot become higher.
		a, _ := m.Expected(i, 1-eps)
		b, _ := m.Expected(i, 1-2*eps)
		slope := (3*base - 4*a + b) / (2 * eps)
		if math.Abs(slope-e.Wins) > 1e-4*(1+math.Abs(e.Wins)) {
			t.Fatalf("%s → %s %v: %v, by differences %v", e.Place.Stage, e.To, e.Outcome, e.Wins, slope)
		}
	}
}

func TestElasticities(t *testing.T) { rapid.Check(t, propElasticity) }

// propWhatIf: changes of nothing change nothing, and levers pull the right way.
func propWhatIf(t *rapid.T) {
	c := plain(25)
	c.NewBusiness = forecast.On
	m, f, ok := fit(t, bookOf(t, story(t)), c)
	if !ok {
		return
	}
	run := func(changes ...forecast.Change) forecast.Comparison {
		x, err := m.WhatIf(context.Background(), changes)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	none := run(forecast.Change{Lever: forecast.Conversion, Stage: "Propose", Factor: 1}, forecast.Change{Lever: forecast.Duration, Stage: "Propose", Factor: 1}, forecast.Change{Lever: forecast.Entrants, Factor: 1})
	for _, q := range append(none.Difference.Wins.Quantiles, none.Difference.Revenue.Quantiles...) {
		if q.Value != 0 {
			t.Fatalf("no change differs by %v", q)
		}
	}
	if !near(none.Before.Wins.Mean, f.Whole.Total.Wins.Mean, 1e-9) {
		t.Fatalf("before: %v, forecast %v", none.Before.Wins.Mean, f.Whole.Total.Wins.Mean)
	}
	for _, proportional := range []bool{false, true} {
		better := run(forecast.Change{Lever: forecast.Conversion, Stage: "Propose", Factor: 1.5, Proportional: proportional})
		worse := run(forecast.Change{Lever: forecast.Conversion, Stage: "Propose", Factor: .5, Proportional: proportional})
		if better.Difference.Wins.Mean < -1e-9 || worse.Difference.Wins.Mean > 1e-9 {
			t.Fatalf("conversion ×1.5: %v, ×0.5: %v", better.Difference.Wins.Mean, worse.Difference.Wins.Mean)
		}
	}
	if double := run(forecast.Change{Lever: forecast.AmountSize, Factor: 2}); !near(double.After.Revenue.Mean, 2*double.Before.Revenue.Mean, 1e-9) {
		t.Fatal("twice the amounts are not twice the revenue")
	}
	if more := run(forecast.Change{Lever: forecast.Entrants, Factor: 2}); !near(more.Difference.Wins.Mean, f.Whole.New.Wins.Mean, 1e-9) {
		t.Fatalf("twice the entrants: %v more wins, new business %v", more.Difference.Wins.Mean, f.Whole.New.Wins.Mean)
	}
	run(forecast.Change{Lever: forecast.RemoveStage, Stage: "Propose"})
}

func TestWhatIf(t *testing.T) { rapid.Check(t, propWhatIf) }

// propBridge: the steps between two forecasts add up, in minor units exactly.
func propBridge(t *rapid.T) {
	b := bookOf(t, story(t))
	model := func(at int) *forecast.Model {
		m, err := forecast.Fit(context.Background(), b.At(b2b.View{At: day(at), Known: day(at)}), plain(20))
		if err != nil {
			return nil
		}
		return m
	}
	first, second := model(93), model(100)
	if first == nil || second == nil {
		return
	}
	x, err := second.Compare(first)
	if err != nil {
		t.Fatal(err)
	}
	wins, money := x.FromWins, x.From
	for _, s := range x.Steps {
		wins += s.Wins
		if money, err = money.Add(s.Revenue); err != nil {
			t.Fatal(err)
		}
	}
	if !near(wins, x.ToWins, 1e-9) || money != x.To {
		t.Fatalf("%v wins and %v by steps, %v and %v in all", wins, money, x.ToWins, x.To)
	}
}

func TestBridge(t *testing.T) { rapid.Check(t, propBridge) }

// TestNoCensoring: one stage, all known, a long horizon: p is the share won, 12 of 40.
func TestNoCensoring(t *testing.T) {
	var changes []funnel.Change
	for i := range 40 {
		id := b2b.DealID(fmt.Sprintf("d%02d", i))
		end := funnel.Stage("Lost")
		if i%10 < 3 {
			end = "Won"
		}
		changes = append(changes, funnel.Change{Deal: id, Stage: "Qualify", At: funnel.Exact(day(i))}, funnel.Change{Deal: id, Stage: end, At: funnel.Exact(day(i + 1 + i*7%23))})
	}
	changes = append(changes, funnel.Change{Deal: "open", Stage: "Qualify", At: funnel.Exact(day(100))})
	_, f, ok := fit(t, bookOf(t, changes), plain(90))
	if !ok || len(f.Deals) != 1 || !near(f.Deals[0].P.Value, 12.0/40, 1e-12) {
		t.Errorf("p = %v, want 12/40", f.Deals)
	}
}

// TestExponentialData: where the hazard is constant, the kernel tends to the memoryless chain.
func TestExponentialData(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	var changes []funnel.Change
	for i := range 4000 {
		id := b2b.DealID(fmt.Sprintf("d%04d", i))
		at := rng.Float64() * 200
		changes = append(changes, funnel.Change{Deal: id, Stage: "Qualify", At: funnel.Exact(epoch.Add(time.Duration(at * float64(days))))})
		at += rng.ExpFloat64() * 20
		end := funnel.Stage("Won")
		if rng.Float64() < .6 {
			end = "Lost"
		}
		changes = append(changes, funnel.Change{Deal: id, Stage: end, At: funnel.Exact(epoch.Add(time.Duration(at * float64(days))))})
	}
	c := forecast.BacktestConfig{Forecast: plain(30), Origins: []time.Time{day(100), day(150)}, Kernels: []forecast.Kernel{forecast.SemiMarkov, forecast.Exponential}}
	r := backtest(t, bookOf(t, changes), c)
	for i := 0; i < len(r.Rows); i += 2 {
		a, b := r.Rows[i].Forecast, r.Rows[i+1].Forecast
		if math.Abs(a/b-1) > .06 {
			t.Errorf("semi-Markov %v, exponential %v", a, b)
		}
	}
	// Nothing open, nothing forecast.
	r = backtest(t, bookOf(t, changes[:200]), forecast.BacktestConfig{Forecast: plain(10), Origins: []time.Time{day(480)}, Kernels: ours, AsOf: day(500)})
	if len(r.Rows) != 1 || r.Rows[0].Deals != 0 || r.Rows[0].Forecast != 0 {
		t.Errorf("no open deal: %+v", r.Rows)
	}
}

func TestRefusals(t *testing.T) {
	fit := func(c forecast.Config, changes ...funnel.Change) string {
		_, err := forecast.Fit(context.Background(), bookOf(t, changes).At(b2b.View{At: day(40)}), c)
		refused, ok := errors.AsType[*forecast.RefusedError](err)
		if !ok || !errors.Is(err, b2b.ErrTooFew) {
			return fmt.Sprint(err)
		}
		return strings.Join(refused.Reasons, "|")
	}
	var closed []funnel.Change
	for i := range 30 {
		id := b2b.DealID(fmt.Sprintf("d%02d", i))
		closed = append(closed, funnel.Change{Deal: id, Stage: "Qualify", At: funnel.Exact(day(i))}, funnel.Change{Deal: id, Stage: "Won", At: funnel.Exact(day(i + 3))})
	}
	for _, c := range []struct{ name, got, want string }{
		{"few", fit(plain(10), closed[:10]...), "fewer than 20 deals have ended|extract holds closed deals only: censoring cannot be corrected"},
		{"closed only", fit(plain(10), closed...), "extract holds closed deals only: censoring cannot be corrected"},
		{"long", fit(plain(60), append(slices.Clone(closed), funnel.Change{Deal: "x", Stage: "Qualify", At: funnel.Exact(day(35))})...), "horizon longer than the observed follow-up; the longest is 40 days"},
		{"nothing won", fit(plain(10), funnel.Change{Deal: "x", Stage: "Qualify", At: funnel.Exact(day(1))}), "no deal was ever won|fewer than 20 deals have ended"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, c.got, c.want)
		}
	}
	_, err := forecast.Fit(context.Background(), bookOf(t, closed).At(b2b.View{}), forecast.Config{Horizon: -1, Levels: []float64{2}, Draws: -1})
	if err == nil || !errors.Is(err, b2b.ErrInvalid) || len(strings.Split(err.Error(), "\n")) != 4 {
		t.Errorf("all problems at once: %v", err)
	}
}

// TestCurrencies: money is converted per deal before it is summed (CRM practice adds currencies), expected value is the sum
// of amount × chance (not the product of averages), and a deal without a rate is counted and not priced.
func TestCurrencies(t *testing.T) {
	var changes []funnel.Change
	for i := range 40 {
		id := b2b.DealID(fmt.Sprintf("d%02d", i))
		end := funnel.Stage("Won")
		if i%2 == 1 {
			end = "Lost"
		}
		changes = append(changes, funnel.Change{Deal: id, Stage: "Qualify", At: funnel.Exact(day(i)), Amount: b2b.MustMoney(100_00, "EUR")}, funnel.Change{Deal: id, Stage: end, At: funnel.Exact(day(i + 10))})
	}
	for i, a := range []b2b.Money{b2b.MustMoney(100_00, "EUR"), b2b.MustMoney(300_00, "USD"), b2b.MustMoney(1000, "JPY")} {
		changes = append(changes, funnel.Change{Deal: b2b.DealID(fmt.Sprintf("x%d", i)), Stage: "Qualify", At: funnel.Exact(day(100)), Amount: a})
	}
	c := plain(60)
	if _, err := forecast.Fit(context.Background(), bookOf(t, changes).At(b2b.View{At: day(100)}), c); err == nil {
		t.Error("several currencies without a base were added")
	}
	c.Base, c.Source = "eur", rand.NewPCG(1, 1)
	c.Rates = func(currency string, _ funnel.Date) (*big.Rat, bool) { return big.NewRat(1, 2), currency == "USD" }
	_, f, _ := fit(t, bookOf(t, changes), c)
	// Each is won at 1/2: (100 + 300/2)/2 EUR.
	if f.Currency != "EUR" || !near(f.Whole.Open.Revenue.Mean, 125_00, 1e-9) {
		t.Errorf("revenue %v %s, want 125 EUR", f.Whole.Open.Revenue.Mean, f.Currency)
	}
	if len(f.Unpriced) != 1 || f.Unpriced[0] != (forecast.Unpriced{Currency: "JPY", Deals: 1}) || f.Deals[2].ExpectedValue.IsGiven() {
		t.Errorf("unpriced: %v, %v", f.Unpriced, f.Deals[2])
	}
}

// TestCategories: judged amounts are shown beside the law and change nothing in it.
func TestCategories(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, f, ok := fit(t, bookOf(t, story(t)), plain(30))
		if !ok {
			return
		}
		lines, err := m.Categories(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		n, last := 0, 0.0
		for _, l := range lines {
			n += l.Deals
			if l.Quantile.OK && (l.Quantile.Value < last || l.Quantile.Value > 1) {
				t.Fatalf("quantiles must rise with the roll-up: %v", lines)
			}
			if l.Quantile.OK {
				last = l.Quantile.Value
			}
		}
		if n != len(f.Deals) {
			t.Fatalf("%d deals in categories, %d open", n, len(f.Deals))
		}
	})
}

// TestRecalibrate: hand-set probabilities are judged by their value at the origin and never extrapolated.
func TestRecalibrate(t *testing.T) {
	var list []forecast.Judgement
	for i := range 200 {
		list = append(list, forecast.Judgement{Stage: "a", P: .8, Won: i%5 == 0}, forecast.Judgement{Stage: "b", P: .9, Won: i%2 == 0})
	}
	r := forecast.Recalibrate(list)
	if got, ok := r.At("a", .8); !ok || !near(got, .2, 1e-12) {
		t.Errorf("0.8 turned out to be 0.2: got %v", got)
	}
	if got, ok := r.At("a", .85); !ok || !near(got, .35, 1e-12) {
		t.Errorf("between 0.2 and 0.5: got %v", got)
	}
	if _, ok := r.At("a", .7); ok {
		t.Error("0.7 was never seen")
	}
	if r.Method != "isotonic" || r.After.Brier >= r.Before.Brier {
		t.Errorf("%s: Brier %v before, %v after", r.Method, r.Before.Brier, r.After.Brier)
	}
	few := forecast.Recalibrate(list[:40])
	if got, ok := few.At("a", .1); few.Method == "isotonic" || !ok || got > .5 {
		t.Errorf("%s: %v", few.Method, got)
	}
	if _, ok := few.At("c", .1); ok {
		t.Error("a stage that was never seen")
	}
}

// TestSegments: a segment with its own conversion gets it as far as its deals bear it out.
func TestSegments(t *testing.T) {
	var changes []funnel.Change
	for i := range 300 {
		id := b2b.DealID(fmt.Sprintf("d%03d", i))
		end, segment := funnel.Stage("Lost"), "small"
		if i%3 == 0 {
			segment = "large"
		}
		if i%6 == 0 || i%30 == 1 { // half of the large, few of the small
			end = "Won"
		}
		changes = append(changes, funnel.Change{Deal: id, Stage: "Qualify", Segment: segment, At: funnel.Exact(day(i % 80))}, funnel.Change{Deal: id, Stage: end, At: funnel.Exact(day(i%80 + 12))})
	}
	for i, segment := range []string{"large", "small", "never seen"} {
		changes = append(changes, funnel.Change{Deal: b2b.DealID(fmt.Sprintf("x%d", i)), Stage: "Qualify", Segment: segment, At: funnel.Exact(day(99))})
	}
	c := plain(60)
	c.Segments = forecast.On
	_, f, ok := fit(t, bookOf(t, changes), c)
	if !ok || len(f.Deals) != 3 {
		t.Fatal("refused")
	}
	all := 60.0 / 300 // 50 of 100 large, 10 of 200 small
	large, small, unseen := f.Deals[0].P.Value, f.Deals[1].P.Value, f.Deals[2].P.Value
	if !(large > .4 && large < .5 && small > .05 && small < .09) {
		t.Errorf("large %v, want a little less than 0.5; small %v, want a little more than 0.05", large, small)
	}
	if !near(unseen, all, 1e-9) {
		t.Errorf("a segment without a past: %v, want %v", unseen, all)
	}
}
