// Command tender prints the brief of one account: who is who and why, the buying group with its roles and gaps, the
// composite journey, what should be held back, the conversion and the forecast, the value of touchpoints, and what to do
// next.
//
//	go run ./examples/tender                         the tender for a CRM project, on data of the example's own
//	go run ./examples/tender -dir FOLDER -account ID the same on your exports; the README has their shapes
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/buyerjourney/b2b/examples/internal/cli"
)

const program = "tender"

// defaultAccount is the account of the tender in the example's own data.
const defaultAccount = "A100"

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

func run(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	fs := flag.NewFlagSet(program, flag.ContinueOnError)
	dir := fs.String("dir", "", "the `FOLDER` with your exports (default: the example's own)")
	account := fs.String("account", "", "the `ID` of the account in the CRM (default: the tender's; with -dir the account with the most traces)")
	asOf := fs.String("asof", "", "answer as of this `TIME`, with what was known then (default: the latest time in the data, with all that is known)")
	zone := fs.String("zone", "UTC", "`ZONE` of times that have none")
	cli.Alias(fs, "zone", "tz")
	asJSON := fs.Bool("json", false, "write JSON")
	out := fs.String("out", "", "write to `FILE` (default: standard output)")
	seed := fs.Uint64("seed", 1, "seed of the intervals")
	if code, ok := cli.Parse(fs, args, stderr); !ok {
		return code
	}
	location, err := cli.ParseZone(*zone)
	if err != nil {
		return cli.Fail(stderr, program, cli.Usage, err)
	}
	var at time.Time
	if *asOf != "" {
		if at, _, err = cli.ParseTime(*asOf, location); err != nil {
			return cli.Fail(stderr, program, cli.Usage, fmt.Errorf("-asof: %w", err))
		}
	}
	progress := cli.NewProgress(stderr, "rows")
	folder, err := newFolder(*dir, location, progress)
	if err != nil {
		return cli.Fail(stderr, program, cli.Unusable, err)
	}
	w, err := build(folder, at)
	progress.Done()
	if err != nil {
		return cli.Fail(stderr, program, cli.Unusable, err)
	}
	id := *account
	switch {
	case id != "":
	case *dir == "":
		id = defaultAccount
	default:
		id = w.busiest()
	}
	b, err := w.brief(context.Background(), id, cli.Seed(*seed))
	if err != nil {
		return cli.Fail(stderr, program, cli.Unusable, err)
	}
	o, err := cli.Create(*out, stdout)
	if err != nil {
		return cli.Fail(stderr, program, cli.Unusable, err)
	}
	if *asJSON {
		err = cli.WriteJSON(o, b)
	} else {
		err = b.print(o)
	}
	if err = errors.Join(err, o.Close()); err != nil {
		return cli.Fail(stderr, program, cli.Unusable, err)
	}
	if n := len(b.Rejected); n > 0 && !*asJSON {
		for _, r := range b.Rejected[:min(n, 20)] {
			fmt.Fprintf(stderr, "%s: %s:%d: %s\n", program, r.File, r.Line, r.Reason)
		}
		if n > 20 {
			fmt.Fprintf(stderr, "%s: and %d more\n", program, n-20)
		}
	}
	c := b.Import
	cli.Counts(stderr, "rows", c.Rows, "accepted", c.Accepted, "rejected", c.Rejected, "profiles", c.Profiles, "persons", c.Persons,
		"accounts", c.Accounts, "journeys", c.Journeys, "deals", c.Deals)
	return cli.Done
}

// busiest is the account with the most rows in the log, of equals the first by id; without one it is the first account
// that is known.
func (w *world) busiest() string {
	best, most := "", -1
	for _, id := range w.in.order {
		account := w.who.AccountOf(w.in.accountKey(id), "", w.asOf)
		n := w.rowsOf[account]
		if n > most || n == most && strings.Compare(id, best) < 0 {
			best, most = id, n
		}
	}
	return best
}
