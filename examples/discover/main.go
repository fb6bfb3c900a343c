// Command discover finds the process behind an event log: directly-follows graph, variants, times, a process tree.
//
//	discover -log events.csv.gz -top 20
//	discover -log events.xes -sections tree,footprints -noise 0.2
//
// Input is comma-separated values or XES; output is one JSON object.
//
// Exit codes: 0 done, 1 unusable input, 2 wrong flags.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/buyerjourney/b2b/examples/internal/cli"
	"github.com/buyerjourney/b2b/examples/internal/eventlog"
)

const program = "discover"

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// options are the flags as given.
type options struct {
	eventlog.Options
	top, accumulate int
	sections        string
	noise           float64
}

// sectionNames are the parts of the output that can be asked for.
var sectionNames = []string{"dfg", "start", "end", "performance", "variants", "durations", "efg", "footprints", "rework", "tree", "dependency"}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var o options
	fs := flag.NewFlagSet(program, flag.ContinueOnError)
	o.Flags(fs)
	fs.IntVar(&o.top, "top", 0, "variants that are listed; 0 is all")
	fs.StringVar(&o.sections, "sections", "dfg,start,end,performance,variants,durations", "parts of the output: "+strings.Join(sectionNames, ","))
	fs.Float64Var(&o.noise, "noise", 0, "share of noise that the tree leaves out, in [0,1)")
	fs.IntVar(&o.accumulate, "accumulate", 0, "`PARTS` of the cases that are counted apart and merged; medians are null then; 0 counts at once")
	if code, ok := cli.Parse(fs, args, stderr); !ok {
		return code
	}
	want, err := o.check()
	if err != nil {
		return eventlog.Fail(stderr, program, cli.Usage, err)
	}
	log, err := eventlog.Read(&o.Options, stdin)
	if err != nil {
		return eventlog.Fail(stderr, program, cli.Unusable, err)
	}
	answer, err := o.answer(log, want)
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

// check finds mistakes in the flags and returns the sections that are asked for.
func (o *options) check() (map[string]bool, error) {
	err := o.Check()
	if o.top < 0 {
		err = errors.Join(err, errors.New("-top is below 0"))
	}
	if o.accumulate < 0 {
		err = errors.Join(err, errors.New("-accumulate is below 0"))
	}
	if !(o.noise >= 0 && o.noise < 1) {
		err = errors.Join(err, errors.New("-noise is outside [0,1)"))
	}
	want := map[string]bool{}
	for name := range strings.SplitSeq(o.sections, ",") {
		name = strings.TrimSpace(name)
		if name != "" && !slices.Contains(sectionNames, name) {
			err = errors.Join(err, fmt.Errorf("-sections: %q is none of %s", name, strings.Join(sectionNames, ",")))
		}
		want[name] = true
	}
	return want, err
}
