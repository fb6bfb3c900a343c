package main

import (
	"encoding/csv"
	"io"
	"strconv"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/examples/internal/cli"
)

type jsonReject struct {
	Line   int    `json:"line"`
	Reason string `json:"reason"`
}

type jsonParameter struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	SE    float64 `json:"se"`
	Lo    float64 `json:"lo"`
	Hi    float64 `json:"hi"`
}

type jsonSpend struct {
	P     float64  `json:"p"`
	Q     float64  `json:"q"`
	Gamma float64  `json:"gamma"`
	N     int      `json:"n"`
	Corr  *float64 `json:"corr"`
}

// jsonTotal: lo and hi are those of the value, or of the purchases where there is no value; where there is, a note has those of
// the purchases.
type jsonTotal struct {
	Purchases *float64 `json:"purchases"`
	Value     *float64 `json:"value"`
	Lo        *float64 `json:"lo"`
	Hi        *float64 `json:"hi"`
}

type jsonHoldout struct {
	Actual   float64  `json:"actual"`
	Expected float64  `json:"expected"`
	Lo       float64  `json:"lo"`
	Hi       float64  `json:"hi"`
	MAE      float64  `json:"mae"`
	RMSE     float64  `json:"rmse"`
	BiasPct  *float64 `json:"bias_pct"`
}

type jsonAnswer struct {
	AsOf         string          `json:"asof"`
	Unit         string          `json:"unit"`
	Customers    int             `json:"customers"`
	Transactions int             `json:"transactions"`
	Rejected     []jsonReject    `json:"rejected"`
	Model        *string         `json:"model"`
	Parameters   []jsonParameter `json:"parameters"`
	LogLik       *float64        `json:"loglik"`
	Spend        *jsonSpend      `json:"spend"`
	Total        jsonTotal       `json:"total"`
	Holdout      *jsonHoldout    `json:"holdout"`
	Verdict      string          `json:"verdict"`
	Notes        []string        `json:"notes"`
}

// write writes the answer as the flags ask.
func (a *answer) write(stdout io.Writer) error {
	w, err := cli.Create(a.plan.outPath, stdout)
	if err != nil {
		return err
	}
	if a.plan.csv {
		err = a.writeCSV(w)
	} else {
		err = cli.WriteJSON(w, a.json())
	}
	if e := w.Close(); err == nil {
		err = e
	}
	return err
}

func (a *answer) json() jsonAnswer {
	out := jsonAnswer{
		AsOf: a.asOf.Format(time.RFC3339Nano), Unit: a.options.unit, Customers: len(a.summaries), Transactions: a.report.Transactions,
		Rejected: []jsonReject{}, Parameters: []jsonParameter{}, Verdict: a.verdict.String(), Notes: cli.List(a.notes),
	}
	for _, r := range a.rejects.All() {
		out.Rejected = append(out.Rejected, jsonReject{Line: r.Line, Reason: r.Reason})
	}
	if a.model == nil {
		return out
	}
	out.Model = cli.Null(a.model.Kind.String(), true)
	out.LogLik = cli.Null(a.model.LogLik, true)
	for _, p := range a.model.Parameters(a.plan.level) {
		out.Parameters = append(out.Parameters, jsonParameter{Name: p.Name, Value: p.Value, SE: p.StdErr, Lo: p.Low, Hi: p.High})
	}
	if s := a.spend; s != nil {
		out.Spend = &jsonSpend{P: s.P, Q: s.Q, Gamma: s.Gamma, N: s.Customers, Corr: cli.Null(s.Correlation, s.CorrelationKnown)}
	}
	p := a.projection
	if p.Customers == nil {
		return out
	}
	known := p.ValueKnown
	main := p.Purchases
	if known {
		main = p.Value
	}
	out.Total = jsonTotal{
		Purchases: cli.Null(p.Purchases.Value, true), Value: cli.Null(p.Value.Value, known), Lo: cli.Null(main.Low, true), Hi: cli.Null(main.High, true),
	}
	if c := a.check; c != nil {
		out.Holdout = &jsonHoldout{
			Actual: c.Actual, Expected: c.Expected.Value, Lo: c.Expected.Low, Hi: c.Expected.High, MAE: c.MAE, RMSE: c.RMSE,
			BiasPct: cli.Null(c.BiasPct, c.Actual > 0),
		}
	}
	return out
}

func (a *answer) writeCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	header := []string{
		"customer", "x", "t_x", "T", "mean_spend", "p_alive", "expected_purchases", "lo", "hi", "expected_spend", "expected_value",
		"value_lo", "value_hi",
	}
	if err := out.Write(header); err != nil {
		return err
	}
	row := make([]string, 0, len(header))
	for i, s := range a.summaries {
		c := &a.projection.Customers[i]
		value := func(e b2b.Estimate) []string {
			return []string{cli.Optional(e.Value, c.ValueKnown), cli.Optional(e.Low, c.ValueKnown), cli.Optional(e.High, c.ValueKnown)}
		}
		row = append(row[:0], s.Customer, strconv.Itoa(s.X), cli.Num(s.Tx), cli.Num(s.T), cli.Optional(s.MeanSpend, s.Priced), cli.Num(c.Alive),
			cli.Num(c.Purchases.Value), cli.Num(c.Purchases.Low), cli.Num(c.Purchases.High), cli.Optional(c.Spend, c.ValueKnown))
		if err := out.Write(append(row, value(c.Value)...)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
