package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/funnel/forecast"
)

// horizon is how far the forecast looks.
const horizon = 90 * day

// outlook is the revenue that the open deals will bring within the horizon, or the reasons why nobody can say.
type outlook struct {
	HorizonDays int      `json:"horizon_days"`
	Currency    string   `json:"currency"`
	Wins        *law     `json:"wins"`
	Revenue     *law     `json:"revenue"`
	Deal        *numbers `json:"deal"` // the chance that the account's deal is won within the horizon
	Why         []term   `json:"deal_why"`
	Verdict     string   `json:"verdict"`
	Reasons     []string `json:"reasons"`
}

// law is a mean with its interval; revenue is in major units.
type law struct {
	Mean  float64 `json:"mean"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	Level float64 `json:"level"`
}

// term is one part of the log odds of a deal.
type term struct {
	Name  string  `json:"name"`
	Value float64 `json:"log_odds"`
}

// forecast says what the open pipeline will bring, and what is said of the deal of the account.
func (w *world) forecast(ctx context.Context, deal b2b.DealID, src rand.Source) (*outlook, error) {
	o := &outlook{HorizonDays: int(horizon / day), Why: []term{}, Reasons: []string{}}
	config := forecast.Config{Horizon: horizon, Levels: []float64{.8}, Draws: 300, Source: src}
	config.HalfLife.Mode, config.Season.Mode = forecast.Off, forecast.Off // a few dozen deals tell neither
	past, err := forecast.Backtest(ctx, w.book, forecast.BacktestConfig{
		Forecast: config, AsOf: w.asOf, Every: 28 * day, Count: 10, Kernels: []forecast.Kernel{forecast.SemiMarkov},
	})
	if err == nil { // a book too young for a back-test is forecast without one, and the verdict says so
		config.Past = &past
	} else if _, refused := errors.AsType[*forecast.RefusedError](err); !refused {
		return nil, err
	}
	model, err := forecast.Fit(ctx, w.state, config)
	if refused, ok := errors.AsType[*forecast.RefusedError](err); ok {
		o.Verdict, o.Reasons = "refused", refused.Reasons
		return o, nil
	}
	if err != nil {
		return nil, err
	}
	f, err := model.Forecast(ctx)
	if err != nil {
		return nil, err
	}
	o.Currency, o.Verdict, o.Reasons = f.Currency, f.Verdict.String(), append(o.Reasons, f.Reasons...)
	o.Wins = lawOf(f.Whole.Open.Wins, 1)
	if f.Currency != "" {
		unit := b2b.MustMoney(1, f.Currency).Float64()
		o.Revenue = lawOf(f.Whole.Open.Revenue, unit)
	}
	for _, d := range f.Deals {
		if d.Deal != deal {
			continue
		}
		o.Deal = numbersOf(d.P)
		for _, t := range d.Why {
			o.Why = append(o.Why, term{Name: t.Name, Value: t.Value})
		}
	}
	return o, nil
}

// lawOf writes a predictive law in units of unit.
func lawOf(d forecast.Distribution, unit float64) *law {
	l := &law{Mean: d.Mean * unit}
	if len(d.Intervals) > 0 {
		i := d.Intervals[0]
		l.Low, l.High, l.Level = i.Low*unit, i.High*unit, i.Level
	}
	return l
}

func (b *brief) printForecast(p *printer) {
	f := b.Forecast
	if f == nil {
		return
	}
	p.section(fmt.Sprintf("Forecast of the open deals, next %d days", f.HorizonDays))
	if f.Wins == nil {
		p.line("  refused: %s", strings.Join(f.Reasons, "; "))
		return
	}
	p.line("  wins     %.1f expected, %.0f to %.0f in %.0f %% of cases", f.Wins.Mean, f.Wins.Low, f.Wins.High, 100*f.Wins.Level)
	if f.Revenue != nil {
		p.line("  revenue  %.0f %s expected, %.0f to %.0f", f.Revenue.Mean, f.Currency, f.Revenue.Low, f.Revenue.High)
	}
	if f.Deal != nil {
		p.line("  %s is won with %s", b.Account.Deal, f.Deal)
		for _, t := range f.Why {
			p.line("    %-10s %+.2f log odds", t.Name, t.Value)
		}
	}
	p.line("  verdict of the back-test: %s", f.Verdict)
	for _, r := range f.Reasons {
		p.line("    %s", r)
	}
}
