// Command attribute credits channels, or whatever the steps of a path are called, with conversions and their value.
//
//	attribute -in paths.csv -model markov -order auto -replicates 1000
//	attribute -in touches.csv -input touches -model half-life -half-life 7 -lookback 720h
//
// Input is one row per path (path, total_conversions, total_conversion_value, total_null) or one row per touch (customer_id,
// time, channel, conversion, conversion_value). Output is one row per channel with conversions, value, share, removal effects
// and rank, and their intervals if replicates are asked for. Credits show association, not cause.
//
// Exit codes: 0 done, 1 unusable input, 2 wrong flags.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/buyerjourney/b2b/examples/internal/cli"
	"github.com/buyerjourney/b2b/touchpoint/attribution"
)

const program = "attribute"

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// options are the flags as given.
type options struct {
	cli.Files
	cli.Resampling
	input         string
	sep           string
	cols          columns
	zone          string
	location      *time.Location
	model, order  string
	value, nulls  bool
	transform     string
	lookback      string
	halfLife      float64
	position, two string
	skip, decay   string
}

func flags(o *options) *flag.FlagSet {
	fs := flag.NewFlagSet(program, flag.ContinueOnError)
	o.Files.Register(fs)
	fs.StringVar(&o.input, "input", "paths", "one row per path: paths; or per touch: touches")
	fs.StringVar(&o.sep, "sep", ">", "between the steps of a path")
	fs.StringVar(&o.cols.path, "path-col", "path", "column of the path")
	fs.StringVar(&o.cols.conversions, "conversions-col", "total_conversions", "column of the number of conversions")
	fs.StringVar(&o.cols.value, "value-col", "total_conversion_value", "column of their value; 0 where it is absent")
	fs.StringVar(&o.cols.nulls, "null-col", "total_null", "column of the number of walks without conversion; 0 where it is absent")
	fs.StringVar(&o.cols.key, "key-col", "customer_id", "touches: column of the customer")
	fs.StringVar(&o.cols.time, "time-col", "time", "touches: column of the time")
	fs.StringVar(&o.cols.channel, "channel-col", "channel", "touches: column of the channel")
	fs.StringVar(&o.cols.conversion, "conversion-col", "conversion", "touches: column that is 1 where the touch converts")
	fs.StringVar(&o.cols.touchValue, "touch-value-col", "conversion_value", "touches: column of the value; 0 where it is absent")
	fs.StringVar(&o.zone, "zone", "", "touches: `ZONE` of times without one (default: UTC)")
	cli.Alias(fs, "zone", "tz")
	fs.StringVar(&o.model, "model", "markov", "`MODEL`: "+modelNames)
	fs.StringVar(&o.order, "order", "1", "order of the chain, or auto: cross-validated over 1 to 5")
	fs.BoolVar(&o.value, "value", true, "credit value too")
	fs.BoolVar(&o.nulls, "nulls", true, "use paths without a conversion")
	fs.StringVar(&o.transform, "transform", "none", "none or unique: every step; exposure: runs become one; first: each name once; frequency: with its count")
	fs.StringVar(&o.lookback, "lookback", "0", "touches: `AGE` up to which touches count, such as 168h; 0 is no bound")
	fs.Float64Var(&o.halfLife, "half-life", 7, "model half-life: days for touches, steps for paths")
	cli.Alias(fs, "half-life", "halflife")
	fs.StringVar(&o.position, "position", "0.4,0.2,0.4", "model position: first,middle,last")
	fs.StringVar(&o.two, "two", "split", "model position, paths of two steps: split the middle, or renormalise the ends")
	fs.StringVar(&o.skip, "skip", "", "model last-non: the `NAME` to pass over")
	fs.StringVar(&o.decay, "decay", "0.5,168h,24h", "model step-decay: factor, per this time, between steps")
	o.Resampling.Register(fs, 0)
	return fs
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var o options
	if code, ok := cli.Parse(flags(&o), args, stderr); !ok {
		return code
	}
	plan, err := o.plan()
	if err != nil {
		return cli.Fail(stderr, program, cli.Usage, err)
	}
	var rejects cli.Rejects
	set, rows, err := read(&o, stdin, &rejects)
	if e := rejects.WriteFile(o.Rejects); e != nil {
		return cli.Fail(stderr, program, cli.Unusable, errors.Join(err, e))
	}
	if err = rejects.Explain(err); err != nil {
		return cli.Fail(stderr, program, cli.Unusable, err)
	}
	paths, err := plan.transform.Apply(set.Result())
	if err != nil {
		return cli.Fail(stderr, program, cli.Unusable, err)
	}
	progress := cli.NewProgress(stderr, "replicates")
	credits, order, err := plan.credit(paths, stderr, progress)
	progress.Done()
	if err != nil {
		cli.Fail(stderr, program, cli.Unusable, err)
		counts(stderr, rows, rejects.Count(), paths, order, &o)
		return cli.Unusable
	}
	if err := write(&o, credits, stdout); err != nil {
		return cli.Fail(stderr, program, cli.Unusable, err)
	}
	counts(stderr, rows, rejects.Count(), paths, order, &o)
	return cli.Done
}

// credit chooses the order where that is asked for, and credits. order is 0 for a model without one.
func (p *plan) credit(paths *attribution.Paths, stderr io.Writer, progress *cli.Progress) (*attribution.Credits, int, error) {
	model, order := p.model, 0
	if m, ok := model.(attribution.Markov); ok {
		order = m.Order
		if p.auto {
			choice, err := attribution.ChooseOrder(paths, attribution.OrderConfig{})
			if err != nil {
				return nil, 0, err
			}
			report(stderr, choice)
			order = choice.Order
			model = attribution.Markov{Order: order}
		}
	}
	cfg := p.config
	if cfg.Replicates > 0 {
		cfg.Progress = progress.Of
	}
	credits, err := attribution.Attribute(context.Background(), paths, model, cfg)
	return credits, order, err
}

func report(w io.Writer, c *attribution.OrderChoice) {
	for _, l := range c.Losses {
		fmt.Fprintf(w, "order %d: log-loss %s, standard error %s\n", l.Order, cli.Num(l.Loss), cli.Num(l.SE))
	}
	fmt.Fprintf(w, "base rate alone: log-loss %s\n", cli.Num(c.Constant))
	fmt.Fprintf(w, "chosen: order %d\n", c.Order)
	if !c.Beats {
		fmt.Fprintln(w, "no order predicts conversion better than the base rate")
	}
}

func counts(w io.Writer, rows, rejected int, paths *attribution.Paths, order int, o *options) {
	total, nulls := paths.Totals()
	none, lost := paths.Unattributed()
	conv, null := total.Conversions-none.Conversions, nulls-lost
	if !o.nulls {
		null = 0
	}
	p := ""
	if conv+null > 0 {
		p = cli.Num(conv / (conv + null))
	}
	k := ""
	if order > 0 {
		k = cli.Num(float64(order))
	}
	cli.Counts(w, "rows", rows, "rejected", rejected, "conversions", total.Conversions, "nulls", nulls,
		"value", total.Value, "p_conv", p, "order", k)
}
