// Roles reads how often each person took each step and says which role each person probably plays, how well that works on
// the persons whose role is known, or which steps seem to belong to one role.
//
//	roles -counts counts.csv                    one row per person, with the evidence
//	roles -counts counts.csv -mode evaluate     leave one person out after the other
//	roles -counts counts.csv -mode discover     group the steps without looking at labels
//
// The input has the columns person, step, n and, if roles are known, label; flags name others. Rows that cannot be used go
// to standard error as FILE:LINE: column: reason.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/buyerjourney/b2b"
	"github.com/buyerjourney/b2b/dmu/inference"
	"github.com/buyerjourney/b2b/examples/internal/cli"
)

const program = "roles"

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// settings is what the flags say.
type settings struct {
	counts, titles                     string
	person, step, n, label, title      string
	group, rawLimits, mode, format     string
	out, rejects, rawPrior, rawFitCaps string
	alpha, maxEvents, titleAlpha       float64
	maxTokens, minKL, minMargin        float64
	discoverAlpha                      float64
	minCount                           int64
	minPersons, top                    int
	strict                             bool
	fitCaps                            []float64
	limits                             []inference.Limit
	config                             inference.Config
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	s, code, ok := parse(args, stderr)
	if !ok {
		return code
	}
	data, err := load(s, stdin)
	if err != nil {
		return cli.Fail(stderr, program, cli.Unusable, err)
	}
	data.complain(stderr)
	if err := data.rejects.WriteFile(s.rejects); err != nil {
		return cli.Fail(stderr, program, cli.Unusable, err)
	}
	people := data.choose(s)
	w, err := cli.Create(s.out, stdout)
	if err == nil {
		switch s.mode {
		case "score":
			err = score(w, stderr, s, people)
		case "evaluate":
			err = evaluate(w, stderr, s, people)
		default:
			err = discover(w, stderr, s, people)
		}
		err = errors.Join(err, w.Close())
	}
	code = cli.Done
	if bad, isUsage := errors.AsType[usageError](err); isUsage {
		code = cli.Fail(stderr, program, cli.Usage, bad)
	} else if err != nil {
		code = cli.Fail(stderr, program, cli.Unusable, err)
	}
	labelled, labels := people.labelled()
	cli.Counts(stderr, "accepted", data.accepted, "rejected", data.rejects.Count(), "persons", len(people.list),
		"labelled", labelled, "labels", len(labels))
	if code == cli.Done && s.strict && data.rejects.Count() > 0 {
		return cli.Unusable
	}
	return code
}

// usageError is a flag value that does not fit the data.
type usageError struct{ error }

func parse(args []string, stderr io.Writer) (s settings, code int, ok bool) {
	fs := flag.NewFlagSet(program, flag.ContinueOnError)
	fs.StringVar(&s.counts, "counts", "", "`FILE` with person, step, n and perhaps label; - is standard input")
	fs.StringVar(&s.person, "person", "person", "`COLUMN` of the person")
	fs.StringVar(&s.step, "step", "step", "`COLUMN` of the step")
	fs.StringVar(&s.n, "n", "n", "`COLUMN` of the count")
	fs.StringVar(&s.label, "label", "label", "`COLUMN` of the known role")
	fs.StringVar(&s.titles, "titles", "", "`FILE` with person and job title")
	fs.StringVar(&s.title, "title", "title", "`COLUMN` of the job title")
	fs.StringVar(&s.mode, "mode", "score", "score, evaluate or discover")
	fs.Float64Var(&s.alpha, "alpha", inference.DefaultAlpha, "pseudo-count of each step, above 0")
	fs.Float64Var(&s.maxEvents, "cap", inference.DefaultCap, "effective number of events of one person; 0 is uncapped")
	fs.StringVar(&s.rawFitCaps, "fit-cap", "", "choose the cap from this `LIST` by leave-one-out log loss; below 1 it shrinks to the prior")
	fs.Float64Var(&s.titleAlpha, "title-alpha", inference.DefaultTitleAlpha, "pseudo-count of each title token, above 0")
	fs.Float64Var(&s.maxTokens, "title-cap", inference.DefaultTitleCap, "effective number of title tokens; 0 is uncapped")
	fs.StringVar(&s.rawPrior, "prior", "empirical", "empirical or uniform")
	fs.Int64Var(&s.minCount, "min-count", 0, "leave out persons with fewer events")
	fs.IntVar(&s.minPersons, "min-persons", 2, "labels of fewer persons count as unlabelled")
	fs.Float64Var(&s.minKL, "min-kl", inference.DefaultMinKL, "nats that a decided verdict learned at least")
	fs.Float64Var(&s.minMargin, "min-margin", inference.DefaultMinMargin, "lead in probability of a decided verdict")
	fs.IntVar(&s.top, "top", 3, "number of pieces of evidence shown")
	fs.StringVar(&s.group, "group", "", "`COLUMN` of the group that is assigned jointly")
	fs.StringVar(&s.rawLimits, "limits", "", "`LIST` of role=MIN..MAX, such as decider=1..1,legal=1..")
	fs.Float64Var(&s.discoverAlpha, "discover-alpha", inference.DefaultDiscoverAlpha, "concentration of discovery, above 0")
	fs.StringVar(&s.format, "format", "csv", "csv or text")
	fs.BoolVar(&s.strict, "strict", false, "exit 1 if any row was rejected")
	fs.StringVar(&s.out, "out", "", "output `FILE` (default: standard output)")
	fs.StringVar(&s.rejects, "rejects", "", "`FILE` for rejected rows: line,reason")
	cli.Alias(fs, "counts", "in")
	if code, ok = cli.Parse(fs, args, stderr); !ok {
		return s, code, false
	}
	if err := s.check(); err != nil {
		return s, cli.Fail(stderr, program, cli.Usage, err), false
	}
	return s, cli.Done, true
}

func (s *settings) check() error {
	var p b2b.Problems
	need := func(ok bool, flag, reason string) {
		if !ok {
			p.Add("-"+flag, reason)
		}
	}
	need(s.counts != "", "counts", "missing")
	need(s.mode == "score" || s.mode == "evaluate" || s.mode == "discover", "mode", "not score, evaluate or discover")
	need(s.format == "csv" || s.format == "text", "format", "not csv or text")
	need(s.rawPrior == "empirical" || s.rawPrior == "uniform", "prior", "not empirical or uniform")
	for _, f := range []struct {
		flag     string
		x        float64
		positive bool
	}{
		{"alpha", s.alpha, true},
		{"title-alpha", s.titleAlpha, true},
		{"discover-alpha", s.discoverAlpha, true},
		{"cap", s.maxEvents, false},
		{"title-cap", s.maxTokens, false},
		{"min-kl", s.minKL, false},
		{"min-margin", s.minMargin, false},
	} {
		switch {
		case f.positive:
			need(f.x > 0 && f.x <= 1e300, f.flag, "not a number above 0")
		default:
			need(f.x >= 0 && f.x <= 1e300, f.flag, "not a number of at least 0")
		}
	}
	need(s.top >= 0, "top", "negative")
	need(s.minCount >= 0, "min-count", "negative")
	need(s.minPersons >= 0, "min-persons", "negative")
	var err error
	if s.fitCaps, err = cli.ParseFloats(s.rawFitCaps); err != nil {
		p.Add("-fit-cap", err.Error())
	}
	for _, c := range s.fitCaps {
		need(c >= 0, "fit-cap", "negative")
	}
	if s.limits, err = parseLimits(s.rawLimits); err != nil {
		p.Join("-limits", err)
	}
	s.config = inference.Config{
		Alpha: s.alpha, Cap: orNone(s.maxEvents), TitleAlpha: s.titleAlpha, TitleCap: orNone(s.maxTokens),
		MinKL: orNone(s.minKL), MinMargin: orNone(s.minMargin),
	}
	if s.rawPrior == "uniform" {
		s.config.Prior = inference.Uniform
	}
	return p.Err()
}

// orNone turns the 0 of a flag, which means no cap or no threshold, into the library's form of it.
func orNone(x float64) float64 {
	if x == 0 {
		return -1
	}
	return x
}

// parseLimits reads decider=1..1,legal=1..; an omitted bound is none.
func parseLimits(text string) ([]inference.Limit, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	var p b2b.Problems
	var list []inference.Limit
	seen := map[string]bool{}
	for i, item := range strings.Split(text, ",") {
		path := "[" + strconv.Itoa(i) + "]"
		eq := strings.LastIndex(item, "=")
		if eq < 0 {
			p.Add(path, "not role=MIN..MAX")
			continue
		}
		seat := strings.TrimSpace(item[:eq])
		lo, hi, found := strings.Cut(strings.TrimSpace(item[eq+1:]), "..")
		l := inference.Limit{Seat: b2b.SeatID(seat)}
		var err, err2 error
		if lo != "" {
			l.Min, err = strconv.Atoi(lo)
		}
		if hi != "" {
			if l.Max, err2 = strconv.Atoi(hi); l.Max == 0 && err2 == nil {
				l.Max = -1 // nobody
			}
		}
		switch {
		case !found || seat == "" || err != nil || err2 != nil || l.Min < 0 || l.Max < -1:
			p.Add(path, "not role=MIN..MAX")
		case hi != "" && max(l.Max, 0) < l.Min:
			p.Add(path, "MAX below MIN")
		case seen[seat]:
			p.Add(path, "role repeated")
		}
		seen[seat] = true
		list = append(list, l)
	}
	return list, p.Err()
}

func fixed(x float64) string { return fmt.Sprintf("%.6f", x) }
