// Command lifetime says what customers will still buy and what they are worth, from a list of their purchases.
//
//	lifetime -in purchases.csv -asof 1997-09-30 -model mbg -horizon 52 -holdout 13
//
// Input is one row per purchase: customer, date, amount, currency; without a column of amounts only purchases are counted.
// Output is one JSON object about all customers, or, with -as csv, one row per customer. With -holdout the model is first
// fitted to what happened before the last units and judged by what came; the verdict says whether its interval held it.
//
// Exit codes: 0 done, 1 a file cannot be read or written, 2 wrong flags, 3 no usable row, 4 refused: the data do not bear a
// model (the JSON is written all the same).
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/examples/internal/cli"
	"github.com/buyerjourney/b2b/funnel"
	"github.com/buyerjourney/b2b/funnel/lifetime"
)

const program = "lifetime"

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// options are the flags as given.
type options struct {
	in, out, as, rejects, zone, asOf string
	base, rates                      string
	unit, model, levels              string
	horizon, discount, margin        float64
	holdout                          float64
	draws, workers                   int
	seed                             uint64
}

func flags(o *options) *flag.FlagSet {
	fs := flag.NewFlagSet(program, flag.ContinueOnError)
	fs.StringVar(&o.in, "in", "", "input `FILE` (default: standard input)")
	fs.StringVar(&o.out, "out", "", "json or csv: that format on standard output; else the output `FILE` (default: standard output)")
	fs.StringVar(&o.as, "as", "", "format of the output: json (default) or csv")
	fs.StringVar(&o.rejects, "rejects", "", "write rejected rows to `FILE`: line,reason")
	fs.StringVar(&o.zone, "zone", "", "`ZONE` in which days begin (default: UTC)")
	cli.Alias(fs, "zone", "tz")
	fs.StringVar(&o.asOf, "asof", "", "end of observation, a `TIME` (default: the latest date of the input)")
	fs.StringVar(&o.unit, "unit", "week", "unit of time: day, week, month (30.4375 days)")
	fs.StringVar(&o.model, "model", "mbg", "mbg, bgnbd, or auto: the likelier one")
	fs.Float64Var(&o.horizon, "horizon", 52, "how many units ahead")
	fs.Float64Var(&o.discount, "discount", 0.10, "discount per year")
	fs.Float64Var(&o.margin, "margin", 1, "share of the spend that counts as value")
	fs.Float64Var(&o.holdout, "holdout", 0, "units kept for checking; 0 is none")
	fs.StringVar(&o.base, "base", "", "currency into which -rates converts (default: the one without rates)")
	fs.StringVar(&o.rates, "rates", "", "`FILE` with the columns currency, date, rate: units of the base currency for one")
	fs.StringVar(&o.levels, "levels", "0.8", "level of the intervals; of several the first")
	cli.Alias(fs, "levels", "level")
	fs.IntVar(&o.draws, "draws", 1000, "draws for the intervals")
	fs.Uint64Var(&o.seed, "seed", 1, "seed of the draws")
	fs.IntVar(&o.workers, "workers", 1, "accepted for uniformity; the output is the same for any number")
	return fs
}

// plan is the flags, checked.
type plan struct {
	unit    time.Duration
	kinds   []lifetime.Kind
	level   float64
	zone    *time.Location
	asOf    time.Time // zero: the latest of the input
	csv     bool
	outPath string
}

func (o *options) plan() (*plan, error) {
	var p b2b.Problems
	pl := &plan{level: 0.8, outPath: o.out}
	var err error
	if pl.zone, err = cli.ParseZone(o.zone); err != nil {
		p.Add("-zone", err.Error())
		pl.zone = time.UTC
	}
	if o.asOf != "" {
		if pl.asOf, _, err = cli.ParseTime(o.asOf, pl.zone); err != nil {
			p.Add("-asof", err.Error())
		}
	}
	if o.base != "" {
		if _, err := b2b.NewMoney(0, o.base); err != nil {
			p.Add("-base", "not an ISO 4217 code")
		}
	}
	switch o.unit {
	case "day":
		pl.unit = lifetime.Day
	case "week":
		pl.unit = lifetime.Week
	case "month":
		pl.unit = lifetime.Month
	default:
		p.Add("-unit", "not day, week or month")
	}
	if o.model == "auto" {
		pl.kinds = []lifetime.Kind{lifetime.MBGNBD, lifetime.BGNBD}
	} else if kind, err := lifetime.ParseKind(o.model); err != nil || o.model == "" {
		p.Add("-model", "not auto, mbg or bgnbd")
	} else {
		pl.kinds = []lifetime.Kind{kind}
	}
	levels, err := cli.ParseFloats(o.levels)
	switch {
	case err != nil || len(levels) == 0:
		p.Add("-levels", "not a list of numbers")
	case !(levels[0] > 0 && levels[0] < 1):
		p.Add("-levels", "outside (0,1)")
	default:
		pl.level = levels[0]
	}
	for _, f := range [...]struct {
		name string
		bad  bool
	}{
		{"-horizon", !(o.horizon > 0 && o.horizon < 1e6)},
		{"-discount", !(o.discount >= 0 && o.discount < 1e6)},
		{"-margin", !(o.margin > 0 && o.margin < 1e6)},
		{"-holdout", !(o.holdout >= 0 && o.holdout < 1e6)},
		{"-draws", o.draws < 1 || o.draws > 1e6},
		{"-workers", o.workers < 0},
	} {
		if f.bad {
			p.Add(f.name, "out of range")
		}
	}
	switch o.out {
	case "json", "csv":
		pl.csv, pl.outPath = o.out == "csv", ""
		if o.as != "" && o.as != o.out {
			p.Add("-as", "contradicts -out")
		}
	}
	switch o.as {
	case "csv":
		pl.csv = true
	case "", "json":
	default:
		p.Add("-as", "not json or csv")
	}
	return pl, p.Err()
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var o options
	if code, ok := cli.Parse(flags(&o), args, stderr); !ok {
		return code
	}
	pl, err := o.plan()
	if err != nil {
		return cli.Fail(stderr, program, cli.Usage, err)
	}
	var rejects cli.Rejects
	prices, err := loadRates(o.rates, stdin)
	if err != nil {
		return cli.Fail(stderr, program, cli.Unusable, err)
	}
	data, err := read(o.in, stdin, pl.zone, &rejects)
	if errors.Is(err, cli.ErrEmpty) {
		return cli.Fail(stderr, program, cli.NoRow, err)
	}
	if err != nil {
		return cli.Fail(stderr, program, cli.Unusable, err)
	}
	if o.rates != "" {
		data.convert(prices, strings.ToUpper(o.base), pl.zone, &rejects)
	}
	if err := rejects.WriteFile(o.rejects); err != nil {
		return cli.Fail(stderr, program, cli.Unusable, err)
	}
	a := &answer{options: &o, plan: pl, data: data, rejects: &rejects}
	code := a.compute()
	if code == cli.Done || code == cli.Refused && !pl.csv {
		if err := a.write(stdout); err != nil {
			return cli.Fail(stderr, program, cli.Unusable, err)
		}
	}
	if a.err != nil {
		cli.Fail(stderr, program, code, a.err)
	}
	cli.Counts(stderr, "rows", data.rows, "rejected", rejects.Count(), "customers", len(a.summaries), "transactions", a.report.Transactions)
	return code
}

// answer is what the program found.
type answer struct {
	options *options
	plan    *plan
	data    *input
	rejects *cli.Rejects

	asOf       time.Time
	summaries  []lifetime.Summary
	report     lifetime.Report
	model      *lifetime.Model
	spend      *lifetime.Spend
	projection lifetime.Projection
	check      *lifetime.Check
	verdict    funnel.Verdict
	notes      []string
	err        error
}

func (a *answer) note(format string, args ...any) {
	a.notes = append(a.notes, fmt.Sprintf(format, args...))
}

// compute returns the exit code.
func (a *answer) compute() int {
	o, pl := a.options, a.plan
	if len(a.data.transactions) == 0 {
		a.err = errors.New("no usable row")
		return cli.NoRow
	}
	a.asOf = pl.asOf
	if a.asOf.IsZero() {
		for _, t := range a.data.transactions {
			if t.At.After(a.asOf) {
				a.asOf = t.At
			}
		}
		a.note("asof is the latest date of the input")
	}
	for _, name := range a.data.ignored {
		a.note("column %s ignored", name)
	}
	if a.data.rounded > 0 {
		a.note("%d amounts rounded to four decimals", a.data.rounded)
	}
	if strings.Contains(o.levels, ",") {
		a.note("of several levels the first is used")
	}
	config := lifetime.SummaryConfig{AsOf: a.asOf, Unit: pl.unit, Zone: pl.zone}
	if a.summaries, a.report, a.err = lifetime.Summaries(a.data.transactions, config); a.err != nil {
		a.verdict = funnel.Refused
		a.note("%v", a.err)
		return cli.Refused
	}
	if a.report.Later > 0 {
		a.note("%d transactions after asof left out", a.report.Later)
	}
	if a.report.NoPurchase > 0 {
		a.note("%d days net to nothing or less: no purchase", a.report.NoPurchase)
	}
	if len(a.summaries) == 0 {
		a.err = errors.New("no usable row")
		return cli.NoRow
	}
	if a.model, a.err = a.fit(); a.err != nil {
		a.verdict = funnel.Refused
		a.note("no model could be fitted: %v", a.err)
		return cli.Refused
	}
	a.fitSpend()
	a.projection, a.err = a.model.Project(a.summaries, lifetime.ProjectConfig{
		Horizon: o.horizon, Unit: pl.unit, Spend: a.spend, Discount: o.discount, Margin: o.margin, Level: pl.level,
		Draws: o.draws, Source: cli.Seed(o.seed),
	})
	if a.err != nil {
		a.verdict = funnel.Refused
		a.note("%v", a.err)
		return cli.Refused
	}
	if p := a.projection; p.ValueKnown {
		a.note("purchases of all between %s and %s", cli.Num(p.Purchases.Low), cli.Num(p.Purchases.High))
	}
	if o.holdout == 0 {
		a.note("no holdout: the model is not judged")
		return cli.Done
	}
	check, err := lifetime.Holdout(a.data.transactions, lifetime.HoldoutConfig{
		Summary: config, Periods: o.holdout, Kind: a.model.Kind, Level: pl.level, Draws: o.draws, Source: cli.Seed(o.seed),
	})
	if err != nil {
		a.verdict = funnel.TooLittleHistory
		a.note("holdout: %v", err)
		return cli.Done
	}
	a.verdict = check.Verdict
	a.note("holdout: %s", check.Why)
	if check.Verdict == funnel.Refused { // the forecast stands, but nothing is known of its worth
		a.verdict = funnel.TooLittleHistory
		return cli.Done
	}
	a.check = &check
	return cli.Done
}

// fit fits the models asked for and takes the likelier one.
func (a *answer) fit() (best *lifetime.Model, err error) {
	var texts []string
	for _, kind := range a.plan.kinds {
		m, e := lifetime.Fit(a.summaries, kind)
		if e != nil {
			err = e
			texts = append(texts, kind.String()+" "+e.Error())
			continue
		}
		texts = append(texts, kind.String()+" "+cli.Num(m.LogLik))
		if best == nil || m.LogLik > best.LogLik {
			best = m
		}
	}
	if len(a.plan.kinds) > 1 {
		a.note("log-likelihoods: %s", strings.Join(texts, ", "))
	}
	if best != nil {
		return best, nil
	}
	return nil, err
}

// fitSpend fits the model of spend where there are amounts.
func (a *answer) fitSpend() {
	if !a.data.amounts {
		a.note("no column amount: purchases only")
		return
	}
	spend, err := lifetime.FitSpend(a.summaries)
	if err != nil {
		a.note("no model of spend: %v", err)
		return
	}
	a.spend = spend
	if spend.CorrelationKnown && (spend.Correlation > 0.1 || spend.Correlation < -0.1) {
		a.note("spend and number of purchases are correlated (%s), which the model does not know", cli.Num(spend.Correlation))
	}
	if spend.Q <= 1 {
		a.note("spend has no mean where little is known of a customer (q ≤ 1)")
	}
}
