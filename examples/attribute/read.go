package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/buyerjourney/b2b/examples/internal/cli"
	"github.com/buyerjourney/b2b/touchpoint/attribution"
)

// columns are the names of the columns.
type columns struct {
	path, conversions, value, nulls            string
	key, time, channel, conversion, touchValue string
}

// read reads the input into a set of paths.
func read(o *options, stdin io.Reader, rejects *cli.Rejects) (set *attribution.PathSet, rows int, err error) {
	r, err := cli.Open(o.In, stdin)
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	// The steps of a path are trimmed one by one: blanks at its ends may belong to a separator.
	t, err := cli.NewTable(r, cli.Options{Trim: o.input == "touches", Rejects: rejects})
	if err != nil {
		return nil, 0, err
	}
	if o.input == "touches" {
		set, err = readTouches(o, t, rejects)
	} else {
		set, err = readPaths(o, t, rejects)
	}
	if err == nil {
		err = t.Err()
	}
	if err == nil && rejects.Count() == t.Rows() {
		err = cli.ErrNoRow
	}
	return set, t.Rows(), err
}

func readPaths(o *options, t *cli.Table, rejects *cli.Rejects) (*attribution.PathSet, error) {
	must, err := t.Cols(o.cols.path, o.cols.conversions)
	if err != nil {
		return nil, err
	}
	valueCol, _ := t.Col(o.cols.value)
	nullCol, _ := t.Col(o.cols.nulls)
	set := new(attribution.PathSet)
	for t.Next() {
		conversions, err1 := count(t.Field(must[1]), o.cols.conversions)
		nulls, err2 := count(t.Field(nullCol), o.cols.nulls)
		value, err3 := amount(t.Field(valueCol), o.cols.value)
		err := errors.Join(err1, err2, err3)
		if err == nil {
			err = set.AddText(t.Field(must[0]), o.sep, conversions, nulls, value)
		}
		if err != nil {
			rejects.Add(t.Line(), oneLine(err))
		}
	}
	return set, nil
}

func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }

// count reads a number of conversions or nulls; an empty cell is 0.
func count(cell, name string) (int64, error) {
	if cell = strings.TrimSpace(cell); cell == "" {
		return 0, nil
	}
	if n, err := strconv.ParseInt(cell, 10, 64); err == nil {
		return n, nil
	}
	f, err := strconv.ParseFloat(cell, 64) // a spreadsheet may write 3.0
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, fmt.Errorf("%s: not a whole number", name)
	}
	return int64(f), nil
}

// amount reads a value; an empty cell is 0.
func amount(cell, name string) (float64, error) {
	if cell = strings.TrimSpace(cell); cell == "" {
		return 0, nil
	}
	f, err := strconv.ParseFloat(cell, 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, fmt.Errorf("%s: not a number", name)
	}
	return f, nil
}

// touch is one row; the order of rows is that of the slice.
type touch struct {
	key       int
	at        time.Time
	channel   string
	converted bool
	value     float64
}

func readTouches(o *options, t *cli.Table, rejects *cli.Rejects) (*attribution.PathSet, error) {
	must, err := t.Cols(o.cols.key, o.cols.time, o.cols.channel, o.cols.conversion)
	if err != nil {
		return nil, err
	}
	valueCol, _ := t.Col(o.cols.touchValue)
	keys := map[string]int{}
	names := map[string]string{}
	var touches []touch
	for t.Next() {
		x, err := parseTouch(o, t, must, valueCol)
		if err != nil {
			rejects.Add(t.Line(), oneLine(err))
			continue
		}
		key := t.Field(must[0])
		k, ok := keys[key]
		if !ok {
			k = len(keys)
			keys[strings.Clone(key)] = k
		}
		x.key = k
		name := t.Field(must[2])
		if names[name] == "" {
			name = strings.Clone(name)
			names[name] = name
		}
		x.channel = names[name]
		touches = append(touches, x)
	}
	slices.SortStableFunc(touches, func(a, b touch) int { return cmp.Or(cmp.Compare(a.key, b.key), a.at.Compare(b.at)) })
	return journeys(touches)
}

func parseTouch(o *options, t *cli.Table, must []int, valueCol int) (touch, error) {
	var x touch
	var problems []error
	if t.Field(must[0]) == "" {
		problems = append(problems, fmt.Errorf("%s: empty", o.cols.key))
	}
	if t.Field(must[2]) == "" {
		problems = append(problems, fmt.Errorf("%s: empty", o.cols.channel))
	}
	var err error
	if x.at, _, err = cli.ParseTime(t.Field(must[1]), o.location); err != nil {
		problems = append(problems, fmt.Errorf("%s: %w", o.cols.time, err))
	}
	n, err := count(t.Field(must[3]), o.cols.conversion)
	if err == nil && n != 0 && n != 1 {
		err = fmt.Errorf("%s: neither 0 nor 1", o.cols.conversion)
	}
	problems = append(problems, err)
	x.converted = n == 1
	x.value, err = amount(t.Field(valueCol), o.cols.touchValue)
	if err == nil && x.value != 0 && n == 0 {
		err = fmt.Errorf("%s: without a conversion", o.cols.touchValue)
	}
	return x, errors.Join(append(problems, err)...)
}

// journeys cuts the touches of each customer into paths: a converting touch ends its path, what is left is a null path.
func journeys(touches []touch) (*attribution.PathSet, error) {
	set := new(attribution.PathSet)
	var p attribution.Path
	for i, x := range touches {
		p.Steps = append(p.Steps, x.channel)
		p.Times = append(p.Times, x.at)
		if last := i+1 == len(touches) || touches[i+1].key != x.key; x.converted || last {
			p.Conversions, p.Nulls, p.Value = 0, 1, 0
			if x.converted {
				p.Conversions, p.Nulls, p.Value = 1, 0, x.value
			}
			if err := set.Add(p); err != nil {
				return nil, err
			}
			p.Steps, p.Times = p.Steps[:0], p.Times[:0]
		}
	}
	return set, nil
}
