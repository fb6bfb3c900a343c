// Command drivers says from a survey which touchpoints matter for an overall judgement, and how sure that is.
//
//	drivers -in survey.csv -outcome Satisfaction -positive satisfied -drivers "Ease of booking..Baggage handling" -na-value 0
//
// Input is one row per respondent; output one row per driver, sorted by importance: performance, correlation, regression,
// relative weights (LMG, Johnson, CAR), share with interval, rank, quadrant of the importance-performance chart and value
// class, with how stable they are over replicates.
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

	"github.com/buyerjourney/b2b/examples/internal/cli"
	"github.com/buyerjourney/b2b/touchpoint/importance"
)

const program = "drivers"

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// options are the flags as given.
type options struct {
	cli.Files
	cli.Resampling
	outcome, positive string
	drivers, stated   string
	na, naValue       string
	method, cut       string
	scale, classes    string
	weight, cluster   string
}

func flags(o *options) *flag.FlagSet {
	fs := flag.NewFlagSet(program, flag.ContinueOnError)
	o.Files.Register(fs)
	fs.StringVar(&o.outcome, "outcome", "", "`COLUMN` of the overall judgement (required)")
	fs.StringVar(&o.positive, "positive", "", "the outcome is 1 where it reads `TEXT`, whatever the case, else 0")
	fs.StringVar(&o.drivers, "drivers", "", "`COLUMNS` of the ratings, with commas; a..b is all from a to b (required)")
	fs.StringVar(&o.stated, "stated", "", "`COLUMNS` of stated importance, parallel to -drivers")
	fs.StringVar(&o.na, "na", ",NA,N/A,NaN,null", "`TEXTS` that mean missing, with commas")
	fs.StringVar(&o.naValue, "na-value", "", "`NUMBERS` that mean missing in drivers and stated, such as 0")
	fs.StringVar(&o.method, "method", "lmg", "importance: lmg, johnson, logistic, first or car")
	fs.StringVar(&o.cut, "cut", "mean", "of the chart: mean, median or middle (of -scale)")
	fs.StringVar(&o.scale, "scale", "", "`MIN,MAX` of the ratings")
	fs.StringVar(&o.classes, "classes", "0.80,0.95", "cumulative shares at which core and supporting end")
	fs.StringVar(&o.weight, "weight", "", "`COLUMN` of weights")
	fs.StringVar(&o.cluster, "cluster", "", "`COLUMN` of rows that belong together, such as the account")
	o.Resampling.Register(fs, 200)
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
	sample, code, err := read(&o, plan, stdin, &rejects)
	if e := rejects.WriteFile(o.Rejects); e != nil {
		return cli.Fail(stderr, program, cli.Unusable, errors.Join(err, e))
	}
	if err = rejects.Explain(err); err != nil {
		return cli.Fail(stderr, program, code, err)
	}
	progress := cli.NewProgress(stderr, "replicates")
	cfg := plan.config
	cfg.Progress = progress.Of
	a, err := importance.Analyse(context.Background(), sample, cfg)
	progress.Done()
	if err != nil {
		cli.Fail(stderr, program, cli.Unusable, err)
		counts(stderr, sample, rejects.Count(), nil)
		return cli.Unusable
	}
	if err := write(&o, a, stdout); err != nil {
		return cli.Fail(stderr, program, cli.Unusable, err)
	}
	counts(stderr, sample, rejects.Count(), a)
	return cli.Done
}

func counts(w io.Writer, s *importance.Sample, rejected int, a *importance.Analysis) {
	all, used := s.Rows()
	r2, rho, agree := "", "", ""
	if a != nil {
		r2 = cli.Num(a.R2.Value)
		if c := a.Conflict; c != nil {
			rho = cli.Optional(c.Spearman.Value, c.HasSpearman)
			agree = cli.Num(c.QuadrantsAgree)
		}
	}
	if rejected > 0 {
		fmt.Fprintf(w, "rejected=%d\n", rejected)
	}
	cli.Counts(w, "rows", all+int64(rejected), "used", used, "missing", all-used, "r2", r2,
		"spearman_stated", rho, "quadrants_agree", agree)
}
