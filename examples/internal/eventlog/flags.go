// Package eventlog reads the event logs of the programs discover and conform: comma-separated values or XES.
package eventlog

import (
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/buyerjourney/b2b/examples/internal/cli"
)

// Options are the flags that both programs have.
type Options struct {
	In, Format                                                      string
	Case, Activity, Timestamp, Resource, Role, Lifecycle, Start, ID string
	Sep, Layout, TZ, Ties, Only                                     string
	Rejects, Out                                                    string
	Workers                                                         int

	comma rune
	zone  *time.Location
}

// Flags adds the flags to a set.
func (o *Options) Flags(fs *flag.FlagSet) {
	fs.StringVar(&o.In, "log", "", "event log `FILE`, also gzip; - is standard input")
	cli.Alias(fs, "log", "in")
	fs.StringVar(&o.Format, "format", "auto", "auto, csv or xes; auto looks at the content")
	fs.StringVar(&o.Case, "case", "case", "column of the case")
	fs.StringVar(&o.Activity, "activity", "activity", "column of the activity")
	fs.StringVar(&o.Timestamp, "timestamp", "timestamp", "column of the time of completion")
	fs.StringVar(&o.Resource, "resource", "resource", "column of the resource")
	fs.StringVar(&o.Role, "role", "role", "column of the role")
	fs.StringVar(&o.Lifecycle, "lifecycle", "lifecycle", "column of the lifecycle transition")
	fs.StringVar(&o.Start, "start", "start", "column of the time of the start")
	fs.StringVar(&o.ID, "id", "id", "column of the event's id")
	fs.StringVar(&o.Sep, "sep", ",", "`SIGN` between columns")
	fs.StringVar(&o.Layout, "layout", "", "Go `LAYOUT` of times; default RFC 3339 and its relatives")
	fs.StringVar(&o.TZ, "tz", "UTC", "zone of times that give none")
	cli.Alias(fs, "tz", "zone")
	fs.StringVar(&o.Ties, "ties", "file", "what decides between equal times: file (order in the file) or id")
	fs.StringVar(&o.Only, "lifecycle-only", "", "keep only rows with this `VALUE` of the lifecycle, without case")
	fs.StringVar(&o.Rejects, "rejects", "", "write rejected rows to `FILE`: line,reason")
	fs.StringVar(&o.Out, "out", "", "output `FILE` (default: standard output)")
	fs.IntVar(&o.Workers, "workers", 1, "goroutines; the output is the same for any number")
}

// Check finds mistakes in the values of the flags.
func (o *Options) Check() error {
	var bad []string
	if o.In == "" {
		bad = append(bad, "-log is needed")
	}
	if o.Format != "auto" && o.Format != "csv" && o.Format != "xes" {
		bad = append(bad, fmt.Sprintf("-format %q is none of auto, csv, xes", o.Format))
	}
	if o.Ties != "file" && o.Ties != "id" {
		bad = append(bad, fmt.Sprintf("-ties %q is none of file, id", o.Ties))
	}
	if o.Workers < 1 {
		bad = append(bad, "-workers is below 1")
	}
	var err error
	if o.comma, err = cli.ParseComma(o.Sep); err != nil {
		bad = append(bad, "-sep: "+err.Error())
	}
	if o.zone, err = cli.ParseZone(o.TZ); err != nil {
		bad = append(bad, "-tz: "+err.Error())
	}
	if bad != nil {
		return fmt.Errorf("%s", strings.Join(bad, "\n"))
	}
	return nil
}

// shown is the number of problems that are listed.
const shown = 20

// Fail writes the problems in err to stderr, at most 20 and then how many more, and returns code.
func Fail(stderr io.Writer, program string, code int, err error) int {
	lines := strings.Split(err.Error(), "\n")
	for i, line := range lines {
		if i == shown {
			fmt.Fprintf(stderr, "%s: and %d more\n", program, len(lines)-shown)
			break
		}
		fmt.Fprintf(stderr, "%s: %s\n", program, line)
	}
	return code
}
