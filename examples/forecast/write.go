package main

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"io"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/examples/internal/cli"
	"github.com/buyerjourney/b2b/funnel"
	"github.com/buyerjourney/b2b/funnel/forecast"
)

// output is the answer, with the keys of the JSON in their order.
type output struct {
	AsOf       string          `json:"asof"`
	HorizonEnd string          `json:"horizon_end"`
	Deals      int             `json:"n_deals"`
	Open       int             `json:"n_open"`
	Won        int             `json:"n_won"`
	Lost       int             `json:"n_lost"`
	Other      int             `json:"n_other"`
	Rejected   []rejection     `json:"rejected"`
	Flags      []flagCount     `json:"flags"`
	Forecast   []part          `json:"forecast"`
	Unpriced   []unpricedCount `json:"unpriced"`
	Stale      float64         `json:"stale"`
	Unresolved float64         `json:"unresolved"`
	Settings   settingsOut     `json:"settings"`
	Verdict    string          `json:"verdict"`
	Reasons    []string        `json:"reasons"`
	Backtest   *backtestOut    `json:"backtest"`
	Notes      []string        `json:"notes"`

	s        settings
	data     *table
	asOf     time.Time
	end      time.Time
	currency string // of the engine; "" for counts only
	named    bool   // the currency is one that the data named
	deals    []forecast.DealForecast
}

type rejection struct {
	Line   int    `json:"line"`
	Reason string `json:"reason"`
}

type flagCount struct {
	Flag  string `json:"flag"`
	Count int    `json:"count"`
}

type part struct {
	Start     string        `json:"period_start"`
	End       string        `json:"period_end"`
	Part      string        `json:"part"`
	Measure   string        `json:"measure"`
	Currency  *string       `json:"currency"`
	Mean      *json.Number  `json:"mean"`
	Quantiles []quantile    `json:"quantiles"`
	Intervals []intervalOut `json:"intervals"`
}

type quantile struct {
	P     float64     `json:"p"`
	Value json.Number `json:"value"`
}

type intervalOut struct {
	Level      float64     `json:"level"`
	Low        json.Number `json:"lo"`
	High       json.Number `json:"hi"`
	Calibrated bool        `json:"calibrated"`
}

type unpricedCount struct {
	Currency string `json:"currency"`
	Deals    int    `json:"deals"`
}

type settingsOut struct {
	Kernel   string   `json:"kernel"`
	HalfLife *float64 `json:"halflife_days"`
	Season   string   `json:"season"`
}

type backtestOut struct {
	Origins   int        `json:"origins"`
	Effective int        `json:"effective_origins"`
	Every     float64    `json:"every_days"`
	Horizon   float64    `json:"horizon_days"`
	Rows      []rowOut   `json:"rows"`
	Scores    []scoreOut `json:"scores"`
}

type rowOut struct {
	Origin   string       `json:"origin"`
	Kernel   string       `json:"kernel"`
	Measure  string       `json:"measure"`
	Forecast *json.Number `json:"forecast"`
	Actual   *json.Number `json:"actual"`
	Low      *json.Number `json:"lo80"`
	High     *json.Number `json:"hi80"`
	CalLow   *json.Number `json:"lo80_cal"`
	CalHigh  *json.Number `json:"hi80_cal"`
}

type scoreOut struct {
	Kernel       string       `json:"kernel"`
	Measure      string       `json:"measure"`
	Bias         *float64     `json:"bias_pct"`
	MAE          *json.Number `json:"mae"`
	MAPE         *float64     `json:"mape_pct"`
	CRPS         *json.Number `json:"crps"`
	Score        *json.Number `json:"interval_score80"`
	Coverage     *float64     `json:"coverage80"`
	CoverageLow  *float64     `json:"coverage80_lo"`
	CoverageHigh *float64     `json:"coverage80_hi"`
	CalCoverage  *float64     `json:"coverage80_cal"`
	CalWidth     *json.Number `json:"width80_cal"`
	Brier        *float64     `json:"brier"`
	N            int          `json:"n"`
}

func newOutput(s settings, data *table, state *funnel.State, asOf, end time.Time) *output {
	o := &output{
		AsOf: stamp(asOf), HorizonEnd: stamp(end), Deals: state.Len(), s: s, data: data, asOf: asOf, end: end,
		named: data.priced || s.base != "", currency: data.base(),
	}
	counts := make([]int, len(funnel.AllFlags()))
	for i, d := range state.All() {
		switch {
		case state.IsOpen(i):
			o.Open++
		case d.Outcome == funnel.Won:
			o.Won++
		case d.Outcome == funnel.Lost:
			o.Lost++
		default:
			o.Other++
		}
		for k, f := range funnel.AllFlags() {
			if d.Flags.Has(f) {
				counts[k]++
			}
		}
	}
	for k, f := range funnel.AllFlags() {
		if counts[k] > 0 {
			o.Flags = append(o.Flags, flagCount{f.String(), counts[k]})
		}
	}
	for _, name := range []string{"on_hold", "left_after_next", "no_close_time"} {
		if n := data.flags[name]; n > 0 {
			o.Flags = append(o.Flags, flagCount{name, n})
		}
	}
	for _, r := range data.rejects.All() {
		o.Rejected = append(o.Rejected, rejection{r.Line, r.Reason})
	}
	o.Settings = settingsOut{Kernel: forecast.SemiMarkov.String(), Season: "off"}
	o.Verdict = funnel.TooLittleHistory.String()
	return o
}

// stamp writes a time in UTC; RFC 3339.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func (o *output) refuse(e *forecast.RefusedError) {
	o.Verdict = funnel.Refused.String()
	o.Reasons = e.Reasons
}

func (o *output) setForecast(f forecast.Forecast) {
	if o.currency == "" {
		o.currency = f.Currency
	}
	o.deals = f.Deals
	o.Stale, o.Unresolved = f.Stale, f.Unresolved
	for _, u := range f.Unpriced {
		o.Unpriced = append(o.Unpriced, unpricedCount{u.Currency, u.Deals})
	}
	if f.Settings.HalfLife > 0 {
		d := f.Settings.HalfLife.Hours() / 24
		o.Settings.HalfLife = &d
	}
	if f.Settings.Season {
		o.Settings.Season = "month-of-quarter"
	}
	o.Verdict, o.Reasons = f.Verdict.String(), f.Reasons
	for _, n := range f.Notes {
		o.data.note(n)
	}
	start := f.Whole.Window.From
	if o.s.horizon == "quarter" {
		start = quarterStart(o.asOf, o.s.zone)
	}
	w := f.Whole
	wins, revenue := forecast.Distribution{Mean: float64(w.BookedWins)}, forecast.Distribution{Mean: float64(w.Booked.Minor())}
	o.add(start, "booked", wins, revenue)
	o.add(start, "open", w.Open.Wins, w.Open.Revenue)
	if o.s.fresh {
		o.add(start, "new", w.New.Wins, w.New.Revenue)
	}
	o.add(start, "total", w.Total.Wins, w.Total.Revenue)
}

// add writes both measures of one part.
func (o *output) add(start time.Time, name string, wins, revenue forecast.Distribution) {
	if o.s.wins {
		o.Forecast = append(o.Forecast, o.part(start, name, forecast.Wins, wins))
	}
	if o.s.revenue && o.currency != "" {
		o.Forecast = append(o.Forecast, o.part(start, name, forecast.Revenue, revenue))
	}
}

func (o *output) part(start time.Time, name string, m forecast.Measure, d forecast.Distribution) part {
	p := part{Start: stamp(start), End: o.HorizonEnd, Part: name, Measure: m.String(), Mean: o.number(d.Mean, m), Quantiles: []quantile{}, Intervals: []intervalOut{}}
	if m == forecast.Revenue && o.named {
		p.Currency = &o.currency
	}
	for _, q := range d.Quantiles {
		p.Quantiles = append(p.Quantiles, quantile{q.P, *o.number(q.Value, m)})
	}
	for _, iv := range d.Intervals {
		p.Intervals = append(p.Intervals, intervalOut{iv.Level, *o.number(iv.Low, m), *o.number(iv.High, m), false})
		if c := iv.Calibrated; c.Level > 0 {
			p.Intervals = append(p.Intervals, intervalOut{iv.Level, *o.number(c.Low, m), *o.number(c.High, m), true})
		}
	}
	return p
}

// number writes a count in its shortest form, revenue in major units with the decimals of the currency.
func (o *output) number(x float64, m forecast.Measure) *json.Number {
	text := cli.Num(x)
	if m == forecast.Revenue {
		if v, err := b2b.NewMoney(int64(math.RoundToEven(x)), o.currency); err == nil {
			text = v.Amount()
		}
	}
	n := json.Number(text)
	return &n
}

func (o *output) maybe(x forecast.Maybe, m forecast.Measure) *json.Number {
	if !x.OK {
		return nil
	}
	return o.number(x.Value, m)
}

func (o *output) setBacktest(r *forecast.BacktestReport) {
	if o.currency == "" && r.Currency != "" {
		o.currency = r.Currency
	}
	b := &backtestOut{
		Origins: len(r.Origins), Effective: r.Effective, Every: o.s.every.Hours() / 24, Horizon: r.Horizon.Hours() / 24,
		Rows: []rowOut{}, Scores: []scoreOut{},
	}
	for _, n := range r.Notes {
		o.data.note("back-test: " + n)
	}
	show := func(m forecast.Measure) bool {
		return m == forecast.Wins && o.s.wins || m == forecast.Revenue && o.s.revenue
	}
	for i := range r.Rows {
		x := &r.Rows[i]
		if !show(x.Measure) {
			continue
		}
		out := rowOut{Origin: stamp(x.Origin), Kernel: x.Kernel.String(), Measure: x.Measure.String(), Actual: o.number(x.Actual, x.Measure)}
		if !x.Missing {
			out.Forecast = o.number(x.Forecast, x.Measure)
		}
		if k := slices.IndexFunc(x.Intervals, func(iv forecast.Interval) bool { return iv.Level == 0.8 }); k >= 0 {
			iv := x.Intervals[k]
			out.Low, out.High = o.number(iv.Low, x.Measure), o.number(iv.High, x.Measure)
			if iv.Calibrated.Level > 0 {
				out.CalLow, out.CalHigh = o.number(iv.Calibrated.Low, x.Measure), o.number(iv.Calibrated.High, x.Measure)
			}
		}
		b.Rows = append(b.Rows, out)
	}
	for i := range r.Scores {
		if x := &r.Scores[i]; show(x.Measure) {
			b.Scores = append(b.Scores, o.score(x))
		}
	}
	o.Backtest = b
}

func (o *output) score(x *forecast.Score) scoreOut {
	out := scoreOut{
		Kernel: x.Kernel.String(), Measure: x.Measure.String(), N: x.N, Bias: cli.Null(x.BiasPct.Value, x.BiasPct.OK),
		MAE: o.maybe(x.MAE, x.Measure), MAPE: cli.Null(x.MAPEPct.Value, x.MAPEPct.OK), CRPS: o.maybe(x.CRPS, x.Measure),
		Brier: cli.Null(x.Reliability.Brier, x.Measure == forecast.Wins && x.Reliability.N > 0),
	}
	if k := slices.IndexFunc(x.Coverage, func(c forecast.Coverage) bool { return c.Level == 0.8 }); k >= 0 {
		c := &x.Coverage[k]
		out.Score = o.number(c.ModelScore, x.Measure)
		out.Coverage, out.CoverageLow, out.CoverageHigh = &c.Model.Value, &c.Model.Low, &c.Model.High
		if c.CalN > 0 {
			out.CalCoverage, out.CalWidth = &c.Calibrated.Value, o.number(c.CalWidth, x.Measure)
		}
	}
	return out
}

// write writes the answer in the format that was asked for.
func (o *output) write(w io.Writer, s settings) error {
	switch s.as {
	case "csv":
		return o.csv(w)
	case "deals-csv":
		return o.dealsCSV(w)
	}
	o.Rejected, o.Flags, o.Forecast, o.Unpriced = cli.List(o.Rejected), cli.List(o.Flags), cli.List(o.Forecast), cli.List(o.Unpriced)
	o.Reasons, o.Notes = cli.List(o.Reasons), cli.List(o.data.notes)
	return cli.WriteJSON(w, o)
}

func (o *output) csv(w io.Writer) error {
	c := csv.NewWriter(w)
	_ = c.Write([]string{"period_start", "period_end", "part", "measure", "currency", "mean", "level", "lo", "hi", "calibrated"}) // the writer keeps its error
	for _, p := range o.Forecast {
		currency := ""
		if p.Currency != nil {
			currency = *p.Currency
		}
		head := []string{p.Start, p.End, p.Part, p.Measure, currency, p.Mean.String()}
		if len(p.Intervals) == 0 {
			_ = c.Write(append(head, "", "", "", ""))
		}
		for _, iv := range p.Intervals {
			_ = c.Write(append(slices.Clone(head), cli.Num(iv.Level), iv.Low.String(), iv.High.String(), strconv.FormatBool(iv.Calibrated)))
		}
	}
	c.Flush()
	return c.Error()
}

func (o *output) dealsCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	_ = c.Write([]string{"deal", "stage", "age_days", "p", "lo", "hi", "expected_value", "currency", "flags"}) // the writer keeps its error
	slices.SortFunc(o.deals, func(a, b forecast.DealForecast) int { return cmp.Compare(a.Deal, b.Deal) })
	for _, d := range o.deals {
		stage := d.Stage
		if o.data.deals {
			stage = o.data.present[d.Deal]
		}
		currency := ""
		if o.named {
			currency = d.ExpectedValue.Currency()
		}
		low, high, ok := d.P.Interval()
		_ = c.Write([]string{
			string(d.Deal), string(stage), cli.Num(d.Age.Hours() / 24), cli.Num(d.P.Value), cli.Optional(low, ok), cli.Optional(high, ok),
			d.ExpectedValue.Amount(), currency, d.Flags.String(),
		})
	}
	c.Flush()
	return c.Error()
}
