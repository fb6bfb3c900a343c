package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/buyerjourney/b2b/examples/internal/cli"
	"github.com/buyerjourney/b2b/touchpoint/importance"
)

// plan is what the flags ask for, checked; columns wait for the header.
type plan struct {
	na      []string
	naValue []float64
	config  importance.Config
}

// plan checks all flags and returns every problem at once.
func (o *options) plan() (*plan, error) {
	var problems []error
	add := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	p := &plan{config: importance.Config{
		Replicates: o.Replicates, Level: o.Level, Source: cli.Seed(o.Seed), Workers: o.Workers,
	}}
	if o.outcome == "" {
		add("-outcome is required")
	}
	if len(list(o.drivers)) == 0 {
		add("-drivers is required")
	}
	for t := range strings.SplitSeq(o.na, ",") {
		p.na = append(p.na, strings.TrimSpace(t))
	}
	var err error
	if p.naValue, err = cli.ParseFloats(o.naValue); err != nil {
		add("-na-value: %v", err)
	}
	methods := []string{"lmg", "johnson", "logistic", "first", "car"}
	if p.config.Method, err = importance.ParseMethod(o.method); err != nil || !slices.Contains(methods, p.config.Method.String()) {
		add("-method %q: want one of %s", o.method, strings.Join(methods, ", "))
	}
	if p.config.Cut, err = importance.ParseCut(o.cut); err != nil || p.config.Cut == importance.UnknownCut {
		add("-cut %q: want mean, median or middle", o.cut)
	}
	scale, err := cli.ParseFloats(o.scale)
	switch {
	case err != nil || len(scale) != 0 && len(scale) != 2 || len(scale) == 2 && !(scale[0] < scale[1]):
		add("-scale %q: want MIN,MAX", o.scale)
	case len(scale) == 2:
		p.config.ScaleMin, p.config.ScaleMax = scale[0], scale[1]
	case p.config.Cut == importance.MiddleCut:
		add("-cut middle needs -scale MIN,MAX")
	}
	classes, err := cli.ParseFloats(o.classes)
	if err != nil || len(classes) != 2 || !(0 < classes[0] && classes[0] <= classes[1] && classes[1] <= 1) {
		add("-classes %q: want two shares in order, such as 0.80,0.95", o.classes)
	} else {
		p.config.CoreTo, p.config.SupportedTo = classes[0], classes[1]
	}
	problems = append(problems, o.Check())
	return p, errors.Join(problems...)
}

// list splits a list at commas and trims its parts; empty parts are dropped.
func list(text string) []string {
	var out []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// expand replaces a..b by all columns from a to b, in the order of the header.
func expand(names, header []string) ([]string, error) {
	var out []string
	var problems []error
	find := func(name string) int {
		i := slices.Index(header, name)
		if i < 0 {
			problems = append(problems, fmt.Errorf("no column %q in the header", name))
		}
		return i
	}
	for _, name := range names {
		a, b, span := strings.Cut(name, "..")
		if !span || slices.Contains(header, name) {
			if find(name) >= 0 {
				out = append(out, name)
			}
			continue
		}
		from, to := find(strings.TrimSpace(a)), find(strings.TrimSpace(b))
		switch {
		case from < 0 || to < 0:
		case from > to:
			problems = append(problems, fmt.Errorf("%q: the second column comes first in the header", name))
		default:
			out = append(out, header[from:to+1]...)
		}
	}
	return out, errors.Join(problems...)
}
