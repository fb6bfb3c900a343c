package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
)

// Exit codes.
const (
	Done     = 0 // the output is complete; rejected rows alone do not change that
	Unusable = 1 // the input cannot be read or used
	Usage    = 2 // a flag is unknown, has no such value, or is missing
	NoRow    = 3 // the input has no usable row
	Refused  = 4 // the data do not bear the answer that was asked for
)

// Alias registers a second name for a flag: both set the same value.
func Alias(fs *flag.FlagSet, name, alias string) {
	fs.Var(fs.Lookup(name).Value, alias, "the same as -"+name)
}

// Parse parses the flags. Where ok is false the program ends with code: Done
// after -h, Usage after a mistake, which it has told stderr. Arguments that are
// no flags are a mistake.
func Parse(fs *flag.FlagSet, args []string, stderr io.Writer) (code int, ok bool) {
	fs.SetOutput(stderr)
	err := fs.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return Done, false
	case err != nil:
		return Usage, false
	case fs.NArg() > 0:
		fmt.Fprintf(stderr, "%s: argument %q is no flag\n", fs.Name(), fs.Arg(0))
		fs.Usage()
		return Usage, false
	}
	return Done, true
}

// Given says whether the flag was set, under its own name or one of the aliases.
func Given(fs *flag.FlagSet, names ...string) bool {
	given := false
	fs.Visit(func(f *flag.Flag) {
		for _, name := range names {
			given = given || f.Name == name
		}
	})
	return given
}

// maxComplaints bounds how many problems [Fail] lists.
const maxComplaints = 100

// Fail writes the problems in err to stderr, each on a line after the program's
// name, at most 100 and then how many more; it returns code.
func Fail(stderr io.Writer, program string, code int, err error) int {
	lines := strings.Split(err.Error(), "\n")
	for i, line := range lines {
		if i == maxComplaints {
			fmt.Fprintf(stderr, "%s: and %d more\n", program, len(lines)-i)
			break
		}
		fmt.Fprintf(stderr, "%s: %s\n", program, line)
	}
	return code
}

// ParseFloats reads a list of finite numbers with commas between them, such as
// `0.5,0.8,0.95`; an empty text is an empty list.
func ParseFloats(s string) ([]float64, error) {
	if strings.TrimSpace(s) == "" {
		return nil, nil
	}
	var list []float64
	for part := range strings.SplitSeq(s, ",") {
		f, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, fmt.Errorf("not a number: %q", part)
		}
		list = append(list, f)
	}
	return list, nil
}

// Seed is the source of randomness that belongs to -seed.
func Seed(seed uint64) rand.Source { return rand.NewPCG(seed, 0) }
