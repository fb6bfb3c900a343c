package cli

import (
	"errors"
	"flag"
)

// Files are the flags that name what a program reads and writes.
type Files struct{ In, Out, Rejects string }

// Register adds -in, -out and -rejects to fs.
func (f *Files) Register(fs *flag.FlagSet) {
	fs.StringVar(&f.In, "in", "", "input `FILE` (default: standard input)")
	fs.StringVar(&f.Out, "out", "", "output `FILE` (default: standard output)")
	fs.StringVar(&f.Rejects, "rejects", "", "write rejected rows to `FILE`: line,reason")
}

// Resampling are the flags of intervals by replicates.
type Resampling struct {
	Replicates int
	Seed       uint64
	Level      float64
	Workers    int
}

// Register adds -replicates, with a default, -seed, -level and -workers to fs.
func (r *Resampling) Register(fs *flag.FlagSet, replicates int) {
	fs.IntVar(&r.Replicates, "replicates", replicates, "replicates for intervals; 0 is none")
	fs.Uint64Var(&r.Seed, "seed", 1, "seed of the replicates")
	fs.Float64Var(&r.Level, "level", 0.95, "level of the intervals")
	Alias(fs, "level", "levels")
	fs.IntVar(&r.Workers, "workers", 1, "replicates at the same time; the output is the same for any number")
}

// Check returns what is wrong with the values.
func (r *Resampling) Check() error {
	var problems []error
	if r.Replicates < 0 {
		problems = append(problems, errors.New("-replicates: negative"))
	}
	if r.Workers < 0 {
		problems = append(problems, errors.New("-workers: negative"))
	}
	if !(r.Level > 0 && r.Level < 1) {
		problems = append(problems, errors.New("-level: outside (0,1)"))
	}
	return errors.Join(problems...)
}
