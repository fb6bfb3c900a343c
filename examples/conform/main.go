// Command conform holds the journeys of an event log against a model: exact verdicts, cheapest repairs, deviations.
//
//	conform -log events.csv.gz -model net.pnml -precision
//	conform -log events.xes -discover inductive -noise 0.2
//	conform -log running.csv -tree "->( 'a', X( 'b', 'c' ) )" -prefix
//
// The model is a map, a net (JSON or PNML), a process tree (text or PTML), or is discovered in the log itself. Output is
// one JSON object.
//
// Exit codes: 0 done, 1 unusable input, 2 wrong flags.
package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"os"

	"github.com/buyerjourney/b2b/examples/internal/cli"
	"github.com/buyerjourney/b2b/examples/internal/eventlog"
)

const program = "conform"

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// options are the flags as given.
type options struct {
	eventlog.Options
	model, tree, discover string
	noise, zeta           float64
	prefix, precision     bool
	moves                 bool
	maxStates             int
	rules                 string
	judgeTimes            bool      // -zeta was given
	stdin                 io.Reader // for -model -
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var o options
	fs := flag.NewFlagSet(program, flag.ContinueOnError)
	o.Flags(fs)
	fs.StringVar(&o.model, "model", "", "model `FILE`: map or net as JSON, PNML, PTML")
	fs.StringVar(&o.tree, "tree", "", "process tree as `TEXT`")
	fs.StringVar(&o.discover, "discover", "", "`ALGORITHM` that finds the model in the log: inductive")
	fs.Float64Var(&o.noise, "noise", 0, "share of noise that discovery leaves out, in [0,1)")
	fs.BoolVar(&o.prefix, "prefix", false, "the journeys still run")
	fs.IntVar(&o.maxStates, "max-states", 0, "most states per variant; 0 is the default of the library")
	fs.BoolVar(&o.precision, "precision", false, "measure precision")
	fs.StringVar(&o.rules, "rules", "", "`FILE` of declarative rules, a JSON array")
	fs.Float64Var(&o.zeta, "zeta", 0, "judge times by the profile of the log itself: most deviations from the mean")
	fs.BoolVar(&o.moves, "moves", true, "list the moves of each alignment")
	if code, ok := cli.Parse(fs, args, stderr); !ok {
		return code
	}
	o.judgeTimes, o.stdin = cli.Given(fs, "zeta"), stdin
	if err := o.check(); err != nil {
		return eventlog.Fail(stderr, program, cli.Usage, err)
	}
	log, err := eventlog.Read(&o.Options, stdin)
	if err != nil {
		return eventlog.Fail(stderr, program, cli.Unusable, err)
	}
	answer, err := o.answer(context.Background(), log)
	if err != nil {
		return eventlog.Fail(stderr, program, cli.Unusable, err)
	}
	w, err := cli.Create(o.Out, stdout)
	if err != nil {
		return eventlog.Fail(stderr, program, cli.Unusable, err)
	}
	if err := errors.Join(cli.WriteJSON(w, answer), w.Close()); err != nil {
		return eventlog.Fail(stderr, program, cli.Unusable, err)
	}
	log.Summary(stderr)
	return cli.Done
}

func (o *options) check() error {
	err := o.Check()
	given := 0
	for _, s := range []string{o.model, o.tree, o.discover} {
		if s != "" {
			given++
		}
	}
	if given != 1 {
		err = errors.Join(err, errors.New("give one of -model, -tree and -discover"))
	}
	if o.discover != "" && o.discover != "inductive" {
		err = errors.Join(err, errors.New("-discover knows inductive only"))
	}
	if !(o.noise >= 0 && o.noise < 1) {
		err = errors.Join(err, errors.New("-noise is outside [0,1)"))
	}
	if o.maxStates < 0 {
		err = errors.Join(err, errors.New("-max-states is below 0"))
	}
	if o.judgeTimes && !(o.zeta > 0) {
		err = errors.Join(err, errors.New("-zeta is not above 0"))
	}
	if o.model == "-" && o.In == "-" {
		err = errors.Join(err, errors.New("-log and -model cannot both be standard input"))
	}
	return err
}
