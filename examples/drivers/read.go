package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/buyerjourney/b2b/examples/internal/cli"
	"github.com/buyerjourney/b2b/touchpoint/importance"
)

// reader turns records into rows of the survey.
type reader struct {
	o               *options
	p               *plan
	t               *cli.Table
	outcome         int
	drivers, stated []int
	weight, cluster int
	names           importance.SurveyConfig
}

// read reads the survey; code is the exit code that belongs to an error.
func read(o *options, p *plan, stdin io.Reader, rejects *cli.Rejects) (sample *importance.Sample, code int, err error) {
	in, err := cli.Open(o.In, stdin)
	if err != nil {
		return nil, cli.Unusable, err
	}
	defer func() {
		if err2 := in.Close(); err2 != nil {
			code, err = cli.Unusable, errors.Join(err, err2)
		}
	}()
	t, err := cli.NewTable(in, cli.Options{Trim: true, Rejects: rejects})
	if err != nil {
		return nil, cli.Unusable, err
	}
	r := &reader{o: o, p: p, t: t, weight: -1, cluster: -1}
	if code, err := r.columns(); err != nil {
		return nil, code, err
	}
	survey, err := importance.NewSurvey(r.names)
	if err != nil {
		return nil, cli.Usage, err
	}
	row := importance.Row{Drivers: make([]importance.Answer, len(r.drivers)), Stated: make([]importance.Answer, len(r.stated))}
	for t.Next() {
		err := r.row(&row)
		if err == nil {
			err = survey.Add(row)
		}
		if err != nil {
			rejects.Add(t.Line(), strings.ReplaceAll(err.Error(), "\n", "; "))
		}
	}
	if err := t.Err(); err != nil {
		return nil, cli.Unusable, err
	}
	if rejects.Count() == t.Rows() {
		return nil, cli.Unusable, cli.ErrNoRow
	}
	return survey.Result(), cli.Done, nil
}

// columns finds the columns in the header. A stated list that is not parallel is a wrong flag; a missing column is unusable
// input.
func (r *reader) columns() (code int, err error) {
	header := r.t.Header()
	drivers, err1 := expand(list(r.o.drivers), header)
	stated, err2 := expand(list(r.o.stated), header)
	one := func(name string) (int, error) {
		if name == "" {
			return -1, nil
		}
		i, ok := r.t.Col(name)
		if !ok {
			return -1, fmt.Errorf("no column %q in the header", name)
		}
		return i, nil
	}
	var errs [3]error
	r.outcome, errs[0] = one(r.o.outcome)
	r.weight, errs[1] = one(r.o.weight)
	r.cluster, errs[2] = one(r.o.cluster)
	if err := errors.Join(errs[0], err1, err2, errs[1], errs[2]); err != nil {
		return cli.Unusable, err
	}
	if len(stated) > 0 && len(stated) != len(drivers) {
		return cli.Usage, fmt.Errorf("-stated has %d columns, -drivers %d", len(stated), len(drivers))
	}
	if r.drivers, err = r.t.Cols(drivers...); err != nil {
		return cli.Unusable, err
	}
	if r.stated, err = r.t.Cols(stated...); err != nil {
		return cli.Unusable, err
	}
	r.names = importance.SurveyConfig{Outcome: r.o.outcome, Drivers: drivers, Stated: stated, Missing: r.p.naValue}
	return cli.Done, nil
}

// row fills row from the present record.
func (r *reader) row(row *importance.Row) error {
	var problems []error
	number := func(i int) importance.Answer {
		cell := r.t.Field(i)
		if r.missing(cell) {
			return importance.Answer{}
		}
		x, err := strconv.ParseFloat(cell, 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			problems = append(problems, fmt.Errorf("%s: not a number", r.t.Header()[i]))
		}
		return importance.Answered(x)
	}
	for k, i := range r.drivers {
		row.Drivers[k] = number(i)
	}
	for k, i := range r.stated {
		row.Stated[k] = number(i)
	}
	switch cell := r.t.Field(r.outcome); {
	case r.o.positive == "":
		row.Outcome = number(r.outcome)
	case cell == "" || r.missing(cell):
		row.Outcome = importance.Answer{}
	case strings.EqualFold(cell, strings.TrimSpace(r.o.positive)):
		row.Outcome = importance.Answered(1)
	default:
		row.Outcome = importance.Answered(0)
	}
	row.Group = r.t.Field(r.cluster)
	row.Weight = importance.Answer{}
	if r.weight >= 0 {
		row.Weight = number(r.weight)
		if !row.Weight.Given {
			row.Outcome = importance.Answer{} // rows complete in the weight too are used
		}
	}
	return errors.Join(problems...)
}

func (r *reader) missing(cell string) bool {
	for _, t := range r.p.na {
		if strings.EqualFold(cell, t) {
			return true
		}
	}
	return false
}
