// Command link finds which records of one or several files belong to one person or company.
//
//	link -config c.json -in a.csv[,b.csv…] [-out out.csv] [-truth t.csv] [-eval e.json] [-explain A,B] [-pairs]
//	     [-review r.csv] [-related rel.csv] [-model m.json] [-save-model m.json] [-threshold 0.95] [-seed 1] [-workers 1]
//	     [-show-values]
//
// The configuration names the columns and their kinds; all else has defaults. Output is one row per record with the id of
// its entity. See the configurations in the folder configs, and the README of the package stitch/match for the method.
//
// Exit codes: 0 done; 1 problems in the data or the configuration, all of them on standard error, with the output of the
// good records written if only records were bad; 2 wrong flags.
package main

import (
	"errors"
	"flag"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/examples/internal/cli"
)

const program = "link"

func main() {
	debug.SetGCPercent(180) // most of the memory is there to stay; the limit keeps the peak down
	debug.SetMemoryLimit(1500 << 20)
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// options are the flags as given.
type options struct {
	config, in, out, truth, eval, explain, review, related, model, saveModel string
	pairs, showValues                                                        bool
	threshold                                                                float64
	seed                                                                     uint64
	workers                                                                  int
}

func flags(o *options) *flag.FlagSet {
	fs := flag.NewFlagSet(program, flag.ContinueOnError)
	fs.StringVar(&o.config, "config", "", "configuration `FILE` (JSON)")
	fs.StringVar(&o.in, "in", "", "input `FILES`, with commas between them")
	fs.StringVar(&o.out, "out", "", "output `FILE` (default: standard output)")
	fs.StringVar(&o.truth, "truth", "", "`FILE` with the true clusters or pairs")
	fs.StringVar(&o.eval, "eval", "", "write the evaluation as JSON to `FILE` (default with a truth: text on standard error)")
	fs.StringVar(&o.explain, "explain", "", "explain the pair of record `IDS` A,B on standard output")
	fs.BoolVar(&o.pairs, "pairs", false, "score each row of the input as a pair")
	fs.StringVar(&o.review, "review", "", "write doubtful pairs to `FILE`")
	fs.StringVar(&o.related, "related", "", "write related entities to `FILE`")
	fs.StringVar(&o.model, "model", "", "use the model in `FILE` instead of training")
	fs.StringVar(&o.saveModel, "save-model", "", "write the model to `FILE`")
	fs.Float64Var(&o.threshold, "threshold", 0, "probability from which pairs are linked (default: the configuration's, 0.95)")
	fs.Uint64Var(&o.seed, "seed", 1, "seed of the random draws")
	fs.IntVar(&o.workers, "workers", 1, "goroutines; any number gives the same output")
	fs.BoolVar(&o.showValues, "show-values", false, "show values in explanations")
	return fs
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var o options
	fs := flags(&o)
	if code, ok := cli.Parse(fs, args, stderr); !ok {
		return code
	}
	if err := o.check(fs); err != nil {
		return cli.Fail(stderr, program, cli.Usage, err)
	}
	cfg, err := readConfig(o.config, stdin)
	if err != nil {
		return cli.Fail(stderr, program, cli.Unusable, err)
	}
	if o.threshold > 0 {
		cfg.Thresholds.Auto = o.threshold
		cfg.Thresholds.Review = min(cfg.Thresholds.Review, o.threshold)
	}
	files := strings.Split(o.in, ",")
	if o.pairs {
		err = scorePairs(&o, cfg, files, stdin, stdout, stderr)
	} else {
		err = link(&o, cfg, files, stdin, stdout, stderr)
	}
	if err != nil {
		return cli.Fail(stderr, program, cli.Unusable, err)
	}
	return cli.Done
}

func (o *options) check(fs *flag.FlagSet) error {
	var list []error
	add := func(text string) { list = append(list, errors.New(text)) }
	if o.config == "" {
		add("-config is needed")
	}
	if o.in == "" {
		add("-in is needed")
	}
	if cli.Given(fs, "threshold") && !(o.threshold > 0 && o.threshold < 1) {
		add("-threshold must lie between 0 and 1")
	}
	if o.workers < 0 {
		add("-workers must not be negative")
	}
	if o.pairs && (o.explain != "" || o.review != "" || o.related != "" || o.model != "" || o.saveModel != "" || o.truth != "") {
		add("-pairs goes with -config, -in, -out and -eval only")
	}
	return errors.Join(list...)
}

// problems collects problems of the data that leave the rest usable.
type problems = b2b.Problems
